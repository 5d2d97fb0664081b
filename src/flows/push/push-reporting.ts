import { TidingsError } from '../../domain/errors.ts'
import { TICKET_NAME } from '../../domain/push/push-ticket.ts'
import { USUAL_CONFIRMATION } from './fallback-call.ts'
import type { PushCall } from './push-call.ts'

/** Whether devices can be asked to report. */
export interface Reporting {
  /** They are, unless a call says otherwise. */
  readonly usual: boolean
  /** Characters of the URL that each gets; or the variable without which none can. */
  readonly ticket: { readonly length: number } | { readonly missing: string }
}

/** Nobody outside reaches this service. */
export const NO_REPORTING: Reporting = { usual: false, ticket: { missing: 'PUBLIC_URL' } }

/** How many characters the devices of this push need for their ticket; null: they are not asked. Throws TidingsError. */
export function ticketRoom({ evidence, fallback, data = {} }: PushCall, { usual, ticket }: Reporting): number | null {
  const needed = fallback !== undefined && (fallback.unless ?? USUAL_CONFIRMATION) !== 'sent'
  if (evidence === false && needed) throw refuse('evidence', 'The fallback waits for what devices report', UNLESS_SENT)
  if (!(evidence ?? (needed || usual))) return null
  if ('missing' in ticket) {
    if (evidence === undefined && !needed) return null
    const why = `No device can report to this service: ${ticket.missing} is not set`
    throw needed ? refuse('fallback.unless', why, UNLESS_SENT) : refuse('evidence', why, `Set ${ticket.missing}`)
  }
  if (TICKET_NAME in data) {
    const path = `data.${TICKET_NAME}`
    throw refuse(path, 'This is where a device reads where to report', 'Choose another name, or "evidence": false')
  }
  return ticket.length
}

const UNLESS_SENT = '"unless": "sent"'

function refuse(path: string, message: string, suggestion: string): TidingsError {
  return new TidingsError('invalid_request', `${path}: ${message}`, { details: [{ path, message, suggestion }] })
}
