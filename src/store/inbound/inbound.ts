import type { KeywordAction } from '../../domain/sms/keywords.ts'
import type { DbClient } from '../db.ts'

/** A whole text that came in. */
export interface NewInbound {
  readonly provider: string
  readonly providerMessageId: string | null
  /** 16 bytes: the same for a text that is handed over again. */
  readonly key: Buffer
  /** Of one that came before with any of these this one is a repetition, too. */
  readonly otherKeys: readonly Buffer[]
  readonly contact: string
  readonly sentTo: string
  readonly text: string
  readonly segments: number
  readonly missingSegments: number
  readonly sentAt: Date | null
  readonly action: KeywordAction | null
  readonly keyword: string | null
  readonly review: boolean
}

/** Stores a text, and the client it comes from, where that is a number. Null: it was stored before. */
export async function insertInbound(client: DbClient, inbound: NewInbound): Promise<number | null> {
  const { rows } = await client.query<{ id: number }>({
    name: 'insert-inbound',
    text: `
with known as materialized (
  select id from clients where contact = $4::text
), entered as (
  insert into clients (contact) select $4 where $4 ~ '^\\+[1-9][0-9]{1,14}$' and not exists (select from known)
  on conflict (contact) do update set contact = excluded.contact returning id
)
insert into inbound (provider, provider_message_id, key, contact, client_id, sent_to, text, segments, missing_segments, sent_at, action,
  keyword, review)
select $1::text, $2::text, $3::bytea, $4, coalesce((select id from known), (select id from entered)), $5::text, $6::text, $7::smallint,
  $8::smallint, $9::timestamptz, $10::text, $11::text, $12::boolean
where not exists (select from inbound where key = any ($13::bytea[]))
on conflict (key) do nothing
returning id`,
    values: [
      inbound.provider,
      inbound.providerMessageId,
      inbound.key,
      inbound.contact,
      inbound.sentTo,
      inbound.text,
      inbound.segments,
      inbound.missingSegments,
      inbound.sentAt,
      inbound.action,
      inbound.keyword,
      inbound.review,
      inbound.otherKeys,
    ],
  })
  return rows[0]?.id ?? null
}

/** What was answered to this person lately: anything in the last `minutes`, a HELP within a day. */
export async function readReplies(
  client: DbClient,
  contact: string,
  minutes: number,
): Promise<{ readonly any: boolean; readonly help: boolean }> {
  const { rows } = await client.query<{ any: boolean; help: boolean }>({
    name: 'read-replies',
    text: `select exists (select from inbound where contact = $1 and reply_id is not null and time > now() - make_interval(mins => $2)) as any,
      exists (select from inbound where contact = $1 and reply_id is not null and action = 'help' and time > now() - interval '1 day') as help`,
    values: [contact, minutes],
  })
  return rows[0] ?? { any: false, help: false }
}

/** Notes which message answers a text. */
export async function noteReply(client: DbClient, id: number, messageId: number): Promise<void> {
  await client.query({
    name: 'note-reply',
    text: `update inbound set reply_id = $2 where id = $1`,
    values: [id, messageId],
  })
}

/** Deletes what a person wrote; returns how many texts that were. */
export async function eraseInbound(client: DbClient, clientId: number): Promise<number> {
  const { rowCount } = await client.query({
    name: 'erase-inbound',
    text: `delete from inbound where client_id = $1`,
    values: [clientId],
  })
  return rowCount ?? 0
}

/** Those among it of which some is still to come: they have no client yet. */
export async function eraseInboundParts(client: DbClient, contact: string): Promise<void> {
  await client.query({
    name: 'erase-inbound-parts',
    text: `delete from inbound_parts where contact = $1`,
    values: [contact],
  })
}
