import { TidingsError } from './errors.ts'

/** A year and a day: whatever is planned for later was probably a slip of the pen. */
const FARTHEST_MS = 366 * 86_400_000

/** Callers' clocks differ, and a call takes its time: what lies in the past by less goes out at once. */
const LATE_MS = 60_000

/**
 * The time a message is to leave, from `send_at` in RFC 3339, whose form the schema has checked. Throws TidingsError for one that is past, or
 * more than 366 days away. `now`: by the database's clock, which decides when the message leaves, too.
 */
export function readSendAt(text: string, now: Date): Date {
  const at = new Date(text)
  const distance = at.getTime() - now.getTime()
  if (Number.isNaN(distance)) throw refuse('is no time that exists')
  if (distance < -LATE_MS) throw refuse('lies in the past; leave it out to send now')
  if (distance > FARTHEST_MS) throw refuse('lies more than 366 days away')
  return at
}

function refuse(problem: string): TidingsError {
  const message = `\`send_at\` ${problem}`
  return new TidingsError('invalid_request', message, { details: [{ path: 'send_at', message }] })
}
