export interface FlowOptions {
  /** What the account may submit in a second, over all nodes; null: nothing is known. */
  readonly perSecond: number | null
}

export interface FlowParts {
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number
  /** This node's share of the account's rate: 0..1. */
  readonly share: () => number
}

/** How fast one account is submitted to from this node. */
export interface Flow {
  /** 0: one may be written now, and is counted. Else the milliseconds after which to ask again. */
  take(): number
  /** Milliseconds until a pause ends; 0: there is none. */
  pausedMs(): number
  /**
   * Too much was submitted. Pauses for 1 s, doubled up to 30 s as long as it keeps being said, and goes on at half the rate. What was
   * written before the pause and is answered in it counts once. Answers how long the pause is, in milliseconds.
   */
  throttled(): number
  /** The queue is full: half the rate, no pause. */
  slowDown(): void
  /** Parts a second at this moment, of this node; null: no limit. */
  perSecond(): number | null
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

/** Refused again so soon after a pause, it was too short: later the SMSC has taken some meanwhile. */
const AGAIN_MS = 2_000

/** Of the full rate, that comes back in each second. */
const BACK = 0.05

/** Seconds at the rate that was too much, before more is tried where nobody has said what the account may submit. */
const STEADY_SECONDS = 60

/** So many times that rate without a refusal, and it is forgotten. */
const FORGOTTEN = 2

/** Halvings within this come from the same burst. */
const SAME_BURST_MS = 1_000

/** What is written evenly arrives unevenly: so much is left of a rate that another counts. */
const USED = 0.95

/** What may be written at once, in milliseconds of the rate: a timer is not more exact than that. */
const BURST_MS = 20

/** Nobody is slowed to a standstill. */
const LEAST_PER_SECOND = 1

/** Reactions to ESME_RTHROTTLED and ESME_RMSGQFUL, and a rate that is never exceeded in any second. */
export function createFlow({ perSecond }: FlowOptions, { monotonic, share }: FlowParts): Flow {
  let limit: { readonly from: number; readonly full: number; readonly atMs: number } | null = null
  let pausedUntil = 0
  let pauseMs = 0
  let slowedAt = -Infinity
  let nextAt = 0
  const lately = createCounter()

  /** Parts a second now; Infinity: no limit. */
  function rate(now: number): number {
    const full = perSecond === null ? Infinity : Math.max(LEAST_PER_SECOND / 10, perSecond * share())
    if (limit === null) return full
    const seconds = Math.max(0, now - limit.atMs) / 1_000
    const back = limit.from + seconds * BACK * limit.full
    if (back < limit.full) return Math.min(full, Math.max(LEAST_PER_SECOND, back))
    const more = back / limit.full - STEADY_SECONDS * BACK
    if (perSecond === null && more < FORGOTTEN) return limit.full * Math.max(1, more)
    limit = null
    return full
  }

  function halve(now: number, fromMs: number): void {
    if (now - slowedAt < SAME_BURST_MS) return
    slowedAt = now
    const before = Math.min(rate(now), Math.max(LEAST_PER_SECOND, lately.perSecond(now)))
    const known = perSecond === null ? before : (limit?.full ?? before)
    limit = { from: Math.max(LEAST_PER_SECOND, before / 2), full: known, atMs: fromMs }
  }

  return {
    take() {
      const now = monotonic()
      if (now < pausedUntil) return Math.ceil(pausedUntil - now)
      const allowed = rate(now)
      if (allowed !== Infinity) {
        const spacing = 1_000 / (allowed * USED)
        if (nextAt - now > BURST_MS && nextAt > now) return Math.ceil(nextAt - now - BURST_MS)
        nextAt = Math.max(nextAt, now) + spacing
      }
      lately.count(now)
      return 0
    },
    pausedMs: () => Math.max(0, Math.ceil(pausedUntil - monotonic())),
    throttled() {
      const now = monotonic()
      if (now < pausedUntil) return Math.ceil(pausedUntil - now)
      const again = now - pausedUntil < AGAIN_MS && pauseMs > 0
      pauseMs = again ? Math.min(LONGEST_PAUSE_MS, pauseMs * 2) : FIRST_PAUSE_MS
      pausedUntil = now + pauseMs
      halve(now, pausedUntil)
      return pauseMs
    },
    slowDown() {
      const now = monotonic()
      halve(now, now)
    },
    perSecond() {
      const allowed = rate(monotonic())
      return allowed === Infinity ? null : allowed
    },
  }
}

/** How many there were in the last second, nearly: the share of the second before that still lies in it is taken as spread evenly. */
function createCounter(): { count(now: number): void; perSecond(now: number): number } {
  let second = 0
  let counted = { before: 0, now: 0 }

  function advance(now: number): void {
    const current = Math.floor(now / 1_000)
    if (current === second) return
    counted = { before: current === second + 1 ? counted.now : 0, now: 0 }
    second = current
  }
  return {
    count(now) {
      advance(now)
      counted.now += 1
    },
    perSecond(now) {
      advance(now)
      return counted.now + counted.before * (1 - (now % 1_000) / 1_000)
    },
  }
}
