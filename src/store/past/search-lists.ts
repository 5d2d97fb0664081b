import type { Condition, Search } from '../../domain/search/search.ts'
import type { Db } from '../db.ts'
import { toWalk, type Only, type Searched } from './search-sql.ts'
import { walkDown, type Walk, type WalkEnd, type WalkLimits } from './search-walk.ts'

const NOTHING: WalkEnd = { ids: [], next: null, searchedUntil: null }

// A scalar subquery is asked of one row after the other; `exists` may be turned into a join that goes through a whole table first.
const SMSS: Searched = {
  from: 'messages m',
  id: 'm.id',
  time: 'm.time',
  contact: '(select c.contact from clients c where c.id = m.client_id)',
  words: {
    status: 'm.status = any ($::text[])',
    via: `m.provider || '' = any ($::text[])`,
    tag: `m.tag || '' = any ($::text[])`,
    code: `(m.reason = any ($::text[]) or (select true from attempts a where a.message_id = m.id
      and (a.code = any ($::text[]) or a.reason = any ($::text[])) limit 1))`,
    key: '(select k.public_id from api_keys k where k.id = m.key_id) = any ($::text[])',
  },
  text: `(m.subject || E'\\n' || m.body)`,
}

/** Targets whose reasons are looked at; of long lists not all are. */
const TARGETS_LOOKED_AT = 10_000

const NOTIFICATIONS: Searched = {
  from: 'notifications m',
  id: 'm.id',
  time: 'm.time',
  contact: null,
  words: {
    status: `(m.tally ?| $::text[] or (m.send_at > now() and 'scheduled' = any ($::text[])) or (select true from push_chunks k where k.notification_id = m.id and (k.tally ?| $::text[]
      or (k.done_at is null and k.leaves_at > now() and 'scheduled' = any ($::text[]))
      or (k.done_at is null and 'sending' = any ($::text[]) and k.started > bit_count(k.settled))
      or (k.done_at is null and k.started < k.size and 'queued' = any ($::text[]))) limit 1))`,
    via: `m.provider || '' = any ($::text[])`,
    topic: `m.topic || '' = any ($::text[])`,
    tag: `m.tag || '' = any ($::text[])`,
    code: `((select true from push_chunks k where k.notification_id = m.id and k.reason = any ($::text[]) limit 1) or (select true
      from (select r.reason from tokennotifications r where r.notification_id = m.id limit ${TARGETS_LOOKED_AT}) t
      where t.reason = any ($::text[]) limit 1))`,
    key: '(select k.public_id from api_keys k where k.id = m.key_id) = any ($::text[])',
  },
  // In one language after the other: what it says in any of them is found.
  text: `(m.title || E'\\n' || m.body || case when m.variants is null then '' else (
    select string_agg(E'\\n' || (v ->> 'title') || E'\\n' || (v ->> 'body'), '') from jsonb_array_elements(m.variants) as t (v)) end)`,
}

const OF_TOKENS: Searched = {
  ...NOTIFICATIONS,
  from: 'tokennotifications r join notifications m on m.id = r.notification_id',
  id: 'r.notification_id',
}

const CLIENTS: Searched = {
  from: 'clients m',
  id: 'm.id',
  time: 'm.created_at',
  contact: `(m.contact || '')`,
  words: {},
  text: null,
}

const TOKENS: Searched = {
  from: 'tokens m',
  id: 'm.id',
  time: 'm.created_at',
  contact: null,
  words: {
    client: `(select c.contact from clients c where c.id = m.client_id) = any ($::text[])`,
    platform: `m.platform || '' = any ($::text[])`,
    app: `m.app || '' = any ($::text[])`,
    locale: `(m.locale || '' = any ($::text[]) or m.locale || '' like any (select l || '-%' from unnest($::text[]) as u (l)))`,
    state: `case when m.retired_at is not null then 'retired' when m.stale_at is not null then 'stale' else 'active' end = any ($::text[])`,
    code: `m.retired_reason || '' = any ($::text[])`,
  },
  text: null,
}

/** Ids of messages that meet `search`, below `before`, newest first. */
export async function searchMessages(db: Db, search: Search, before: number, limits: WalkLimits): Promise<WalkEnd> {
  const to = search.conditions.find(isWhole)
  if (to !== undefined) {
    const list = await findClients(db, to)
    if (list.length === 0) return NOTHING
    const only = { column: 'm.client_id', id: 'm.id', type: 'bigint' } as const
    return walkDown(db, toWalk(SMSS, search, { only, list, instead: to }), before, limits)
  }
  const tag = search.conditions.find((condition) => condition.word === 'tag' && !condition.not)
  return walkDown(db, toWalk(SMSS, search, byText('m.tag', tag)), before, limits)
}

/** Those to one client. */
export async function searchMessagesOf(
  db: Db,
  clientId: number,
  search: Search,
  before: number,
  limits: WalkLimits,
): Promise<WalkEnd> {
  const only = { column: 'm.client_id', id: 'm.id', type: 'bigint' } as const
  const instead: Condition = { word: 'to', not: false, recipients: [] }
  return walkDown(db, toWalk(SMSS, search, { only, list: [clientId], instead }), before, limits)
}

/** Ids of notifications likewise; one to a long list is among its tokens' as soon as their outcome is known. */
export async function searchNotifications(
  db: Db,
  search: Search,
  before: number,
  limits: WalkLimits,
): Promise<WalkEnd> {
  const find = (word: 'to' | 'topic' | 'tag'): Condition | undefined =>
    search.conditions.find((condition) => condition.word === word && !condition.not)
  const [to, topic, tag] = [find('to'), find('topic'), find('tag')]
  if (to !== undefined) {
    const list = await findTokens(db, to)
    if (list.length === 0) return NOTHING
    const only = { column: 'r.token_id', id: 'r.notification_id', type: 'bigint' } as const
    return walkDown(db, toWalk(OF_TOKENS, search, { only, list, instead: to }), before, limits)
  }
  const only = topic === undefined ? byText('m.tag', tag) : byText('m.topic', topic)
  return walkDown(db, toWalk(NOTIFICATIONS, search, only), before, limits)
}

/** Ids of clients likewise. */
export async function searchClients(db: Db, search: Search, before: number, limits: WalkLimits): Promise<WalkEnd> {
  const to = search.conditions.find(isWhole)
  if (to === undefined) return walkDown(db, toWalk(CLIENTS, search, null), before, limits)
  return among(db, toWalk(CLIENTS, search, null), await findClients(db, to), before, limits.limit)
}

/** Ids of tokens likewise. */
export async function searchTokens(db: Db, search: Search, before: number, limits: WalkLimits): Promise<WalkEnd> {
  const to = search.conditions.find((condition) => condition.word === 'to')
  const client = search.conditions.find((condition) => condition.word === 'client' && !condition.not)
  if (to === undefined && client !== undefined && client.word !== 'to') {
    const list = await idsOf(db, client.values)
    if (list.length === 0) return NOTHING
    const only = { column: 'm.client_id', id: 'm.id', type: 'bigint' } as const
    return walkDown(db, toWalk(TOKENS, search, { only, list, instead: client }), before, limits)
  }
  if (to === undefined) return walkDown(db, toWalk(TOKENS, search, null), before, limits)
  return among(db, toWalk(TOKENS, search, null), await findTokens(db, to), before, limits.limit)
}

/** Whole numbers, as an index finds them. */
function isWhole(condition: Condition): boolean {
  return condition.word === 'to' && !condition.not && condition.recipients.every(({ kind }) => kind === 'contacts')
}

function byText(column: 'm.tag' | 'm.topic', condition: Condition | undefined): Only | null {
  if (condition === undefined || condition.word === 'to') return null
  const list = [...new Set(condition.values)]
  return { only: { column, id: 'm.id', type: 'text' }, list, instead: condition }
}

async function findClients(db: Db, condition: Condition): Promise<readonly number[]> {
  const recipients = condition.word === 'to' ? condition.recipients : []
  return idsOf(
    db,
    recipients.flatMap((one) => (one.kind === 'contacts' ? one.contacts : [])),
  )
}

async function idsOf(db: Db, contacts: readonly string[]): Promise<readonly number[]> {
  const { rows } = await db.query<{ id: number }>('select id from clients where contact = any ($1::text[])', [contacts])
  return rows.map(({ id }) => id)
}

async function findTokens(db: Db, condition: Condition): Promise<readonly number[]> {
  const recipients = condition.word === 'to' ? condition.recipients : []
  const tokens = recipients.flatMap((one) => (one.kind === 'token' ? [one.token] : []))
  const { rows } = await db.query<{ id: number }>(
    `select t.id from unnest($1::text[]) as s (token) join tokens t
       on t.hash = any (array[token_hash('token', s.token), token_hash('fid', s.token)])`,
    [tokens],
  )
  return rows.map(({ id }) => id)
}

/** Those of a few known rows that meet the rest. */
async function among(db: Db, walk: Walk, ids: readonly number[], before: number, limit: number): Promise<WalkEnd> {
  const terms = walk.terms.map((term) => ` and ${term}`).join('')
  const { rows } = await db.query<{ id: number; contact: string }>(
    `select m.id, ${walk.contact ?? `''`} as contact from ${walk.from}
     where m.id = any ($1::bigint[]) and m.id < $2${terms} order by m.id desc limit $3`,
    [ids, before, limit, ...walk.values],
  )
  const kept = rows.filter(({ contact }) => walk.keep === null || walk.keep(contact))
  return { ids: kept.map(({ id }) => id), next: null, searchedUntil: null }
}
