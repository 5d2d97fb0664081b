import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Category, OnUncertain } from '../domain/category.ts'
import { OPTED_OUT, usualConsentGroup, type ConsentGroup, type Ended } from '../domain/consent.ts'
import type { Msisdn } from '../domain/contact.ts'
import type { Status } from '../domain/status.ts'
import { numbers, texts } from './arrays.ts'
import { isOptedOutSql } from './consent-sql.ts'
import type { Db, DbClient } from './db.ts'
import { KEYED, type IdempotencyRecord } from './idempotency.ts'

export type Place = 'start' | 'hold' | 'wait'

/** One accepted SMS, ready to be written. */
export interface NewMessage {
  readonly contact: Msisdn
  readonly subject: string
  readonly body: string
  /** The text on the handset where it differs from the body. */
  readonly text: string | null
  readonly sender: string | null
  readonly tag: string | null
  readonly category: Category
  readonly onUncertain: OnUncertain
  readonly segments: number
  readonly encoding: 'gsm7' | 'ucs2'
  readonly provider: string
  /** From the time it may leave. */
  readonly ttlSeconds: number
  /** The key it came with; null: without one. */
  readonly keyId: number | null
  /** Null for most. */
  readonly extras: MessageExtras | null
  /**
   * `start`: this node has a place in the provider's window for it and submits it right after COMMIT · `hold`: this node keeps it in memory
   * until there is one · `wait`: it waits in `due` for any node.
   */
  readonly place: Place
  readonly idempotency: IdempotencyRecord | null
}

/** What few messages have. */
export interface MessageExtras {
  /** The earliest time it may leave; then its place is `wait`. */
  readonly sendAt: Date | null
  /** name@version/locale */
  readonly template: string | null
  /** The message whose content this one has. */
  readonly resentFrom: number | null
  /** Who has it in the contact's place. */
  readonly redirectedTo: Msisdn | null
  /** The span it belongs to, as W3C Trace Context writes it; only where something is traced. */
  readonly traceparent?: string
  /** What a rule has made of it already: then it is stored, and never sent, wherever its place is. */
  readonly ended?: Ended
  /** The caller's own optional parameters of SMPP, by tag. */
  readonly tlvs?: Readonly<Record<string, string>>
  /** The recipient's, as the caller named it. */
  readonly timeZone?: string
}

export interface InsertedMessage {
  readonly id: number
  /** False: it has ended, or this node was declared dead meanwhile, so that the message waits in `due` whatever was asked for. */
  readonly held: boolean
  /** Null: it is to be sent. */
  readonly ended: Ended | null
  /** As Postgres writes it. */
  readonly time: string
}

/** Their columns are written in a few milliseconds. */
const ROWS_IN_A_TURN = 1_000

/**
 * One statement, so one commit, for a whole batch: idempotency keys, contacts that are new (each stands once), messages, and a `due` row
 * for those nobody holds. Who opted out of a message's group is not sent it: it is stored as ended. Returns what was made of each message, in
 * order; null where its idempotency key was taken already.
 */
export async function insertMessages(
  db: DbClient,
  owner: number,
  batch: readonly NewMessage[],
  groupOf: ConsentGroup = usualConsentGroup,
): Promise<(InsertedMessage | null)[]> {
  const whole = batch.some((m) => m.idempotency !== null || m.extras !== null)
  const columns = [...columnsOf(batch, groupOf), ...(whole ? rareColumnsOf(batch) : [])]
  const values = batch.length > ROWS_IN_A_TURN ? await inTurns(columns) : columns.map((column) => column())
  const { rows } = await db.query<InsertedBatch>({
    name: whole ? 'insert-messages-whole' : 'insert-messages',
    text: whole ? INSERT_WHOLE : INSERT_PLAIN,
    values: [owner, ...values],
  })
  const made = toInserted(rows[0], batch)
  const missing = batch.findIndex((m, index) => made[index] === null && m.idempotency === null)
  if (missing >= 0) throw new Error(`insert of ${batch.length} messages gave no id to number ${missing}`)
  return made
}

function toInserted(inserted: InsertedBatch | undefined, batch: readonly NewMessage[]): (InsertedMessage | null)[] {
  const made = new Array<InsertedMessage | null>(batch.length).fill(null)
  if (inserted === undefined) return made
  const { alive, time } = inserted
  const over = new Set(inserted.ended)
  inserted.ords.forEach((ord, index) => {
    const id = inserted.ids[index]
    const message = batch[ord - 1]
    if (id === undefined || message === undefined) return
    const ended = over.has(ord) ? (message.extras?.ended ?? OPTED_OUT) : null
    made[ord - 1] = { id, held: alive && message.place !== 'wait' && ended === null, ended, time }
  })
  return made
}

/** One row for the whole batch: places in it, counted from 1, and the ids they were given. */
interface InsertedBatch {
  readonly ords: readonly number[]
  readonly ids: readonly number[]
  /** Places of those that are not to be sent. */
  readonly ended: readonly number[]
  readonly alive: boolean
  readonly time: string
}

/** Writes the values of one column. */
type Column = () => string

/** A long batch is written column by column, each in a turn of its own: all at once they would hold up the calls beside. */
async function inTurns(columns: readonly Column[]): Promise<string[]> {
  const written: string[] = []
  for (const column of columns) {
    const text = column()
    // It was put together piece by piece, and becomes one text when it is first read: now, and not when all of them are sent.
    Buffer.byteLength(text)
    written.push(text)
    await nextTurn()
  }
  return written
}

function columnsOf(batch: readonly NewMessage[], groupOf: ConsentGroup): Column[] {
  return [
    () => texts(batch.map((m) => m.contact)),
    () => texts(batch.map((m) => m.subject)),
    () => texts(batch.map((m) => m.body)),
    () => texts(batch.map((m) => m.text)),
    () => texts(batch.map((m) => m.sender)),
    () => texts(batch.map((m) => m.tag)),
    () => texts(batch.map((m) => m.category)),
    () => texts(batch.map((m) => m.onUncertain)),
    () => numbers(batch.map((m) => m.segments)),
    () => texts(batch.map((m) => m.encoding)),
    () => texts(batch.map((m) => m.provider)),
    () => numbers(batch.map((m) => m.ttlSeconds)),
    () => texts(batch.map((m) => m.place)),
    () => numbers(batch.map((m) => m.keyId)),
    () => texts(batch.map(groupOf)),
  ]
}

function rareColumnsOf(batch: readonly NewMessage[]): Column[] {
  return [
    () => texts(batch.map((m) => m.idempotency?.caller ?? null)),
    () => texts(batch.map((m) => m.idempotency?.route ?? null)),
    () => texts(batch.map((m) => m.idempotency?.key ?? null)),
    () => texts(batch.map((m) => m.idempotency && JSON.stringify(m.idempotency.fields))),
    () => texts(batch.map((m) => m.idempotency && JSON.stringify(m.idempotency.answer))),
    () => texts(batch.map((m) => m.extras?.sendAt?.toISOString() ?? null)),
    () => texts(batch.map((m) => m.extras?.template ?? null)),
    () => numbers(batch.map((m) => m.extras?.resentFrom ?? null)),
    () => texts(batch.map((m) => m.extras?.redirectedTo ?? null)),
    () => texts(batch.map((m) => m.extras?.traceparent ?? null)),
    () => texts(batch.map((m) => m.extras?.ended?.status ?? null)),
    () => texts(batch.map((m) => m.extras?.ended?.reason ?? null)),
    () => texts(batch.map((m) => (m.extras?.tlvs === undefined ? null : JSON.stringify(m.extras.tlvs)))),
    () => texts(batch.map((m) => m.extras?.timeZone ?? null)),
  ]
}

/** The parameters from the second on, by column. */
const PLAIN = {
  contact: 'text',
  subject: 'text',
  body: 'text',
  text: 'text',
  sender: 'text',
  tag: 'text',
  category: 'text',
  on_uncertain: 'text',
  segments: 'smallint',
  encoding: 'text',
  provider: 'text',
  ttl_seconds: 'integer',
  place: 'text',
  key_id: 'integer',
  consent_group: 'text',
} as const

/** Those that only the whole statement has. */
const RARE = {
  caller: 'text',
  route: 'text',
  key: 'text',
  fields: 'jsonb',
  answer: 'jsonb',
  send_at: 'timestamptz',
  template: 'text',
  resent_from: 'bigint',
  redirected_to: 'text',
  traceparent: 'text',
  ended_status: 'text',
  ended_reason: 'text',
  tlvs: 'jsonb',
  time_zone: 'text',
} as const

/**
 * Keys, then contacts, each in sorted order: two nodes that share some of either never wait for each other in a circle. A node that was
 * declared dead meanwhile keeps nothing: the lock makes whoever declares it wait for this commit. Most batches have no keys and nothing
 * else that is rare, and then the statement has none of their parts.
 */
function insertStatement(whole: boolean): string {
  const types = Object.entries({ ...PLAIN, ...(whole ? RARE : {}) })
  const names = types.map(([name]) => name)
  const kept = names.filter((name) => name !== 'place')
  const reader = whole ? 'coalesce(t.redirected_to, t.contact)' : 't.contact'
  const drawn = `select t.ord, nextval('messages_id_seq') as id, ${kept.map((name) => `t.${name}`).join(', ')},
    case ${whole ? `when t.ended_status is not null then 'end'` : ''} when ${isOptedOutSql(reader, 't.consent_group')} then 'end'
      when exists (select from me) then t.place else 'wait' end as place
  from unnest(${types.map(([, type], index) => `$${index + 2}::${type}[]`).join(', ')}) with ordinality as t (${names.join(', ')}, ord)`
  const extras = whole ? ', send_at, template, resent_from, redirected_to, traceparent, tlvs, time_zone' : ''
  const leaves = whole ? 'greatest(send_at, now())' : 'now()'
  const waiting = whole ? `case when send_at > now() then 'scheduled' else 'queued' end` : `'queued'`
  return `
with me as materialized (
  select id from nodes where id = $1 and ended_at is null for key share
), ${whole ? unlessTaken(drawn, ['ord', 'id', ...names]) : `accepted as materialized (${drawn})`}, known as materialized (
  select c.id, c.contact from (select distinct contact from accepted) a join clients c on c.contact = a.contact
), added as (
  insert into clients (contact)
  select contact from (select contact from accepted except select contact from known) as unknown order by contact
  on conflict (contact) do update set contact = excluded.contact
  returning id, contact
), everyone as (
  select id, contact from known union all select id, contact from added
), inserted as (
  insert into messages (id, client_id, subject, body, text, sender, tag, category, on_uncertain, segments, encoding, provider,
    expires_at, owner, status, reason, attempt, started_at, key_id ${extras})
  select a.id, e.id, a.subject, a.body, a.text, a.sender, a.tag, a.category, a.on_uncertain, a.segments, a.encoding, a.provider,
    ${leaves} + make_interval(secs => a.ttl_seconds), case when a.place in ('start', 'hold') then $1::bigint end,
    case a.place when 'start' then 'sending' when 'end' then ${endedAs('status', whole)} else ${waiting} end,
    case a.place when 'end' then ${endedAs('reason', whole)} end, case a.place when 'start' then 1 else 0 end,
    case a.place when 'start' then now() end, key_id ${extras}
  from accepted a left join everyone e on e.contact = a.contact
  order by a.id
), waiting as (
  insert into due (message_id, lane, action, run_at, expires_at)
  select id, provider || ':' || category, 'send', ${leaves}, ${leaves} + make_interval(secs => ttl_seconds) from accepted where place = 'wait'
)
select coalesce(array_agg(a.ord), '{}') as ords, coalesce(array_agg(a.id), '{}') as ids,
  coalesce(array_agg(a.ord) filter (where a.place = 'end'), '{}') as ended, exists (select from me) as alive, now()::text as time
from accepted a`
}

function endedAs(what: keyof Ended, whole: boolean): string {
  return whole ? `coalesce(ended_${what}, '${OPTED_OUT[what]}')` : `'${OPTED_OUT[what]}'`
}

/** What is kept as the answer for a key says, too, that a message is not sent. */
function unlessTaken(drawn: string, names: readonly string[]): string {
  const answer = `case place when 'end' then answer || jsonb_build_object('status', ${endedAs('status', true)}, 'reason', ${endedAs('reason', true)})
    else answer end as answer`
  return `drawn as materialized (${drawn}), input as materialized (
  select ${names.map((name) => (name === 'answer' ? answer : name)).join(', ')} from drawn
), ${KEYED}, accepted as materialized (
  select ${names.join(', ')} from input where key is null or id in (select resource_id from keyed)
)`
}

const INSERT_PLAIN = insertStatement(false)
const INSERT_WHOLE = insertStatement(true)

/** Where a message stands; null: there is none with this id. */
export async function readStatus(db: Db, id: number): Promise<{ status: Status; reason: string | null } | null> {
  const { rows } = await db.query<{ status: Status; reason: string | null }>({
    name: 'read-status',
    text: `select status, reason from messages where id = $1`,
    values: [id],
  })
  return rows[0] ?? null
}
