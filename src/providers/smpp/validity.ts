const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** No month has more: what is counted in months never ends later than was asked for. */
const LONGEST_MONTH = 31 * DAY
const YEAR = 12 * LONGEST_MONTH

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
