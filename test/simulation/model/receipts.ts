import { statusRank, type Status } from '../../../src/domain/status.ts'
import { addDue, attemptKey, counted, NOTHING, rows, texts, type Answer, type Statement } from './statement.ts'
import type { MessageRow, Tables } from './tables.ts'
import type { Transaction } from './transaction.ts'

const POLLED_MS = 3 * 86_400_000

/** Statements of receipts, and of questions to providers. */
export const RECEIPT_STATEMENTS: Readonly<Record<string, Statement>> = {
  'lock-attempt': lockAttempt,
  'find-attempt': findAttempt,
  'receipt-attempt': receiptAttempt,
  'receipt-message': receiptMessage,
  'receipt-clear': receiptClear,
  'receipt-resend': receiptResend,
  'park-receipt': parkReceipt,
  'list-matchable': listMatchable,
  unpark: (tx, { parked }, values) => (tx.remove(parked, parkedKeyById(tx, parked, values[0])), counted(1)),
  'claim-asks': claimAsks,
  'ask-no-more': (tx, { due }, values) => (tx.remove(due, Number(values[0])), counted(1)),
  'ask-again': askAgain,
  'give-back-ask': giveBackAsk,
  'send-after-all': sendAfterAll,
  'poll-later': pollLater,
}

function lockAttempt(tx: Transaction, { messages, attempts }: Tables, values: readonly unknown[]): Answer {
  const [id = 0, number = 0] = values.map(Number)
  const m = tx.find(messages, id)
  if (m === undefined || m.attempt < number || number <= 0) return NOTHING
  tx.lock(messages, id, 'all')
  return rows({
    messageId: id,
    number,
    messageStatus: m.status,
    attemptStatus: tx.find(attempts, attemptKey(id, number))?.status ?? null,
    provider: m.provider,
    contact: m.contact,
    text: m.text,
    attemptsCounted: m.attemptsCounted,
    newestAttempt: m.attempt,
    ageMs: tx.now - m.time,
    remainingMs: m.expiresAt - tx.now,
  })
}

function findAttempt(tx: Transaction, { attempts }: Tables, values: readonly unknown[]): Answer {
  const [provider, theirs] = values
  const [found] = tx
    .all(attempts)
    .filter((a) => a.providerMessageId === theirs && a.provider === provider)
    .toSorted((a, b) => b.messageId - a.messageId)
  return found === undefined ? NOTHING : rows({ messageId: found.messageId, number: found.number })
}

function receiptAttempt(tx: Transaction, { attempts }: Tables, values: readonly unknown[]): Answer {
  const [messageId = 0, number = 0] = values.slice(0, 2).map(Number)
  const [provider, providerMessageId = null, status, reason = null, code = null] = texts(values.slice(2, 7))
  const key = attemptKey(messageId, number)
  tx.lock(attempts, key, 'change')
  const known = tx.find(attempts, key)
  const fresh = { provider: provider ?? '', providerMessageId, status: status as Status, reason, code }
  if (known === undefined) {
    tx.put(attempts, key, { messageId, number, ...fresh, startedAt: null, wasUncertain: false })
    return counted(1)
  }
  const forward = statusRank(fresh.status) > statusRank(known.status)
  const word = forward ? { status: fresh.status, reason, code } : {}
  tx.put(attempts, key, { ...known, ...word, providerMessageId: known.providerMessageId ?? providerMessageId })
  return counted(1)
}

function receiptMessage(tx: Transaction, { messages }: Tables, values: readonly unknown[]): Answer {
  const m = tx.find(messages, Number(values[0]))
  if (m === undefined) return NOTHING
  const [status, reason, theirs] = texts(values.slice(1, 4))
  tx.put(messages, m.id, {
    ...m,
    status: status === null ? m.status : (status as Status),
    reason: status === null ? m.reason : (reason ?? null),
    providerMessageId: theirs ?? null,
    updatedAt: status === null ? m.updatedAt : tx.now,
    owner: values[4] === true && m.startedAt === null ? null : m.owner,
  })
  return counted(1)
}

function receiptClear(tx: Transaction, { due, messages }: Tables, values: readonly unknown[]): Answer {
  const id = Number(values[0])
  const owner = tx.find(messages, id)?.owner ?? null
  for (const row of tx.all(due)) {
    const fits = row.messageId === id && (values[1] === true || row.action !== 'poll')
    if (fits && (row.owner === null || row.owner !== owner)) tx.remove(due, row.id)
  }
  return NOTHING
}

function receiptResend(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const m = tx.find(tables.messages, Number(values[0]))
  if (m !== undefined)
    addDue(tx, tables, m, { action: 'send', runAt: tx.now + Number(values[1]), expiresAt: m.expiresAt })
  return NOTHING
}

function parkReceipt(tx: Transaction, { parked, sequences }: Tables, values: readonly unknown[]): Answer {
  const [provider = '', providerMessageId = '', status = '', reason = null, code = null] = texts(values.slice(0, 5))
  const key = JSON.stringify([provider, providerMessageId, status])
  const id = ++sequences.parked
  tx.lock(parked, key, 'change')
  if (tx.find(parked, key) !== undefined) return counted(0)
  tx.put(parked, key, {
    id,
    provider: provider ?? '',
    providerMessageId: providerMessageId ?? '',
    status: status ?? '',
    reason,
    code,
    receivedAt: tx.now,
  })
  return counted(1)
}

function parkedKeyById(tx: Transaction, parked: Tables['parked'], id: unknown): string {
  const row = tx.all(parked).find((one) => one.id === Number(id))
  return row === undefined ? '' : JSON.stringify([row.provider, row.providerMessageId, row.status])
}

function listMatchable(tx: Transaction, { parked, attempts }: Tables, values: readonly unknown[]): Answer {
  const known = new Set(tx.all(attempts).map((a) => `${a.provider} ${a.providerMessageId}`))
  const matching = tx.all(parked).filter((one) => known.has(`${one.provider} ${one.providerMessageId}`))
  return rows(
    ...matching
      .toSorted((a, b) => a.id - b.id)
      .slice(0, Number(values[0]))
      .map((one) => ({ ...one, at: null })),
  )
}

function claimAsks(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const { due } = tables
  const lanes = new Set(texts(values[0]))
  const isAsk = (action: string): boolean => action === 'reconcile' || action === 'poll'
  const picked = tx
    .all(due)
    .filter((row) => lanes.has(row.lane) && isAsk(row.action) && row.owner === null && row.runAt <= tx.now)
    .filter((row) => tx.isFree(due, row.id, 'all'))
    .toSorted((a, b) => a.runAt - b.runAt || a.id - b.id)
    .slice(0, Number(values[1]))
  for (const row of picked) tx.put(due, row.id, { ...row, runAt: tx.now + Number(values[2]) * 1000 })
  return rows(...picked.flatMap((row) => toAsk(tx, tables, row)))
}

function toAsk(
  tx: Transaction,
  { messages, attempts }: Tables,
  row: { id: number; messageId: number; action: string; round: number },
) {
  const m: MessageRow | undefined = tx.find(messages, row.messageId)
  if (m === undefined) return []
  const startedAt = tx.find(attempts, attemptKey(m.id, m.attempt))?.startedAt ?? m.time
  const { provider, providerMessageId, contact, sender, text, segments, category, attempt } = m
  return [
    {
      dueId: row.id,
      messageId: m.id,
      action: row.action,
      round: row.round,
      ...{ provider, providerMessageId, contact, sender, text, segments, category, attempt },
      startedAt: new Date(startedAt),
      ageMs: tx.now - startedAt,
    },
  ]
}

function askAgain(tx: Transaction, { due }: Tables, values: readonly unknown[]): Answer {
  const row = tx.find(due, Number(values[0]))
  if (row !== undefined) tx.put(due, row.id, { ...row, round: row.round + 1, runAt: tx.now + Number(values[1]) })
  return NOTHING
}

function giveBackAsk(tx: Transaction, { due }: Tables, values: readonly unknown[]): Answer {
  const row = tx.find(due, Number(values[0]))
  if (row !== undefined && row.action !== 'send') tx.put(due, row.id, { ...row, runAt: tx.now + Number(values[1]) })
  return NOTHING
}

function sendAfterAll(tx: Transaction, { due }: Tables, values: readonly unknown[]): Answer {
  const row = tx.find(due, Number(values[0]))
  if (row?.action === 'reconcile') tx.put(due, row.id, { ...row, action: 'send', round: 0, runAt: tx.now })
  return NOTHING
}

function pollLater(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const m = tx.find(tables.messages, Number(values[0]))
  const polled = tx.all(tables.due).some((row) => row.messageId === m?.id && row.action === 'poll')
  if (m !== undefined && !polled)
    addDue(tx, tables, m, { action: 'poll', runAt: tx.now + Number(values[1]), expiresAt: tx.now + POLLED_MS })
  return NOTHING
}
