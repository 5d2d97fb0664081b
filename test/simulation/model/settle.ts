import { statusRank, type Status } from '../../../src/domain/status.ts'
import {
  addDue,
  attemptKey,
  booleans,
  numbers,
  removeDue,
  rows,
  serverError,
  texts,
  type Answer,
  type Statement,
} from './statement.ts'
import type { MessageRow, Tables } from './tables.ts'
import type { Transaction } from './transaction.ts'

const POLLED_MS = 3 * 86_400_000

export const SETTLE_STATEMENTS: Readonly<Record<string, Statement>> = {
  'settle-messages': (tx, tables, values) => settleMessages(tx, tables, values, false),
  'settle-messages-again': (tx, tables, values) => settleMessages(tx, tables, values, true),
}

interface Settlement {
  readonly id: number
  readonly attempt: number
  readonly provider: string
  readonly providerMessageId: string | null
  readonly status: Status
  readonly attemptStatus: Status
  readonly reason: string | null
  readonly code: string | null
  readonly counted: boolean
  readonly uncertain: boolean
  readonly next: string
  readonly waitMs: number
  readonly startedAt: number
}

function readSettlements(values: readonly unknown[]): Settlement[] {
  const [ids, attempts] = [numbers(values[1]), numbers(values[2])]
  const [provider = [], theirs = [], status = [], attemptStatus = [], reason = [], code = []] = values
    .slice(3, 9)
    .map(texts)
  const [counted, uncertain] = [booleans(values[9]), booleans(values[10])]
  const [next, waitMs, startedAt] = [texts(values[11]), numbers(values[12]), texts(values[13])]
  return ids.map((id, index) => ({
    id,
    attempt: attempts[index] ?? 0,
    provider: provider[index] ?? '',
    providerMessageId: theirs[index] ?? null,
    status: status[index] as Status,
    attemptStatus: attemptStatus[index] as Status,
    reason: reason[index] ?? null,
    code: code[index] ?? null,
    counted: counted[index] ?? false,
    uncertain: uncertain[index] ?? false,
    next: next[index] ?? 'none',
    waitMs: waitMs[index] ?? 0,
    startedAt: Date.parse(startedAt[index] ?? ''),
  }))
}

function settleMessages(tx: Transaction, tables: Tables, values: readonly unknown[], again: boolean): Answer {
  const owner = Number(values[0])
  const standing = new Set(numbers(values[17]))
  const moved = new Set<number>()
  const kept: Record<string, Status> = {}
  const input = readSettlements(values)
  for (const settlement of input) {
    const row = moveOn(tx, tables, owner, settlement)
    if (row === null) continue
    moved.add(row.id)
    if (row.status !== settlement.status) kept[row.id] = row.status
    else if (settlement.next !== 'none') {
      const expiresAt = settlement.next === 'poll' ? tx.now + POLLED_MS : row.expiresAt
      const lane = { id: row.id, provider: settlement.provider, category: row.category }
      addDue(tx, tables, lane, { action: settlement.next, runAt: tx.now + settlement.waitMs, expiresAt })
    }
  }
  removeDue(tx, tables, (id, dueOwner) => dueOwner === owner && standing.has(id) && moved.has(id))
  for (const settlement of input) logAttempt(tx, tables, settlement, again)
  return rows({
    moved: moved.size < Number(values[16]) ? [...moved] : null,
    kept: Object.keys(kept).length === 0 ? null : kept,
  })
}

function moveOn(tx: Transaction, { messages }: Tables, owner: number, s: Settlement): MessageRow | null {
  const m = tx.find(messages, s.id)
  if (m === undefined || m.owner !== owner || m.attempt !== s.attempt || m.startedAt === null) return null
  const forward = m.status === 'sending' || statusRank(s.status) > statusRank(m.status)
  const row: MessageRow = {
    ...m,
    status: forward ? s.status : m.status,
    reason: forward ? s.reason : m.reason,
    providerMessageId: s.providerMessageId ?? m.providerMessageId,
    attemptsCounted: m.attemptsCounted + (s.counted ? 1 : 0),
    uncertainAttempts: m.uncertainAttempts + (s.uncertain ? 1 : 0),
    owner: null,
    startedAt: null,
    updatedAt: tx.now,
  }
  tx.put(messages, s.id, row)
  return row
}

function logAttempt(tx: Transaction, { attempts }: Tables, s: Settlement, again: boolean): void {
  const key = attemptKey(s.id, s.attempt)
  tx.lock(attempts, key, 'change')
  const known = tx.find(attempts, key)
  if (known !== undefined && !again) throw serverError('23505', 'duplicate key value')
  const fresh = {
    messageId: s.id,
    number: s.attempt,
    provider: s.provider,
    providerMessageId: s.providerMessageId,
    status: s.attemptStatus,
    reason: s.reason,
    code: s.code,
    startedAt: s.startedAt,
    wasUncertain: s.attemptStatus === 'uncertain',
  }
  if (known === undefined) return tx.put(attempts, key, fresh)
  const forward = statusRank(s.attemptStatus) > statusRank(known.status)
  tx.put(attempts, key, {
    ...known,
    providerMessageId: known.providerMessageId ?? s.providerMessageId,
    startedAt: known.startedAt ?? s.startedAt,
    status: forward ? s.attemptStatus : known.status,
    wasUncertain: known.wasUncertain || fresh.wasUncertain,
  })
}
