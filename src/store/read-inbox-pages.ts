import type { Db } from './db.ts'

/** Whose messages: all of them, one contact's, a token's, a topic's, or those to several targets at once. */
export type InboxRecipient =
  | { readonly kind: 'contact'; readonly contact: string }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'topic'; readonly topic: string }
  | { readonly kind: 'several' }

/** Which messages, whenever they came. */
export interface InboxChoice {
  readonly to: InboxRecipient | null
  readonly tag: string | null
}

export interface InboxFilter extends InboxChoice {
  /** Accepted at this moment or later. */
  readonly since: Date | null
  /** Only ids above this one. */
  readonly above: number
}

/** A place in the inbox. */
export interface InboxPlace {
  readonly id: number
  readonly time: Date
}

/** Captured messages with ids below `before`, newest first, at most `limit`. A recipient that is no contact has none. */
export async function listSms(db: Db, filter: InboxFilter, before: number, limit: number): Promise<InboxPlace[]> {
  const values: unknown[] = [before, limit, filter.above]
  const terms = smsTerms(filter, values)
  return terms === null ? [] : list(db, 'messages', terms, filter.since, values)
}

/** Captured notifications likewise; a contact has none. */
export async function listPushes(db: Db, filter: InboxFilter, before: number, limit: number): Promise<InboxPlace[]> {
  const { to } = filter
  if (to?.kind === 'contact') return []
  if (to?.kind === 'token') return listOfToken(db, to.token, filter, before, limit)
  const values: unknown[] = [before, limit, filter.above]
  const terms = pushTerms(filter, values)
  return terms === null ? [] : list(db, 'notifications', terms, filter.since, values)
}

/** Conditions on `messages`, whose values are added to `values`; null: no message meets them. */
export function smsTerms({ to, tag }: InboxChoice, values: unknown[]): string[] | null {
  if (to !== null && to.kind !== 'contact') return null
  const terms = [`provider = 'sandbox'`]
  if (to !== null) terms.push(`client_id = (select c.id from clients c where c.contact = $${values.push(to.contact)})`)
  if (tag !== null) terms.push(`tag = $${values.push(tag)}`)
  return terms
}

/** The same on `notifications`; a token's are those to it alone. */
export function pushTerms({ to, tag }: InboxChoice, values: unknown[]): string[] | null {
  if (to?.kind === 'contact') return null
  const terms = [`provider = 'sandbox'`]
  if (to?.kind === 'topic') terms.push(`topic = $${values.push(to.topic)}`)
  if (to?.kind === 'several') terms.push('topic is null', 'targets > 1')
  if (to?.kind === 'token') {
    const token = `$${values.push(to.token)}`
    terms.push(
      'topic is null and targets = 1',
      `id in (select r.notification_id from tokens t join tokennotifications r on r.token_id = t.id
        where t.hash in (token_hash('token', ${token}), token_hash('fid', ${token})))`,
    )
  }
  if (tag !== null) terms.push(`tag = $${values.push(tag)}`)
  return terms
}

/** The moment a message was accepted; null: there is none with this id. */
export async function readTime(db: Db, channel: 'sms' | 'push', id: number): Promise<Date | null> {
  const table = channel === 'sms' ? 'messages' : 'notifications'
  const { rows } = await db.query<{ time: Date }>(`select time from ${table} where id = $1 and provider = 'sandbox'`, [
    id,
  ])
  return rows[0]?.time ?? null
}

/** The database's clock. */
export async function readClock(db: Db): Promise<Date> {
  const { rows } = await db.query<{ now: Date }>({ name: 'read-clock', text: 'select now() as now', values: [] })
  const [row] = rows
  if (row === undefined) throw new Error('the database has no clock')
  return row.now
}

/**
 * The first three values are `before`, `limit` and `above`. Ids grow with time, but for the seconds that an insert may take: so the search
 * for `since` ends a minute before it.
 */
async function list(
  db: Db,
  table: 'messages' | 'notifications',
  terms: readonly string[],
  since: Date | null,
  values: unknown[],
): Promise<InboxPlace[]> {
  const where = terms.join(' and ')
  let late = ''
  if (since !== null) {
    const at = `$${values.push(since)}::timestamptz`
    late = `and time >= ${at} and id > coalesce((
      select p.id from ${table} p where ${where} and p.time < ${at} - interval '1 minute' order by p.id desc limit 1), 0)`
  }
  const text = `select id, time from ${table} where ${where} and id < $1 and id > $3 ${late} order by id desc limit $2`
  const { rows } = await db.query<InboxPlace>(text, values)
  return rows
}

/** A token's own pushes, and those to lists that it is on. */
async function listOfToken(
  db: Db,
  token: string,
  { tag, since, above }: InboxFilter,
  before: number,
  limit: number,
): Promise<InboxPlace[]> {
  const { rows } = await db.query<InboxPlace>({
    name: 'list-inbox-of-token',
    text: `
select p.id, p.time
from tokens t cross join lateral (
  select n.id, n.time from tokennotifications r join notifications n on n.id = r.notification_id
  where r.token_id = t.id and r.notification_id < $2 and r.notification_id > $4 and n.provider = 'sandbox'
    and ($5::text is null or n.tag = $5) and ($6::timestamptz is null or n.time >= $6)
  order by r.notification_id desc limit $3) p
where t.hash in (token_hash('token', $1), token_hash('fid', $1))
order by p.id desc limit $3`,
    values: [token, before, limit, above, tag, since],
  })
  return rows
}
