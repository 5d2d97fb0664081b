import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFakeSmsc, type FakeSmsc } from '../src/fakes/smsc.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { until } from './support/until.ts'
import { startWholeNode, type WholeNode } from './support/whole-node.ts'

let database: TestDatabase
let fake: FakeSmsc
let node: WholeNode

beforeAll(async () => {
  database = await createTestDatabase()
  fake = await startFakeSmsc({ repeatMs: 20, responseIds: 'hex', receiptIds: 'hex' })
  node = await startWholeNode(database.url, {
    AUTH: 'off',
    CAPS: 'off',
    PUMPING: 'off',
    SMS_RATE_LIMIT_PER_MINUTE: '0',
    SMPP_URL: `smpp://look-alike:secret08@127.0.0.1:${fake.port}?from=%2B15005550006`,
  })
  await until(() => fake.binds() === 1)
})

afterAll(async () => {
  await node.app.stop()
  await fake.close()
  await database.drop()
})

interface Part {
  readonly number: number
  readonly total: number
  readonly provider_message_id: string | null
  readonly status: string
  readonly reason: string | null
}

interface Sms {
  readonly status: string
  readonly reason: string | null
  readonly attempts: readonly { readonly status: string; readonly parts?: readonly Part[] }[]
}

const LONG = 'A sentence that goes on. '.repeat(16)

async function post(contact: string, more: object = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  const body = JSON.stringify({ contact, subject: 'Hello', message: LONG, ...more })
  const answer = await fetch(`${node.url}/smss`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

/** The message, once it has one of these statuses. */
async function ended(contact: string, ...statuses: readonly string[]): Promise<Sms> {
  const { body } = await post(contact)
  return until(async () => {
    const { data } = (await (await fetch(`${node.url}/smss/${String(body['message_id'])}`)).json()) as { data: Sms }
    return statuses.includes(data.status) && data
  })
}

/** What the SMSC took for this number: which part of which whole. */
function taken(contact: string): readonly string[] {
  const mine = fake.messages().filter(({ to }) => to === contact)
  return mine.map(({ segment }) => `${segment?.reference} ${segment?.number}/${segment?.of}`).toSorted()
}

test('each part of a long message is shown with its id and its end', async () => {
  const sms = await ended('+201009129288', 'delivered')
  const [attempt, ...others] = sms.attempts
  expect(others).toEqual([])
  expect(attempt?.parts?.map(({ number, total, status, reason }) => ({ number, total, status, reason }))).toEqual(
    [1, 2, 3].map((number) => ({ number, total: 3, status: 'delivered', reason: null })),
  )
  expect(new Set(attempt?.parts?.map((part) => part.provider_message_id)).size).toBe(3)
})

test('a part that is throttled goes again alone: the handset gets each part once, under one reference', async () => {
  const contact = '+15007010001'
  const sms = await ended(contact, 'delivered')
  const parts = taken(contact)
  expect(new Set(parts.map((part) => part.split(' ')[0])).size).toBe(1)
  expect(parts.map((part) => part.split(' ')[1])).toEqual(['1/3', '2/3', '3/3'])
  expect(sms.attempts.length).toBeGreaterThan(1)
})

test.each([
  ['before the answer', '+15007300001'],
  ['twice', '+15007310001'],
  ['out of order', '+15007340001'],
])('receipts that come %s end a long message as delivered', async (_, contact) => {
  expect(await ended(contact, 'delivered')).toMatchObject({ status: 'delivered', reason: null })
})

test('a long message that no part of arrived has their reason', async () => {
  const sms = await ended('+15006000115', 'undelivered')
  expect(sms.reason).toBe('undeliverable')
})

test('parameters that are none are refused with the tag', async () => {
  const { status, body } = await post('+201009129288', { tlvs: { '0x0424': 'x' } })
  expect(status).toBe(400)
  expect(body).toMatchObject({ code: 'invalid_request', details: [{ path: 'tlvs["0x0424"]' }] })
  expect((await post('+201009129288', { tlvs: { '0x1400': '1101', '0x1401': 'hex:0a1b' } })).status).toBe(200)
})
