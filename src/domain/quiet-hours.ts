import { offsetMs } from './zones.ts'

/** Hours of the day, by the recipient's clock, in which what can wait does not go out. Minutes after midnight; `from` may be later than `until`. */
export interface QuietHours {
  /** 0..1439; the first quiet minute. */
  readonly from: number
  /** 0..1439; the first minute after them. */
  readonly until: number
}

const DAY_MINUTES = 1_440
const MINUTE_MS = 60_000
const DAY_MS = DAY_MINUTES * MINUTE_MS

/** Where several clocks must agree they do within two days, or never. */
const MOST_ROUNDS = 64

/** `21:00-08:00`, as it is configured; null: that is no time of a day, or leaves no minute of it. */
export function parseQuietHours(text: string): QuietHours | null {
  const [, fromHour, fromMinute, untilHour, untilMinute] = QUIET_HOURS.exec(text) ?? []
  const from = Number(fromHour) * 60 + Number(fromMinute)
  const until = Number(untilHour) * 60 + Number(untilMinute)
  return Number.isNaN(from + until) || from === until ? null : { from, until }
}

const QUIET_HOURS = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/

/** Whether the clock of a time zone (IANA) shows a quiet minute. */
export function isQuiet(at: Date, zone: string, hours: QuietHours): boolean {
  return isQuietMinute(clockMs(at.getTime(), zone), hours)
}

/**
 * The first moment, from `now` on, at which the clock shows no quiet minute in any of `zones`: `now` itself where none does. Clocks that are
 * put forward or back on the way are followed, also where the opening itself is skipped or comes twice. Where the clocks never agree, the
 * first zone decides alone.
 */
export function opensAt(now: Date, zones: readonly string[], hours: QuietHours): Date {
  const [first] = zones
  if (first === undefined) return now
  let at = now.getTime()
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const shut = zones.find((zone) => isQuietMinute(clockMs(at, zone), hours))
    if (shut === undefined) return new Date(at)
    at = opensIn(at, shut, hours)
  }
  return new Date(isQuiet(now, first, hours) ? opensIn(now.getTime(), first, hours) : now.getTime())
}

/** What the clock shows, in milliseconds after midnight. */
function clockMs(at: number, zone: string): number {
  return (((at + offsetMs(at, zone)) % DAY_MS) + DAY_MS) % DAY_MS
}

function isQuietMinute(clock: number, { from, until }: QuietHours): boolean {
  const minute = Math.floor(clock / MINUTE_MS)
  return from < until ? minute >= from && minute < until : minute >= from || minute < until
}

/** For a moment whose clock shows a quiet minute. */
function opensIn(at: number, zone: string, hours: QuietHours): number {
  const wait = (hours.until * MINUTE_MS - clockMs(at, zone) + DAY_MS) % DAY_MS
  const opening = at + wait
  if (offsetMs(opening, zone) === offsetMs(at, zone)) return opening
  // The clock was changed on the way: what it shows after that decides.
  const change = changeBetween(at, opening, zone)
  return isQuietMinute(clockMs(change, zone), hours) ? opensIn(change, zone, hours) : change
}

/** The first moment at which the clock is another one than at `from`; it is by `to`. */
function changeBetween(from: number, to: number, zone: string): number {
  const offset = offsetMs(from, zone)
  let [before, after] = [from, to]
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (offsetMs(middle, zone) === offset) before = middle
    else after = middle
  }
  return after
}
