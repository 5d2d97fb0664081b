import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ask } from '../support/node.ts'
import { startBatchNode, type BatchNode } from './batch-node.ts'
import { openCall, type LineCall } from './ndjson-client.ts'

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

const COMMON = { subject: 'Hello', message: 'Your parcel is on its way.' }

function contacts(length: number): { contact: string }[] {
  return Array.from({ length }, (_, index) => ({ contact: `+${15_005_551_000 + index}` }))
}

function open(node: BatchNode, headers: Record<string, string> = {}): LineCall {
  return openCall(`${node.url}/smss/batch`, headers)
}

async function count(node: BatchNode): Promise<number> {
  return (await ask(node.node, 'select from messages')).length
}

test('each line is answered after its commit, before the next one is sent', async () => {
  const node = await start()
  const call = open(node)
  call.send(COMMON)
  for (const [index, item] of contacts(3).entries()) {
    call.send(item)
    const answer = await call.next()
    expect(answer).toMatchObject({ index, success: true, status: 'queued', segments: 1, encoding: 'gsm7' })
    expect(await ask(node.node, 'select from messages where id = $1', [answer?.['message_id']])).toHaveLength(1)
  }
  call.end()
  expect(await call.rest()).toEqual([{ done: true, accepted: 3, rejected: 0 }])
})

test('a long stream is answered line by line, in order, whatever its pieces are', async () => {
  const node = await start()
  const call = open(node)
  const text = [COMMON, ...contacts(5_000)].map((line) => `${JSON.stringify(line)}\r\n`).join('')
  for (let from = 0; from < text.length; from += 7_919) call.write(text.slice(from, from + 7_919))
  call.end()
  const lines = await call.rest()
  expect(lines.pop()).toEqual({ done: true, accepted: 5_000, rejected: 0 })
  expect(lines.map((line) => line['index'])).toEqual(contacts(5_000).map((_, index) => index))
  const rows = await ask(node.node, 'select m.id, c.contact from messages m join clients c on c.id = m.client_id')
  const stored = new Map(rows.map((row) => [row['id'], row['contact']]))
  expect(lines.map((line) => stored.get(line['message_id']))).toEqual(contacts(5_000).map((one) => one.contact))
})

test('a bad line is answered with its fault, and the stream goes on', async () => {
  const node = await start()
  const call = open(node)
  call.send(COMMON, { contact: '12' }, '{"contact": "+1500', '', '[]', `{"x":"${'y'.repeat(70_000)}"}`)
  call.send({ contact: '+15005550006', contcat: 'x' }, { contact: '+15005550006' })
  call.end()
  const lines = await call.rest()
  expect(lines.pop()).toEqual({ done: true, accepted: 1, rejected: 5 })
  expect(lines.map((line) => (line['error'] as { code: string } | undefined)?.code ?? 'stored')).toEqual([
    'invalid_contact',
    'invalid_json',
    'invalid_request',
    'body_too_large',
    'invalid_request',
    'stored',
  ])
  expect(JSON.stringify(lines[1])).not.toContain('body')
})

test('a stream that was cut goes on without doubles when it is sent again with its key', async () => {
  const node = await start()
  const headers = { 'idempotency-key': 'newsletter-7' }
  const first = open(node, headers)
  first.send(COMMON, ...contacts(10))
  for (let index = 0; index < 10; index += 1) await first.next()
  first.cut()
  const again = open(node, headers)
  again.send(COMMON, ...contacts(15), { contact: '+15005550006', key: 'own' }, { contact: '+15005550006', key: 'own' })
  again.end()
  const lines = await again.rest()
  expect(lines.pop()).toEqual({ done: true, accepted: 17, rejected: 0 })
  expect(lines.map((line) => line['replayed'] ?? false)).toEqual(
    Array.from({ length: 17 }, (_, index) => index < 10 || index === 16),
  )
  expect(lines[16]?.['message_id']).toBe(lines[15]?.['message_id'])
  expect(await count(node)).toBe(16)
})

test('what a sender sent before he went away is stored, and half a line is not', async () => {
  const node = await start()
  const call = open(node)
  call.send(COMMON, ...contacts(3))
  for (let index = 0; index < 3; index += 1) await call.next()
  call.write('{"contact": "+15005550006"}')
  call.cut()
  const other = open(node)
  other.send(COMMON, { contact: '+15005550007' })
  other.end()
  await other.rest()
  expect(await count(node)).toBe(4)
})

test('a first line that is no common one is refused before anything is stored', async () => {
  const node = await start()
  const refusal = async (...lines: readonly (string | object)[]): Promise<unknown> => {
    const call = open(node)
    call.send(...lines)
    call.end()
    const { statusCode } = await call.answer
    return [statusCode, (await call.next())?.['message']]
  }
  expect(await refusal({ contact: '+15005550006', ...COMMON })).toEqual([
    400,
    'unknown field `contact`; the first line holds what all the others have in common, or {}',
  ])
  expect(await refusal('nonsense')).toEqual([400, expect.stringContaining('the first line holds')])
  expect(await refusal()).toEqual([400, expect.stringContaining('no lines')])
  expect(await count(node)).toBe(0)
})

test('a refused sender who is still sending gets to read why', async () => {
  const node = await start()
  const call = open(node)
  call.send({ contact: '+15005550006' })
  const { statusCode } = await call.answer
  expect(statusCode).toBe(400)
  call.send(...contacts(100))
  call.end()
  expect(await call.next()).toMatchObject({ code: 'invalid_request' })
})

test('a service that stops ends a stream with its counts, and says so', async () => {
  const node = await start()
  const call = open(node)
  call.send(COMMON, ...contacts(1))
  await call.next()
  nodes.splice(nodes.indexOf(node), 1)
  const closing = node.close()
  expect(await call.rest()).toEqual([
    { done: false, accepted: 1, rejected: 0, error: expect.objectContaining({ code: 'shutting_down' }) as unknown },
  ])
  call.cut()
  await closing
})

test('a stream may take longer than other requests', async () => {
  const node = await start()
  node.app.server.requestTimeout = 200
  const call = open(node)
  call.send(COMMON, ...contacts(1))
  await call.next()
  const other = openCall(`${node.url}/smss`, { 'content-type': 'application/json', 'content-length': '100' })
  expect((await other.answer).statusCode).toBe(408)
  call.send({ contact: '+15005550006' })
  expect(await call.next()).toMatchObject({ index: 1, success: true })
  call.end()
  expect(await call.rest()).toEqual([{ done: true, accepted: 2, rejected: 0 }])
})

test('a dry run of a stream explains each line and stores none', async () => {
  const node = await start()
  const call = open(node)
  call.send({ ...COMMON, dry_run: true }, { contact: '+201009129288', message: 'It’s here' }, { contact: '12' })
  call.end()
  expect(await call.rest()).toMatchObject([
    { index: 0, success: true, dry_run: true, data: { country: 'EG', encoding: 'ucs2' } },
    { index: 1, success: false, error: { code: 'invalid_contact' } },
    { done: true, accepted: 1, rejected: 1 },
  ])
  expect(await count(node)).toBe(0)
})

test('other routes take no lines', async () => {
  const node = await start()
  const call = openCall(`${node.url}/smss`)
  call.send(COMMON)
  call.end()
  expect((await call.answer).statusCode).toBe(415)
})
