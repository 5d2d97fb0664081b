import pg from 'pg'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Lease } from '../../src/delivery/lease.ts'
import { createLedger, type Ledger, type LedgerParts } from '../../src/delivery/ledger.ts'
import { createOpenRows } from '../../src/delivery/open-rows.ts'
import type { Db, DbClient } from '../../src/store/db.ts'
import { until } from '../support/until.ts'
import { ACCEPTED, chunk, rig, type Rig } from './push-lane-rig.ts'

const UNHEARD: Pick<LedgerParts, 'log' | 'smsLanes' | 'onSettled' | 'onPushed' | 'onCommitted'> = {
  log: pino({ level: 'silent' }),
  smsLanes: () => [],
  onSettled: () => undefined,
  onPushed: () => undefined,
  onCommitted: () => undefined,
}

test('the more nodes share a database, the longer each gathers before it writes', async () => {
  const clock = { ms: 0, nodes: 1 }
  const waits: number[] = []
  const open = createOpenRows(1, () => clock.ms)
  const lease: Lease = {
    owner: () => 1,
    mayWrite: () => true,
    open: () => open,
    clock: () => new Date(clock.ms),
    nodes: () => clock.nodes,
    renew: async () => true,
    reap: async () => undefined,
  }
  const ledger = createLedger({
    ...UNHEARD,
    // It is never connected: there is nothing to write.
    db: new pg.Pool(),
    lease: () => lease,
    pushLanes: () => [],
    now: () => clock.ms,
    wait: async (ms) => void waits.push(ms),
  })
  async function kick(nodes: number): Promise<void> {
    clock.nodes = nodes
    ledger.kick()
    await ledger.idle()
  }
  await kick(1)
  expect(waits).toEqual([])
  for (const nodes of [1, 4, 1_000]) await kick(nodes)
  expect(waits).toEqual([20, 80, 100])
})

/** A database that answers to each transaction when the test says so: all chunks in it are still the node's. */
function heldDb(): { readonly db: Db; readonly asked: { readonly chunks: readonly number[]; answer(): void }[] } {
  const asked: { chunks: readonly number[]; answer(): void }[] = []
  const query = async (statement: string | { name: string; values: readonly unknown[] }): Promise<unknown> => {
    if (typeof statement === 'string') return { command: statement.toUpperCase(), rows: [] }
    if (statement.name !== 'move-chunks') return { rows: [] }
    const chunks = statement.values[1] as number[]
    await new Promise<void>((answer) => asked.push({ chunks, answer }))
    return { rows: chunks.map((id) => ({ id, cancelled: false })) }
  }
  const client = { query, release: () => undefined } as unknown as DbClient
  return { db: { query, connect: async () => client } as unknown as Db, asked }
}

/** One that writes for one lane of pushes. */
function ledgerOf(
  window: number,
  wait: LedgerParts['wait'],
): Pick<Rig, 'lane' | 'handed'> & Pick<ReturnType<typeof heldDb>, 'asked'> & { readonly ledger: Ledger } {
  const { lane, lease, handed } = rig(window, () => ledger.kick())
  const { db, asked } = heldDb()
  const ledger = createLedger({
    ...UNHEARD,
    ...{ db, wait },
    lease: () => lease,
    pushLanes: () => [lane],
    now: () => 0,
  })
  return { ledger, lane, handed, asked }
}

test('while a transaction is under way, a second one takes what gathered of pushes beside it, once that is worth it', async () => {
  const { ledger, lane, handed, asked } = ledgerOf(4, async () => undefined)
  const answerAll = (chunkId: number): void => {
    for (const index of [0, 1, 2, 3]) handed[chunkId]?.answer(index, ACCEPTED)
  }
  lane.offer(
    [0, 1, 2, 3, 4].map((id) => chunk({ id })),
    0,
  )
  await until(() => asked.length === 1)
  asked[0]?.answer()
  await until(() => handed.length === 5)
  answerAll(0)
  await until(() => asked.length === 2)
  answerAll(1)
  answerAll(2)
  await until(() => asked.length === 3)
  answerAll(3)
  answerAll(4)
  expect(asked.map(({ chunks }) => chunks)).toEqual([[0, 1, 2, 3, 4], [0], [1, 2]])
  asked[2]?.answer()
  // Its end makes room for another, though the first is not through yet.
  await until(() => handed.length === 7 && asked.length === 4)
  expect(asked[3]?.chunks).toEqual([3, 4])
  asked[1]?.answer()
  asked[3]?.answer()
  await until(() => handed.length === 10)
  await ledger.idle()
})

test('a push that comes while outcomes gather is started at once, and takes them along', async () => {
  // What lingers does so for ever.
  const { lane, handed, asked } = ledgerOf(4, () => new Promise(() => undefined))
  const { targets } = chunk()
  // As many as the window has: nothing of it is left to start.
  lane.offer([chunk({ id: 1, targets: targets.slice(0, 4), tokenIds: [1, 2, 3, 4] })], 0)
  await until(() => asked.length === 1)
  asked[0]?.answer()
  await until(() => handed.length === 1)
  handed[0]?.answer(0, ACCEPTED)
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked).toHaveLength(1)
  lane.offer([chunk({ id: 2 })], 0)
  await until(() => asked.length === 2)
  expect(asked[1]?.chunks).toEqual([1, 2])
})

test('after many were started, what comes waits for others to be started with', async () => {
  const waits: number[] = []
  const { lane, handed, asked } = ledgerOf(100, (ms) => new Promise(() => waits.push(ms)))
  const [target] = chunk().targets
  const targets = Array.from({ length: 100 }, () => target).filter((one) => one !== undefined)
  const tokenIds = targets.map((_, index) => index + 1)
  lane.offer([chunk({ id: 1, targets, tokenIds, settled: Buffer.alloc(13) })], 0)
  await until(() => asked.length === 1)
  asked[0]?.answer()
  await until(() => handed.length === 1 && waits.length === 1)
  lane.offer([chunk({ id: 2 })], 0)
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked).toHaveLength(1)
})
