import { dateOf } from './receipt-date.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** No month has more: what is counted in months never ends later than was asked for. */
const LONGEST_MONTH = 31 * DAY
const YEAR = 12 * LONGEST_MONTH

/** Year, month, day, hour, minute, second, tenths, quarters of an hour from UTC, and which way. Source: SMPP v3.4 §7.1.1.1. */
const ABSOLUTE = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d)(\d\d)([+-])$/

const QUARTER_MS = 15 * MINUTE * 1_000
const TENTH_MS = 100

/**
 * So many seconds from when the SMSC takes the message, as schedule_delivery_time and validity_period have it: `YYMMDDhhmmss000R`. At least
 * one second and at most 99 years. Source: SMPP v3.4 §7.1.1.2.
 */
export function relativeTime(seconds: number): string {
  let rest = Math.min(Math.max(1, Math.floor(seconds)), 99 * YEAR)
  let counts = ''
  for (const unit of UNITS) {
    const count = Math.floor(rest / unit)
    rest -= count * unit
    counts += count < 10 ? `0${count}` : count
  }
  return `${counts}000R`
}

const UNITS = [YEAR, LONGEST_MONTH, DAY, HOUR, MINUTE, 1]

/** An absolute time, as final_date has it. Null for anything else, an empty one too. */
export function readTime(text: string): Date | null {
  const match = ABSOLUTE.exec(text)
  if (match === null) return null
  const [tenths = 0, quarters = 0] = match.slice(7, 9).map(Number)
  const local = dateOf(match.slice(1, 7).map(Number))
  if (local === null || quarters > 48) return null
  const ahead = match[9] === '+' ? quarters : -quarters
  return new Date(local.getTime() + tenths * TENTH_MS - ahead * QUARTER_MS)
}
