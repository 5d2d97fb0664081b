import { ENDED_TOPIC_DAYS, TOPIC_WISH_HOURS, type TopicState } from '../../domain/push/topics.ts'
import { numbers, texts } from '../arrays.ts'
import type { DbClient } from '../db.ts'

/** A wish that this node is to carry out now. */
export interface ClaimedWish {
  readonly topicId: number
  readonly tokenId: number
  readonly topic: string
  readonly way: string
  readonly state: TopicState
  readonly wish: number
  readonly claims: number
  /** Of this wish, that were not taken. */
  readonly tries: number
  readonly kind: 'token' | 'fid'
  readonly address: string
  /** Its person was: the device itself is not to be touched. */
  readonly isErased: boolean
  /** It is older than TOPIC_WISH_HOURS: this is its last try. */
  readonly isLast: boolean
}

/**
 * Takes wishes that are due, the longest due first. Nobody else gets them for `leaseSeconds`, nor a later wish of the same device and topic:
 * else the earlier one, being slower, would come last.
 */
export async function claimWishes(
  db: DbClient,
  ways: readonly string[],
  limit: number,
  leaseSeconds: number,
): Promise<readonly ClaimedWish[]> {
  const { rows } = await db.query<ClaimedWish>({
    name: 'claim-wishes',
    text: CLAIM,
    values: [texts(ways), limit, leaseSeconds],
  })
  return rows
}

const CLAIM = `
with due as materialized (
  select topic_id, token_id from topic_subscriptions
  where next_at <= now() and (leased_until is null or leased_until < now()) and way = any ($1::text[])
  order by next_at limit $2 for update skip locked
)
update topic_subscriptions s set claims = s.claims + 1, leased_until = now() + make_interval(secs => $3)
from due d join topics p on p.id = d.topic_id join tokens t on t.id = d.token_id
where s.topic_id = d.topic_id and s.token_id = d.token_id
returning s.topic_id as "topicId", s.token_id as "tokenId", p.name as topic, s.way, s.state, s.wish, s.claims, s.tries,
  coalesce(s.address_kind, t.kind) as kind, coalesce(s.address, t.token) as address, s.address is not null as "isErased",
  s.wished_at < now() - make_interval(hours => ${TOPIC_WISH_HOURS}) as "isLast"`

/** What carrying a wish out came to. */
export interface SettledWish extends Pick<ClaimedWish, 'topicId' | 'tokenId' | 'wish' | 'claims'> {
  readonly end: 'done' | 'failed' | 'again'
  readonly reason: string | null
  /** Of `again`: seconds, and whether it counts as a try. */
  readonly waitSeconds: number
  readonly counted: boolean
}

/** Stores it for those that this node still has; of one that was wished otherwise meanwhile, only that it has ended. */
export async function settleWishes(db: DbClient, settled: readonly SettledWish[]): Promise<void> {
  await db.query({
    name: 'settle-wishes',
    text: SETTLE,
    values: [
      numbers(settled.map(({ topicId }) => topicId)),
      numbers(settled.map(({ tokenId }) => tokenId)),
      numbers(settled.map(({ claims }) => claims)),
      numbers(settled.map(({ wish }) => wish)),
      texts(settled.map(({ end }) => end)),
      texts(settled.map(({ reason }) => reason)),
      numbers(settled.map(({ waitSeconds }) => waitSeconds)),
      numbers(settled.map(({ counted }) => Number(counted))),
    ],
  })
}

// In the order in which wishes take them, too. Of an erased person nothing stays that has ended.
const SETTLE = `
with mine as materialized (
  select s.topic_id, s.token_id, s.wish = i.wish as same, i.ends, i.reason, i.wait, i.counted,
    s.address is not null and s.wish = i.wish and i.ends <> 'again' as goes
  from unnest($1::bigint[], $2::bigint[], $3::integer[], $4::integer[], $5::text[], $6::text[], $7::float8[], $8::integer[])
    as i (topic_id, token_id, claims, wish, ends, reason, wait, counted)
    join topic_subscriptions s on s.topic_id = i.topic_id and s.token_id = i.token_id
  where s.claims = i.claims and s.leased_until is not null
  order by s.token_id, s.topic_id for update of s
), gone as (
  delete from topic_subscriptions s using mine m where s.topic_id = m.topic_id and s.token_id = m.token_id and m.goes
)
update topic_subscriptions s set leased_until = null, updated_at = now(),
  state = case when not m.same or m.ends = 'again' then s.state when m.ends = 'failed' then 'failed'
    when s.state = 'subscribing' then 'subscribed' when s.state = 'unsubscribing' then 'unsubscribed' else s.state end,
  reason = case when not m.same then s.reason when s.state = 'unsubscribing' and m.ends <> 'failed' then coalesce(s.reason, m.reason) else m.reason end,
  next_at = case when not m.same then s.next_at when m.ends = 'again' then now() + make_interval(secs => m.wait) end,
  tries = case when m.same then s.tries + m.counted else s.tries end
from mine m where s.topic_id = m.topic_id and s.token_id = m.token_id and not m.goes`

/** Rows of counts put together, and ended subscriptions forgotten, with one statement. */
const AT_ONCE = 5_000

/** A topic's counts are put together from this many rows on. */
const MOST_COUNTS = 10

/** Puts counts together. Returns how many rows it took. */
export async function foldCounts(db: DbClient): Promise<number> {
  const { rows } = await db.query<{ taken: number }>({
    name: 'fold-topic-counts',
    text: `
with many as materialized (
  select topic_id from topic_counts group by topic_id having count(*) > ${MOST_COUNTS} limit 1000
), taken as (
  delete from topic_counts where ctid = any (array(
    select c.ctid from topic_counts c where c.topic_id in (select topic_id from many) limit ${AT_ONCE} for update skip locked))
  returning topic_id, state, count
), folded as (
  insert into topic_counts (topic_id, state, count) select topic_id, state, sum(count) from taken group by topic_id, state having sum(count) <> 0
)
select count(*)::integer as taken from taken`,
    values: [],
  })
  return rows[0]?.taken ?? 0
}

/** Forgets addresses of erased people that no push service could be told of in time, as where its provider is not set any more. */
export async function forgetErased(db: DbClient): Promise<void> {
  await db.query({
    name: 'forget-erased-topics',
    text: `delete from topic_subscriptions where address is not null and wished_at < now() - make_interval(hours => ${TOPIC_WISH_HOURS} + 1)`,
    values: [],
  })
}

/** Forgets what ended, or failed, some time ago. Returns how many. */
export async function forgetEnded(db: DbClient): Promise<number> {
  const { rowCount } = await db.query({
    name: 'forget-ended-topics',
    text: `delete from topic_subscriptions s using (
        select topic_id, token_id from topic_subscriptions
        where state in ('unsubscribed', 'failed') and updated_at < now() - make_interval(days => ${ENDED_TOPIC_DAYS}) and next_at is null
        order by updated_at limit ${AT_ONCE} for update skip locked) e
      where s.topic_id = e.topic_id and s.token_id = e.token_id`,
    values: [],
  })
  return rowCount ?? 0
}

/** Takes topics away that have no subscription, and had none for a day. In a transaction: what is entered meanwhile waits, and is seen. */
export async function dropEmptyTopics(client: DbClient): Promise<void> {
  const { rows } = await client.query<{ id: number }>({
    name: 'hold-empty-topics',
    text: `select p.id from topics p where p.created_at < now() - interval '1 day'
      and not exists (select from topic_subscriptions s where s.topic_id = p.id) order by p.id limit 1000 for update skip locked`,
    values: [],
  })
  if (rows.length === 0) return
  const ids = numbers(rows.map(({ id }) => id))
  await client.query({
    name: 'drop-topic-counts',
    text: `delete from topic_counts c where c.topic_id = any ($1::bigint[])
      and not exists (select from topic_subscriptions s where s.topic_id = c.topic_id)`,
    values: [ids],
  })
  await client.query({
    name: 'drop-topics',
    text: `delete from topics p where p.id = any ($1::bigint[])
      and not exists (select from topic_subscriptions s where s.topic_id = p.id) and not exists (select from topic_counts c where c.topic_id = p.id)`,
    values: [ids],
  })
}
