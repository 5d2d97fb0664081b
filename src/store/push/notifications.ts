import type { Category, OnUncertain } from '../../domain/category.ts'
import type { PushPart, PushVariant } from '../../domain/push/push-part.ts'
import type { Db, DbClient } from '../db.ts'
import type { NewFallback } from './fallbacks.ts'
import { KEYED, type IdempotencyRecord } from '../idempotency.ts'

/** One accepted push, ready to be written; its tokens have their ids already. */
export interface NewNotification {
  readonly title: string
  readonly body: string
  /** Null: the targets are tokens. */
  readonly topic: string | null
  /** The FCM fields beyond title and body, as the caller gave them. */
  readonly content: unknown
  readonly tag: string | null
  readonly category: Category
  readonly onUncertain: OnUncertain
  /** Of several that it goes by, the one it is shown with. */
  readonly provider: string
  readonly ttlSeconds: number | null
  /** Seconds until what was not handed over is no longer sent, from the time it may leave. */
  readonly validitySeconds: number
  /** The key it came with; null: without one. */
  readonly keyId: number | null
  /** The earliest time it may leave; null: at once. */
  readonly sendAt: Date | null
  /** name@version/locale */
  readonly template: string | null
  /** The notification whose content this one has. */
  readonly resentFrom: number | null
  /** The span it belongs to, as W3C Trace Context writes it. */
  readonly traceparent?: string
  /** Its words in the languages of its targets, to which parts refer; absent: all have the same. */
  readonly variants?: readonly PushVariant[]
  /** When the last part of it may leave; null, or absent: as all of it. */
  readonly lastSendAt?: Date | null
  /** Those that go by `provider`. */
  readonly tokenIds: readonly number[]
  /** Those that go by others, or have something of their own; absent: none. */
  readonly others?: readonly WayTargets[]
  /** Dead tokens: written with their end at once, never sent to. */
  readonly suppressed: readonly { readonly tokenId: number; readonly reason: string }[]
  /** The SMS that stands in for it; absent: none does. */
  readonly fallback?: NewFallback
  readonly held: boolean
  readonly idempotency: IdempotencyRecord | null
}

/** Targets of a push that go by one provider, with the same words, at the same time. */
export interface WayTargets {
  readonly provider: string
  readonly tokenIds: readonly number[]
  /** What they have of their own; absent: nothing. */
  readonly part?: PushPart | null
  /** This node keeps them; absent: whichever has room does. */
  readonly held?: boolean
}

/** A chunk holds up to this many targets: small enough that its row is cheap to read again, large enough to keep a window busy. */
export const CHUNK_TARGETS = 1_000

/** Up to this many targets have their `tokennotifications` row at accept; longer lists get each when its outcome is known. */
const ROWS_AT_ACCEPT = 1_000

export interface InsertedNotification {
  readonly id: number
  readonly chunkIds: readonly number[]
}

/** One statement, so one commit: idempotency key, notification, its chunks and target rows. Null where the key was taken already. */
export async function insertNotifications(
  db: DbClient,
  owner: number,
  batch: readonly NewNotification[],
): Promise<(InsertedNotification | null)[]> {
  const chunks = batch.flatMap(toChunks)
  const suppressed = batch.flatMap((n, index) => n.suppressed.map((s) => ({ ord: index + 1, ...s })))
  const { rows } = await db.query<{ ord: number; id: number; chunks: number[] | null }>({
    name: 'insert-notifications',
    text: INSERT_NOTIFICATIONS,
    values: [
      owner,
      ...contentColumns(batch),
      chunks.map((c) => c.held),
      ...keyColumns(batch),
      chunks.map((c) => c.ord),
      chunks.map((c) => c.tokenIds),
      chunks.map((c) => c.size),
      suppressed.map((s) => s.ord),
      suppressed.map((s) => s.tokenId),
      suppressed.map((s) => s.reason),
      ROWS_AT_ACCEPT,
      batch.map((n) => n.keyId),
      batch.map((n) => n.sendAt?.toISOString() ?? null),
      batch.map((n) => n.template),
      batch.map((n) => n.resentFrom),
      batch.map((n) => n.traceparent ?? null),
      chunks.map((c) => c.provider),
      batch.map((n) => (n.variants === undefined || n.variants.length === 0 ? null : JSON.stringify(n.variants))),
      batch.map((n) => n.lastSendAt?.toISOString() ?? null),
      ...partColumns(chunks.map((c) => c.part)),
    ],
  })
  const inserted = new Array<InsertedNotification | null>(batch.length).fill(null)
  for (const row of rows) inserted[row.ord - 1] = { id: row.id, chunkIds: row.chunks ?? [] }
  return inserted
}

interface NewChunk {
  /** Of its notification, from 1 on. */
  readonly ord: number
  readonly provider: string
  readonly held: boolean
  /** Null for a topic. */
  readonly tokenIds: string | null
  readonly size: number
  readonly part: PushPart | null
}

function toChunks({ topic, provider, tokenIds, others = [], held }: NewNotification, index: number): NewChunk[] {
  const ord = index + 1
  if (topic !== null) return [{ ord, provider, held, tokenIds: null, size: 1, part: null }]
  return [{ provider, tokenIds, held }, ...others].flatMap((way) => toChunksOf(ord, way))
}

function toChunksOf(ord: number, { provider, tokenIds, part = null, held = false }: WayTargets): NewChunk[] {
  const chunks = []
  for (let from = 0; from < tokenIds.length; from += CHUNK_TARGETS) {
    const ids = tokenIds.slice(from, from + CHUNK_TARGETS)
    chunks.push({ ord, provider, held, tokenIds: `{${ids.join(',')}}`, size: ids.length, part })
  }
  return chunks
}

function partColumns(parts: readonly (PushPart | null)[]): unknown[] {
  return [
    parts.map((part) => part?.variant ?? null),
    parts.map((part) => part?.leavesAt?.toISOString() ?? null),
    parts.map((part) => part?.zones && `{${part.zones.join(',')}}`),
    parts.map((part) => part?.isQuiet ?? false),
  ]
}

function contentColumns(batch: readonly NewNotification[]): unknown[] {
  return [
    batch.map((n) => n.title),
    batch.map((n) => n.body),
    batch.map((n) => n.topic),
    batch.map((n) => JSON.stringify(n.content)),
    batch.map((n) => n.tag),
    batch.map((n) => n.category),
    batch.map((n) => n.onUncertain),
    batch.map((n) => n.provider),
    batch.map((n) => n.ttlSeconds),
    batch.map((n) => n.validitySeconds),
    batch.map(countTargets),
    batch.map((n) => JSON.stringify(n.suppressed.length === 0 ? {} : { suppressed: n.suppressed.length })),
  ]
}

/** Of a topic there is one. */
export function countTargets({
  topic,
  tokenIds,
  others = [],
  suppressed,
}: Pick<NewNotification, 'topic' | 'tokenIds' | 'others' | 'suppressed'>): number {
  if (topic !== null) return 1
  return others.reduce((sum, way) => sum + way.tokenIds.length, tokenIds.length + suppressed.length)
}

function keyColumns(batch: readonly NewNotification[]): unknown[] {
  return [
    batch.map((n) => n.idempotency?.caller ?? null),
    batch.map((n) => n.idempotency?.route ?? null),
    batch.map((n) => n.idempotency?.key ?? null),
    batch.map((n) => n.idempotency && JSON.stringify(n.idempotency.fields)),
    batch.map((n) => n.idempotency && JSON.stringify(n.idempotency.answer)),
  ]
}

const INSERT_NOTIFICATIONS = `
with me as materialized (
  select id from nodes where id = $1 and ended_at is null for key share
), input as materialized (
  select t.title, t.body, t.topic, t.content, t.tag, t.category, t.on_uncertain, t.provider, t.ttl_seconds, t.validity_seconds,
    t.targets, t.tally, t.caller, t.route, t.key, t.fields, t.answer,
    t.key_id, t.send_at, t.template, t.resent_from, t.traceparent, greatest(t.send_at, now()) as leaves, t.ord, t.variants,
    greatest(t.last_send_at, t.send_at, now()) as leaves_last, t.last_send_at is not null as parted,
    nextval('notifications_id_seq') as id
  from unnest($2::text[], $3::text[], $4::text[], $5::jsonb[], $6::text[], $7::text[], $8::text[], $9::text[], $10::integer[],
    $11::integer[], $12::integer[], $13::jsonb[], $15::text[], $16::text[], $17::text[], $18::jsonb[], $19::jsonb[],
    $27::integer[], $28::timestamptz[], $29::text[], $30::bigint[], $31::text[], $33::jsonb[], $34::timestamptz[])
    with ordinality as t (title, body, topic, content, tag, category, on_uncertain, provider, ttl_seconds,
      validity_seconds, targets, tally, caller, route, key, fields, answer, key_id, send_at, template, resent_from,
      traceparent, variants, last_send_at, ord)
), ${KEYED}, accepted as materialized (
  select ord, id, title, body, topic, content, tag, category, on_uncertain, provider, ttl_seconds, validity_seconds, targets, tally,
    key_id, send_at, template, resent_from, traceparent, leaves, leaves_last, parted, variants
  from input where key is null or id in (select resource_id from keyed)
), inserted as (
  insert into notifications (id, title, body, topic, content, tag, category, on_uncertain, provider, ttl_seconds, expires_at, targets, tally,
    key_id, send_at, template, resent_from, traceparent, variants)
  select id, title, body, topic, content, tag, category, on_uncertain, provider, ttl_seconds,
    leaves_last + make_interval(secs => validity_seconds), targets, tally, key_id, send_at, template, resent_from, traceparent, variants
  from accepted order by id
  returning id
), chunk as materialized (
  select a.id as notification_id, c.held and exists (select from me) as held, a.targets, greatest(c.leaves_at, a.leaves) as leaves, c.provider, a.category,
    c.token_ids::bigint[] as token_ids, c.size, a.parted, a.validity_seconds, c.variant, c.zones::text[] as zones, c.quiet
  from unnest($20::bigint[], $21::text[], $22::integer[], $14::boolean[], $32::text[], $35::smallint[], $36::timestamptz[], $37::text[], $38::boolean[])
      as c (ord, token_ids, size, held, provider, variant, leaves_at, zones, quiet)
    join accepted a on a.ord = c.ord join inserted i on i.id = a.id
), chunked as (
  insert into push_chunks (notification_id, token_ids, size, lane, owner, run_at, variant, zones, quiet, leaves_at, expires_at)
  select notification_id, token_ids, size, provider || ':' || category, case when held then $1::bigint end, leaves, variant, zones, quiet,
    case when parted then leaves end, case when parted then leaves + make_interval(secs => validity_seconds) end
  from chunk
  returning id, notification_id
), waiting as (
  insert into tokennotifications (token_id, notification_id, status, variant)
  select t.id, c.notification_id, case when c.leaves > now() then 'scheduled' else 'queued' end, c.variant
  from chunk c cross join lateral unnest(c.token_ids) as t (id) where c.targets <= $26
), dead as (
  insert into tokennotifications (token_id, notification_id, status, reason)
  select s.token_id, a.id, 'suppressed', s.reason
  from unnest($23::bigint[], $24::bigint[], $25::text[]) as s (ord, token_id, reason)
    join accepted a on a.ord = s.ord join inserted i on i.id = a.id
)
select a.ord::integer as ord, a.id, (select array_agg(k.id order by k.id) from chunked k where k.notification_id = a.id) as chunks
from accepted a`

/** Committed counts by status; `pending` are the targets without an outcome. Null: no such notification. */
export async function countOutcomes(
  db: Db,
  notificationId: number,
): Promise<{ counts: Record<string, number>; pending: number } | null> {
  const { rows } = await db.query<{ targets: number; counts: Record<string, number> | null }>({
    name: 'count-outcomes',
    text: `
select n.targets, (
  select jsonb_object_agg(s.status, s.count) from (
    select t.key as status, sum(t.value::bigint) as count
    from (select n.tally union all select c.tally from push_chunks c where c.notification_id = n.id) as l (tally)
      cross join lateral jsonb_each_text(l.tally) as t
    group by t.key) s) as counts
from notifications n where n.id = $1`,
    values: [notificationId],
  })
  const row = rows[0]
  if (row === undefined) return null
  const counts = row.counts ?? {}
  const ended = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return { counts, pending: row.targets - ended }
}
