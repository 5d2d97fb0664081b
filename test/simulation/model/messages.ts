import { statusRank, type Status } from '../../../src/domain/status.ts'
import {
  addDue,
  lockLiving,
  NOTHING,
  numbers,
  removeDue,
  rows,
  serverError,
  texts,
  timestamp,
  type Answer,
  type Statement,
} from './statement.ts'
import type { DueRow, MessageRow, Tables } from './tables.ts'
import type { Transaction } from './transaction.ts'

const DAY_MS = 86_400_000

export const MESSAGE_STATEMENTS: Readonly<Record<string, Statement>> = {
  'insert-messages': insertMessages,
  'insert-messages-whole': insertMessages,
  'start-messages': startMessages,
  'release-messages': releaseMessages,
  'claim-due': claimDue,
}

function insertMessages(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const { sequences, messages, contacts } = tables
  const owner = Number(values[0])
  const alive = lockLiving(tx, tables, owner)
  const columns = values.slice(1, -1).map(texts)
  const [contact = [], , body = [], text = [], sender = [], , category = [], onUncertain = [], segments = []] = columns
  // Nobody has opted out here: the groups are passed over.
  const [provider = [], ttl = [], place = [], , , ...keys] = columns.slice(10)
  const before = sequences.message
  const ids = contact.map(() => ++sequences.message)
  const accepted = ids
    .map((id, index) => ({ id, index }))
    .filter(({ id, index }) => takesKey(tx, tables, keys, { index, id, before }))
  for (const key of [...new Set(accepted.map(({ index }) => contact[index] ?? ''))].toSorted()) {
    if (tx.find(contacts, key) === undefined) tx.put(contacts, key, key)
  }
  for (const { id, index } of accepted) {
    const where = alive ? place[index] : 'wait'
    const expiresAt = tx.now + Number(ttl[index]) * 1000
    const started = where === 'start'
    const row: MessageRow = {
      id,
      contact: contact[index] ?? '',
      time: tx.now,
      sender: sender[index] ?? null,
      category: category[index] ?? '',
      onUncertain: onUncertain[index] ?? '',
      text: text[index] ?? body[index] ?? '',
      segments: Number(segments[index]),
      provider: provider[index] ?? '',
      expiresAt,
      status: started ? 'sending' : 'queued',
      reason: null,
      providerMessageId: null,
      attempt: started ? 1 : 0,
      attemptsCounted: 0,
      uncertainAttempts: 0,
      crashes: 0,
      startedAt: started ? tx.now : null,
      owner: where === 'wait' ? null : owner,
      updatedAt: tx.now,
    }
    tx.put(messages, id, row)
    if (where === 'wait') addDue(tx, tables, row, { action: 'send', runAt: tx.now, expiresAt })
  }
  return rows({
    ords: accepted.map(({ index }) => index + 1),
    ids: accepted.map(({ id }) => id),
    ended: [],
    flagged: [],
    flags: [],
    alive,
    time: timestamp(tx.now),
  })
}

/** Whether the message at `index` goes in: its idempotency key is free, was used a day ago, or it has none; `before` is the id before the batch. */
function takesKey(
  tx: Transaction,
  { keys: table }: Tables,
  columns: readonly (readonly (string | null)[])[],
  { index, id, before }: { readonly index: number; readonly id: number; readonly before: number },
): boolean {
  const [caller, route, key] = columns.slice(0, 3).map((column) => column[index] ?? null)
  if (key === null || key === undefined) return true
  const whole = JSON.stringify([caller, route, key])
  tx.lock(table, whole, 'change')
  const known = tx.find(table, whole)
  if (known !== undefined && known.resourceId > before) throw serverError('21000', 'a row is affected a second time')
  if (known !== undefined && known.createdAt >= tx.now - DAY_MS) return false
  tx.put(table, whole, { resourceId: id, createdAt: tx.now })
  return true
}

function startMessages(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const { messages } = tables
  const owner = Number(values[0])
  const attempts = numbers(values[2])
  const begun: MessageRow[] = []
  for (const [index, id] of numbers(values[1]).entries()) {
    const asked = attempts[index] ?? 0
    const fits = (m: MessageRow): boolean =>
      m.owner === owner && m.attempt >= asked && m.attempt <= asked + 1 && statusRank(m.status) < 3
    const m = tx.find(messages, id)
    if (m === undefined || !fits(m)) continue
    const open = m.expiresAt > tx.now
    const row: MessageRow = {
      ...m,
      status: open ? 'sending' : endOf(m),
      attempt: open ? asked + 1 : m.attempt,
      startedAt: open ? tx.now : null,
      owner: open ? m.owner : null,
      updatedAt: tx.now,
    }
    tx.put(messages, id, row)
    begun.push(row)
  }
  const ended = new Set(begun.filter((m) => m.status !== 'sending').map((m) => m.id))
  if (ended.size > 0) removeDue(tx, tables, (id, dueOwner) => dueOwner === owner && ended.has(id))
  return rows(
    ...begun.map((m) => ({
      id: m.id,
      status: m.status,
      attempt: m.attempt,
      attempts_counted: m.attemptsCounted,
      uncertain_attempts: m.uncertainAttempts,
      started_at: timestamp(m.startedAt ?? tx.now),
      age_ms: tx.now - m.time,
      remaining_ms: m.expiresAt - tx.now,
    })),
  )
}

/** What a message whose validity is over ends as. */
export function endOf(message: Pick<MessageRow, 'status' | 'uncertainAttempts' | 'providerMessageId'>): Status {
  if (message.status === 'sent') return 'undelivered'
  if (message.uncertainAttempts > 0) return 'uncertain'
  return message.providerMessageId === null ? 'expired' : 'undelivered'
}

function releaseMessages(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const { messages, due } = tables
  const owner = Number(values[0])
  const runAt = tx.now + Number(values[2])
  for (const id of numbers(values[1])) {
    const m = tx.find(messages, id)
    if (m === undefined || m.owner !== owner || statusRank(m.status) >= 3 || m.status === 'sending') continue
    tx.put(messages, id, { ...m, owner: null })
    const standing = tx.all(due).filter((row) => row.messageId === id && row.owner === owner)
    for (const row of standing) tx.put(due, row.id, { ...row, owner: null, runAt })
    if (standing.length === 0) addDue(tx, tables, m, { action: 'send', runAt, expiresAt: m.expiresAt })
  }
  return NOTHING
}

function claimDue(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const { messages, due } = tables
  const owner = Number(values[0])
  if (!lockLiving(tx, tables, owner) || due.rows.size === 0) return NOTHING
  const rooms = numbers(values[2])
  const picked = texts(values[1]).flatMap((lane, index) => pickDue(tx, tables, lane ?? '', rooms[index] ?? 0))
  // What the statement saw before it changed anything.
  const before = new Map(picked.map((row) => [row.messageId, tx.find(messages, row.messageId)]))
  const taken = new Map<number, MessageRow>()
  for (const [id, m] of before) {
    if (m === undefined || m.owner !== null || statusRank(m.status) >= 3) continue
    const row = { ...m, owner, updatedAt: tx.now }
    tx.put(messages, id, row)
    taken.set(id, row)
  }
  for (const row of picked) {
    const m = before.get(row.messageId)
    if (taken.has(row.messageId)) tx.put(due, row.id, { ...row, owner })
    else if (m === undefined || statusRank(m.status) >= 3) tx.remove(due, row.id)
    else tx.put(due, row.id, { ...row, runAt: tx.now + 5_000 })
  }
  return rows(...[...taken.values()].map(toClaimed))
}

function pickDue(tx: Transaction, { due }: Tables, lane: string, room: number): DueRow[] {
  const picked = tx
    .all(due)
    .filter((row) => row.lane === lane && row.action === 'send' && row.owner === null && row.runAt <= tx.now)
    .filter((row) => tx.isFree(due, row.id, 'all'))
    .toSorted((a, b) => a.runAt - b.runAt || a.id - b.id)
    .slice(0, room)
  for (const row of picked) tx.lock(due, row.id, 'all')
  return picked
}

function toClaimed(m: MessageRow): Record<string, unknown> {
  const { id, contact, sender, text, segments, category, onUncertain, provider, attempt, uncertainAttempts } = m
  const rare = { tried: null, tlvs: null, time_zone: null, resume: null }
  return {
    ...{ id, contact, sender, text, segments, category, provider, attempt, ...rare },
    on_uncertain: onUncertain,
    uncertain_attempts: uncertainAttempts,
  }
}
