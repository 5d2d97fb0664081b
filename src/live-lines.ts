import type { PushedChunk, SettledSms } from './delivery/ledger.ts'
import { TidingsError } from './domain/errors.ts'
import { maskCodes, spacedContact } from './domain/mask.ts'
import type { Status } from './domain/status.ts'

/** What happened to one message, for the terminal: never more than a person at the machine may see. */
export interface LiveLine {
  readonly kind: 'captured' | 'sent' | 'delivered' | 'failed' | 'refused' | 'uncertain'
  readonly channel: 'sms' | 'push'
  readonly recipient: string
  /** The text with codes replaced by dots; empty where there is none. */
  readonly text: string
  readonly note: string
}

const KINDS: Partial<Record<Status, LiveLine['kind']>> = {
  captured: 'captured',
  sent: 'sent',
  delivered: 'delivered',
  uncertain: 'uncertain',
  undelivered: 'failed',
  failed: 'failed',
  rejected: 'failed',
  expired: 'failed',
}

/** A submission that was settled. */
export function lineOfSms({ status, reason, settlement }: SettledSms): LiveLine {
  const { contact, text, segments } = settlement.work
  const again = settlement.next === 'send' ? `again in ${Math.round(settlement.waitMs / 1000)} s` : null
  const note = [reason, again].filter((part) => part !== null).join(', ')
  return {
    kind: KINDS[status] ?? 'failed',
    channel: 'sms',
    recipient: spacedContact(contact),
    text: maskCodes(text),
    note: note === '' ? `${segments} segment${segments === 1 ? '' : 's'}` : note,
  }
}

/** A receipt that moved a message. */
export function lineOfMove(contact: string, text: string, status: Status, reason: string | null): LiveLine | null {
  const kind = KINDS[status]
  if (kind === undefined) return null
  return { kind, channel: 'sms', recipient: spacedContact(contact), text: maskCodes(text), note: reason ?? '' }
}

/** A chunk of a push that came to its end; null where all its targets moved on to another chunk. */
export function lineOfPush({ title, topic, tally }: PushedChunk): LiveLine {
  const entries = Object.entries(tally)
  const total = entries.reduce((sum, [, count]) => sum + count, 0)
  const most = entries.toSorted(([, a], [, b]) => b - a)[0]?.[0]
  const kind = Object.entries(KINDS).find(([status]) => status === most)?.[1] ?? 'failed'
  return {
    kind,
    channel: 'push',
    recipient: topic === null ? `${total.toLocaleString('en')} device${total === 1 ? '' : 's'}` : `topic ${topic}`,
    text: maskCodes(title),
    note: entries.length > 1 ? entries.map(([status, count]) => `${count} ${status}`).join(', ') : '',
  }
}

/** A number that was refused; null for other refusals. */
export function lineOfRefusal(input: { readonly contact: string }, error: unknown): LiveLine | null {
  if (!(error instanceof TidingsError) || error.code !== 'invalid_contact') return null
  const [detail] = error.details
  const note = [detail?.message, detail?.suggestion].filter((part) => part !== undefined).join(' ')
  return { kind: 'refused', channel: 'sms', recipient: input.contact.slice(0, 24), text: '', note }
}
