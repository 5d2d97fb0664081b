/** One question at a time: a later one makes the earlier one's answer worthless. */
export interface Turn {
  /** Asks after `ms`, and stops what was to be asked, or was asked, before. */
  soon(ms: number, ask: (abort: AbortSignal) => Promise<void>): void
  /** The same, unless something is to be asked already. */
  unlessDue(ms: number, ask: (abort: AbortSignal) => Promise<void>): void
  stop(): void
}

export function createTurn(): Turn {
  let controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | null = null

  function stop(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
    controller.abort()
  }

  function soon(ms: number, ask: (abort: AbortSignal) => Promise<void>): void {
    stop()
    controller = new AbortController()
    const { signal } = controller
    timer = setTimeout(() => {
      timer = null
      void ask(signal)
    }, ms)
  }

  return {
    soon,
    unlessDue(ms, ask) {
      if (timer === null) soon(ms, ask)
    },
    stop,
  }
}
