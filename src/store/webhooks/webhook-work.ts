import { numbers, texts } from '../arrays.ts'
import type { DbClient } from '../db.ts'

/** What one step of handing out did. */
export interface FanOut {
  /** Deliveries that came of it. */
  readonly made: number
  /** True: the next step would find more. */
  readonly more: boolean
}

/**
 * Makes a delivery of each event for each webhook that wants it, in the order of events, from where the last step ended. Reads only what no
 * transaction under way can still come before, so that nothing is passed over. Another node is at it: nothing is done.
 */
export async function fanOut(db: DbClient, limit: number): Promise<FanOut> {
  const { rows } = await db.query<FanOut>({ name: 'fan-out', text: FAN_OUT, values: [limit] })
  return rows[0] ?? { made: 0, more: false }
}

// A test goes to the webhook it was asked for alone, and there it was sent when it was asked for.
const FAN_OUT = `
with place as materialized (
  select xid, id from webhook_cursor for update skip locked
), read as materialized (
  select e.xid, e.id, e.type, e.message_id, e.client_id from events e
  where (e.xid, e.id) > ((select xid from place), (select id from place)) and e.xid < pg_snapshot_xmin(pg_current_snapshot())
  order by e.xid, e.id limit $1
), made as (
  insert into webhook_deliveries (webhook_id, event_xid, event_id, type, message_id, client_id, next_at)
  select w.id, e.xid, e.id, e.type, e.message_id, e.client_id, now() from read e cross join webhooks w
  where w.disabled_at is null and w.deleted_at is null and w.types && array['*', e.type] and e.type <> 'webhook.test'
    and (w.since is null or not pg_visible_in_snapshot(e.xid, w.since))
  order by e.xid, e.id, w.id
  on conflict (webhook_id, event_xid, event_id) do nothing
  returning 1
), moved as (
  update webhook_cursor c set xid = l.xid, id = l.id
  from (select xid, id from read order by xid desc, id desc limit 1) l
)
select (select count(*)::integer from made) as made, (select count(*) from read) = $1 as more`

/** A delivery that this node is to try now. */
export interface ClaimedDelivery {
  readonly id: number
  readonly webhookId: number
  readonly eventXid: string
  readonly eventId: number
  /** Since it was last begun. */
  readonly tries: number
  readonly url: string
  readonly payload: 'thin' | 'full'
  /** Encrypted. The second is null where it no longer signs. */
  readonly secret: Buffer
  readonly oldSecret: Buffer | null
  readonly failing: boolean
}

/** What a node has room for. */
export interface ClaimRoom {
  /** Tries at once to one webhook that is known to be fast; any other gets one at a time. */
  readonly perWebhook: number
  /** More tries in all. */
  readonly room: number
  /** More webhooks that fail. */
  readonly failingRoom: number
  /** More webhooks that are slow. */
  readonly slowRoom: number
  /** Whether a webhook is slow, as far as that is known. */
  readonly slow: ReadonlyMap<number, boolean>
  /** Tries under way, by webhook. */
  readonly busy: ReadonlyMap<number, number>
}

/** Takes deliveries that are due: of each webhook the longest due, of no webhook more than its share. */
export async function claimDeliveries(
  db: DbClient,
  owner: number,
  { perWebhook, room, failingRoom, slowRoom, slow, busy }: ClaimRoom,
): Promise<readonly ClaimedDelivery[]> {
  const { rows } = await db.query<ClaimedDelivery>({
    name: 'claim-webhook-deliveries',
    text: CLAIM,
    values: [
      owner,
      numbers([...busy.keys()]),
      numbers([...busy.values()]),
      perWebhook,
      room,
      failingRoom,
      slowRoom,
      numbers([...slow.keys()]),
      numbers([...slow.values()].map(Number)),
    ],
  })
  return rows
}

// In a random order: with more webhooks than places nobody is always the last.
const CLAIM = `
with busy as materialized (
  select * from unnest($2::bigint[], $3::integer[]) as b (webhook_id, count)
), paces as materialized (
  select webhook_id, slow = 1 as slow from unnest($8::bigint[], $9::integer[]) as p (webhook_id, slow)
), able as materialized (
  select w.id, k.kind, m.most - coalesce(b.count, 0) as room, row_number() over (partition by k.kind order by random()) as place
  from webhooks w left join busy b on b.webhook_id = w.id left join paces p on p.webhook_id = w.id
    cross join lateral (select case when w.failing_since is not null then 'failing' when p.slow then 'slow' when not p.slow then 'fast' end as kind) k
    cross join lateral (select case when k.kind = 'fast' then $4::integer else 1 end as most) m
  where w.disabled_at is null and w.deleted_at is null and (w.not_before is null or w.not_before <= now())
    and m.most > coalesce(b.count, 0)
    and exists (select from webhook_deliveries d where d.webhook_id = w.id and d.next_at <= now() and d.owner is null)
), picked as materialized (
  select d.id from (
    select * from able where place <= case kind when 'failing' then $6::integer when 'slow' then $7::integer else place end order by place
  ) a cross join lateral (
    select d.id from webhook_deliveries d
    where d.webhook_id = a.id and d.next_at <= now() and d.owner is null order by d.next_at limit a.room for update skip locked
  ) d limit $5
)
update webhook_deliveries d set owner = $1 from picked p, webhooks w
where d.id = p.id and w.id = d.webhook_id
returning d.id, d.webhook_id as "webhookId", d.event_xid as "eventXid", d.event_id as "eventId", d.tries, w.url, w.payload, w.secret,
  case when w.old_secret_until > now() then w.old_secret end as "oldSecret", w.failing_since is not null as failing`

/** What a try came to, and what follows. */
export interface SettledDelivery {
  readonly id: number
  readonly startedAt: Date
  readonly finishedAt: Date
  readonly status: number | null
  readonly failure: string | null
  readonly excerpt: string | null
  readonly verdict: 'delivered' | 'again' | 'given_up' | 'gone'
  /** Seconds; null where there is no next try. */
  readonly waitSeconds: number | null
  /** Seconds that the receiver asked to be left alone; null: it did not. */
  readonly pauseSeconds: number | null
}

/** A webhook that this has disabled. */
export interface DisabledWebhook {
  readonly id: number
  readonly reason: 'gone' | 'failing'
}

/**
 * Stores tries of deliveries that `owner` still holds; what was taken from it meanwhile is left to whoever has it. A webhook of which
 * nothing was taken for `failingSeconds` is disabled, as is one that said it is gone; the event that tells of it comes with it.
 */
export async function settleDeliveries(
  db: DbClient,
  owner: number,
  settled: readonly SettledDelivery[],
  failingSeconds: number,
): Promise<readonly DisabledWebhook[]> {
  const { rows } = await db.query<DisabledWebhook>({
    name: 'settle-webhook-deliveries',
    text: SETTLE,
    values: [
      owner,
      numbers(settled.map(({ id }) => id)),
      texts(settled.map(({ startedAt }) => startedAt.toISOString())),
      texts(settled.map(({ finishedAt }) => finishedAt.toISOString())),
      numbers(settled.map(({ status }) => status)),
      texts(settled.map(({ failure }) => failure)),
      texts(settled.map(({ excerpt }) => excerpt)),
      texts(settled.map(({ verdict }) => verdict)),
      numbers(settled.map(({ waitSeconds }) => waitSeconds)),
      numbers(settled.map(({ pauseSeconds }) => pauseSeconds)),
      failingSeconds,
    ],
  })
  return rows
}

const SETTLE = `
with input as materialized (
  select * from unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::float8[],
    $10::float8[]) as i (id, started_at, finished_at, status, failure, excerpt, verdict, wait, pause)
), mine as materialized (
  select d.webhook_id, d.attempts + 1 as number, i.* from input i join webhook_deliveries d on d.id = i.id
  where d.owner = $1 order by d.id for update of d
), moved as (
  update webhook_deliveries d set owner = null, attempts = m.number, tries = d.tries + 1, updated_at = now(),
    next_at = now() + make_interval(secs => m.wait),
    status = case m.verdict when 'delivered' then 'delivered' when 'again' then 'queued' else 'failed' end
  from mine m where d.id = m.id
), tried as (
  insert into webhook_attempts (delivery_id, number, started_at, finished_at, status, failure, excerpt)
  select id, number, started_at, finished_at, status, failure, excerpt from mine
), came as (
  select webhook_id, bool_or(verdict = 'delivered') as taken, bool_or(verdict = 'gone') as gone, min(started_at) as since, max(pause) as pause
  from mine group by webhook_id
), held as materialized (
  select w.id, c.*, case when c.gone then 'gone'
      when not c.taken and w.failing_since <= now() - make_interval(secs => $11) then 'failing' end as ends
  from webhooks w join came c on c.webhook_id = w.id
  where (c.taken and w.failing_since is not null) or c.gone or c.pause is not null
    or (not c.taken and (w.failing_since is null or w.failing_since <= now() - make_interval(secs => $11)))
  order by w.id for update of w
), marked as (
  update webhooks w set failing_since = case when not h.taken then coalesce(w.failing_since, h.since) end,
    not_before = greatest(w.not_before, now() + make_interval(secs => h.pause)),
    disabled_at = coalesce(w.disabled_at, case when h.ends is not null then now() end),
    disabled_reason = coalesce(w.disabled_reason, h.ends)
  from held h where w.id = h.id returning w.id, w.disabled_reason as reason, w.disabled_at = now() as disabled
), told as (
  insert into events (type, endpoint_id, reason) select 'webhook.disabled', id, reason from marked
  where disabled and events_wanted() && array['*', 'webhook.disabled']
)
select id, reason from marked where disabled`

/** Gives back what a node held that is no more, and what `owner` holds without knowing of it. `known`: what it is at. */
export async function freeDeliveries(db: DbClient, owner: number, known: readonly number[]): Promise<void> {
  await db.query({
    name: 'free-webhook-deliveries',
    text: `update webhook_deliveries d set owner = null
      where d.owner is not null and (d.owner <> $1 or d.id <> all ($2::bigint[]))
        and (d.owner = $1 or not exists (select from nodes n where n.id = d.owner and n.ended_at is null))`,
    values: [owner, numbers(known)],
  })
}

/** Before this node ends: what it holds is anybody's. */
export async function leaveDeliveries(db: DbClient, owner: number): Promise<void> {
  await db.query({
    name: 'leave-webhook-deliveries',
    text: `update webhook_deliveries set owner = null where owner = $1`,
    values: [owner],
  })
}
