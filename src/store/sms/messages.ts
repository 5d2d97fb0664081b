import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Category, OnUncertain } from '../../domain/category.ts'
import { OPTED_OUT, usualConsentGroup, type ConsentGroup, type Ended } from '../../domain/consent.ts'
import type { Msisdn } from '../../domain/contact.ts'
import { FLAGGED, type FlaggedMode, type FlagReason } from '../../domain/sms/number-flags.ts'
import type { Status } from '../../domain/status.ts'
import { numbers, texts } from '../arrays.ts'
import type { Db, DbClient } from '../db.ts'
import type { IdempotencyRecord } from '../idempotency.ts'
import { INSERT_PLAIN, INSERT_WHOLE } from '../insert-statement.ts'

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
  /** Whether typographic characters give way, as the caller said. */
  readonly plain?: boolean
}

export interface InsertedMessage {
  readonly id: number
  /** False: it has ended, or this node was declared dead meanwhile, so that the message waits in `due` whatever was asked for. */
  readonly held: boolean
  /** Null: it is to be sent. */
  readonly ended: Ended | null
  /** Why its number is flagged, where that is looked at; null: it is not. */
  readonly flag: FlagReason | null
  /** As Postgres writes it. */
  readonly time: string
}

/** Their columns are written in a few milliseconds. */
const ROWS_IN_A_TURN = 1_000

/**
 * One statement, so one commit, for a whole batch: idempotency keys, contacts that are new (each stands once), messages, and a `due` row
 * for those nobody holds. Who opted out of a message's group is not sent it, nor, where they are rejected, who has a flagged number: it is
 * stored as ended. Returns what was made of each message, in
 * order; null where its idempotency key was taken already.
 */
export async function insertMessages(
  db: DbClient,
  owner: number,
  batch: readonly NewMessage[],
  groupOf: ConsentGroup = usualConsentGroup,
  flagged: FlaggedMode = 'warn',
): Promise<(InsertedMessage | null)[]> {
  const whole = batch.some((m) => m.idempotency !== null || m.extras !== null)
  const columns = [...columnsOf(batch, groupOf), ...(whole ? rareColumnsOf(batch) : [])]
  const values = batch.length > ROWS_IN_A_TURN ? await inTurns(columns) : columns.map((column) => column())
  const { rows } = await db.query<InsertedBatch>({
    name: whole ? 'insert-messages-whole' : 'insert-messages',
    text: whole ? INSERT_WHOLE : INSERT_PLAIN,
    values: [owner, ...values, flagged],
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
  const flags = new Map(inserted.flagged.map((ord, index) => [ord, inserted.flags[index] ?? null]))
  inserted.ords.forEach((ord, index) => {
    const id = inserted.ids[index]
    const message = batch[ord - 1]
    if (id === undefined || message === undefined) return
    const flag = flags.get(ord) ?? null
    const ended = over.has(ord) ? (message.extras?.ended ?? (flag === null ? OPTED_OUT : FLAGGED)) : null
    made[ord - 1] = { id, held: alive && message.place !== 'wait' && ended === null, ended, flag, time }
  })
  return made
}

/** One row for the whole batch: places in it, counted from 1, and the ids they were given. */
interface InsertedBatch {
  readonly ords: readonly number[]
  readonly ids: readonly number[]
  /** Places of those that are not to be sent. */
  readonly ended: readonly number[]
  /** Places of those to flagged numbers, but for those that are not to be sent for another cause, and why they are flagged. */
  readonly flagged: readonly number[]
  readonly flags: readonly FlagReason[]
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
    () => texts(batch.map((m) => (m.extras?.plain === undefined ? null : String(m.extras.plain)))),
  ]
}

/** Where a message stands; null: there is none with this id. */
export async function readStatus(db: Db, id: number): Promise<{ status: Status; reason: string | null } | null> {
  const { rows } = await db.query<{ status: Status; reason: string | null }>({
    name: 'read-status',
    text: `select status, reason from messages where id = $1`,
    values: [id],
  })
  return rows[0] ?? null
}
