/** Waits for a fact: asks until the answer is there. Throws what was seen last when it does not come. */
export async function until<T>(
  ask: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  ms = 15_000,
): Promise<T> {
  const deadline = performance.now() + ms
  for (;;) {
    const answer = await ask()
    if (answer !== null && answer !== undefined && answer !== false) return answer
    if (performance.now() > deadline) throw new Error(`not true after ${ms} ms: ${ask.toString().slice(0, 200)}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
