/** Waits for a fact: asks every `everyMs` until the answer is there. Throws when it does not come within `ms`. */
export async function until<T>(
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  ms = 15_000,
  everyMs = 10,
): Promise<T> {
  const deadline = performance.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer !== null && answer !== undefined && answer !== false) return answer
    if (performance.now() > deadline) throw new Error(`not true after ${ms} ms: ${ask.toString().slice(0, 200)}`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
