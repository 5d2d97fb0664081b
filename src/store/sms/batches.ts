import type { ConsentGroup, Ended } from '../../domain/consent.ts'
import type { FlaggedMode, FlagReason } from '../../domain/sms/number-flags.ts'
import { texts } from '../arrays.ts'
import type { Db, DbClient } from '../db.ts'
import { findAnswers, keepAnswer, takeKey, type IdempotencyKey, type KeptAnswer } from '../idempotency.ts'
import { insertMessages, type NewMessage } from './messages.ts'
import { inTransaction } from '../transaction.ts'

/**
 * What became of one row: its id, whether this node holds it, where it is not to be sent why, and why its number is flagged; or what its key was used for before, `first` null: nobody knows any
 * more.
 */
export type BatchRow =
  | {
      readonly kind: 'made'
      readonly id: number
      readonly held: boolean
      readonly ended: Ended | null
      readonly flag: FlagReason | null
    }
  | { readonly kind: 'taken'; readonly first: KeptAnswer | null }

/** `replayed`: the key of the whole batch was used before, and nothing was stored. */
export type StoredBatch =
  | { readonly kind: 'stored'; readonly rows: readonly BatchRow[] }
  | { readonly kind: 'replayed'; readonly first: KeptAnswer | null }

/** The key of a whole batch, with a hash for each field of its body. */
export interface BatchKey extends IdempotencyKey {
  readonly fields: Readonly<Record<string, string>>
}

export interface BatchParts {
  readonly db: Db
  /** The mark of this node. */
  readonly owner: number
  /** Whose opt-outs hold for a message. */
  readonly groupOf: ConsentGroup
  /** What is done about flagged numbers. */
  readonly flagged: FlaggedMode
}

/** Messages in one statement: it is made, and its answer read, in a few milliseconds. */
const ROWS_AT_ONCE = 1_000

/**
 * Up to 10,000 messages in one transaction. `judge` sees what became of them: what it returns is kept as the answer for `key`, and if it
 * throws nothing is stored. Without keys it is not asked: then all rows are made.
 */
export async function insertBatch(
  parts: BatchParts,
  batch: readonly NewMessage[],
  key: BatchKey | null,
  judge: (rows: readonly BatchRow[]) => unknown,
): Promise<StoredBatch> {
  const { db } = parts
  const keyed = key !== null || batch.some((message) => message.idempotency !== null)
  if (!keyed && batch.length <= ROWS_AT_ONCE) return { kind: 'stored', rows: await insertRows(db, parts, batch) }
  const rows = await inTransaction(db, async (client) => {
    if (key !== null && !(await takeKey(client, key))) return null
    const made = await insertAll(client, parts, batch)
    const answer = keyed ? judge(made) : null
    if (key !== null) await keepAnswer(client, key, answer)
    return made
  })
  if (rows !== null) return { kind: 'stored', rows }
  return { kind: 'replayed', first: key === null ? null : ((await findAnswers(db, [key]))[0] ?? null) }
}

/**
 * Contacts that are new are entered first, all of them in sorted order, so that batches which share some never wait for each other in a
 * circle. Keys of single rows are taken in sorted order only within one statement: where there are any, there is no other.
 */
async function insertAll(client: DbClient, parts: BatchParts, batch: readonly NewMessage[]): Promise<BatchRow[]> {
  if (batch.some((message) => message.idempotency !== null)) return insertRows(client, parts, batch)
  if (batch.length > ROWS_AT_ONCE) {
    await enterContacts(
      client,
      batch.map((message) => message.contact),
    )
  }
  const made: BatchRow[] = []
  for (let from = 0; from < batch.length; from += ROWS_AT_ONCE) {
    made.push(...(await insertRows(client, parts, batch.slice(from, from + ROWS_AT_ONCE))))
  }
  return made
}

/** So that each of these numbers is somebody's; in one order, whoever enters them. */
export async function enterContacts(client: DbClient, contacts: readonly string[]): Promise<void> {
  await client.query({
    name: 'enter-contacts',
    text: `insert into clients (contact)
      select contact from (select distinct contact from unnest($1::text[]) as t (contact)) new
      where not exists (select from clients c where c.contact = new.contact) order by contact
      on conflict (contact) do nothing`,
    values: [texts(contacts)],
  })
}

async function insertRows(
  client: DbClient,
  { owner, groupOf, flagged }: BatchParts,
  batch: readonly NewMessage[],
): Promise<BatchRow[]> {
  const made = batch.length === 0 ? [] : await insertMessages(client, owner, batch, groupOf, flagged)
  const taken = batch.filter((_, index) => made[index] === null)
  const keys = taken.map((message) => message.idempotency).filter((record) => record !== null)
  const first = keys.length === 0 ? [] : await findAnswers(client, keys)
  let next = 0
  return made.map((one) =>
    one === null
      ? { kind: 'taken', first: first[next++] ?? null }
      : { kind: 'made', id: one.id, held: one.held, ended: one.ended, flag: one.flag },
  )
}
