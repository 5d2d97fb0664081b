import type { Db } from '../db.ts'

/** One lane, as the whole database has it: what no node has taken. */
export interface QueueLane {
  readonly channel: 'sms' | 'push'
  /** provider:category */
  readonly lane: string
  /** Due by now: messages, or chunks of targets; counted up to `MOST_COUNTED`. */
  readonly waiting: number
  /** To be sent later; counted up to `MOST_COUNTED`. */
  readonly later: number
  /** How long the oldest has been due; 0: nothing is. */
  readonly oldestSeconds: number
}

export interface QueueLook {
  readonly lanes: readonly QueueLane[]
  /** Messages that may have been sent, about which a provider is still to be asked. */
  readonly uncertain: number
}

/** Beyond that it makes no difference to whoever looks, and counting would cost. */
const MOST_COUNTED = 10_000

/** What waits, lane by lane, in one statement that steps along the partial indexes of what nobody has taken. */
export async function readQueue(db: Db): Promise<QueueLook> {
  const { rows } = await db.query<{ lanes: readonly QueueLane[] | null; uncertain: number }>({
    name: 'read-queue',
    text: READ_QUEUE,
    values: [MOST_COUNTED],
  })
  return { lanes: rows[0]?.lanes ?? [], uncertain: rows[0]?.uncertain ?? 0 }
}

// Each step of a recursion finds the next lane by the index: what stands in a lane is not read for that.
const READ_QUEUE = `
with recursive sms as (
  (select lane from due where owner is null order by lane limit 1)
  union all
  select n.lane from sms s cross join lateral (
    select lane from due where owner is null and lane > s.lane order by lane limit 1) n
), push as (
  (select lane from push_chunks where owner is null and done_at is null order by lane limit 1)
  union all
  select n.lane from push p cross join lateral (
    select lane from push_chunks where owner is null and done_at is null and lane > p.lane order by lane limit 1) n
), lanes as (
  select 'sms' as channel, lane,
    (select count(*) from (select from due d where d.lane = sms.lane and action = 'send' and owner is null and run_at <= now() limit $1) as w) as waiting,
    (select count(*) from (select from due d where d.lane = sms.lane and action = 'send' and owner is null and run_at > now() limit $1) as l) as later,
    (select run_at from due d where d.lane = sms.lane and action = 'send' and owner is null order by run_at limit 1) as first
  from sms
  union all
  select 'push', lane,
    (select count(*) from (
      select from push_chunks c where c.lane = push.lane and owner is null and done_at is null and run_at <= now() limit $1) as w),
    (select count(*) from (
      select from push_chunks c where c.lane = push.lane and owner is null and done_at is null and run_at > now() limit $1) as l),
    (select run_at from push_chunks c where c.lane = push.lane and owner is null and done_at is null order by run_at limit 1)
  from push
)
select jsonb_agg(jsonb_build_object('channel', channel, 'lane', lane, 'waiting', waiting, 'later', later,
    'oldestSeconds', greatest(0, coalesce(extract(epoch from now() - first), 0))) order by channel, lane) as lanes,
  (select count(*) from sms s cross join lateral (
    select from due d where d.lane = s.lane and action = 'reconcile' and owner is null limit $1) u)::integer as uncertain
from lanes`
