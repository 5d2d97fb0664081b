import { parseContact } from '../../domain/contact.ts'
import { TidingsError, type FaultDetail } from '../../domain/errors.ts'
import { isCondition, parseCondition, parseTopic } from '../../domain/push/push-topics.ts'
import type { Db } from '../../store/db.ts'
import { readTime, type InboxFilter, type InboxRecipient } from '../../store/inbox/read-inbox-pages.ts'
import type { InboxChannel } from './inbox-pages.ts'

/** Which messages of the inbox, as it stands on the wire. */
export interface InboxQuery {
  /** A contact in any spelling, a token, `topic:name`, or `several`. */
  readonly to: string | null
  readonly tag: string | null
  readonly channel: InboxChannel | null
  /** An RFC 3339 time, or an item's id. */
  readonly since: string | null
}

/** Null: that channel has no part in it. */
export interface InboxFilters {
  readonly sms: InboxFilter | null
  readonly push: InboxFilter | null
}

/** RFC 3339 §5.6, with a T. A plus sign that nobody encoded arrives as a space. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+ -]\d\d:\d\d)$/i

const ITEM = /^(sms|push)_([1-9]\d{0,14})$/

/** What looks like a number but can't be read as one is a slip, not a token. */
const LIKE_A_NUMBER = /^[+\d(][\d\s().+-]*$/

/** Reads a query; `usual` is where `since` lies if it isn't given. Throws TidingsError that names each fault. */
export async function readInboxQuery(
  db: Db,
  query: InboxQuery,
  defaultCountry: string | null,
  usual: Date | null = null,
): Promise<InboxFilters> {
  const faults: FaultDetail[] = []
  const to = query.to === null ? null : readRecipient(query.to, defaultCountry)
  if (to !== null && 'message' in to) faults.push(to)
  const since: Since | FaultDetail =
    query.since === null ? { time: usual, item: null, id: 0 } : await readSince(db, query.since)
  if ('message' in since) faults.push(since)
  if ((to !== null && 'message' in to) || 'message' in since) throw refusal(faults)
  const filterOf = (channel: InboxChannel): InboxFilter | null => {
    if (query.channel !== null && query.channel !== channel) return null
    if (to !== null && (to.kind === 'contact') !== (channel === 'sms')) return null
    return { to, tag: query.tag, since: since.time, above: since.item === channel ? since.id : 0 }
  }
  return { sms: filterOf('sms'), push: filterOf('push') }
}

/** Who is meant; throws a TidingsError where that can't be told. */
export function readTo(text: string | null, defaultCountry: string | null): InboxRecipient | null {
  const to = text === null ? null : readRecipient(text, defaultCountry)
  if (to !== null && 'message' in to) throw refusal([to])
  return to
}

function readRecipient(text: string, defaultCountry: string | null): InboxRecipient | FaultDetail {
  if (text.startsWith('topic:')) {
    const address = text.slice('topic:'.length)
    const topic = isCondition(address) ? readCondition(address) : parseTopic(address)
    return topic === null ? { path: 'to', message: '`to` names a topic that cannot be' } : { kind: 'topic', topic }
  }
  if (text === 'several') return { kind: 'several' }
  const written = /^ \d/.test(text) ? `+${text.slice(1)}` : text.trim()
  const reading = parseContact(written, defaultCountry)
  if (reading.kind === 'contact') return { kind: 'contact', contact: reading.contact }
  if (written !== '' && !LIKE_A_NUMBER.test(written)) return { kind: 'token', token: text }
  const { message, suggestion } = reading
  return { path: 'to', message: `\`to\`: ${message}`, ...(suggestion === null ? {} : { suggestion }) }
}

function readCondition(text: string): string | null {
  return 'topics' in parseCondition(text) ? text : null
}

interface Since {
  readonly time: Date | null
  /** The channel that `id` is of; null: only the time was given. */
  readonly item: InboxChannel | null
  readonly id: number
}

async function readSince(db: Db, text: string): Promise<Since | FaultDetail> {
  if (TIME.test(text)) {
    const time = new Date(text.replace(' ', '+'))
    if (!Number.isNaN(time.getTime())) return { time, item: null, id: 0 }
  }
  const [, channel, id] = ITEM.exec(text) ?? []
  if (channel === undefined) {
    return { path: 'since', message: '`since` must be a time like 2026-03-01T14:02:11Z, or the id of an item' }
  }
  const item = channel === 'sms' ? 'sms' : 'push'
  const time = await readTime(db, item, Number(id))
  if (time === null) return { path: 'since', message: '`since` names an item that is not in the inbox' }
  return { time, item, id: Number(id) }
}

function refusal(faults: readonly FaultDetail[]): TidingsError {
  return new TidingsError('invalid_request', faults.map(({ message }) => message).join('; '), { details: faults })
}
