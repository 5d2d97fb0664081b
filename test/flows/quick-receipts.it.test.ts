import type { PoolClient } from 'pg'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createReceiptsFlow, type ReceiptsFlow } from '../../src/flows/receipts/receipts.ts'
import { heardBy } from '../../src/wiring/receipts-side.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ACCEPTED, ask, message, scripted, startNode, type TestNode } from '../support/node.ts'
import { until } from '../support/until.ts'

let database: TestDatabase
let node: TestNode

/** Filled when the node runs. */
let flow: ReceiptsFlow | null = null
let receipt: Promise<void> | null = null
/** Keeps the message's row, so that its settlement has to wait. */
let holder: PoolClient

beforeEach(async () => {
  database = await createTestDatabase()
  const provider = scripted(async () => {
    holder = await node.db.connect()
    await holder.query('begin')
    await holder.query('select from messages for update')
    // In one packet with the answer, as an SMSC may send it.
    setImmediate(settleReceipt)
    return ACCEPTED
  })
  node = await startNode(database.url, {
    sms: [heardBy({ taken: (...submission) => flow?.taken(...submission) }, provider)],
    onSettled: (settled) => flow?.settled(settled),
  })
  flow = createReceiptsFlow({
    db: node.db,
    log: pino({ level: 'silent' }),
    providers: new Map(),
    chance: () => 0,
    // Whoever would wait for a time waits for ever.
    wait: () => new Promise(() => undefined),
    onMoved: () => undefined,
  })
})

afterEach(async () => {
  ;[flow, receipt] = [null, null]
  await node.close()
  await database.drop()
})

function settleReceipt(): void {
  const named = { provider: 'scripted', providerMessageId: 'theirs', attempt: null }
  receipt = flow?.settle({ ...named, status: 'delivered', failure: null, at: null }) ?? null
}

test('a receipt that is quicker than the commit of its submission waits for that, and is never stored apart', async () => {
  const id = await node.delivery.intake.addSms(message())
  await until(() => receipt !== null)
  // As long as looking for it and storing it would take, several times over.
  for (let turn = 0; turn < 20; turn += 1) await ask(node, 'select')
  await holder.query('commit')
  holder.release()
  await receipt
  expect(await ask(node, 'select status from messages where id = $1', [id])).toEqual([{ status: 'delivered' }])
  expect(await ask(node, 'select status from attempts where message_id = $1', [id])).toEqual([{ status: 'delivered' }])
  expect(await ask(node, 'select is_called from parked_receipts_id_seq')).toEqual([{ is_called: false }])
})
