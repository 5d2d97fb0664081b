import type { Db } from '../db.ts'
import type { InboxPlace } from './read-inbox-pages.ts'

/** The latest message of one recipient. */
export interface ThreadPlace extends InboxPlace {
  /** How many of the recipient's messages are here; no more than MOST_COUNTED are counted. */
  readonly count: number
}

/** One step of a walk from the newest message down. */
export interface ThreadWindow {
  readonly found: readonly ThreadPlace[]
  /** What lies below this id was not looked at; 0: nothing does. */
  readonly rest: number
}

/** Beyond a thousand nobody counts. */
export const MOST_COUNTED = 1_000

/** Messages looked at in one step. */
const WINDOW = 10_000

/** Contacts that one search goes through. */
const MOST_MATCHES = 1_000

/**
 * Recipients of SMS by their latest message below `before`, newest first, at most `limit`, among the next messages down. One whose latest
 * message lies above `before` is left out: it stood on an earlier page.
 */
export async function listSmsThreads(db: Db, before: number, limit: number): Promise<ThreadWindow> {
  const { rows } = await db.query<WindowRow>({
    name: 'list-sms-threads',
    text: SMS_THREADS,
    values: [before, limit, WINDOW, MOST_COUNTED],
  })
  return toWindow(rows, limit)
}

/** The same for those whose number holds these digits, all at once. */
export async function searchSmsThreads(db: Db, digits: string, before: number, limit: number): Promise<ThreadWindow> {
  const { rows } = await db.query<WindowRow>({
    name: 'search-sms-threads',
    text: SEARCH_SMS_THREADS,
    values: [before, limit, `%${digits}%`, MOST_MATCHES, MOST_COUNTED],
  })
  return toWindow(rows, limit)
}

/**
 * Recipients of pushes likewise: a topic, a token alone, or several targets at once, which stand together. `match`: only topics that hold
 * it, and the token that is it.
 */
export async function listPushThreads(
  db: Db,
  match: string | null,
  before: number,
  limit: number,
): Promise<ThreadWindow> {
  const { rows } = await db.query<WindowRow>({
    name: 'list-push-threads',
    text: PUSH_THREADS,
    values: [before, limit, WINDOW, MOST_COUNTED, match],
  })
  return toWindow(rows, limit)
}

interface WindowRow {
  readonly id: number | null
  readonly time: Date | null
  readonly count: number | null
  /** The lowest id of the window; null where it reached the end. */
  readonly rest: number | null
}

function toWindow(rows: readonly WindowRow[], limit: number): ThreadWindow {
  const found = rows.flatMap(({ id, time, count }) =>
    id === null || time === null || count === null ? [] : [{ id, time, count }],
  )
  // With a full page what is left of the window is looked at again, from its last one down.
  const rest = found.length === limit ? (found.at(-1)?.id ?? 0) : (rows[0]?.rest ?? 0)
  return { found, rest }
}

// `offset 0` and the scalar form keep the question after newer ones from being asked of every recipient in the window: the page is full
// long before.
const SMS_THREADS = `
with recent as materialized (
  select id, client_id from messages where provider = 'sandbox' and id < $1 order by id desc limit $3
), latest as (
  select client_id, max(id) as id from recent group by client_id order by max(id) desc offset 0
), page as (
  select l.client_id, l.id from latest l
  where (select n.id from messages n where n.client_id = l.client_id and n.id >= $1 and n.provider = 'sandbox' order by n.id limit 1) is null
  order by l.id desc limit $2
)
select p.id, m.time, (
    select count(*)::integer from (select from messages n where n.client_id = p.client_id and n.provider = 'sandbox' limit $4) o) as count,
  w.rest
from (select case when count(*) = $3 then min(id) end as rest from recent) w
  left join (page p join messages m on m.id = p.id) on true
order by p.id desc`

const SEARCH_SMS_THREADS = `
select l.id, l.time, (
    select count(*)::integer from (select from messages n where n.client_id = l.client_id and n.provider = 'sandbox' limit $5) o) as count,
  null::bigint as rest
from (select id from clients where contact like $3 limit $4) c cross join lateral (
  select m.id, m.time, m.client_id from messages m where m.client_id = c.id and m.provider = 'sandbox' order by m.id desc limit 1) l
where l.id < $1
order by l.id desc limit $2`

const PUSH_THREADS = `
with recent as materialized (
  select id, topic, targets from notifications where provider = 'sandbox' and id < $1 order by id desc limit $3
), named as (
  select r.id, r.topic, case when r.topic is null and r.targets = 1 then (
    select t.token_id from tokennotifications t where t.notification_id = r.id limit 1) end as token_id
  from recent r
), latest as (
  select topic, token_id, max(id) as id from named
  where $5::text is null or position(lower($5) in lower(topic)) > 0
    or token_id in (select t.id from tokens t where t.hash in (token_hash('token', $5), token_hash('fid', $5)))
  group by topic, token_id order by max(id) desc offset 0
), page as (
  select l.id, l.topic, l.token_id from latest l
  where not case
    when l.topic is not null then exists (
      select from notifications n where n.provider = 'sandbox' and n.topic = l.topic and n.id >= $1)
    when l.token_id is not null then exists (
      select from tokennotifications t join notifications n on n.id = t.notification_id
      where t.token_id = l.token_id and t.notification_id >= $1 and n.targets = 1 and n.provider = 'sandbox')
    else exists (
      select from notifications n where n.provider = 'sandbox' and n.topic is null and n.targets > 1 and n.id >= $1)
    end
  order by l.id desc limit $2
)
select p.id, m.time, case
    when p.topic is not null then (select count(*)::integer from (
      select from notifications n where n.provider = 'sandbox' and n.topic = p.topic limit $4) o)
    when p.token_id is not null then (select count(*)::integer from (
      select from tokennotifications t join notifications n on n.id = t.notification_id
      where t.token_id = p.token_id and n.provider = 'sandbox' limit $4) o)
    else (select count(*)::integer from (
      select from notifications n where n.provider = 'sandbox' and n.topic is null and n.targets > 1 limit $4) o)
  end as count, w.rest
from (select case when count(*) = $3 then min(id) end as rest from recent) w
  left join (page p join notifications m on m.id = p.id) on true
order by p.id desc`
