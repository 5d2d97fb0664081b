import { expect, test } from 'vitest'
import { TidingsError } from '../../src/domain/errors.ts'
import type { Outcome, OutboundSms, SmsProvider } from '../../src/domain/provider.ts'
import type { NewMessage } from '../../src/store/sms/messages.ts'
import { ACCEPTED, ask, message, scripted, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { until } from '../support/until.ts'

const { start, kill } = useNodes()

/** One in the window and sixteen places before it, eight of them for batches. */
const WINDOW = 1
const OF_BATCHES = 8

/** Submissions wait until the test lets them go. */
function gated(): { provider: SmsProvider; submitted: number[]; open: () => void } {
  const submitted: number[] = []
  let open = (): void => undefined
  const gate = new Promise<void>((resolve) => (open = resolve))
  const submit = async (sms: OutboundSms): Promise<Outcome> => {
    submitted.push(sms.messageId)
    await gate
    return ACCEPTED
  }
  return { provider: scripted(submit, { window: WINDOW }), submitted, open: () => open() }
}

const many = (count: number, more: Partial<NewMessage> = {}): Omit<NewMessage, 'place'>[] =>
  Array.from({ length: count }, () => message(more))

const add = (node: TestNode, messages: readonly Omit<NewMessage, 'place'>[]): Promise<unknown> =>
  node.delivery.intake.addBatch(messages, null, () => null)

/** Rows that wait in `due`, whoever has claimed them. */
const waiting = async (node: TestNode): Promise<number> => (await ask(node, 'select from due')).length

test('what a batch has room for in its lane is held by the node that took it, with no other row, and sent once', async () => {
  const { provider, submitted, open } = gated()
  const node = await start({ sms: [provider] })
  await add(node, many(OF_BATCHES))
  expect(await waiting(node)).toBe(0)
  const { owner } = node.delivery.lease
  expect(await ask(node, 'select distinct owner from messages')).toEqual([{ owner: owner() }])
  open()
  await until(async () => (await ask(node, `select from messages where status = 'sent'`)).length === OF_BATCHES)
  expect(submitted).toHaveLength(OF_BATCHES)
  expect(new Set(submitted).size).toBe(OF_BATCHES)
  expect(node.delivery.lease.open().low()).toBeGreaterThan(Math.max(...submitted))
})

test('a batch leaves half the places of its lane to what waits in the database', async () => {
  const { provider, open } = gated()
  const node = await start({ sms: [provider] })
  await add(node, many(1))
  // In the window, and the node's first look for what is due is over.
  await until(() => node.delivery.inFlight() === 1)
  await add(node, many(3 * OF_BATCHES))
  expect(await waiting(node)).toBe(2 * OF_BATCHES)
  // Those that were there before are taken beside it.
  await until(async () => (await ask(node, 'select from due where owner is not null')).length === OF_BATCHES)
  open()
  const all = 3 * OF_BATCHES + 1
  await until(async () => (await ask(node, `select from messages where status = 'sent'`)).length === all)
  expect(await waiting(node)).toBe(0)
})

test('places that a batch did not need are free for the next one', async () => {
  const { provider } = gated()
  const node = await start({ sms: [provider] })
  const record = { caller: 'c', route: 'r', key: 'k', fields: {}, answer: {} }
  const keyed = many(1, { idempotency: record })
  const key = { caller: 'c', route: 'r', key: 'batch', fields: {} }
  const refuse = (): never => {
    throw new TidingsError('invalid_request', 'refused')
  }
  for (let round = 0; round < OF_BATCHES; round++) {
    await add(node, keyed)
    await node.delivery.intake.addBatch(many(1), key, () => null)
    await expect(node.delivery.intake.addBatch(many(1), { ...key, key: 'other' }, refuse)).rejects.toThrow('refused')
  }
  // One is in the window, the other before it.
  await until(() => node.delivery.inFlight() === 1)
  await add(node, many(OF_BATCHES - 1))
  expect(await waiting(node)).toBe(0)
})

test('what a batch may not send now, or never, is not held', async () => {
  const { provider, submitted } = gated()
  const node = await start({ sms: [provider] })
  const extras = { sendAt: null, template: null, resentFrom: null, redirectedTo: null }
  const ended = { status: 'rejected', reason: 'recipient_cap' } as const
  const later = { ...extras, sendAt: new Date(Date.now() + 3_600_000) }
  await add(node, [...many(OF_BATCHES, { extras: { ...extras, ended } }), ...many(OF_BATCHES, { extras: later })])
  expect(await ask(node, 'select from messages where owner is not null')).toEqual([])
  await add(node, many(1))
  await until(() => submitted.length === 1)
})

test('what a node held of a batch when it died is sent by the others', async () => {
  const stuck = gated()
  const dead = await start({ sms: [stuck.provider] })
  await add(dead, many(OF_BATCHES, { onUncertain: 'fail' }))
  await until(() => stuck.submitted.length === 1)
  await kill(dead)
  const submitted: number[] = []
  const healthy = await start({ sms: [scripted((sms) => (submitted.push(sms.messageId), ACCEPTED))] })
  await until(async () => (await ask(healthy, `select from messages where status = 'sent'`)).length === OF_BATCHES - 1)
  expect(new Set(submitted).size).toBe(submitted.length)
  expect(await ask(healthy, `select id from messages where status = 'uncertain'`)).toEqual([{ id: stuck.submitted[0] }])
})
