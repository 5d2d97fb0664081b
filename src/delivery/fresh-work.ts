import type { InsertedMessage, NewMessage } from '../store/sms/messages.ts'
import type { SmsWork, Started } from '../store/sms/sms-work.ts'

/** A message that was just stored, as the node that holds it submits it. */
export function toWork(row: NewMessage, id: number, owner: number): SmsWork {
  return {
    id,
    contact: row.extras?.redirectedTo ?? row.contact,
    sender: row.sender,
    text: row.text ?? row.body,
    segments: row.segments,
    category: row.category,
    onUncertain: row.onUncertain,
    provider: row.provider,
    owner,
    attempt: 0,
    due: false,
    tried: [],
    ...(row.extras?.tlvs === undefined ? {} : { tlvs: row.extras.tlvs }),
    ...(row.extras?.timeZone === undefined ? {} : { timeZone: row.extras.timeZone }),
  }
}

/** Of one that was stored as started. */
export function firstAttempt(row: NewMessage, { id, time }: InsertedMessage): Started {
  return {
    id,
    status: 'sending',
    attempt: 1,
    attemptsCounted: 0,
    uncertainAttempts: 0,
    startedAt: time,
    ageMs: 0,
    remainingMs: row.ttlSeconds * 1000,
  }
}
