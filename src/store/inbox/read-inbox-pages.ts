import type { Db } from '../db.ts'

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
  const values: [number, number, ...unknown[]] = [before, limit, filter.above]
  const choosing = chooseSms(filter, values)
  return choosing === null ? [] : list(db, 'messages', choosing, filter.since, values)
}

/** Captured notifications likewise; a contact has none. */
export async function listPushes(db: Db, filter: InboxFilter, before: number, limit: number): Promise<InboxPlace[]> {
  const { to } = filter
  if (to?.kind === 'contact') return []
  if (to?.kind === 'token') return listOfToken(db, to.token, filter, before, limit)
  const values: [number, number, ...unknown[]] = [before, limit, filter.above]
  const choosing = choosePushes(filter, values)
  return choosing === null ? [] : list(db, 'notifications', choosing, filter.since, values)
}

/** Conditions on one table, and the index they are read by. */
interface Choosing {
  readonly terms: readonly string[]
  /** An index has this column, equal to this value, and then the id; null: one has the id alone. */
  readonly first: { readonly column: 'client_id' | 'tag' | 'topic'; readonly value: string } | null
}

/** Which rows of `messages`, with values that are added to `values`; null: none. */
export function chooseSms({ to, tag }: InboxChoice, values: unknown[]): Choosing | null {
  if (to !== null && to.kind !== 'contact') return null
  const ours = `provider = 'sandbox'`
  const named = tag === null ? null : `$${values.push(tag)}`
  if (to === null) return { terms: [ours], first: named === null ? null : { column: 'tag', value: named } }
  const value = `(select c.id from clients c where c.contact = $${values.push(to.contact)})`
  return { terms: named === null ? [ours] : [ours, `tag = ${named}`], first: { column: 'client_id', value } }
}

/** Which rows of `notifications` likewise; a token's are those to it alone. */
export function choosePushes({ to, tag }: InboxChoice, values: unknown[]): Choosing | null {
  if (to?.kind === 'contact') return null
  const terms = [`provider = 'sandbox'`]
  const named = tag === null ? null : `$${values.push(tag)}`
  if (to?.kind === 'topic') {
    const first = { column: 'topic', value: `$${values.push(to.topic)}` } as const
    return { terms: named === null ? terms : [...terms, `tag = ${named}`], first }
  }
  if (to?.kind === 'several') terms.push('topic is null', 'targets > 1')
  if (to?.kind === 'token') terms.push('topic is null', 'targets = 1', ofToken(`$${values.push(to.token)}`))
  return { terms, first: named === null ? null : { column: 'tag', value: named } }
}

function ofToken(token: string): string {
  return `id in (select r.notification_id from tokens t join tokennotifications r on r.token_id = t.id
    where t.hash in (token_hash('token', ${token}), token_hash('fid', ${token})))`
}

/**
 * The rows between two ids, newest first, limited by `$2`. Compared as a pair, column and id can only be read from the index on both: told
 * apart, a plan for any value might read them by id and pass over a million others.
 */
export function between({ terms, first }: Choosing, above: string): string {
  const where = terms.join(' and ')
  if (first === null) return `${where} and id < $1 and id > ${above} order by id desc limit $2`
  const { column, value } = first
  // The indexes leave out what has no such value, and a comparison of pairs does not say that there is one.
  return `${where} and ${column} is not null and (${column}, id) < (${value}, $1::bigint) and (${column}, id) > (${value}, ${above}::bigint)
    order by ${column} desc, id desc limit $2`
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

/** Ids grow with time, but for what an insert may take: below the first that is so much older, none is new enough. */
const INSERT_MS = 60_000

/** The first three values are `before`, `limit` and `above`. What lies before `since` is left out here, page by page, since no index knows it. */
async function list(
  db: Db,
  table: 'messages' | 'notifications',
  choosing: Choosing,
  since: Date | null,
  [before, limit, ...values]: readonly [number, number, ...unknown[]],
): Promise<InboxPlace[]> {
  const text = `select id, time from ${table} where ${between(choosing, '$3')}`
  const found: InboxPlace[] = []
  for (let from = before; ;) {
    const { rows } = await db.query<InboxPlace>(text, [from, limit, ...values])
    found.push(...rows.filter(({ time }) => since === null || time >= since))
    const last = rows.at(-1)
    const isOver = since !== null && last !== undefined && last.time.getTime() < since.getTime() - INSERT_MS
    if (last === undefined || rows.length < limit || isOver || found.length >= limit) return found.slice(0, limit)
    from = last.id
  }
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
