import type { Category } from '../../domain/category.ts'
import type { JsonObject } from '../../domain/provider.ts'
import type { PushVariant } from '../../domain/push/push-part.ts'
import { addUp, type StatusCounts } from '../../domain/tally.ts'
import type { Db } from '../db.ts'
import type { Confirmation, FallbackState } from '../../domain/push/fallback.ts'
import { isPausedSql } from '../nodes/read-pauses.ts'

export type { StatusCounts }

/** One notification with how its targets stand. */
export interface NotificationRecord {
  readonly id: number
  readonly topic: string | null
  readonly title: string
  readonly body: string
  /** image, link, data, android, apns, webpush, fcm_options as the caller gave them. */
  readonly content: JsonObject
  readonly tag: string | null
  readonly category: Category
  /** Of several that it goes by, the one it is shown with. */
  readonly provider: string
  /** What its targets go by, most of them first; those that were left out at once are in none. */
  readonly ways: readonly { readonly provider: string; readonly targets: number }[]
  readonly targets: number
  /** Every target is counted once; only statuses that occur. */
  readonly counts: StatusCounts
  /** Somebody has paused what it is: what waits of it stays. */
  readonly paused: boolean
  /** Since when it is paused by itself; null: it is not. */
  readonly pausedAt: Date | null
  readonly sendAt: Date | null
  /** name@version/locale */
  readonly template: string | null
  readonly resentFrom: number | null
  /** The SMS that stands in for it; null: none was asked for. */
  readonly fallback: FallbackRecord | null
  /** Its words in the languages that its targets have; empty: all have the same. */
  readonly variants: readonly PushVariant[]
  /** What of it waits for a time, by that time. */
  readonly waits: readonly PushWait[]
  readonly time: Date
  readonly updatedAt: Date
}

/** Targets that wait for a time. */
export interface PushWait {
  readonly reason: 'scheduled' | 'quiet_hours'
  readonly until: Date
  readonly targets: number
}

export interface FallbackRecord {
  readonly state: FallbackState
  readonly reason: string | null
  readonly unless: Confirmation
  readonly afterSeconds: number
  readonly deadlineAt: Date
  /** The SMS, once it went out. */
  readonly messageId: number | null
  readonly doneAt: Date | null
}

/** Null: no such notification. Reads the counters of its chunks, never its targets. */
export async function readNotification(db: Db, id: number): Promise<NotificationRecord | null> {
  const { rows } = await db.query<NotificationRow>({ name: 'read-notification', text: READ_NOTIFICATION, values: [id] })
  return rows[0] === undefined ? null : toRecord(rows[0])
}

/** Those of these notifications that are there, newest first. */
export async function readNotifications(db: Db, ids: readonly number[]): Promise<NotificationRecord[]> {
  if (ids.length === 0) return []
  const { rows } = await db.query<NotificationRow>({
    name: 'read-notifications',
    text: READ_NOTIFICATIONS,
    values: [ids],
  })
  return rows.map(toRecord)
}

function toRecord({
  ended,
  inFlight,
  calledOff,
  scheduled,
  fallback,
  ways,
  variants,
  waits,
  ...notification
}: NotificationRow): NotificationRecord {
  return {
    ...notification,
    ways: ways ?? [],
    variants: variants ?? [],
    waits: (waits ?? []).map(({ until, ...wait }) => ({ ...wait, until: new Date(until) })),
    fallback: fallback && toFallback(fallback),
    counts: countAll(notification.targets, ended, { inFlight, calledOff, scheduled }),
  }
}

function toFallback({ deadlineAt, doneAt, ...fallback }: FallbackRow): FallbackRecord {
  return { ...fallback, deadlineAt: new Date(deadlineAt), doneAt: doneAt === null ? null : new Date(doneAt) }
}

// What is tried again is in chunks of its own, which stay in their lane.
const WAYS = `(
  select jsonb_agg(jsonb_build_object('provider', w.provider, 'targets', w.targets) order by w.targets desc, w.provider) from (
    select split_part(c.lane, ':', 1) as provider, sum(c.size)::integer as targets
    from push_chunks c where c.notification_id = n.id and c.attempt = 1 group by 1) w)`

// A lane of one of its ways may be paused, and not the others.
const PAUSED = `(${isPausedSql('n')} or exists (select from paused_pushes z where z.notification_id = n.id) or exists (select from pauses z join push_chunks c on split_part(c.lane, ':', 1) = z.provider
  where c.notification_id = n.id and c.done_at is null and z.category in ('*', n.category)))`

/** Targets of a notification's chunks whose time has not come; those that quiet hours keep back at the last moment are queued. */
export const SCHEDULED = `sum(c.size - c.started) filter (where c.done_at is null and c.cancelled_at is null and coalesce(c.leaves_at, n.send_at) > now())`

const WAITS = `(
  select jsonb_agg(jsonb_build_object('reason', case when w.quiet then 'quiet_hours' else 'scheduled' end, 'until', w.run_at, 'targets', w.targets)
    order by w.run_at, w.quiet) from (
    select c.run_at, c.quiet, sum(c.size)::integer as targets from push_chunks c
    where c.notification_id = n.id and c.done_at is null and c.owner is null and c.cancelled_at is null and c.run_at > now()
      and (c.quiet or coalesce(c.leaves_at, n.send_at) > now())
    group by 1, 2) w)`

// `tally` holds what has ended. A chunk's targets before `started` that aren't settled are with the provider at this moment; of one that is
// cancelled those from there on have ended, though nobody has written it yet, unless they may have been sent before.
const NOTIFICATIONS = `
select n.id, n.topic, n.title, n.body, n.content, n.tag, n.category, n.provider, ${WAYS} as ways, n.targets, n.time,
  n.send_at as "sendAt", n.template, n.resent_from as "resentFrom", ${PAUSED} as paused,
  (select z.paused_at from paused_pushes z where z.notification_id = n.id) as "pausedAt",
  n.variants, ${WAITS} as waits, coalesce(k.scheduled, 0)::integer as scheduled, coalesce(k.last_done, n.time) as "updatedAt",
  (select jsonb_build_object('state', f.state, 'reason', f.reason, 'unless', f.unless, 'afterSeconds', f.after_seconds,
    'deadlineAt', f.deadline_at, 'messageId', f.message_id, 'doneAt', f.done_at)
    from fallbacks f where f.notification_id = n.id) as fallback,
  coalesce(k.in_flight, 0)::integer as "inFlight", coalesce(k.called_off, 0)::integer as "calledOff", (
    select coalesce(jsonb_object_agg(s.status, s.count), '{}') from (
      select t.key as status, sum(t.value::bigint) as count
      from (select n.tally union all select c.tally from push_chunks c where c.notification_id = n.id) as l (tally)
        cross join lateral jsonb_each_text(l.tally) as t
      group by t.key) s) as ended
from notifications n left join lateral (
  select max(c.done_at) as last_done,
    sum(case when c.done_at is null then greatest(c.started - bit_count(c.settled), 0) else 0 end) as in_flight,
    sum(c.size - c.started) filter (where c.done_at is null and c.cancelled_at is not null and c.uncertain_attempts = 0) as called_off,
    ${SCHEDULED} as scheduled
  from push_chunks c where c.notification_id = n.id) k on true`

const READ_NOTIFICATION = `${NOTIFICATIONS}
where n.id = $1`

const READ_NOTIFICATIONS = `${NOTIFICATIONS}
where n.id = any ($1::bigint[])
order by n.id desc`

/** Made by the database as JSON. */
interface FallbackRow extends Omit<FallbackRecord, 'deadlineAt' | 'doneAt'> {
  readonly deadlineAt: string
  readonly doneAt: string | null
}

interface NotificationRow extends Omit<NotificationRecord, 'counts' | 'fallback' | 'ways' | 'variants' | 'waits'> {
  readonly variants: NotificationRecord['variants'] | null
  readonly waits: readonly (Omit<PushWait, 'until'> & { readonly until: string })[] | null
  readonly ways: NotificationRecord['ways'] | null
  readonly fallback: FallbackRow | null
  readonly ended: StatusCounts
  readonly inFlight: number
  readonly calledOff: number
  readonly scheduled: number
}

/** Of the targets that have no end: how many are with the provider, or were cancelled, or wait for their time. */
export interface OpenTargets {
  readonly inFlight: number
  readonly calledOff: number
  readonly scheduled: number
}

/** What has not ended is on its way or waits. The two are read at one moment, but a late tally must not make a count negative. */
export function countAll(targets: number, tally: StatusCounts, unended: OpenTargets): StatusCounts {
  const ended = addUp(tally)
  const open = Math.max(0, targets - Object.values(ended).reduce((sum, count) => sum + count, 0))
  const sending = Math.min(open, unended.inFlight)
  const calledOff = Math.min(open - sending, unended.calledOff)
  const scheduled = Math.min(open - sending - calledOff, unended.scheduled)
  const queued = open - sending - calledOff - scheduled
  const cancelled = (ended.cancelled ?? 0) + calledOff
  return {
    ...ended,
    ...(cancelled > 0 ? { cancelled } : {}),
    ...(sending > 0 ? { sending } : {}),
    ...(scheduled > 0 ? { scheduled } : {}),
    ...(queued > 0 ? { queued } : {}),
  }
}
