import type { Status } from '../../../src/domain/status.ts'
import { counted, removeDue, rows, texts, type Answer, type Statement } from './statement.ts'
import type { PauseRow, Tables } from './tables.ts'
import type { Transaction } from './transaction.ts'

export const STOP_STATEMENTS: Readonly<Record<string, Statement>> = {
  glance,
  'add-pause': addPause,
  'remove-pauses': removePauses,
  'list-pauses': listPauses,
  'cancel-message': cancelMessage,
  'clear-due': clearDue,
  'cancel-chunks': cancelChunks,
}

const nameOf = (text: string): string | null => (text === '*' ? null : text)
const keyOf = ({ provider, category }: Pick<PauseRow, 'provider' | 'category'>): string => `${provider} ${category}`

function glance(tx: Transaction, { pauses, chunks, due, nodes }: Tables, values: readonly unknown[]): Answer {
  const owner = Number(values[0])
  const [sms, push, asked] = values.slice(1).map((lanes) => new Set(texts(lanes)))
  const known = tx.all(pauses).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const cancelled = tx
    .all(chunks)
    .filter((chunk) => chunk.owner === owner && chunk.cancelledAt !== null && chunk.doneAt === null)
    .map((chunk) => chunk.id)
  const waiting = tx.all(due).filter((row) => row.owner === null && row.runAt <= tx.now)
  return rows({
    sms: waiting.some(({ lane, action }) => action === 'send' && sms?.has(lane) === true),
    asks: waiting.some(({ lane, action }) => action !== 'send' && asked?.has(lane) === true),
    neighbours: tx.all(nodes).some(({ id, emptiedAt }) => id !== owner && emptiedAt === null),
    push: tx
      .all(chunks)
      .some((row) => row.owner === null && row.doneAt === null && row.runAt <= tx.now && push?.has(row.lane) === true),
    pauses:
      known.length === 0
        ? null
        : known.map(({ provider, category }) => ({ provider: nameOf(provider), category: nameOf(category) })),
    cancelled: cancelled.length === 0 ? null : cancelled.toSorted((a, b) => a - b),
  })
}

function addPause(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const { pauses } = tables
  tables.everPaused = true
  const [provider, category, reason] = values.map((value) => (typeof value === 'string' ? value : null))
  const scope = { provider: provider ?? '*', category: category ?? '*' }
  const pausedAt = tx.find(pauses, keyOf(scope))?.pausedAt ?? tx.now
  tx.put(pauses, keyOf(scope), { ...scope, reason: reason ?? null, pausedAt })
  return counted(1)
}

function removePauses(tx: Transaction, { pauses }: Tables, values: readonly unknown[]): Answer {
  const [provider, category] = values
  const within = tx
    .all(pauses)
    .filter(
      (pause) => (provider ?? pause.provider) === pause.provider && (category ?? pause.category) === pause.category,
    )
  for (const pause of within) tx.remove(pauses, keyOf(pause))
  return counted(within.length)
}

function listPauses(tx: Transaction, { pauses }: Tables): Answer {
  const known = tx.all(pauses).toSorted((a, b) => a.pausedAt - b.pausedAt || (keyOf(a) < keyOf(b) ? -1 : 1))
  return rows(
    ...known.map(({ provider, category, reason, pausedAt }) => ({
      provider: nameOf(provider),
      category: nameOf(category),
      reason,
      pausedAt: new Date(pausedAt),
    })),
  )
}

function cancelMessage(tx: Transaction, { messages, due }: Tables, values: readonly unknown[]): Answer {
  const id = Number(values[0])
  const m = tx.find(messages, id)
  if (m === undefined || m.startedAt !== null) return counted(0)
  const isDue = (): boolean => tx.all(due).some((row) => row.messageId === id && row.action !== 'poll')
  const waits = m.status === 'scheduled' || m.status === 'queued'
  if (!waits && !(m.status === 'uncertain' && (m.owner !== null || isDue()))) return counted(0)
  const doubtful = m.uncertainAttempts > 0
  const status: Status = doubtful ? 'uncertain' : 'cancelled'
  tx.put(messages, id, {
    ...m,
    status,
    reason: doubtful ? 'called_off' : null,
    expiresAt: Math.min(m.expiresAt, tx.now),
    owner: doubtful ? m.owner : null,
    updatedAt: tx.now,
  })
  return counted(1)
}

function clearDue(tx: Transaction, tables: Tables, values: readonly unknown[]): Answer {
  const id = Number(values[0])
  if (tx.find(tables.messages, id)?.status !== 'cancelled') return counted(0)
  removeDue(tx, tables, (messageId) => messageId === id)
  return counted(0)
}

function cancelChunks(tx: Transaction, { chunks }: Tables, values: readonly unknown[]): Answer {
  const open = tx
    .all(chunks)
    .filter(
      (chunk) => chunk.notificationId === Number(values[0]) && chunk.doneAt === null && chunk.cancelledAt === null,
    )
    .toSorted((a, b) => a.id - b.id)
  for (const { id } of open) {
    tx.lock(chunks, id, 'all')
    const chunk = tx.find(chunks, id)
    if (chunk === undefined || chunk.doneAt !== null) continue
    tx.put(chunks, id, { ...chunk, cancelledAt: tx.now, runAt: Math.min(chunk.runAt, tx.now), updatedAt: tx.now })
  }
  return rows({ open: open.length })
}
