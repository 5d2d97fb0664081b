import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { onlyWay } from '../../src/domain/push/push-ways.ts'
import { createKeyGuard } from '../../src/flows/sending/idempotent.ts'
import { createOutcomes } from '../../src/flows/sms/outcomes.ts'
import { createPushFlow } from '../../src/flows/push/push.ts'
import { createSmsFlow } from '../../src/flows/sms/sms.ts'
import type { Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createSandboxPush, createSandboxSms } from '../../src/providers/sandbox.ts'
import { readMessage } from '../../src/store/sms/read-messages.ts'
import { readDeliveries, readDeliveriesOf } from '../../src/store/push/read-deliveries.ts'
import { readNotification } from '../../src/store/push/read-notifications.ts'
import { BAD_NUMBERS } from '../domain/bad-numbers.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { startNode, type TestNode } from '../support/node.ts'
import { NO_TEMPLATES } from '../support/templates.ts'
import { until } from '../support/until.ts'
import { createStandIns } from './stand-ins.ts'
import { onlyThrough } from '../support/router.ts'

let database: TestDatabase
let node: TestNode
let app: Server

/** The routes with the real flows, store and delivery behind them; what is sent is captured. */
beforeAll(async () => {
  database = await createTestDatabase()
  const after = (ms: number, run: () => void): void => void setTimeout(run, ms).unref()
  const sms = createSandboxSms({ after, onReceipt: () => undefined })
  const push = createSandboxPush({ after })
  node = await startNode(database.url, { sms: [sms], push: [push] })
  const { db, delivery } = node
  const outcomes = createOutcomes(
    db,
    () => performance.now(),
    (ms) => sleep(ms),
  )
  const flow = {
    intake: delivery.intake,
    keys: createKeyGuard(db),
    outcomes,
    templates: NO_TEMPLATES,
    staging: null,
    clock: () => delivery.lease.clock(),
  }
  const { parts } = createStandIns({
    sms: createSmsFlow({ ...flow, router: onlyThrough(sms.name), defaultCountry: null, textFormat: '{message}' }),
    push: createPushFlow({ ...flow, db, ways: onlyWay(push.name) }),
    reads: {
      message: (id) => readMessage(db, id),
      notification: (id) => readNotification(db, id),
      deliveries: (id, limit, afterToken) => readDeliveries(db, id, limit, afterToken),
      deliveriesOf: (id, status, limit, afterToken) => readDeliveriesOf(db, id, status, limit, afterToken),
    },
  })
  app = createServer(parts)
})

afterAll(async () => {
  await app.close()
  await node.close()
  await database.drop()
})

const SMS = { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' }

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Readonly<Record<string, unknown>>
}

async function post(url: string, payload: string | object, headers: Record<string, string> = {}): Promise<Answer> {
  const type = { 'content-type': 'application/json' }
  const answer = await app.inject({ method: 'POST', url, payload, headers: { ...type, ...headers } })
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
}

async function get(url: string): Promise<Answer> {
  const answer = await app.inject(url)
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
}

async function rowsStored(): Promise<number> {
  const { rows } = await node.db.query<{
    count: number
  }>(`select (select count(*) from clients) + (select count(*) from messages)
    + (select count(*) from tokens) + (select count(*) from notifications) + (select count(*) from tokennotifications)
    + (select count(*) from idempotency_keys) + (select count(*) from push_chunks) as count`)
  return rows[0]?.count ?? -1
}

test('nothing is stored by calls that are refused: a hundred bad numbers, and everything else that can be wrong', async () => {
  const before = await rowsStored()
  expect(BAD_NUMBERS.length).toBeGreaterThanOrEqual(100)
  const push = { title: 'a', body: 'b' }
  const calls: readonly [string, unknown][] = [
    ...BAD_NUMBERS.map((contact): [string, unknown] => ['/smss', { ...SMS, contact }]),
    ['/smss', { ...SMS, message: 'x'.repeat(2_000) }],
    ['/smss', { ...SMS, contact: 201_009_129_288 }],
    ['/smss', null],
    ['/notifications/tokens', { tokens: ['a', null], ...push }],
    ['/notifications/tokens', { tokens: [], ...push }],
    ['/notifications/tokens', { tokens: 'abc', ...push }],
    ['/notifications/tokens', { tokens: ['a'], ...push, data: { text: 'x'.repeat(5_000) } }],
    ['/notifications/tokens', { tokens: ['a'], ...push, data: { from: 'x' } }],
    ['/notifications/topic', { topic: 'a b', ...push }],
    ['/notifications/topic', { topic: '', ...push }],
  ]
  for (const [url, body] of calls) {
    const text = JSON.stringify(body)
    const answer = await post(url, text, { 'idempotency-key': 'refused' })
    const status = text.length > 32 * 1024 ? 413 : 400
    expect([text.slice(0, 80), answer.status]).toEqual([text.slice(0, 80), status])
    expect(answer.body).toMatchObject({ success: false, error: status })
  }
  expect(await rowsStored()).toBe(before)
})

test('an SMS is accepted, waited for, captured, and read again with its attempt', async () => {
  const answer = await post('/smss', { ...SMS, tag: 'login', category: 'otp' }, { prefer: 'wait=10' })
  expect(answer.status).toBe(200)
  expect(answer.headers['preference-applied']).toBe('wait=10')
  expect(answer.body).toMatchObject({ success: true, status: 'captured', segments: 1, encoding: 'gsm7' })
  const read = await get(`/smss/${Number(answer.body['message_id'])}`)
  expect(read.body).toMatchObject({
    success: true,
    data: { ...SMS, tag: 'login', category: 'otp', status: 'captured', attempts: [{ number: 1, status: 'captured' }] },
  })
})

test('a call repeated with its Idempotency-Key is answered again, and one with another body is refused', async () => {
  const headers = { 'idempotency-key': 'order-17' }
  const first = await post('/smss', SMS, headers)
  const again = await post('/smss', SMS, headers)
  expect(again.body).toEqual(first.body)
  expect(again.headers['idempotent-replayed']).toBe('true')
  const other = await post('/smss', { ...SMS, message: 'another' }, headers)
  expect(other.status).toBe(422)
  expect(other.body).toMatchObject({ code: 'idempotency_conflict' })
  expect(JSON.stringify(other.body)).toContain('message')
  const push = await post('/notifications/topic', { topic: 'news', title: 'a', body: 'b' }, headers)
  expect(push.status).toBe(200)
})

test('a push is counted by status, and its targets are listed page by page, each once', async () => {
  const tokens = Array.from({ length: 450 }, (_, index) => `token-${index % 400}`)
  const answer = await post('/notifications/tokens', { tokens, title: 'a', body: 'b' })
  expect(answer.body).toMatchObject({ success: true, targets: 400 })
  const id = Number(answer.body['notification_id'])
  const done = await until(async () => {
    const read = await get(`/notifications/${id}`)
    return JSON.stringify(read.body).includes('"counts":{"captured":400}') ? read : null
  })
  expect(done.body).toMatchObject({ data: { notification_id: id, status: 'captured', reason: null, targets: 400 } })
  const seen: string[] = []
  let url: string | null = `/notifications/${id}/deliveries?limit=150`
  while (url !== null) {
    const page: Answer = await get(url)
    expect(page.status).toBe(200)
    for (const { token } of page.body['data'] as { token: string }[]) seen.push(token)
    url = /^<(.*)>; rel="next"$/.exec(String(page.headers['link']))?.[1] ?? null
    expect(url === null).toBe(page.body['next'] === null)
  }
  expect(seen.toSorted()).toEqual([...new Set(tokens)].toSorted())
})
