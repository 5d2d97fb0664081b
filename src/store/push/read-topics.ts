import { TOPIC_STATES, type TopicState } from '../../domain/push/topics.ts'
import type { DbClient } from '../db.ts'

/** A topic, and how many devices are known of each state. */
export interface TopicRecord {
  readonly id: number
  readonly name: string
  readonly createdAt: Date
  readonly counts: Readonly<Record<TopicState, number>>
}

export interface SubscriptionRecord {
  readonly tokenId: number
  readonly token: string
  readonly kind: 'token' | 'fid'
  /** Whose it is; null: nobody said. */
  readonly contact: string | null
  readonly way: string
  readonly state: TopicState
  readonly reason: string | null
  readonly updatedAt: Date
}

/** What a device has to do with a topic. */
export interface DeviceTopic {
  readonly topic: string
  readonly state: TopicState
  readonly reason: string | null
}

type CountedRow = Omit<TopicRecord, 'counts'> & { readonly counts: Readonly<Record<string, number>> | null }

const COUNTED = `select p.id, p.name, p.created_at as "createdAt", (
    select jsonb_object_agg(c.state, c.count) from (
      select state, sum(count)::bigint as count from topic_counts where topic_id = p.id group by state) c) as counts
  from topics p`

/** Topics above `after`, in the order they were first named. */
export async function readTopics(db: DbClient, limit: number, after: number): Promise<readonly TopicRecord[]> {
  const { rows } = await db.query<CountedRow>({
    name: 'read-topics',
    text: `${COUNTED} where p.id > $1 order by p.id limit $2`,
    values: [after, limit],
  })
  return rows.map(toRecord)
}

/** Null: nothing was ever done about it here. */
export async function readTopic(db: DbClient, name: string): Promise<TopicRecord | null> {
  const { rows } = await db.query<CountedRow>({
    name: 'read-topic',
    text: `${COUNTED} where p.name = $1`,
    values: [name],
  })
  return rows[0] === undefined ? null : toRecord(rows[0])
}

function toRecord({ counts, ...row }: CountedRow): TopicRecord {
  const known = TOPIC_STATES.map((state) => [state, Math.max(0, counts?.[state] ?? 0)] as const)
  return { ...row, counts: Object.fromEntries(known) as Record<TopicState, number> }
}

/** Of a topic, those whose token id is below `before`, newest first; `state` null: of every state. */
export async function readSubscriptions(
  db: DbClient,
  topicId: number,
  state: TopicState | null,
  limit: number,
  before: number,
): Promise<readonly SubscriptionRecord[]> {
  const { rows } = await db.query<SubscriptionRecord>({
    name: state === null ? 'read-subscriptions' : 'read-subscriptions-of-state',
    text: `select s.token_id as "tokenId", t.token, t.kind, c.contact, s.way, s.state, s.reason, s.updated_at as "updatedAt"
      from topic_subscriptions s join tokens t on t.id = s.token_id left join clients c on c.id = t.client_id
      where s.topic_id = $1 and s.token_id < $2 ${state === null ? '' : 'and s.state = $4'} order by s.token_id desc limit $3`,
    values: [topicId, before, limit, ...(state === null ? [] : [state])],
  })
  return rows
}

/** An app instance has no more. Source: Firebase Cloud Messaging, "Manage topic subscriptions". */
const MOST_TOPICS = 2_000

/** Those of the device with this address, by name. */
export async function readDeviceTopics(db: DbClient, tokenId: number): Promise<readonly DeviceTopic[]> {
  const { rows } = await db.query<DeviceTopic>({
    name: 'read-device-topics',
    text: `select p.name as topic, s.state, s.reason from topic_subscriptions s join topics p on p.id = s.topic_id
      where s.token_id = $1 order by p.name limit ${MOST_TOPICS}`,
    values: [tokenId],
  })
  return rows
}
