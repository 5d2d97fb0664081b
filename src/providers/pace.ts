import type { Category } from '../domain/category.ts'
import { createLines, type Line } from './lines.ts'

export interface PaceOptions {
  /** Messages a second once the ramp is over; above 0. */
  readonly perSecond: number
  /** From a tenth (but not below 1,000 a second) to all of it, after a start or a silence as long as this. 0: no ramp. */
  readonly rampSeconds: number
}

export interface PaceParts {
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number
  /** 0..1. */
  readonly chance: () => number
  /** Nodes that spend the same quota, this one included: each has an equal share of the rate. */
  readonly nodes: () => number
}

/** What one that sends many needs of it. */
export type PaceLine = Pick<Pace, 'take' | 'pausedMs'>

/** A token bucket that holds one second's worth: what a provider grants for a minute is never spent at its beginning. */
export interface Pace {
  /** 0: one message may go now. Else nothing was taken: the milliseconds after which to ask again. */
  take(): number
  /**
   * The same for one of several that send at once. When there is not enough for all of them, one-time codes go before a campaign, the categories
   * take turns, and within one of them whoever has waited longest is next.
   */
  line(category: Category): PaceLine
  /** Milliseconds until a pause ends; 0: there is none. */
  pausedMs(): number
  /**
   * The provider said that it was too much. Pauses for `toldMs`, or for a minute, doubled as long as it keeps saying so; then goes on
   * at half the rate, back to all of it within a minute. Several answers about the same burst count once. Answers how long, in ms.
   */
  throttle(toldMs: number | null): number
  perSecond(): number
}

const RAMP_FLOOR = 1_000
const PAUSE = { firstMs: 60_000, leastMs: 1_000, mostMs: 3_600_000 }
const RECOVER_MS = 60_000

export function createPace(options: PaceOptions, { monotonic, chance, nodes }: PaceParts): Pace {
  const full = options.perSecond
  const gentle = Math.min(full, Math.max(RAMP_FLOOR, full / 10))
  const rampMs = full > RAMP_FLOOR ? options.rampSeconds * 1_000 : 0
  let ramp: Ramp = { from: gentle, to: full, startMs: monotonic(), lengthMs: rampMs }
  let bucket = { held: roomAt(ramp, ramp.startMs), atMs: ramp.startMs }
  let used = false
  let pausedUntil = 0
  let pauses = 0

  const lines = createLines()

  function restart(now: number): void {
    ramp = { ...ramp, from: gentle, startMs: now, lengthMs: rampMs }
    bucket = { held: roomAt(ramp, now), atMs: now }
    used = true
  }
  function take(line: Line | null): number {
    const now = monotonic()
    if (now < pausedUntil) return Math.ceil(pausedUntil - now)
    if (rampMs > 0 && (!used || now - bucket.atMs >= rampMs)) restart(now)
    // The bucket is everybody's: what this node takes, the others are held to have taken too.
    const cost = Math.max(1, nodes())
    const held = Math.min(Math.max(cost, roomAt(ramp, now)), bucket.held + grown(ramp, bucket.atMs, now))
    const wait = line === null ? NO_WAIT : lines.wait(line, now, held / cost)
    const enough = held >= cost && wait.isOver
    bucket = { held: enough ? held - cost : held, atMs: now }
    if (!enough) return Math.max(1, Math.ceil(((cost * (wait.ahead + 1) - held) / rateAt(ramp, now)) * 1_000))
    if (line !== null) lines.took(line)
    return 0
  }

  const pausedMs = (): number => Math.max(0, Math.ceil(pausedUntil - monotonic()))

  return {
    take: () => take(null),
    line(category) {
      const line = { category }
      return { take: () => take(line), pausedMs }
    },
    pausedMs,
    throttle(toldMs) {
      const now = monotonic()
      const again = now < pausedUntil
      if (!again) pauses = now < ramp.startMs + ramp.lengthMs ? pauses + 1 : 1
      const own = PAUSE.firstMs * 2 ** (pauses - 1) * (1 + chance() / 5)
      const waitMs = Math.min(PAUSE.mostMs, Math.max(PAUSE.leastMs, toldMs ?? own))
      if (!again || toldMs !== null) pausedUntil = Math.max(pausedUntil, now + waitMs)
      const from = again ? ramp.from : rateAt(ramp, now) / 2
      ramp = { from, to: full, startMs: pausedUntil, lengthMs: RECOVER_MS }
      bucket = { held: 0, atMs: pausedUntil }
      used = true
      return Math.ceil(pausedUntil - now)
    },
    perSecond: () => rateAt(ramp, monotonic()) / Math.max(1, nodes()),
  }
}

interface Ramp {
  readonly from: number
  readonly to: number
  readonly startMs: number
  readonly lengthMs: number
}

function rateAt({ from, to, startMs, lengthMs }: Ramp, atMs: number): number {
  if (atMs >= startMs + lengthMs) return to
  return from + (to - from) * Math.max(0, (atMs - startMs) / lengthMs)
}

const NO_WAIT = { isOver: true, ahead: 0 }

/** One second's worth, but always one message. */
function roomAt(ramp: Ramp, atMs: number): number {
  return Math.max(1, rateAt(ramp, atMs))
}

/** The rate is linear until the ramp's end and constant after it. */
function grown(ramp: Ramp, fromMs: number, toMs: number): number {
  const middle = Math.min(toMs, Math.max(fromMs, ramp.startMs + ramp.lengthMs))
  const rising = ((rateAt(ramp, fromMs) + rateAt(ramp, middle)) / 2) * (middle - fromMs)
  return (rising + ramp.to * (toMs - middle)) / 1_000
}
