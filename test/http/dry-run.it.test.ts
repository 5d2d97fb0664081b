import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ask } from '../support/node.ts'
import { startBatchNode, type BatchNode } from './batch-node.ts'

let database: TestDatabase
let node: BatchNode

beforeEach(async () => {
  database = await createTestDatabase()
  node = await startBatchNode(database.url)
})

afterEach(async () => {
  await node.close()
  await database.drop()
})

async function post(path: string, body: object, headers: Record<string, string> = {}): Promise<unknown[]> {
  const answer = await fetch(`${node.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...body, dry_run: true }),
  })
  return [answer.status, await answer.json()]
}

const TABLES = ['messages', 'clients', 'due', 'notifications', 'tokens', 'push_chunks', 'idempotency_keys']

async function stored(): Promise<number> {
  const rows = await Promise.all(TABLES.map((table) => ask(node.node, `select from ${table}`)))
  return rows.reduce((sum, each) => sum + each.length, 0)
}

const SMS = { contact: '+20 100 912 9288', subject: 'Code', message: 'It’s 482913' }

test('a dry run of an SMS says where it would go and how, stores nothing and uses up no key', async () => {
  const sendAt = new Date(Date.now() + 3_600_000).toISOString()
  const [status, answer] = await post('/smss', { ...SMS, send_at: sendAt, ttl: 60 }, { 'idempotency-key': 'k' })
  expect(status).toBe(200)
  expect(answer).toEqual({
    success: true,
    dry_run: true,
    data: {
      contact: '+201009129288',
      country: 'EG',
      number_type: 'mobile',
      redirected_to: null,
      template: null,
      subject: 'Code',
      text: 'It’s 482913',
      encoding: 'ucs2',
      segments: 1,
      units: 11,
      culprit: { character: '’', code_point: 'U+2019', index: 2 },
      replaced: [],
      sender: null,
      tag: null,
      category: 'transactional',
      on_uncertain: 'reconcile',
      price: null,
      route: { provider: 'sandbox', reason: expect.stringContaining('No provider is set') as unknown },
      send_at: sendAt,
      expires_at: new Date(Date.parse(sendAt) + 60_000).toISOString(),
      waits: [expect.objectContaining({ reason: 'scheduled' })],
      warnings: [],
    },
  })
  expect(await stored()).toBe(0)
})

test('a dry run is refused as the call itself would be', async () => {
  expect(await post('/smss', { ...SMS, contact: '12' })).toMatchObject([400, { code: 'invalid_contact' }])
  expect(await post('/notifications/topic', { topic: 'news', title: 'x', body: 'y'.repeat(3_000) })).toMatchObject([
    400,
    { code: 'push_too_large' },
  ])
})

test('a dry run says that sending is paused', async () => {
  await ask(node.node, `insert into pauses (provider, category, caller) values ('*', 'transactional', 'anyone')`)
  const waits = async (category: string): Promise<unknown> => {
    const [, answer] = await post('/smss', { ...SMS, category })
    return (answer as { data: { waits: { reason: string }[] } }).data.waits.map(({ reason }) => reason)
  }
  expect([await waits('transactional'), await waits('otp')]).toEqual([['paused'], []])
})

test('a dry run of a push shows what FCM would be sent, and how many targets are new or dead', async () => {
  await ask(
    node.node,
    `insert into tokens (token, retired_at, retired_reason) values ('known', null, null), ('dead', now(), 'unregistered')`,
  )
  const content = { title: 'Hello', body: 'There', data: { id: '7' }, ttl: 60 }
  const [status, answer] = await post('/notifications/tokens', { ...content, tokens: ['known', 'dead', 'new', 'new'] })
  expect(status).toBe(200)
  expect(answer).toMatchObject({
    success: true,
    dry_run: true,
    data: {
      topic: null,
      targets: { total: 3, known: 2, new: 1, suppressed: 1 },
      most_bytes: 4_096,
      fcm: { message: { token: 'known', notification: { title: 'Hello', body: 'There' }, data: { id: '7' } } },
      route: { provider: 'sandbox' },
    },
  })
  expect(await ask(node.node, 'select from tokens')).toHaveLength(2)
  const [, topic] = await post('/notifications/topic', { ...content, topic: 'news' })
  expect(topic).toMatchObject({ data: { topic: 'news', most_bytes: 2_048, fcm: { message: { topic: 'news' } } } })
  expect(await ask(node.node, 'select from notifications')).toHaveLength(0)
})

test('a dry run of a batch explains each item, bad ones too', async () => {
  const items = [{ contact: '+15005550006' }, { contact: '12' }]
  const [status, answer] = await post('/smss/batch', { subject: 'Hello', message: 'Hi', items })
  expect([status, answer]).toMatchObject([
    200,
    {
      success: true,
      dry_run: true,
      accepted: 1,
      rejected: 1,
      data: [
        { index: 0, success: true, dry_run: true, data: { contact: '+15005550006', segments: 1 } },
        { index: 1, success: false, error: { code: 'invalid_contact' } },
      ],
    },
  ])
  expect(await stored()).toBe(0)
})
