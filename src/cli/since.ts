import { readMoment, readSpanMs } from '../domain/search/search-times.ts'
import { CliRefusal } from './command.ts'

/** A time as the API writes it: of `24h` so long ago, else the day or time that was given, in UTC. Throws a CliRefusal. */
export function readSince(text: string, now: Date): string {
  const spanMs = readSpanMs(text)
  const moment = spanMs === null ? readMoment(text) : new Date(now.getTime() - spanMs)
  if (moment !== null) return moment.toISOString()
  throw new CliRefusal('--since takes a day (2026-03-01), a time like 2026-03-01T14:00:00Z, or 30m, 24h, 7d.')
}
