import type { Logger } from 'pino'

/** Work that comes back: never two runs at once, and a run that fails is logged and tried again at its next turn. */
export interface Loop {
  /** Runs now, or once more if it is running. */
  hurry(): void
  /** Resolves when the run under way has ended; nothing runs after that. */
  stop(): Promise<void>
}

export interface LoopParts {
  readonly log: Logger
  /** 0..1; spreads the turns of several nodes. */
  readonly chance: () => number
}

/** `everyMs` is the mean time between runs; each one comes up to a fifth earlier or later. `work` resolves true to run again at once. */
export function startLoop(name: string, everyMs: number, work: () => Promise<boolean | void>, parts: LoopParts): Loop {
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> | null = null
  let hurried = false
  let stopped = false

  async function run(): Promise<void> {
    hurried = false
    try {
      if ((await work()) === true) hurried = true
    } catch (error) {
      parts.log.warn({ event: 'loop.failed', loop: name, err: error }, 'a background run failed; it comes again')
      hurried = false
    }
    running = null
    if (stopped) return
    if (hurried) begin()
    else timer = setTimeout(begin, everyMs * (0.8 + 0.4 * parts.chance()))
  }

  function begin(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
    running = run()
  }

  begin()
  return {
    hurry() {
      if (stopped) return
      if (running === null) begin()
      else hurried = true
    },
    async stop() {
      stopped = true
      if (timer !== null) clearTimeout(timer)
      await running
    },
  }
}
