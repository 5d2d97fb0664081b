import pg from 'pg'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Lease } from '../../src/delivery/lease.ts'
import { createLedger } from '../../src/delivery/ledger.ts'
import { createOpenRows } from '../../src/delivery/open-rows.ts'

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
    // It is never connected: there is nothing to write.
    db: new pg.Pool(),
    lease: () => lease,
    log: pino({ level: 'silent' }),
    smsLanes: () => [],
    pushLanes: () => [],
    onSettled: () => undefined,
    onPushed: () => undefined,
    onCommitted: () => undefined,
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
