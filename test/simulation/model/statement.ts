import pg from 'pg'
import type { Category } from '../../../src/domain/category.ts'
import { laneOf } from '../../../src/domain/lane.ts'
import type { Transaction } from './transaction.ts'
import type { MessageRow, Tables } from './tables.ts'

export interface Answer {
  readonly rows: readonly unknown[]
  readonly rowCount: number
}

/** What one of the store's statements does to the tables. */
export type Statement = (tx: Transaction, tables: Tables, values: readonly unknown[]) => Answer

export const NOTHING: Answer = { rows: [], rowCount: 0 }

export function rows(...found: readonly unknown[]): Answer {
  return { rows: found, rowCount: found.length }
}

export function counted(rowCount: number): Answer {
  return { rows: [], rowCount }
}

/** An error as the server sends it. */
export function serverError(state: string, message: string): pg.DatabaseError {
  const error = new pg.DatabaseError(message, message.length, 'error')
  error.code = state
  return error
}

/** Locks the node's row as those do who write under its mark; false: it was declared dead. */
export function lockLiving(tx: Transaction, { nodes }: Tables, owner: number): boolean {
  const node = tx.find(nodes, owner)
  if (node === undefined || node.endedAt !== null) return false
  tx.lock(nodes, owner, 'share')
  return true
}

/** Puts a row into `due`. */
export function addDue(
  tx: Transaction,
  tables: Tables,
  message: Pick<MessageRow, 'id' | 'provider' | 'category'>,
  what: { readonly action: string; readonly runAt: number; readonly expiresAt: number },
): void {
  const id = ++tables.sequences.due
  const lane = laneOf(message.provider, message.category as Category)
  tx.put(tables.due, id, { id, messageId: message.id, lane, round: 0, owner: null, ...what })
}

export function removeDue(
  tx: Transaction,
  { due }: Tables,
  which: (messageId: number, owner: number | null) => boolean,
) {
  for (const row of tx.all(due)) if (which(row.messageId, row.owner)) tx.remove(due, row.id)
}

export function attemptKey(messageId: number, number: number): string {
  return `${messageId}.${number}`
}

/** An array literal, or a list as the driver is handed it. */
export function texts(value: unknown): (string | null)[] {
  if (Array.isArray(value)) return value.map((item) => (item === null ? null : String(item)))
  return parseLiteral(String(value))
}

export function numbers(value: unknown): number[] {
  return texts(value).map((item) => (item === null ? Number.NaN : Number(item)))
}

export function booleans(value: unknown): boolean[] {
  return texts(value).map((item) => item === 't' || item === 'true')
}

/** Source of the syntax: PostgreSQL documentation, 8.15.2 Array Value Input. */
function parseLiteral(literal: string): (string | null)[] {
  const items: (string | null)[] = []
  let at = 1
  while (at < literal.length && literal[at] !== '}') {
    if (literal[at] === '"') {
      const { text, after } = parseQuoted(literal, at + 1)
      items.push(text)
      at = after
    } else {
      let end = at
      while (literal[end] !== ',' && literal[end] !== '}') end++
      const bare = literal.slice(at, end)
      items.push(bare === 'NULL' ? null : bare)
      at = end
    }
    if (literal[at] === ',') at++
  }
  return items
}

function parseQuoted(literal: string, from: number): { text: string; after: number } {
  let end = from
  while (literal[end] !== '"') end += literal[end] === '\\' ? 2 : 1
  return { text: literal.slice(from, end).replace(/\\(.)/gs, '$1'), after: end + 1 }
}

/** As text; read back by `Date.parse`. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString()
}
