import { counted, NOTHING, rows, texts, type Answer, type Statement } from './statement.ts'
import type { Tables } from './tables.ts'
import type { Transaction } from './transaction.ts'

const WEEK_MS = 7 * 86_400_000

export const NODE_STATEMENTS: Readonly<Record<string, Statement>> = {
  beat,
  'list-neighbours': listNeighbours,
  'end-node': endNode,
  'list-unemptied': listUnemptied,
}

/** Statements without a name, by how their text begins. */
export const UNNAMED_STATEMENTS: readonly (readonly [string, Statement])[] = [
  ['insert into nodes', registerNode],
  ['update nodes set emptied_at', markEmptied],
  ['delete from nodes where emptied_at', forgetEmptied],
  ['select ensure_partitions', () => NOTHING],
  ['delete from idempotency_keys', () => counted(0)],
  ['delete from parked_receipts', () => counted(0)],
]

function registerNode(tx: Transaction, { nodes, sequences }: Tables, values: readonly unknown[]): Answer {
  const id = ++sequences.node
  // A sequence that was never drawn from has 1 as its last value.
  const lowMessageId = Math.max(1, sequences.message)
  const [machine = null] = texts([values[1]])
  const row = { id, machine, pid: Number(values[2]), heartbeatAt: tx.now, lowMessageId, endedAt: null, emptiedAt: null }
  tx.put(nodes, id, row)
  return rows({ id, low_message_id: lowMessageId, clock: tx.now })
}

function beat(tx: Transaction, { nodes }: Tables, values: readonly unknown[]): Answer {
  const [id = 0, low = 0, leaseSeconds = 0] = values.map(Number)
  const me = tx.find(nodes, id)
  if (me === undefined || me.endedAt !== null) return NOTHING
  tx.touch(nodes, id, { ...me, heartbeatAt: tx.now, lowMessageId: Math.max(me.lowMessageId, low) })
  const fresh = tx.now - leaseSeconds * 1000
  const others = tx.all(nodes).filter((node) => node.id !== id && node.endedAt === null && node.heartbeatAt > fresh)
  return rows({ alive: 1 + others.length, clock: tx.now })
}

function listNeighbours(tx: Transaction, { nodes }: Tables, values: readonly unknown[]): Answer {
  const [id, leaseSeconds = 0] = values.map(Number)
  const living = tx.all(nodes).filter((node) => node.id !== id && node.endedAt === null)
  return rows(
    ...living.map((node) => ({
      id: node.id,
      machine: node.machine,
      pid: node.pid,
      lapsed: node.heartbeatAt < tx.now - leaseSeconds * 1000,
    })),
  )
}

function endNode(tx: Transaction, { nodes }: Tables, values: readonly unknown[]): Answer {
  const id = Number(values[0])
  const node = tx.find(nodes, id)
  if (node === undefined || node.endedAt !== null) return NOTHING
  tx.lock(nodes, id, 'all')
  tx.put(nodes, id, { ...node, endedAt: tx.now })
  return counted(1)
}

function listUnemptied(tx: Transaction, { nodes }: Tables): Answer {
  const ended = tx.all(nodes).filter((node) => node.endedAt !== null && node.emptiedAt === null)
  return rows(...ended.map((node) => ({ id: node.id, low_message_id: node.lowMessageId })))
}

function markEmptied(tx: Transaction, { nodes }: Tables, values: readonly unknown[]): Answer {
  const id = Number(values[0])
  const node = tx.find(nodes, id)
  if (node !== undefined) tx.put(nodes, id, { ...node, emptiedAt: tx.now })
  return NOTHING
}

function forgetEmptied(tx: Transaction, { nodes }: Tables): Answer {
  for (const node of tx.all(nodes)) {
    if (node.emptiedAt !== null && node.emptiedAt < tx.now - WEEK_MS) tx.remove(nodes, node.id)
  }
  return NOTHING
}
