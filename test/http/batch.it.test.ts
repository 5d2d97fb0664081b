import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ask } from '../support/node.ts'
import { startBatchNode, type BatchNode } from './batch-node.ts'

let database: TestDatabase
const nodes: BatchNode[] = []

beforeEach(async () => {
  database = await createTestDatabase()
})

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close()
  await database.drop()
})

async function start(perMinute = 0): Promise<BatchNode> {
  const node = await startBatchNode(database.url, perMinute)
  nodes.push(node)
  return node
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown> & {
    readonly code?: string
    readonly details?: readonly { path: string }[]
    readonly data: readonly Record<string, unknown>[]
  }
}

async function post(node: BatchNode, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await fetch(`${node.url}/smss/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] }
}

async function count(node: BatchNode, table: string): Promise<number> {
  return (await ask(node.node, `select from ${table}`)).length
}

const COMMON = { subject: 'Hello', message: 'Your parcel is on its way.' }

function contacts(length: number): { contact: string }[] {
  return Array.from({ length }, (_, index) => ({ contact: `+${15_005_551_000 + index}` }))
}

test('a batch is stored item by item, each with what it has itself and what all have in common', async () => {
  const node = await start()
  const items = [
    { contact: '+15005550006' },
    { contact: '+201009129288', message: 'Ваш код 482913', tag: 'code', category: 'otp' },
  ]
  const { status, body } = await post(node, { ...COMMON, tag: 'parcel', items })
  expect(status).toBe(200)
  expect(body).toMatchObject({ success: true, accepted: 2, rejected: 0 })
  expect(body.data).toMatchObject([
    { index: 0, success: true, status: 'queued', segments: 1, encoding: 'gsm7' },
    { index: 1, success: true, status: 'queued', segments: 1, encoding: 'ucs2' },
  ])
  const rows = await ask(
    node.node,
    `select m.id, c.contact, m.subject, m.body, m.tag, m.category from messages m join clients c on c.id = m.client_id order by m.id`,
  )
  expect(rows).toEqual([
    {
      id: body.data[0]?.['message_id'],
      contact: '+15005550006',
      subject: 'Hello',
      body: COMMON.message,
      tag: 'parcel',
      category: 'transactional',
    },
    {
      id: body.data[1]?.['message_id'],
      contact: '+201009129288',
      subject: 'Hello',
      body: 'Ваш код 482913',
      tag: 'code',
      category: 'otp',
    },
  ])
})

test('ten thousand items are stored with one commit and answered in order', async () => {
  const node = await start()
  // A row that is sent bears the mark of another commit.
  const later = { ...COMMON, send_at: new Date(Date.now() + 3_600_000).toISOString() }
  const { status, body } = await post(node, { ...later, items: contacts(10_000) })
  expect(status).toBe(200)
  expect(body.data.map((one) => one['index'])).toEqual(Array.from({ length: 10_000 }, (_, index) => index))
  const rows = await ask(
    node.node,
    'select m.id, c.contact, m.xmin::text as commit from messages m join clients c on c.id = m.client_id',
  )
  expect(new Set(rows.map((row) => row['commit'])).size).toBe(1)
  const stored = new Map(rows.map((row) => [row['id'], row['contact']]))
  expect(body.data.map((one) => stored.get(one['message_id']))).toEqual(contacts(10_000).map((one) => one.contact))
})

test('one bad item refuses all of them, and every fault is named with its place', async () => {
  const node = await start()
  const items = [{ contact: '+15005550006' }, { contact: '12' }, { contact: '+15005550007', mesage: 'x' }, 'nothing']
  const { status, body } = await post(node, { ...COMMON, items })
  expect(status).toBe(400)
  expect(body.code).toBe('invalid_request')
  expect(body.details?.map((one) => one.path)).toEqual(['items[1].contact', 'items[2].mesage', 'items[3]'])
  expect(await count(node, 'messages')).toBe(0)
  expect((await post(node, { ...COMMON, items: [{ contact: '12' }] })).body.code).toBe('invalid_contact')
  const short = (await post(node, { ...COMMON, items: [{ contact: '+20100' }] })).body
  expect(short.message).toMatch(/^items\[0\]: contact: .*[^.]\. Nothing was stored\.$/)
})

test('a partial batch stores the good items and says of each other one why it is bad', async () => {
  const node = await start()
  const items = [
    { contact: '+15005550006' },
    { contact: '12' },
    { contact: '+15005550007', message: 'x'.repeat(5_000) },
  ]
  const { status, body } = await post(node, { ...COMMON, partial: true, items })
  expect(status).toBe(200)
  expect(body).toMatchObject({ accepted: 1, rejected: 2 })
  expect(body.data).toMatchObject([
    { index: 0, success: true },
    {
      index: 1,
      success: false,
      error: { code: 'invalid_contact', docs: '/errors/invalid_contact', details: [{ path: 'contact' }] },
    },
    { index: 2, success: false, error: { code: 'too_many_segments' } },
  ])
  expect(await count(node, 'messages')).toBe(1)
})

test('a repeated batch is answered as the first one was, faults and all, and stores nothing', async () => {
  const [a, b] = [await start(), await start()]
  const batch = { ...COMMON, partial: true, items: [...contacts(50), { contact: '12' }, ...contacts(3)] }
  const key = { 'idempotency-key': 'parcels-1' }
  const first = await post(a, batch, key)
  const again = await post(b, batch, key)
  expect(again.body).toEqual(first.body)
  expect([first, again].map((one) => one.headers.get('idempotent-replayed'))).toEqual([null, 'true'])
  expect(await count(a, 'messages')).toBe(53)
  const other = await post(a, { ...batch, items: contacts(2) }, key)
  expect([other.status, other.body.code, other.body.details?.map((one) => one.path)]).toEqual([
    422,
    'idempotency_conflict',
    ['items'],
  ])
})

test('batches with one key at the same moment store it once, over two nodes', async () => {
  const both = [await start(), await start()]
  const batch = { ...COMMON, items: contacts(500) }
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => post(both[index % 2] as BatchNode, batch, { 'idempotency-key': 'k' })),
  )
  const good = answers.filter((one) => one.status === 200)
  expect(new Set(good.map((one) => JSON.stringify(one.body))).size).toBe(1)
  expect(answers.filter((one) => one.status !== 200 && one.status !== 409)).toEqual([])
  expect(await count(both[0] as BatchNode, 'messages')).toBe(500)
})

test('an item with a key is never stored twice, neither in another batch nor as a single call', async () => {
  const node = await start()
  const single = { contact: '+15005550006', ...COMMON }
  const sent = await fetch(`${node.url}/smss`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'order-1' },
    body: JSON.stringify(single),
  })
  const { message_id: id } = (await sent.json()) as { message_id: number }
  const items = [
    { contact: '+15005550006', key: 'order-1' },
    { contact: '+15005550007', key: 'order-2' },
  ]
  const first = await post(node, { ...COMMON, items })
  expect(first.body.data[0]).toMatchObject({ success: true, message_id: id, replayed: true })
  expect(first.body.data[1]).not.toHaveProperty('replayed')
  const again = await post(node, { ...COMMON, items })
  expect(again.body.data.map((one) => [one['message_id'], one['replayed']])).toEqual(
    first.body.data.map((one) => [one['message_id'], true]),
  )
  const changed = await post(node, { ...COMMON, message: 'Other', items: [...items, { contact: '+15005550008' }] })
  expect([changed.status, changed.body.code]).toEqual([422, 'idempotency_conflict'])
  expect(changed.body.details?.map((one) => one.path)).toEqual(['items[0].message', 'items[1].message'])
  expect(await count(node, 'messages')).toBe(2)
  const twice = await post(node, {
    ...COMMON,
    items: [
      { contact: '+15005550006', key: 'k' },
      { contact: '+15005550007', key: 'k' },
    ],
  })
  expect(twice.body.details).toEqual([{ path: 'items[1].key', message: '`key` is that of items[0], too' }])
})

test('a batch counts as many calls as it has items, and none of them where they do not fit', async () => {
  const node = await start(10)
  expect((await post(node, { ...COMMON, items: contacts(7) })).headers.get('x-ratelimit-remaining')).toBe('3')
  const refused = await post(node, { ...COMMON, items: contacts(4) })
  expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited'])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await post(node, { ...COMMON, items: contacts(3) })).status).toBe(200)
  const never = await post(node, { ...COMMON, items: contacts(11) })
  expect([never.status, never.body.details?.[0]?.path]).toEqual([400, 'items'])
  expect(await count(node, 'messages')).toBe(10)
})

test('what is no batch is refused in words', async () => {
  const node = await start()
  const refusal = async (body: object): Promise<unknown[]> => {
    const answer = await post(node, body)
    return [answer.status, answer.body.details?.map((one) => one.path)]
  }
  expect(await refusal({ ...COMMON })).toEqual([400, ['items']])
  expect(await refusal({ ...COMMON, items: [] })).toEqual([400, ['items']])
  expect(await refusal({ ...COMMON, items: contacts(10_001) })).toEqual([400, ['items']])
  expect(await refusal({ contact: '+15005550006', items: contacts(1) })).toEqual([400, ['contact']])
  const nested = `{"items":[${'{"contact":"+15005550006","contact":"+15005550007"},'.repeat(2_000)}{}]}`
  const doubled = await fetch(`${node.url}/smss/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: nested,
  })
  expect([doubled.status, ((await doubled.json()) as { code: string }).code]).toEqual([400, 'invalid_json'])
})
