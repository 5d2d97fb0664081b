import type { Category } from '../../domain/category.ts'
import type { JsonObject } from '../../domain/provider.ts'
import type { Status } from '../../domain/status.ts'
import type { Db } from '../db.ts'
import { countAll, SCHEDULED, type StatusCounts } from '../push/read-notifications.ts'

/** An SMS that the sandbox took, or is about to. */
export interface InboxSms {
  readonly channel: 'sms'
  readonly id: number
  readonly contact: string
  readonly subject: string
  /** The text on the handset. */
  readonly text: string
  readonly segments: number
  readonly encoding: 'gsm7' | 'ucs2'
  readonly tag: string | null
  readonly category: Category
  readonly status: Status
  readonly reason: string | null
  readonly time: Date
  readonly updatedAt: Date
  /** By number. The one under way is the last. */
  readonly attempts: readonly InboxAttempt[]
}

export interface InboxAttempt {
  readonly number: number
  readonly status: Status
  readonly reason: string | null
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
}

/** A push likewise. */
export interface InboxPush {
  readonly channel: 'push'
  readonly id: number
  readonly topic: string | null
  /** The target, where it is one token or installation id alone. */
  readonly token: string | null
  /** Likewise: why it came no further. */
  readonly reason: string | null
  readonly targets: number
  readonly title: string
  readonly body: string
  readonly content: JsonObject
  readonly tag: string | null
  readonly category: Category
  /** Every target is counted once; only statuses that occur. */
  readonly counts: StatusCounts
  readonly time: Date
  readonly updatedAt: Date
}

export type InboxRecord = InboxSms | InboxPush

/** Messages by id; those that are gone, or are no captures, are left out. */
export async function readInboxSms(db: Db, ids: readonly number[]): Promise<InboxSms[]> {
  if (ids.length === 0) return []
  const { rows } = await db.query<SmsRow>({ name: 'read-inbox-sms', text: READ_SMS, values: [ids] })
  return rows.map(toSms)
}

/** The same for notifications. */
export async function readInboxPushes(db: Db, ids: readonly number[]): Promise<InboxPush[]> {
  if (ids.length === 0) return []
  const { rows } = await db.query<PushRow>({ name: 'read-inbox-pushes', text: READ_PUSHES, values: [ids] })
  return rows.map(({ ended, inFlight, calledOff, scheduled, ...row }) => ({
    channel: 'push',
    ...row,
    counts: countAll(row.targets, ended, { inFlight, calledOff, scheduled }),
  }))
}

const READ_SMS = `
select m.id, c.contact, m.subject, coalesce(m.text, m.body) as text, m.segments, m.encoding, m.tag, m.category, m.status, m.reason,
  m.time, m.updated_at as "updatedAt", m.attempt, m.started_at as "openSince", (
    select coalesce(json_agg(json_build_object('number', a.number, 'status', a.status, 'reason', a.reason, 'startedAt', a.started_at,
      'finishedAt', a.finished_at) order by a.number), '[]')
    from attempts a where a.message_id = m.id) as attempts
from messages m join clients c on c.id = m.client_id
where m.id = any ($1::bigint[]) and m.provider = 'sandbox'`

interface SmsRow extends Omit<InboxSms, 'channel' | 'attempts'> {
  /** Submissions begun. */
  readonly attempt: number
  /** Since when one is under way. */
  readonly openSince: Date | null
  readonly attempts: readonly {
    readonly number: number
    readonly status: Status
    readonly reason: string | null
    readonly startedAt: string | null
    readonly finishedAt: string | null
  }[]
}

function toSms({ attempt, openSince, attempts, ...row }: SmsRow): InboxSms {
  const known = attempts.map((one) => ({
    ...one,
    startedAt: toDate(one.startedAt),
    finishedAt: toDate(one.finishedAt),
  }))
  const isOpen = row.status === 'sending' && openSince !== null && known.every((one) => one.number !== attempt)
  const open = { number: attempt, status: row.status, reason: null, startedAt: openSince, finishedAt: null }
  return { channel: 'sms', ...row, attempts: isOpen ? [...known, open] : known }
}

function toDate(text: string | null): Date | null {
  return text === null ? null : new Date(text)
}

// Up to 1,000 targets have their rows from the start, so a single one has.
const READ_PUSHES = `
select n.id, n.topic, n.targets, n.title, n.body, n.content, n.tag, n.category, n.time, k.ended,
  greatest(n.time, k.moved_at) as "updatedAt", coalesce(k.in_flight, 0)::integer as "inFlight",
  coalesce(k.called_off, 0)::integer as "calledOff", coalesce(k.scheduled, 0)::integer as scheduled, d.token, d.reason
from notifications n left join lateral (
  select t.token, r.reason from tokennotifications r join tokens t on t.id = r.token_id
  where n.topic is null and n.targets = 1 and r.notification_id = n.id limit 1) d on true
left join lateral (
  select max(c.updated_at) as moved_at,
    sum(case when c.done_at is null then greatest(c.started - bit_count(c.settled), 0) else 0 end) as in_flight,
    sum(c.size - c.started) filter (where c.done_at is null and c.cancelled_at is not null and c.uncertain_attempts = 0) as called_off,
    ${SCHEDULED} as scheduled, (
      select coalesce(jsonb_object_agg(s.status, s.count), '{}') from (
        select t.key as status, sum(t.value::bigint) as count
        from (select n.tally union all select o.tally from push_chunks o where o.notification_id = n.id) as l (tally)
          cross join lateral jsonb_each_text(l.tally) as t
        group by t.key) s) as ended
  from push_chunks c where c.notification_id = n.id) k on true
where n.id = any ($1::bigint[]) and n.provider = 'sandbox'`

interface PushRow extends Omit<InboxPush, 'channel' | 'counts'> {
  readonly ended: StatusCounts
  readonly inFlight: number
  readonly calledOff: number
  readonly scheduled: number
}
