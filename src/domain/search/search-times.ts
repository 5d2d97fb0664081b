/** RFC 3339 §5.6, with a T. */
const TIME = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/i
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
const LONGEST_MS = 3_653 * UNITS_MS.d

/** A day (its beginning, in UTC) or a time with its zone; null for anything else, the 30th of February included. */
export function readMoment(text: string): Date | null {
  const [, year, month, day] = DAY.exec(text) ?? TIME.exec(text) ?? []
  if (year === undefined || month === undefined || day === undefined) return null
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  // A year below 100 would be taken for one of the last century.
  if (Number(year) < 1000 || date.getUTCMonth() + 1 !== Number(month) || date.getUTCDate() !== Number(day)) return null
  const moment = DAY.test(text) ? date : new Date(text.toUpperCase())
  return Number.isNaN(moment.getTime()) ? null : moment
}

/** `90s`, `30m`, `24h`, `7d`, `2w` in milliseconds, up to ten years; null for anything else. */
export function readSpanMs(text: string): number | null {
  const [, count, unit] = /^(\d{1,6})([smhdw])$/i.exec(text) ?? []
  if (count === undefined || unit === undefined) return null
  const spanMs = Number(count) * (UNITS_MS[unit.toLowerCase() as keyof typeof UNITS_MS] ?? 0)
  return spanMs > 0 && spanMs <= LONGEST_MS ? spanMs : null
}
