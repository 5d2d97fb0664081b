import { offsetMs } from './zones.ts'

/** A time as clocks on the wall show it, wherever they hang: milliseconds since 1970 of the same figures in UTC. */
export type LocalTime = { readonly wallMs: number }

const DAY_MS = 86_400_000

const LOCAL = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?$/

/** `2030-01-31T18:00`, with seconds or without; null: it has an offset, or is no time that a calendar and a clock can show. */
export function parseLocalTime(text: string): LocalTime | null {
  const [, year, month, day, hour, minute, second = '0', fraction = '0'] = LOCAL.exec(text) ?? []
  if (year === undefined) return null
  const [y, m, d] = [Number(year), Number(month) - 1, Number(day)]
  const [h, min, s, ms] = [Number(hour), Number(minute), Number(second), Math.floor(Number(fraction) * 1_000)]
  const wall = new Date(Date.UTC(y, m, d, h, min, s, ms))
  const kept = [wall.getUTCMonth(), wall.getUTCDate(), wall.getUTCHours(), wall.getUTCMinutes(), wall.getUTCSeconds()]
  const isOne = [m, d, h, min, s].every((figure, index) => figure === kept[index])
  return isOne ? { wallMs: wall.getTime() } : null
}

/**
 * When the clocks of a zone (IANA) show this. A time that comes twice, as clocks are put back, is the first of both. One that is left out, as
 * they are put forward, is counted from the clock before: half past two of a night without a two o'clock is half past three. Source: RFC 5545,
 * §3.3.5.
 */
export function momentOf({ wallMs }: LocalTime, zone: string): Date {
  const [before, after] = [offsetMs(wallMs - DAY_MS, zone), offsetMs(wallMs + DAY_MS, zone)]
  const moments = [wallMs - before, wallMs - after].filter((at) => at + offsetMs(at, zone) === wallMs)
  return new Date(moments.length === 0 ? wallMs - before : Math.min(...moments))
}

/** When they show it in all of these zones, at the latest of which nobody has it too early. `zones`: one at least. */
export function latestOf(local: LocalTime, zones: readonly string[]): Date {
  return new Date(Math.max(...zones.map((zone) => momentOf(local, zone).getTime())))
}
