import type { Category, OnUncertain } from '../../domain/category.ts'
import type { JsonObject } from '../../domain/provider.ts'
import type { PushVariant } from '../../domain/push/push-part.ts'
import type { Status } from '../../domain/status.ts'
import type { Tlvs } from '../../domain/sms/tlvs.ts'
import type { Db } from '../db.ts'

/** What of an SMS is sent again. */
export interface SentSms {
  readonly contact: string
  readonly subject: string
  readonly body: string
  readonly sender: string | null
  readonly tag: string | null
  readonly category: Category
  readonly onUncertain: OnUncertain
  /** name@version/locale */
  readonly template: string | null
  /** The caller's own optional parameters of SMPP, by tag. */
  readonly tlvs: Tlvs | null
  /** Whether typographic characters give way, as its caller said; null: he said nothing. */
  readonly plain: boolean | null
  /** The recipient's, as its caller named it; null: his number tells. */
  readonly timeZone: string | null
  readonly status: Status
  /** It may still leave by itself: it waits to be tried, or looked for. */
  readonly waits: boolean
}

/** Null: no such message. */
export async function readSentSms(db: Db, id: number): Promise<SentSms | null> {
  const { rows } = await db.query<SentSms>({
    name: 'read-sent-sms',
    text: `
select c.contact, m.subject, m.body, m.sender, m.tag, m.category, m.on_uncertain as "onUncertain", m.template, m.tlvs, m.plain,
  m.time_zone as "timeZone", m.status,
  m.owner is not null or exists (select from due d where d.message_id = m.id and d.action <> 'poll') as waits
from messages m join clients c on c.id = m.client_id where m.id = $1`,
    values: [id],
  })
  return rows[0] ?? null
}

/** What of a push is sent again, beside its targets. */
export interface SentPush {
  readonly title: string
  readonly body: string
  readonly content: JsonObject
  readonly topic: string | null
  readonly tag: string | null
  readonly category: Category
  readonly ttlSeconds: number | null
  readonly template: string | null
  /** Null: all have the same words. */
  readonly variants: readonly PushVariant[] | null
  /** Some of its targets have no end yet. */
  readonly waits: boolean
}

/** Null: no such notification. */
export async function readSentPush(db: Db, id: number): Promise<SentPush | null> {
  const { rows } = await db.query<SentPush>({
    name: 'read-sent-push',
    text: `
select n.title, n.body, n.content, n.topic, n.tag, n.category, n.ttl_seconds as "ttlSeconds", n.template, n.variants,
  exists (select from push_chunks c where c.notification_id = n.id and c.done_at is null) as waits
from notifications n where n.id = $1`,
    values: [id],
  })
  return rows[0] ?? null
}

export interface SentTarget {
  readonly tokenId: number
  readonly token: string
  readonly kind: 'token' | 'fid'
}

/** The next `limit` targets above the token id `after`, by token id; `only`: those with one of these statuses, null: all. */
export async function readSentTargets(
  db: Db,
  id: number,
  only: readonly Status[] | null,
  after: number,
  limit: number,
): Promise<SentTarget[]> {
  const { rows } = await db.query<SentTarget>({
    name: 'read-sent-targets',
    text: `
select k.token_id as "tokenId", t.token, t.kind from tokennotifications k join tokens t on t.id = k.token_id
where k.notification_id = $1 and k.token_id > $3 and ($2::text[] is null or k.status = any ($2::text[]))
order by k.token_id limit $4`,
    values: [id, only, after, limit],
  })
  return rows
}
