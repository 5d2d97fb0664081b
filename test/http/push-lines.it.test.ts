import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ask } from '../support/node.ts'
import { until } from '../support/until.ts'
import { startBatchNode, type BatchNode } from './batch-node.ts'
import { openCall, type LineCall } from './ndjson-client.ts'

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

const CONTENT = { title: 'Hello', body: 'There is news.' }
const FID = 'c'.repeat(22)

function open(headers: Record<string, string> = {}): LineCall {
  return openCall(`${node.url}/notifications/tokens`, headers)
}

async function send(lines: readonly (string | object)[], headers: Record<string, string> = {}): Promise<unknown[]> {
  const call = open(headers)
  call.send(...lines)
  call.end()
  const { statusCode, headers: answered } = await call.answer
  const replayed = answered['idempotent-replayed']
  return [statusCode, await call.next(), ...(replayed === undefined ? [] : [replayed])]
}

async function count(table: string): Promise<number> {
  const [row] = await ask(node.node, `select count(*)::integer as count from ${table}`)
  return Number(row?.['count'])
}

async function counts(id: unknown): Promise<unknown> {
  const [row] = await ask(
    node.node,
    `select n.targets, n.tally, (select sum(size)::integer from push_chunks c where c.notification_id = n.id) as sized,
      (select count(*)::integer from push_chunks c where c.notification_id = n.id and done_at is not null) as done from notifications n where n.id = $1`,
    [id],
  )
  return row
}

test('each line is a target: a token as a text or an object, or an installation id; one named twice counts once', async () => {
  const [status, answer] = await send([CONTENT, '"token-1"', { token: 'token-2' }, { fid: FID }, '"token-1"'])
  expect([status, answer]).toEqual([200, { success: true, notification_id: 1, status: 'queued', targets: 3 }])
  expect(await ask(node.node, 'select kind, token from tokens order by token')).toEqual([
    { kind: 'fid', token: FID },
    { kind: 'token', token: 'token-1' },
    { kind: 'token', token: 'token-2' },
  ])
})

test('more targets than fit into JSON become one notification, which is sent to all of them', async () => {
  const tokens = Array.from({ length: 101_500 }, (_, index) => `"token-${index}"`)
  await ask(
    node.node,
    `insert into tokens (token, retired_at, retired_reason) values ('token-7', now(), 'unregistered')`,
  )
  const headers = { 'idempotency-key': 'news-1' }
  const [status, answer] = await send([CONTENT, ...tokens, ...tokens.slice(0, 200)], headers)
  expect([status, answer]).toEqual([200, { success: true, notification_id: 1, status: 'queued', targets: 101_500 }])
  expect(await count('tokens')).toBe(101_500)
  await until(async () => (await count('push_chunks where done_at is null')) === 0, 150_000)
  expect(await counts(1)).toEqual({ targets: 101_500, tally: { suppressed: 1 }, sized: 101_499, done: 102 })
  expect(await count(`tokennotifications where notification_id = 1 and status = 'captured'`)).toBe(101_499)
  const again = await send([CONTENT, ...tokens, ...tokens.slice(0, 200)], headers)
  expect(again).toEqual([200, answer, 'true'])
  const [other, refusal] = await send([CONTENT, ...tokens], headers)
  expect([other, refusal]).toMatchObject([422, { code: 'idempotency_conflict', details: [{ path: 'targets' }] }])
  const bad = await send([CONTENT, ...tokens, '"with a blank"', ...tokens.slice(0, 12_000)])
  expect(bad).toMatchObject([400, { code: 'invalid_request', details: [{ path: 'targets[101500]' }] }])
  expect(await count('notifications')).toBe(1)
}, 240_000)

test('nothing is sent before the last line has come, nor if it never does', async () => {
  const call = open()
  call.send(CONTENT, '"token-1"')
  call.cut()
  const refused = await send([CONTENT, '"token-1"', '{"tokn": "x"}'])
  expect(refused).toMatchObject([400, { code: 'invalid_request', details: [{ path: 'targets[1]' }] }])
  expect(await count('notifications')).toBe(0)
})

test('what can be known before the targets come is refused before them', async () => {
  expect(await send([{ title: 'Hello' }, '"a"'])).toMatchObject([400, { details: [{ path: 'body' }] }])
  expect(await send([{ ...CONTENT, tokens: ['a'] }, '"a"'])).toMatchObject([400, { details: [{ path: 'tokens' }] }])
  expect(await send([CONTENT])).toMatchObject([400, { details: [{ path: 'targets' }] }])
  expect(await send([{ ...CONTENT, body: 'x'.repeat(5_000) }, '"a"'])).toMatchObject([400, { code: 'push_too_large' }])
})

test('a dry run of more targets than it takes is refused, and enters none of them', async () => {
  const tokens = Array.from({ length: 100_001 }, (_, index) => `"token-${index}"`)
  const answer = await send([{ ...CONTENT, dry_run: true }, ...tokens])
  expect(answer).toMatchObject([
    400,
    { code: 'invalid_request', details: [{ path: 'dry_run', message: 'a dry run takes at most 100,000 targets' }] },
  ])
  expect(await count('tokens')).toBe(0)
})
