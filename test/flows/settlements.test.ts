import { expect, test } from 'vitest'
import type { SettledSms } from '../../src/delivery/ledger.ts'
import { failure } from '../../src/domain/failure.ts'
import type { Outcome, Receipt } from '../../src/domain/provider.ts'
import { createSettlements, type Settlements } from '../../src/flows/receipts/settlements.ts'

const TAKEN: Outcome = { kind: 'accepted', providerMessageId: 'theirs', status: 'sent' }

/** Time passes when the test says so. */
function rig(): { settlements: Settlements; waits: (() => void)[] } {
  const waits: (() => void)[] = []
  return { settlements: createSettlements(() => new Promise((resolve) => waits.push(resolve))), waits }
}

function receipt(more: Partial<Receipt>): Receipt {
  const usual = { provider: 'smsc', providerMessageId: 'theirs', attempt: null, failure: null, at: null } as const
  return { ...usual, status: 'delivered', ...more }
}

function settled(id: number): readonly SettledSms[] {
  const work = { id } as SettledSms['settlement']['work']
  return [{ id, status: 'sent', reason: null, settlement: { work } as SettledSms['settlement'] }]
}

/** Whether it has passed after some turns of the event loop. */
async function hasPassed(passed: Promise<void>): Promise<boolean> {
  let has = false
  void passed.then(() => (has = true))
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  return has
}

const PART = { total: 2, reference: 7 } as const
const PARTS = [
  { ...PART, number: 1, providerMessageId: 'first' },
  { ...PART, number: 2, providerMessageId: 'second' },
]

test.for<[string, Outcome, Partial<Receipt>]>([
  ['the provider’s id', TAKEN, {}],
  ['our own', TAKEN, { providerMessageId: '', attempt: { messageId: 5, number: 1 } }],
  ['the id of a part', { ...TAKEN, providerMessageId: 'first', parts: PARTS }, { providerMessageId: 'second' }],
])('a receipt that names a submission by %s waits until that is settled', async ([, outcome, named]) => {
  const { settlements } = rig()
  settlements.taken('smsc', 5, outcome)
  const passed = settlements.passed(receipt(named))
  settlements.settled(settled(4))
  expect(await hasPassed(passed)).toBe(false)
  settlements.settled(settled(5))
  expect(await hasPassed(passed)).toBe(true)
})

test('parts that were taken of a message that was refused are waited for, too', async () => {
  const { settlements } = rig()
  settlements.taken('smsc', 5, { kind: 'refused', failure: failure('transient', 'busy'), parts: PARTS.slice(0, 1) })
  const passed = settlements.passed(receipt({ providerMessageId: 'first' }))
  expect(await hasPassed(passed)).toBe(false)
  settlements.settled(settled(5))
  expect(await hasPassed(passed)).toBe(true)
})

test('a receipt that comes in the same turn as the answer waits for it', async () => {
  const { settlements, waits } = rig()
  settlements.taken('smsc', 4, { ...TAKEN, providerMessageId: 'another' })
  const passed = settlements.passed(receipt({}))
  settlements.taken('smsc', 5, TAKEN)
  expect(await hasPassed(passed)).toBe(false)
  expect(waits).toHaveLength(1)
})

test.for<[string, Partial<Receipt>]>([
  ['another message', { providerMessageId: 'another' }],
  ['another provider', { provider: 'another' }],
])('a receipt for %s does not wait', async ([, named]) => {
  const { settlements, waits } = rig()
  settlements.taken('smsc', 5, TAKEN)
  expect(await hasPassed(settlements.passed(receipt(named)))).toBe(true)
  expect(waits).toHaveLength(0)
})

test('a receipt of what is settled does not wait', async () => {
  const { settlements, waits } = rig()
  settlements.taken('smsc', 5, TAKEN)
  settlements.settled(settled(5))
  expect(await hasPassed(settlements.passed(receipt({})))).toBe(true)
  expect(waits).toHaveLength(0)
})

test('a settlement that does not come is waited for once, and not for long', async () => {
  const { settlements, waits } = rig()
  settlements.taken('smsc', 5, TAKEN)
  const passed = settlements.passed(receipt({}))
  expect(await hasPassed(passed)).toBe(false)
  waits[0]?.()
  expect(await hasPassed(passed)).toBe(true)
  expect(await hasPassed(settlements.passed(receipt({})))).toBe(true)
  expect(waits).toHaveLength(1)
})

test('a message that is submitted again is waited for by its new id', async () => {
  const { settlements } = rig()
  settlements.taken('smsc', 5, TAKEN)
  const former = settlements.passed(receipt({}))
  settlements.taken('smsc', 5, { ...TAKEN, providerMessageId: 'new' })
  expect(await hasPassed(former)).toBe(true)
  expect(await hasPassed(settlements.passed(receipt({ providerMessageId: 'new' })))).toBe(false)
})

test('of more than ten thousand the oldest are not waited for', async () => {
  const { settlements } = rig()
  for (let id = 1; id <= 10_001; id += 1) settlements.taken('smsc', id, { ...TAKEN, providerMessageId: `id ${id}` })
  expect(await hasPassed(settlements.passed(receipt({ providerMessageId: 'id 1' })))).toBe(true)
  expect(await hasPassed(settlements.passed(receipt({ providerMessageId: 'id 2' })))).toBe(false)
})
