import type { Logger } from 'pino'

/** Work that comes back: never two runs at once, and a run that fails is logged and tried again at its next turn. */
export interface Loop {
  /** Runs now, or once more if it is running. */
  hurry(): void
  /** Resolves when the run under way has ended; nothing runs after that. */
  stop(): Promise<void>
}

/** Calls `run` once, `ms` milliseconds from now; what it returns calls that off. `loop`: the loop whose next turn it is. */
export type After = (ms: number, run: () => void, loop?: string) => () => void

export interface LoopParts {
  readonly log: Logger
  readonly after: After
  /** 0..1; spreads the turns of several nodes. */
  readonly chance: () => number
}

/** `everyMs` is the mean time between runs; each one comes up to a fifth earlier or later. `work` resolves true to run again at once. */
export function startLoop(name: string, everyMs: number, work: () => Promise<boolean | void>, parts: LoopParts): Loop {
  let callOff: (() => void) | null = null
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
    else callOff = parts.after(everyMs * (0.8 + 0.4 * parts.chance()), begin, name)
  }

  function begin(): void {
    callOff?.()
    callOff = null
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
      callOff?.()
      await running
    },
  }
}
