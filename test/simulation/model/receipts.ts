import { statusRank, type Status } from '../../../src/domain/status.ts'
import { addDue, attemptKey, counted, NOTHING, numbers, rows, texts, type Answer, type Statement } from './statement.ts'
import type { MessageRow, Tables } from './tables.ts'
import type { Transaction } from './transaction.ts'

const POLLED_MS = 3 * 86_400_000
const FRESH_MS = 72 * 3_600_000

/** Statements of receipts, and of questions to providers. */
export const RECEIPT_STATEMENTS: Readonly<Record<string, Statement>> = {
  'find-attempt': (tx, tables, [provider, theirs]) => {
    const found = findAttempt(tx, tables, provider, theirs)
    return found === undefined ? NOTHING : rows({ messageId: found.messageId, number: found.number })
  },
  'read-attempts': readAttempts,
  'apply-receipts': applyReceipts,
  'park-receipt': parkReceipt,
  'list-matchable': listMatchable,
  unpark,
  'claim-asks': claimAsks,
  'ask-no-more': (tx, { due }, values) => (tx.remove(due, Number(values[0])), counted(1)),
  'ask-again': askAgain,
  'give-back-ask': giveBackAsk,
  'send-after-all': sendAfterAll,
  'poll-later': pollLater,
}

function readAttempts(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const [ids, sought] = [texts(values[0]), numbers(values[1])]
  const [provider, theirs] = [texts(values[2]), texts(values[3])]
  return rows(
    ...ids.flatMap((id, index) => {
      const ours = { messageId: Number(id), number: sought[index] ?? 0 }
      const named = id === null ? findFresh(tx, tables, provider[index], theirs[index]) : ours
      const state = named === undefined ? null : readState(tx, tables, named.messageId, named.number)
      return state === null ? [] : [{ place: index + 1, ...state }]
    }),
  )
}

function findAttempt(tx: Transaction, { attempts }: Tables, provider: unknown, theirs: unknown) {
  return tx
    .all(attempts)
    .filter((a) => a.providerMessageId === theirs && a.provider === provider)
    .toSorted((a, b) => b.messageId - a.messageId)[0]
}

/** As a receipt is matched: also the newest attempt of that message, and none whose message is long over. */
function findFresh(tx: Transaction, { attempts, messages }: Tables, provider: unknown, theirs: unknown) {
  return tx
    .all(attempts)
    .filter((a) => a.providerMessageId === theirs && a.provider === provider)
    .filter((a) => (tx.find(messages, a.messageId)?.expiresAt ?? 0) > tx.now - FRESH_MS)
    .toSorted((a, b) => b.messageId - a.messageId || b.number - a.number)[0]
}

function readState(tx: Transaction, { messages, attempts }: Tables, id: number, number: number) {
  const m = tx.find(messages, id)
  if (m === undefined || m.attempt < number || number <= 0) return null
  return {
    messageId: id,
    number,
    messageStatus: m.status,
    messageReason: m.reason,
    attemptStatus: tx.find(attempts, attemptKey(id, number))?.status ?? null,
    provider: m.provider,
    contact: m.contact,
    text: m.text,
    attemptsCounted: m.attemptsCounted,
    newestAttempt: m.attempt,
    newestStatus: null,
    ageMs: tx.now - m.time,
    remainingMs: m.expiresAt - tx.now,
    sinceMs: null,
    parts: null,
    resends: false,
    version: null,
  }
}

interface Move {
  readonly id: number
  readonly number: number
  readonly was: { readonly status: string | null; readonly attempt: number; readonly counted: number }
  readonly provider: string
  readonly providerMessageId: string | null
  readonly attemptStatus: Status
  readonly reason: string | null
  readonly code: string | null
  readonly status: Status | null
  readonly resendMs: number | null
  readonly clear: string
}

function readMoves(values: readonly unknown[]): Move[] {
  const [ids, attempts, newest, counts, resends] = [0, 1, 3, 4, 11].map((place) => numbers(values[place]))
  const [was, provider, theirs, attemptStatus, reason, code, status, clear] = [2, 5, 6, 7, 8, 9, 10, 12].map((place) =>
    texts(values[place]),
  )
  return (ids ?? []).map((id, n) => ({
    id,
    number: attempts?.[n] ?? 0,
    was: { status: was?.[n] ?? null, attempt: newest?.[n] ?? 0, counted: counts?.[n] ?? 0 },
    provider: provider?.[n] ?? '',
    providerMessageId: theirs?.[n] ?? null,
    attemptStatus: attemptStatus?.[n] as Status,
    reason: reason?.[n] ?? null,
    code: code?.[n] ?? null,
    status: (status?.[n] ?? null) as Status | null,
    resendMs: Number.isNaN(resends?.[n]) ? null : (resends?.[n] ?? null),
    clear: clear?.[n] ?? 'none',
  }))
}

function applyReceipts(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const held = readMoves(values).filter(({ id, was }) => {
    const m = tx.find(tables.messages, id)
    const same = m?.status === was.status && m.attempt === was.attempt && m.attemptsCounted === was.counted
    return same && tx.isFree(tables.messages, id, 'all')
  })
  for (const move of held) {
    tx.lock(tables.messages, move.id, 'all')
    moveMessage(tx, tables, move)
    moveAttempt(tx, tables, move)
    if (move.clear !== 'none') clearWork(tx, tables, move.id, move.clear === 'all')
    const m = tx.find(tables.messages, move.id)
    if (m !== undefined && move.resendMs !== null)
      addDue(tx, tables, m, { action: 'send', runAt: tx.now + move.resendMs, expiresAt: m.expiresAt })
  }
  return rows(...held.map(({ id }) => ({ id })))
}

function moveMessage(tx: Transaction, { messages }: Tables, move: Move): void {
  const m = tx.find(messages, move.id)
  if (m === undefined) return
  tx.put(messages, m.id, {
    ...m,
    status: move.status ?? m.status,
    reason: move.status === null ? m.reason : move.reason,
    providerMessageId: move.providerMessageId ?? m.providerMessageId,
    updatedAt: move.status === null ? m.updatedAt : tx.now,
    owner: move.clear !== 'none' && m.startedAt === null ? null : m.owner,
  })
}

function moveAttempt(tx: Transaction, { attempts }: Tables, move: Move): void {
  const { id: messageId, number, provider, providerMessageId, attemptStatus: status, reason, code } = move
  const key = attemptKey(messageId, number)
  tx.lock(attempts, key, 'change')
  const known = tx.find(attempts, key)
  if (known === undefined) {
    const fresh = { messageId, number, provider, providerMessageId, status, reason, code }
    return tx.put(attempts, key, { ...fresh, startedAt: null, wasUncertain: false })
  }
  const word = statusRank(status) > statusRank(known.status) ? { status, reason, code } : {}
  tx.put(attempts, key, { ...known, ...word, providerMessageId: known.providerMessageId ?? providerMessageId })
}

function clearWork(tx: Transaction, { due, messages }: Tables, id: number, polls: boolean): void {
  const owner = tx.find(messages, id)?.owner ?? null
  for (const row of tx.all(due)) {
    const fits = row.messageId === id && (polls || row.action !== 'poll')
    if (fits && (row.owner === null || row.owner !== owner)) tx.remove(due, row.id)
  }
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

function unpark(tx: Transaction, { parked }: Tables, values: readonly unknown[]): Answer {
  const ids = numbers(values[0])
  const gone = tx.all(parked).filter((row) => ids.includes(row.id))
  for (const row of gone) tx.remove(parked, JSON.stringify([row.provider, row.providerMessageId, row.status]))
  return counted(gone.length)
}

function listMatchable(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const matching = tx
    .all(tables.parked)
    .filter((one) => findFresh(tx, tables, one.provider, one.providerMessageId) !== undefined)
  return rows(
    ...matching
      .toSorted((a, b) => a.id - b.id)
      .slice(0, Number(values[0]))
      .map((one) => ({ ...one, at: null, contact: null, messageId: null, attempt: null })),
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
  row: { id: number; messageId: number; lane: string; action: string; round: number },
) {
  const m: MessageRow | undefined = tx.find(messages, row.messageId)
  if (m === undefined) return []
  const asked = tx
    .all(attempts)
    .filter((a) => a.messageId === m.id && `${a.provider}:${m.category}` === row.lane)
    .toSorted((a, b) => b.number - a.number)[0]
  const startedAt = asked?.startedAt ?? m.time
  const { contact, sender, text, segments, category } = m
  const provider = asked?.provider ?? m.provider
  const providerMessageId = asked?.providerMessageId ?? m.providerMessageId
  const attempt = asked?.number ?? m.attempt
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
