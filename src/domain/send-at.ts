import { TidingsError } from './errors.ts'
import { latestOf, parseLocalTime, type LocalTime } from './local-time.ts'

/** A year and a day: whatever is planned for later was probably a slip of the pen. */
const FARTHEST_MS = 366 * 86_400_000

/** Callers' clocks differ, and a call takes its time: what lies in the past by less goes out at once. */
const LATE_MS = 60_000

/** What a call says of its time, as it stands on the wire. */
export interface TimeCall {
  /** RFC 3339; without an offset where `local` is true. */
  readonly send_at?: string | undefined
  /** By the recipient's clock. */
  readonly local?: boolean | undefined
}

/** When a message is to leave: at one moment, or at an hour that comes to each recipient at another one. */
export type AskedTime =
  { readonly kind: 'moment'; readonly at: Date } | { readonly kind: 'local'; readonly time: LocalTime }

/**
 * What a call asks for; null: now. Throws TidingsError for a moment that is past, or more than 366 days away; of a local time that is not
 * known here. `now`: by the database's clock, which decides when the message leaves, too.
 */
export function readAskedTime({ send_at: text, local = false }: TimeCall, now: Date): AskedTime | null {
  if (text === undefined) {
    if (local) throw refuse('is missing, though `local` says that it is one of the recipient’s clock')
    return null
  }
  if (!local) return { kind: 'moment', at: readSendAt(text, now) }
  const time = parseLocalTime(text)
  if (time === null) throw refuse('is no time without an offset, like 2030-01-31T18:00, as `local` asks for')
  return { kind: 'local', time }
}

/**
 * When a message leaves whose recipient is in one of `zones` (IANA), one at least: with several never before that hour in any of them. Throws
 * TidingsError for a time that is past there, or more than 366 days away.
 */
export function timeIn(asked: AskedTime, zones: readonly string[], now: Date): Date {
  if (asked.kind === 'moment') return asked.at
  return checkedTime(latestOf(asked.time, zones), now)
}

/** Whether a time is past, by more than callers' clocks differ. */
export function isPast(at: Date, now: Date): boolean {
  return at.getTime() - now.getTime() < -LATE_MS
}

/** RFC 3339, with its offset. */
const MOMENT = /^(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?)(?:[Zz]|[+-]\d\d:\d\d)$/

/** The time a message is to leave, from `send_at` in RFC 3339. Throws TidingsError for one that is past, or more than 366 days away. */
export function readSendAt(text: string, now: Date): Date {
  const [, wall] = MOMENT.exec(text) ?? []
  if (wall === undefined)
    throw refuse('must be a time with its zone, like 2030-01-31T18:00:00Z, or have `local` beside it')
  if (parseLocalTime(wall) === null) throw refuse('is no time that exists')
  return checkedTime(new Date(text), now)
}

/** Throws TidingsError. */
export function checkedTime(at: Date, now: Date): Date {
  const distance = at.getTime() - now.getTime()
  if (Number.isNaN(distance)) throw refuse('is no time that exists')
  if (isPast(at, now)) throw refuse('lies in the past; leave it out to send now')
  if (distance > FARTHEST_MS) throw refuse('lies more than 366 days away')
  return at
}

function refuse(problem: string): TidingsError {
  const message = `\`send_at\` ${problem}`
  return new TidingsError('invalid_request', message, { details: [{ path: 'send_at', message }] })
}
