/** Time that passes only when a test lets it, and processes that can stop, go on and die in it. */
export interface World {
  /** Milliseconds since the world began. */
  now(): number
  /** Runs `run` at a later moment; what it returns calls that off. */
  after(ms: number, run: () => void): () => void
  /** A process: all its code runs in what is handed to its own `after`. */
  process(): Process
  /**
   * Lets time pass until `until`, or until nothing is left to do, or until `isOver`, which is asked before each event when all that the
   * last one led to has happened. Yields to the real event loop now and then.
   */
  run(until: number, isOver?: () => boolean): Promise<void>
  /** Events so far. */
  events(): number
  /** Notes what happened: part of the fingerprint, and of the trace where one is kept. */
  note(what: string): void
  /** The same for the same events in the same order at the same times. */
  fingerprint(): string
}

export interface Process {
  readonly isAlive: () => boolean
  readonly isPaused: () => boolean
  /** Runs `run` in this process, later if it is paused then, never if it is dead. */
  after(ms: number, run: () => void): () => void
  /** Calls `run` whenever this is about to be paused. */
  onPause(run: () => void): void
  /** Nothing of it runs until it is resumed: its clock goes on. */
  pause(): void
  resume(): void
  /** Nothing of it runs any more. */
  kill(): void
}

interface Event {
  readonly at: number
  readonly order: number
  run: (() => void) | null
}

/** `trace` is given each note with its time. */
export function createWorld(trace: ((line: string) => void) | null): World {
  const heap: Event[] = []
  let time = 0
  let order = 0
  let events = 0
  let print = 0x811c9dc5

  function note(what: string): void {
    mix(Math.round(time * 1000))
    for (let index = 0; index < what.length; index++) mix(what.charCodeAt(index))
    trace?.(`${(time / 1000).toFixed(3).padStart(8)}  ${what}`)
  }

  /** FNV-1a, 32 bits. */
  function mix(value: number): void {
    print = Math.imul(print ^ value, 0x01000193) >>> 0
  }

  function plan(ms: number, call: (() => void) | null): Event {
    const event: Event = { at: time + Math.max(0, ms), order: order++, run: call }
    push(heap, event)
    return event
  }

  function after(ms: number, call: () => void): () => void {
    const event = plan(ms, call)
    return () => {
      event.run = null
    }
  }

  function process(): Process {
    const held: (() => void)[] = []
    let alive = true
    let paused = false
    let told = (): void => undefined
    const enter = (call: () => void): void => {
      if (!alive) return
      if (paused) held.push(call)
      else call()
    }
    return {
      isAlive: () => alive,
      isPaused: () => alive && paused,
      after(ms, call) {
        const wanted = { call: call as (() => void) | null }
        const event = plan(ms, () => {
          if (paused) enter(() => wanted.call?.())
          else if (alive) call()
        })
        return () => {
          wanted.call = null
          event.run = null
        }
      },
      onPause(call) {
        told = call
      },
      pause() {
        told()
        paused = true
      },
      resume() {
        paused = false
        // One at a time, each with its consequences, as the event loop would.
        for (const call of held.splice(0)) after(0, () => enter(call))
      },
      kill() {
        alive = false
        held.length = 0
      },
    }
  }

  function run(until: number, isOver?: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      let steps = 0
      function step(): void {
        try {
          if (isOver?.() === true) return resolve()
          const event = takeLive(heap, until)
          if (event === null) {
            time = Math.max(time, until)
            return resolve()
          }
          time = event.at
          events += 1
          event.run?.()
        } catch (error) {
          reject(error)
          return
        }
        // A tick that is asked for by the last microtask comes after all of them: what the event led to has ended.
        if (++steps % 4096 === 0) setImmediate(step)
        else void SETTLED.then(nextStep)
      }
      const nextStep = (): void => globalThis.process.nextTick(step)
      step()
    })
  }

  return {
    now: () => time,
    after,
    process,
    run,
    events: () => events,
    note,
    fingerprint: () => print.toString(16).padStart(8, '0'),
  }
}

/** Cheaper than queueMicrotask(), which keeps an asynchronous context for each. */
const SETTLED = Promise.resolve()

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

/** A binary heap: the earliest event is the first. */
function push(heap: Event[], event: Event): void {
  let at = heap.length
  heap.push(event)
  while (at > 0) {
    const above = (at - 1) >> 1
    const other = heap[above]
    if (other === undefined || !isBefore(event, other)) break
    heap[at] = other
    at = above
  }
  heap[at] = event
}

/** What was called off leads to nothing: it takes no step. */
function takeLive(heap: Event[], until: number): Event | null {
  let event = take(heap, until)
  while (event !== null && event.run === null) event = take(heap, until)
  return event
}

function take(heap: Event[], until: number): Event | null {
  const [first] = heap
  if (first === undefined || first.at > until) return null
  const last = heap.pop()
  if (last === undefined || last === first) return first
  let at = 0
  for (;;) {
    const child = smallerChild(heap, at)
    const other = heap[child]
    if (other === undefined || !isBefore(other, last)) break
    heap[at] = other
    at = child
  }
  heap[at] = last
  return first
}

function smallerChild(heap: readonly Event[], at: number): number {
  const left = heap[2 * at + 1]
  const right = heap[2 * at + 2]
  return left !== undefined && right !== undefined && isBefore(right, left) ? 2 * at + 2 : 2 * at + 1
}
