import { type Failure, failure } from '../../domain/failure.ts'
import type { Outcome } from '../../domain/provider.ts'
import { UNREACHED, type Reading } from './outcomes.ts'

/** The push services that are called, each by itself: one that hangs, or wants to be left alone, holds no other. */
export interface Origins {
  /**
   * Does `work` as soon as there is a place at this origin, or `signal` ends the wait. Not at all where `stopped` says why not when it is about
   * to begin, or where the origin is to be left alone.
   */
  run(origin: string, call: OriginCall): Promise<Outcome>
}

export interface OriginCall {
  readonly signal: AbortSignal
  /** Null: it may begin. */
  readonly stopped: () => Failure | null
  readonly work: () => Promise<Reading>
}

export interface OriginsParts {
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number
  /** Told once each time that an origin begins to refuse our signature. */
  readonly onRefusing: (origin: string) => void
}

/** Calls under way to one origin, and to all of them. */
const PLACES = { ofOne: 64, ofAll: 512 }
/** So many calls without an answer, one after the other, and it is left alone: half a minute, doubled each time, ten minutes at most. */
const SILENT = { calls: 5, firstMs: 30_000, mostMs: 600_000 }
/** One browser's answer may be about that browser alone; of so many in a row, nothing else in between, it is not. */
const REFUSING = { calls: 3, holdMs: 300_000 }
const LIMITING = { calls: 3 }
/** Of more origins, the one that was met first is forgotten with what it did; the makers of browsers are few. */
const MOST_KNOWN = 10_000

interface Origin {
  readonly name: string
  underWay: number
  readonly waiting: (() => void)[]
  silent: number
  refusing: number
  limiting: number
  held: { readonly untilMs: number; readonly failure: Failure } | null
}

export function createOrigins({ monotonic, onRefusing }: OriginsParts): Origins {
  const origins = new Map<string, Origin>()
  let underWay = 0

  function originOf(name: string): Origin {
    const known = origins.get(name)
    if (known !== undefined) return known
    if (origins.size >= MOST_KNOWN) forgetOne(origins)
    const made: Origin = { name, underWay: 0, waiting: [], silent: 0, refusing: 0, limiting: 0, held: null }
    origins.set(name, made)
    return made
  }

  function heldBack(origin: Origin): Failure | null {
    const leftMs = (origin.held?.untilMs ?? 0) - monotonic()
    return origin.held === null || leftMs <= 0 ? null : { ...origin.held.failure, waitMs: Math.ceil(leftMs) }
  }

  function take(origin: Origin): void {
    underWay += 1
    origin.underWay += 1
  }

  /** Whoever waits is given a place, or sees that there is none to wait for. */
  function admit(origin: Origin, most = Infinity): void {
    for (let count = 0; count < most && origin.waiting.length > 0; count += 1) {
      if (!hasRoom(origin, underWay) && heldBack(origin) === null) return
      take(origin)
      origin.waiting.shift()?.()
    }
  }

  async function enter(origin: Origin, signal: AbortSignal): Promise<void> {
    if (signal.aborted || hasRoom(origin, underWay) || heldBack(origin) !== null) return take(origin)
    await new Promise<void>((resolve) => {
      // The signal lives as long as the lane, and many wait.
      const go = (): void => {
        signal.removeEventListener('abort', end)
        resolve()
      }
      const end = (): void => {
        const place = origin.waiting.indexOf(go)
        if (place === -1) return
        origin.waiting.splice(place, 1)
        take(origin)
        go()
      }
      origin.waiting.push(go)
      signal.addEventListener('abort', end, { once: true })
    })
  }

  function leave(origin: Origin): void {
    const wasFull = underWay >= PLACES.ofAll
    underWay -= 1
    origin.underWay -= 1
    if (wasFull) admitInTurn(origin)
    admit(origin)
    if (isIdle(origin) && origin.silent + origin.refusing + origin.limiting === 0 && heldBack(origin) === null)
      origins.delete(origin.name)
  }

  /** A place that all wait for goes to the others first: whoever has many calls would keep it for as long as they last. */
  function admitInTurn(last: Origin): void {
    origins.delete(last.name)
    origins.set(last.name, last)
    for (const origin of origins.values()) {
      if (underWay >= PLACES.ofAll) return
      admit(origin, 1)
    }
  }

  function hold(origin: Origin, forMs: number, held: Failure): void {
    const untilMs = monotonic() + forMs
    if (untilMs > (origin.held?.untilMs ?? 0)) origin.held = { untilMs, failure: held }
  }

  function learn(origin: Origin, { outcome, service }: Reading): void {
    origin.silent = service === 'silent' ? origin.silent + 1 : 0
    if (service !== 'silent') {
      origin.refusing = service === 'refusing' ? origin.refusing + 1 : 0
      origin.limiting = service === 'limiting' ? origin.limiting + 1 : 0
    }
    if (outcome.kind === 'accepted') return
    const { failure: refused } = outcome
    if (service === 'busy' || origin.limiting >= LIMITING.calls)
      hold(origin, refused.waitMs ?? 0, { ...refused, counted: false })
    if (origin.refusing >= REFUSING.calls) {
      if (heldBack(origin) === null) onRefusing(origin.name)
      hold(origin, REFUSING.holdMs, refused)
    }
    if (origin.silent < SILENT.calls) return
    const times = 2 ** Math.min(origin.silent - SILENT.calls, 8)
    hold(origin, Math.min(SILENT.firstMs * times, SILENT.mostMs), LEFT_ALONE)
  }

  return {
    async run(name, { signal, stopped, work }) {
      const origin = originOf(name)
      await enter(origin, signal)
      try {
        const why = stopped() ?? heldBack(origin)
        if (why !== null) return { kind: 'refused', failure: why }
        const reading = await work()
        learn(origin, reading)
        return reading.outcome
      } finally {
        leave(origin)
      }
    },
  }
}

const LEFT_ALONE = failure('transient', 'unavailable', UNREACHED)

/** One that was silent is tried by one call, not by all that wait. */
function hasRoom(origin: Origin, underWay: number): boolean {
  return underWay < PLACES.ofAll && origin.underWay < (origin.silent >= SILENT.calls ? 1 : PLACES.ofOne)
}

function isIdle(origin: Origin): boolean {
  return origin.underWay === 0 && origin.waiting.length === 0
}

function forgetOne(origins: Map<string, Origin>): void {
  for (const origin of origins.values()) {
    if (!isIdle(origin)) continue
    origins.delete(origin.name)
    return
  }
}
