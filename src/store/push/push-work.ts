import type { OnUncertain } from '../../domain/category.ts'
import type { JsonObject, PushTarget } from '../../domain/provider.ts'
import type { Status } from '../../domain/status.ts'
import { numbers, texts } from '../arrays.ts'
import type { Db, DbClient } from '../db.ts'
import { FINAL } from './read-tokens.ts'

/** `gone`: why it is not to be sent to any more, where its owner took it away, or the person was erased. */
type ChunkTarget = PushTarget & { readonly gone?: string }

/** As the database tells it: a token to be sent to stands for itself. */
type StoredTarget = string | ChunkTarget

type StoredChunk = Omit<ChunkRow, 'targets'> & { readonly targets: readonly StoredTarget[] }

/** One chunk of a push, as a node holds it in memory. */
export interface ChunkRow {
  readonly id: number
  /** The node that took it: after it was declared dead the row is somebody else's, perhaps the same process's under its next mark. */
  readonly owner: number
  readonly notificationId: number
  readonly lane: string
  /** That of its lane: one push may go by several. */
  readonly provider: string
  readonly title: string
  readonly body: string
  readonly content: JsonObject
  readonly topic: string | null
  readonly ttlSeconds: number | null
  readonly onUncertain: OnUncertain
  /** Null for a topic. */
  readonly tokenIds: readonly number[] | null
  /** Of all targets, in order: what the provider addresses. */
  readonly targets: readonly ChunkTarget[]
  readonly started: number
  readonly settled: Buffer
  readonly tally: Readonly<Record<string, number>>
  readonly attemptsCounted: number
  readonly uncertainAttempts: number
  readonly crashes: number
  /** Nothing of it is to be handed over any more. */
  readonly cancelled: boolean
  readonly ageMs: number
  /** Until what was not handed over is no longer sent. */
  readonly remainingMs: number
  /** Whose clocks its quiet hours go by (IANA); null: it has none. */
  readonly zones: readonly string[] | null
}

const CHUNK_COLUMNS = `
  c.id, c.owner, c.notification_id as "notificationId", c.lane, split_part(c.lane, ':', 1) as provider, n.topic,
  coalesce(v.words ->> 'title', n.title) as title, coalesce(v.words ->> 'body', n.body) as body,
  case when v.words is null then n.content
    else (n.content - 'link' - 'image') || jsonb_strip_nulls(jsonb_build_object('link', v.words -> 'link', 'image', v.words -> 'image')) end as content,
  n.ttl_seconds as "ttlSeconds", n.on_uncertain as "onUncertain", c.token_ids as "tokenIds", c.started, c.settled, c.tally,
  c.attempts_counted as "attemptsCounted", c.uncertain_attempts as "uncertainAttempts", c.crashes,
  c.cancelled_at is not null as cancelled, (extract(epoch from now() - n.time) * 1000)::float8 as "ageMs",
  (extract(epoch from coalesce(c.expires_at, n.expires_at) - now()) * 1000)::float8 as "remainingMs", c.zones,
  case when c.token_ids is null then json_build_array(
      json_build_object('kind', case when strpos(n.topic, '''') > 0 then 'condition' else 'topic' end, 'value', n.topic))
    else (select json_agg(case when t.kind = 'token' and t.retired_reason is null then to_json(t.token)
        when t.retired_reason = any (${FINAL}) then json_build_object('kind', t.kind, 'value', '', 'gone', t.retired_reason)
        else json_build_object('kind', t.kind, 'value', t.token) end order by o.ord)
      from unnest(c.token_ids) with ordinality as o (id, ord) join tokens t on t.id = o.id) end as targets`

const OF_CHUNK = `join notifications n on n.id = c.notification_id cross join lateral (select n.variants -> c.variant::integer as words) v`

/** What is paused is left where it is until that ends, or its validity does. */
export const MAY_GO_ON = `(k.cancelled_at is not null or not exists (select from paused_pushes z where z.notification_id = k.notification_id)
      or exists (select from notifications o where o.id = k.notification_id and coalesce(k.expires_at, o.expires_at) <= now()))`

/** Takes chunks that are due, up to each lane's room, oldest first. */
export async function claimChunks(db: Db, owner: number, rooms: ReadonlyMap<string, number>): Promise<ChunkRow[]> {
  const { rows } = await db.query<StoredChunk>({
    name: 'claim-chunks',
    text: `
with me as materialized (
  select id from nodes where id = $1 and ended_at is null for key share
), picked as materialized (
  select p.id from me, unnest($2::text[], $3::integer[]) as l (lane, room) cross join lateral (
    select id from push_chunks k where lane = l.lane and owner is null and done_at is null and run_at <= now() and ${MAY_GO_ON}
    order by run_at limit l.room for update skip locked) p
), c as (
  update push_chunks set owner = $1, updated_at = now() where id in (select id from picked)
  returning id, owner, notification_id, lane, token_ids, started, settled, tally, attempts_counted, uncertain_attempts, crashes, cancelled_at,
    variant, expires_at, zones
)
select ${CHUNK_COLUMNS} from c ${OF_CHUNK} order by c.id`,
    values: [owner, [...rooms.keys()], [...rooms.values()]],
  })
  return rows.map(toChunk)
}

/**
 * Takes chunks whose notification's validity is over, or that were cancelled, in lanes that this node does not serve now: perhaps nobody does,
 * and they must end.
 */
export async function claimExpiredChunks(
  db: Db,
  owner: number,
  served: readonly string[],
  limit: number,
): Promise<ChunkRow[]> {
  const { rows } = await db.query<StoredChunk>({
    name: 'claim-expired-chunks',
    text: `
with me as materialized (
  select id from nodes where id = $1 and ended_at is null for key share
), picked as materialized (
  select c.id from me, push_chunks c join notifications n on n.id = c.notification_id
  where c.owner is null and c.done_at is null and c.run_at <= now() and c.lane <> all ($2::text[])
    and (coalesce(c.expires_at, n.expires_at) <= now() or c.cancelled_at is not null)
  order by c.id limit $3 for update of c skip locked
), c as (
  update push_chunks set owner = $1, updated_at = now() where id in (select id from picked)
  returning id, owner, notification_id, lane, token_ids, started, settled, tally, attempts_counted, uncertain_attempts, crashes, cancelled_at,
    variant, expires_at, zones
)
select ${CHUNK_COLUMNS} from c ${OF_CHUNK} order by c.id`,
    values: [owner, served, limit],
  })
  return rows.map(toChunk)
}

/** Chunks this owner holds since their insert. */
export async function loadChunks(db: Db, owner: number, ids: readonly number[]): Promise<ChunkRow[]> {
  const { rows } = await db.query<StoredChunk>({
    name: 'load-chunks',
    text: `select ${CHUNK_COLUMNS} from push_chunks c ${OF_CHUNK}
      where c.id = any ($2::bigint[]) and c.owner = $1 and c.done_at is null order by c.id`,
    values: [owner, ids],
  })
  return rows.map(toChunk)
}

function toChunk(stored: StoredChunk): ChunkRow {
  const targets = stored.targets.map((one) => (typeof one === 'string' ? { kind: 'token' as const, value: one } : one))
  return { ...stored, targets }
}

/** Where a chunk stands: absolute values, since its owner alone moves it. */
export interface ChunkMove {
  readonly id: number
  /** Under whose mark it was taken. */
  readonly owner: number
  /** Targets before this one were started earlier; those from here to `started` are now. */
  readonly from: number
  readonly started: number
  readonly settled: Buffer
  readonly tally: Readonly<Record<string, number>>
  readonly done: boolean
  /** A topic's outcome; null for tokens, which have rows of their own. */
  readonly reason: string | null
  readonly providerMessageId: string | null
}

export interface TargetOutcome {
  readonly chunkId: number
  readonly notificationId: number
  readonly tokenId: number
  readonly status: Status
  readonly reason: string | null
  readonly providerMessageId: string | null
  readonly uncertainAttempts: number
}

/** Targets of a chunk that are tried again together. */
export interface ChunkRetry {
  readonly chunkId: number
  readonly notificationId: number
  readonly lane: string
  /** Null for a topic. */
  readonly tokenIds: readonly number[] | null
  readonly size: number
  readonly attemptsCounted: number
  readonly uncertainAttempts: number
  /** Nodes that died while these targets were in flight. */
  readonly crashes: number
  readonly waitMs: number
  /** They wait for the end of quiet hours; absent: no. */
  readonly quiet?: boolean
}

/** A chunk that was moved on. */
export interface MovedChunk {
  readonly id: number
  /** Its push was cancelled meanwhile: what it was to start now is not started. */
  readonly cancelled: boolean
}

/**
 * Moves chunks on: what was started, what is settled, each settled target's row, and new chunks for what is tried again, all or nothing.
 * Returns those that were still this owner's, and taken by it; of the others nothing is written. It is the one gate before a provider:
 * only targets of what comes back, and is not cancelled, may be submitted.
 */
export async function moveChunks(
  client: DbClient,
  owner: number,
  all: readonly ChunkMove[],
  outcomes: readonly TargetOutcome[],
  retries: readonly ChunkRetry[],
): Promise<MovedChunk[]> {
  const moves = all.filter((move) => move.owner === owner)
  const { rows } = await client.query<MovedChunk>({
    name: 'move-chunks',
    text: MOVE_CHUNKS,
    values: [
      owner,
      moves.map((m) => m.id),
      moves.map((m) => m.started),
      moves.map((m) => m.settled),
      moves.map((m) => JSON.stringify(m.tally)),
      moves.map((m) => m.done),
      numbers(outcomes.map((o) => o.chunkId)),
      numbers(outcomes.map((o) => o.notificationId)),
      numbers(outcomes.map((o) => o.tokenId)),
      texts(outcomes.map((o) => o.status)),
      texts(outcomes.map((o) => o.reason)),
      texts(outcomes.map((o) => o.providerMessageId)),
      numbers(outcomes.map((o) => o.uncertainAttempts)),
      retries.map((r) => r.chunkId),
      retries.map((r) => r.notificationId),
      retries.map((r) => r.lane),
      retries.map((r) => r.tokenIds && `{${r.tokenIds.join(',')}}`),
      retries.map((r) => r.size),
      retries.map((r) => r.attemptsCounted),
      retries.map((r) => r.uncertainAttempts),
      retries.map((r) => r.crashes),
      retries.map((r) => r.waitMs),
      moves.map((m) => m.reason),
      moves.map((m) => m.providerMessageId),
      moves.map((m) => m.from),
      retries.map((r) => r.quiet ?? false),
    ],
  })
  return rows
}

// A target's row is written once, when its outcome is known; where it stands since accept, it is moved on. A device may have reported by then:
// its word stays, and the push service's id is put beside it.
const MOVE_CHUNKS = `
with prior as materialized (
  select id, attempt, settled, cancelled_at from push_chunks where id = any ($2::bigint[]) and owner = $1 order by id for update
), moved as (
  update push_chunks c set started = case when p.cancelled_at is null then i.started else i.begins end, settled = i.settled, tally = i.tally, updated_at = now(),
    reason = i.reason, provider_message_id = i.provider_message_id,
    done_at = case when i.done then now() end, owner = case when i.done then null else c.owner end
  from unnest($2::bigint[], $3::integer[], $4::bytea[], $5::jsonb[], $6::boolean[], $23::text[], $24::text[], $25::integer[])
    as i (id, started, settled, tally, done, reason, provider_message_id, begins) join prior p on p.id = i.id
  where c.id = i.id and c.owner = $1 and bit_count(c.settled) <= bit_count(i.settled)
  returning c.id, p.attempt, p.cancelled_at, bit_count(p.settled) < bit_count(c.settled) as first, c.variant, c.leaves_at, c.expires_at, c.zones
), final as (
  insert into tokennotifications as t (notification_id, token_id, status, reason, provider_message_id, uncertain_attempts, variant)
  select o.notification_id, o.token_id, o.status, o.reason, o.provider_message_id, o.uncertain_attempts, m.variant
  from unnest($7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::text[], $12::text[], $13::smallint[])
    as o (chunk_id, notification_id, token_id, status, reason, provider_message_id, uncertain_attempts)
    join moved m on m.id = o.chunk_id
  order by o.notification_id, o.token_id
  on conflict (notification_id, token_id) do update set uncertain_attempts = excluded.uncertain_attempts,
    status = case when status_rank(excluded.status) >= status_rank(t.status) then excluded.status else t.status end,
    reason = case when status_rank(excluded.status) >= status_rank(t.status) then excluded.reason else t.reason end,
    provider_message_id = excluded.provider_message_id, variant = coalesce(t.variant, excluded.variant),
    updated_at = case when status_rank(excluded.status) >= status_rank(t.status) then now() else t.updated_at end
    where status_rank(excluded.status) >= status_rank(t.status) or t.received_at is not null or t.opened_at is not null
), again as (
  insert into push_chunks (notification_id, token_ids, size, attempt, attempts_counted, uncertain_attempts, crashes, lane, run_at, cancelled_at,
    variant, leaves_at, expires_at, zones, quiet)
  select r.notification_id, r.token_ids::bigint[], r.size, m.attempt + 1, r.attempts_counted, r.uncertain_attempts, r.crashes, r.lane,
    case when m.cancelled_at is null then now() + make_interval(secs => r.wait_ms / 1000) else now() end, m.cancelled_at,
    m.variant, m.leaves_at, m.expires_at, m.zones, r.quiet
  from unnest($14::bigint[], $15::bigint[], $16::text[], $17::text[], $18::integer[], $19::smallint[], $20::smallint[], $21::smallint[],
    $22::float8[], $26::boolean[])
    as r (chunk_id, notification_id, lane, token_ids, size, attempts_counted, uncertain_attempts, crashes, wait_ms, quiet)
    join moved m on m.id = r.chunk_id and m.first
)
select id, cancelled_at is not null as cancelled from moved`

/** Lets go of chunks: any node may go on with them from `waitMs` on. */
export async function releaseChunks(
  client: DbClient,
  owner: number,
  ids: readonly number[],
  waitMs: number,
): Promise<void> {
  await client.query({
    name: 'release-chunks',
    text: `update push_chunks set owner = null, run_at = now() + make_interval(secs => $3 / 1000.0)
      where id = any ($2::bigint[]) and owner = $1`,
    values: [owner, ids, waitMs],
  })
}
