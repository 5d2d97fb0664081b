import { statusRank, type Status } from '../../../src/domain/status.ts'
import { endOf } from './messages.ts'
import {
  addDue,
  attemptKey,
  counted,
  NOTHING,
  numbers,
  removeDue,
  rows,
  texts,
  type Answer,
  type Statement,
} from './statement.ts'
import type { MessageRow, Tables } from './tables.ts'
import type { Transaction } from './transaction.ts'

export const RECLAIM_STATEMENTS: Readonly<Record<string, Statement>> = {
  'reclaim-messages': reclaimMessages,
  'reclaim-chunks': reclaimChunks,
  'free-due': freeDue,
  'owns-anything': ownsAnything,
  'list-quiet': listQuiet,
  'expire-due': expireDue,
}

interface Taken {
  readonly row: MessageRow
  readonly begun: boolean
  readonly doubtful: boolean
}

function reclaimMessages(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const owner = Number(values[0])
  const reconcilable = texts(values[3])
  const mostCrashes = Number(values[4])
  const picked = candidates(tx, tables, values).slice(0, Number(values[5]))
  for (const m of picked) tx.lock(tables.messages, m.id, 'all')
  const taken = picked.map((m) => takeFrom(tx, tables, m, values[6] === true, mostCrashes))
  let apart = 0
  for (const { row, begun, doubtful } of taken) {
    const startedAt = picked.find((m) => m.id === row.id)?.startedAt ?? null
    if (doubtful) logDoubt(tx, tables, row, startedAt)
    removeDue(tx, tables, (id, dueOwner) => dueOwner === owner && id === row.id)
    const waits = !begun && statusRank(row.status) < 3
    const repeats = doubtful && row.status === 'uncertain' && row.onUncertain !== 'fail'
    if (!waits && !repeats) continue
    const asked = reconcilable.includes(row.provider)
    const soonest = doubtful && startedAt !== null ? Math.max(tx.now, startedAt + waitOf(row, asked)) : tx.now
    // What was there at two crashes is repeated one by one.
    if (row.crashes >= 2) apart += 1
    addDue(tx, tables, row, {
      action: doubtful && row.onUncertain === 'reconcile' && asked ? 'reconcile' : 'send',
      runAt: soonest + (row.crashes >= 2 ? apart * 1_000 : 0),
      expiresAt: row.expiresAt,
    })
  }
  const count = (fits: (one: Taken) => boolean): number => taken.filter(fits).length
  return rows({
    waiting: count(({ begun }) => !begun),
    uncertain: count(({ doubtful, row }) => doubtful && row.status === 'uncertain'),
    poisoned: count(({ doubtful, row }) => doubtful && row.status === 'failed'),
    proven: count(({ begun, doubtful }) => begun && !doubtful),
  })
}

function candidates(tx: Transaction, { messages, due }: Tables, values: readonly unknown[]): MessageRow[] {
  const [owner, low] = [Number(values[0]), Number(values[1])]
  const only = values[2] === null ? null : new Set(numbers(values[2]))
  const quietMs = values[7] === null ? null : Number(values[7]) * 1000
  const standing = new Set(
    tx
      .all(due)
      .filter((row) => row.owner === owner)
      .map((row) => row.messageId),
  )
  return tx
    .all(messages)
    .filter((m) => m.owner === owner && (m.id >= low || standing.has(m.id)) && (only === null || only.has(m.id)))
    .filter((m) => quietMs === null || m.updatedAt < tx.now - quietMs)
    .filter((m) => tx.isFree(messages, m.id, 'all'))
    .toSorted((a, b) => a.id - b.id)
}

function takeFrom(
  tx: Transaction,
  { messages }: Tables,
  m: MessageRow,
  submitted: boolean,
  mostCrashes: number,
): Taken {
  const begun = m.startedAt !== null && submitted
  const doubtful = begun && m.status === 'sending'
  const poison = m.crashes + 1 >= mostCrashes
  const undoubted: Status = m.status === 'sending' ? 'queued' : m.status
  const row: MessageRow = {
    ...m,
    owner: null,
    startedAt: null,
    updatedAt: tx.now,
    uncertainAttempts: m.uncertainAttempts + (doubtful ? 1 : 0),
    attemptsCounted: m.attemptsCounted + (begun ? 1 : 0),
    crashes: m.crashes + (doubtful ? 1 : 0),
    status: doubtful ? (poison ? 'failed' : 'uncertain') : undoubted,
    reason: doubtful ? (poison ? 'poison' : 'node_lost') : m.reason,
  }
  tx.put(messages, m.id, row)
  return { row, begun, doubtful }
}

function logDoubt(tx: Transaction, { attempts }: Tables, row: MessageRow, startedAt: number | null): void {
  const key = attemptKey(row.id, row.attempt)
  tx.lock(attempts, key, 'change')
  const known = tx.find(attempts, key)
  if (known !== undefined) return tx.put(attempts, key, { ...known, wasUncertain: true })
  tx.put(attempts, key, {
    messageId: row.id,
    number: row.attempt,
    provider: row.provider,
    providerMessageId: null,
    status: 'uncertain',
    reason: 'node_lost',
    code: null,
    startedAt,
    wasUncertain: true,
  })
}

function waitOf({ onUncertain }: MessageRow, asked: boolean): number {
  if (onUncertain === 'retry') return 10_000
  return asked ? 15_000 : 60_000
}

function reclaimChunks(tx: Transaction, { chunks }: Tables, values: readonly unknown[]): Answer {
  const owner = Number(values[0])
  const only = values[1] === null ? null : new Set(numbers(values[1]))
  const quietMs = values[2] === null ? null : Number(values[2]) * 1000
  const taken = tx
    .all(chunks)
    .filter((chunk) => chunk.owner === owner && (only === null || only.has(chunk.id)))
    .filter((chunk) => quietMs === null || chunk.updatedAt < tx.now - quietMs)
  for (const chunk of taken) tx.put(chunks, chunk.id, { ...chunk, owner: null, runAt: tx.now })
  return counted(taken.length)
}

function freeDue(tx: Transaction, { due, messages }: Tables, values: readonly unknown[]): Answer {
  const owner = Number(values[0])
  for (const row of tx.all(due)) {
    const message = row.owner === owner ? tx.find(messages, row.messageId) : undefined
    if (message !== undefined && message.owner !== owner) tx.put(due, row.id, { ...row, owner: null })
  }
  return NOTHING
}

function ownsAnything(tx: Transaction, { messages, chunks, due }: Tables, values: readonly unknown[]): Answer {
  const [owner, low = 0] = values.map(Number)
  const some =
    tx.all(messages).some((m) => m.id >= low && m.owner === owner) ||
    tx.all(chunks).some((chunk) => chunk.owner === owner) ||
    tx.all(due).some((row) => row.owner === owner)
  return rows({ some })
}

function listQuiet(tx: Transaction, { messages, chunks, due }: Tables, values: readonly unknown[]): Answer {
  const [owner, low = 0, quietSeconds = 0] = values.map(Number)
  const before = tx.now - quietSeconds * 1000
  const isQuiet = (m: MessageRow | undefined): boolean => m !== undefined && m.owner === owner && m.updatedAt < before
  const own = tx.all(messages).filter((m) => m.id >= low && isQuiet(m))
  const standing = tx.all(due).filter((row) => row.owner === owner && isQuiet(tx.find(messages, row.messageId)))
  const quiet = tx.all(chunks).filter((chunk) => chunk.owner === owner && chunk.updatedAt < before)
  return rows(
    ...own.map((m) => ({ id: m.id, chunk: false })),
    ...standing.map((row) => ({ id: row.messageId, chunk: false })),
    ...quiet.map((chunk) => ({ id: chunk.id, chunk: true })),
  )
}

function expireDue(tx: Transaction, { due, messages }: Tables, values: readonly unknown[]): Answer {
  const late = tx
    .all(due)
    .filter((row) => row.expiresAt <= tx.now && row.owner === null && tx.isFree(due, row.id, 'all'))
    .toSorted((a, b) => a.expiresAt - b.expiresAt || a.id - b.id)
    .slice(0, Number(values[0]))
  for (const row of late) tx.remove(due, row.id)
  for (const id of new Set(late.filter((row) => row.action === 'send').map((row) => row.messageId))) {
    const m = tx.find(messages, id)
    if (m === undefined || m.owner !== null || statusRank(m.status) >= 3) continue
    tx.put(messages, id, { ...m, updatedAt: tx.now, status: endOf(m) })
  }
  return counted(late.length)
}
