import type { KeywordAction } from '../../domain/sms/keywords.ts'
import type { Db, DbClient } from '../db.ts'

/** What the parts of one text have in common. */
export interface PartSet {
  readonly provider: string
  readonly contact: string
  readonly sentTo: string
  readonly reference: number
  readonly total: number
}

export interface InboundPart {
  /** 1 to `total`. */
  readonly number: number
  /** A character may be split between two parts: half of one is no text that Postgres takes. */
  readonly text: string
  readonly handled: KeywordAction | null
  readonly sentAt: Date | null
  readonly receivedAt: Date
}

/** Those that are there, by number. `joined`: they are stored as one text already. */
export interface KnownParts {
  readonly parts: readonly InboundPart[]
  readonly joined: boolean
}

const OF_SET = `provider = $1 and contact = $2 and sent_to = $3 and reference = $4 and total = $5`

function valuesOf({ provider, contact, sentTo, reference, total }: PartSet): readonly (string | number)[] {
  return [provider, contact, sentTo, reference, total]
}

/** Until the transaction ends nobody else touches this set: of two parts that come at once the later one sees the other. */
export async function lockParts(client: DbClient, set: PartSet): Promise<void> {
  await client.query({
    name: 'lock-inbound-parts',
    text: `select pg_advisory_xact_lock(hashtextextended($1, 0))`,
    values: [JSON.stringify(['tidings.inbound_parts', ...valuesOf(set)])],
  })
}

export async function readParts(client: DbClient, set: PartSet): Promise<KnownParts> {
  const { rows } = await client.query<InboundPart & { readonly joined: boolean }>({
    name: 'read-inbound-parts',
    text: `select number, text, handled, sent_at as "sentAt", received_at as "receivedAt", joined_at is not null as joined
      from inbound_parts where ${OF_SET} order by number`,
    values: [...valuesOf(set)],
  })
  const parts = rows.map(({ number, text, handled, sentAt, receivedAt }) => {
    return { number, text: fromJson(text), handled, sentAt, receivedAt }
  })
  return { parts, joined: rows[0]?.joined === true }
}

export async function addPart(
  client: DbClient,
  set: PartSet,
  { number, text, handled, sentAt }: Omit<InboundPart, 'receivedAt'>,
): Promise<void> {
  await client.query({
    name: 'add-inbound-part',
    text: `insert into inbound_parts (provider, contact, sent_to, reference, total, number, text, handled, sent_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [...valuesOf(set), number, JSON.stringify(text), handled, sentAt],
  })
}

/** They are one text now; so long as they are kept, a part that comes again is known. */
export async function markJoined(client: DbClient, set: PartSet): Promise<void> {
  await client.query({
    name: 'mark-inbound-parts',
    text: `update inbound_parts set joined_at = now() where ${OF_SET}`,
    values: [...valuesOf(set)],
  })
}

export async function dropParts(client: DbClient, set: PartSet): Promise<void> {
  await client.query({
    name: 'drop-inbound-parts',
    text: `delete from inbound_parts where ${OF_SET}`,
    values: [...valuesOf(set)],
  })
}

/** Sets of which something has been missing for a day; at most `limit`. */
export async function listIncomplete(db: Db, limit: number): Promise<readonly PartSet[]> {
  const { rows } = await db.query<PartSet>({
    name: 'list-incomplete-inbound',
    text: `select provider, contact, sent_to as "sentTo", reference, total from inbound_parts
      where received_at < now() - interval '24 hours' and joined_at is null
      group by provider, contact, sent_to, reference, total limit $1`,
    values: [limit],
  })
  return rows
}

/** Forgets parts that were joined an hour ago. */
export async function forgetJoined(db: Db): Promise<void> {
  await db.query({
    name: 'forget-joined-inbound',
    text: `delete from inbound_parts where joined_at < now() - interval '1 hour'`,
    values: [],
  })
}

/** As it was written by `addPart`. */
function fromJson(text: string): string {
  const value: unknown = JSON.parse(text)
  return typeof value === 'string' ? value : ''
}
