import type { TopicState, TopicWish } from '../../domain/push/topics.ts'
import { numbers, texts } from '../arrays.ts'
import type { DbClient } from '../db.ts'

/** Devices that a wish is for, each with the way it is carried out by. */
export interface WishedDevice {
  readonly tokenId: number
  readonly way: string
}

/** What came of a wish as it was stored. */
export interface WishedState {
  readonly tokenId: number
  readonly state: TopicState
  readonly reason: string | null
  /** It is still to be carried out. */
  readonly waits: boolean
}

/** The topic of that name, which nobody can take away until the transaction ends. Entered where it is not there. */
export async function enterTopic(client: DbClient, name: string): Promise<number> {
  for (let round = 0; round < ROUNDS; round++) {
    const { rows } = await client.query<{ id: number }>({
      name: 'hold-topic',
      text: 'select id from topics where name = $1 for key share',
      values: [name],
    })
    if (rows[0] !== undefined) return rows[0].id
    await client.query({
      name: 'enter-topic',
      text: 'insert into topics (name) values ($1) on conflict (name) do nothing',
      values: [name],
    })
  }
  throw new Error('a topic was not entered')
}

/** Another node may take an empty topic away at the same moment. */
const ROUNDS = 5

/**
 * Stores what devices are to do about a topic: the last wish holds. In a transaction; of the same devices, all take them in the order of their
 * ids, devices before subscriptions. What is captured leaves alone what a push service has been told. At most 10,000, different ones.
 */
export async function wishTopic(
  client: DbClient,
  topicId: number,
  wish: TopicWish,
  devices: readonly WishedDevice[],
): Promise<readonly WishedState[]> {
  const ids = numbers(devices.map(({ tokenId }) => tokenId))
  await client.query({
    name: 'hold-devices',
    text: 'select from tokens where id = any ($1::bigint[]) order by id for key share',
    values: [ids],
  })
  const [pending, done] = wish === 'subscribe' ? ['subscribing', 'subscribed'] : ['unsubscribing', 'unsubscribed']
  await client.query({
    name: 'wish-topic',
    text: WISH,
    values: [topicId, ids, texts(devices.map(({ way }) => way)), pending, done],
  })
  const { rows } = await client.query<WishedState>({
    name: 'read-wishes',
    text: `select token_id as "tokenId", state, reason, next_at is not null as waits from topic_subscriptions
      where topic_id = $1 and token_id = any ($2::bigint[])`,
    values: [topicId, ids],
  })
  return rows
}

// What waits for the same already is not put off.
const WISH = `
insert into topic_subscriptions as s (topic_id, token_id, way, state, next_at)
select $1, i.token_id, i.way, case when i.way like 'fcm%' then $4 else $5 end, case when i.way like 'fcm%' then now() end
from unnest($2::bigint[], $3::text[]) as i (token_id, way) order by i.token_id
on conflict (topic_id, token_id) do update set way = excluded.way, state = excluded.state, reason = null, wish = s.wish + 1, wished_at = now(),
  updated_at = now(), next_at = excluded.next_at, tries = 0
where (excluded.way <> 'sandbox' or s.way = 'sandbox')
  and not (s.way = excluded.way and s.state = excluded.state and (s.next_at is null) = (excluded.next_at is null))`

/** Of devices that are retired, and so follow nothing: they don't begin again either when that is undone. */
export async function endTopic(db: DbClient, topicId: number, tokenIds: readonly number[]): Promise<void> {
  await db.query({
    name: 'end-topic',
    text: `
with mine as materialized (
  select topic_id, token_id from topic_subscriptions
  where topic_id = $1 and token_id = any ($2::bigint[]) and state in ('unsubscribing', 'unsubscribed') and reason is not null
  order by token_id for update
)
update topic_subscriptions s set reason = null from mine m where s.topic_id = m.topic_id and s.token_id = m.token_id`,
    values: [topicId, numbers(tokenIds)],
  })
}

/** Of these devices and this topic: what is still to be carried out, and what could not be. */
export async function readWishes(
  client: DbClient,
  topicId: number,
  tokenIds: readonly number[],
): Promise<readonly WishedState[]> {
  const { rows } = await client.query<WishedState>({
    name: 'read-open-wishes',
    text: `select token_id as "tokenId", state, reason, next_at is not null as waits from topic_subscriptions
      where topic_id = $1 and token_id = any ($2::bigint[]) and (next_at is not null or state = 'failed')`,
    values: [topicId, numbers(tokenIds)],
  })
  return rows
}
