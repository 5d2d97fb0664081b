/**
 * Waits for a fact: asks every `everyMs` until the answer is there. Throws when it does not come within `ms`, and asks once more after that:
 * a machine that stood still has not had its time. So long that only what never comes true fails, also where all is ten times slower, and
 * events wait for the transactions of other files' tests on the same server.
 */
export async function until<T>(
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  ms = 60_000,
  everyMs = 10,
): Promise<T> {
  const deadline = performance.now() + ms
  for (;;) {
    const isLast = performance.now() > deadline
    const answer = await ask()
    if (answer !== null && answer !== undefined && answer !== false) return answer
    if (isLast) throw new Error(`not true after ${ms} ms: ${ask.toString().slice(0, 200)}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
