import type { LightMyRequestResponse } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRateLimiter } from '../../src/http/limits.ts'
import type { Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createDb, type Db } from '../../src/store/db.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createStandIns } from './stand-ins.ts'

const SMS = { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' }

let database: TestDatabase
const pools: Db[] = []

beforeAll(async () => {
  database = await createTestDatabase()
})

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  await database.drop()
})

/** A node of its own, with its own pool and memory. */
function createNode(
  perMinute: number,
  url = database.url,
): { app: Server; db: Db; accepted: unknown[]; pushes: unknown[] } {
  const db = createDb(
    url,
    { max: 5, name: 'rate-limit', statementTimeoutMs: 2_000, queryTimeoutMs: 3_000 },
    () => undefined,
  )
  pools.push(db)
  const { parts, recorded } = createStandIns({ rateLimiter: createRateLimiter(db, perMinute) })
  return { app: createServer(parts), db, accepted: recorded.sms, pushes: recorded.tokens }
}

test('exactly as many calls as allowed pass, over two nodes and at the same time', async () => {
  const nodes = [createNode(25), createNode(25)]
  // Connected before all come at once: who waits too long for a connection is refused for another reason.
  await Promise.all(nodes.flatMap(({ db }) => Array.from({ length: 5 }, () => db.query('select 1'))))
  const calls = nodes.flatMap(({ app }) => Array.from({ length: 40 }, () => send(app, '192.0.2.1')))
  const statuses = (await Promise.all(calls)).map((answer) => answer.statusCode)
  expect(statuses.filter((status) => status === 200)).toHaveLength(25)
  expect(statuses.filter((status) => status === 429)).toHaveLength(55)
  expect(nodes.reduce((sum, node) => sum + node.accepted.length, 0)).toBe(25)
})

test('calls of one caller at once are told each its own place, and cost few statements', async () => {
  const { app, db } = createNode(25)
  await Promise.all(Array.from({ length: 5 }, () => db.query('select 1')))
  const statements = countQueries(db)
  const answers = await Promise.all(Array.from({ length: 40 }, () => send(app, '192.0.2.9')))
  const left = answers.map(({ headers }) => Number(headers['x-ratelimit-remaining']))
  expect(left.toSorted((a, b) => b - a)).toEqual([
    ...Array.from({ length: 25 }, (_, index) => 24 - index),
    ...Array.from({ length: 15 }, () => 0),
  ])
  expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(15)
  expect(statements()).toBeLessThan(10)
})

test('each call is told what is left, and the one over the limit when to come back', async () => {
  const { app } = createNode(2)
  const first = await send(app, '192.0.2.2')
  expect(first.headers).toMatchObject({
    'ratelimit-policy': '"sms";q=2;w=60',
    ratelimit: expect.stringMatching(/^"sms";r=1;t=(?:60|5\d)$/) as string,
    'x-ratelimit-limit': '2',
    'x-ratelimit-remaining': '1',
  })
  expect((await send(app, '192.0.2.2')).headers['x-ratelimit-remaining']).toBe('0')
  const refused = await send(app, '192.0.2.2')
  expect(refused.statusCode).toBe(429)
  expect(refused.json()).toMatchObject({ error: 429, message: 'Too Many Requests', code: 'rate_limited' })
  const seconds = Number(refused.headers['retry-after'])
  expect(seconds).toBeGreaterThan(30)
  expect(seconds).toBeLessThanOrEqual(60)
  expect(refused.headers['ratelimit']).toBe(`"sms";r=0;t=${seconds}`)
})

test('callers do not use up each other’s calls, and an address is one caller whichever socket it comes through', async () => {
  const { app } = createNode(1)
  expect((await send(app, '192.0.2.3')).statusCode).toBe(200)
  expect((await send(app, '192.0.2.4')).statusCode).toBe(200)
  expect((await send(app, '::ffff:192.0.2.3')).statusCode).toBe(429)
})

test('a call that is refused for another reason counts too', async () => {
  const { app } = createNode(1)
  const bad = await app.inject({ method: 'POST', url: '/smss', remoteAddress: '192.0.2.5', payload: {} })
  expect(bad.statusCode).toBe(400)
  expect((await send(app, '192.0.2.5')).statusCode).toBe(429)
})

test('a caller who is over the limit costs no database', async () => {
  const { app } = createNode(1)
  await send(app, '192.0.2.6')
  await send(app, '192.0.2.6')
  await pools.at(-1)?.end()
  pools.pop()
  expect((await send(app, '192.0.2.6')).statusCode).toBe(429)
})

test('without a limit there are no headers, and the database is not asked', async () => {
  const { app } = createNode(0, 'postgres://nobody@127.0.0.1:1/none')
  const answer = await send(app, '192.0.2.7')
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['ratelimit']).toBeUndefined()
})

test('a limit that cannot be asked for says that the database is away', async () => {
  const { app, accepted } = createNode(5, 'postgres://nobody@127.0.0.1:1/none')
  const answer = await send(app, '192.0.2.8')
  expect(answer.statusCode).toBe(503)
  expect(answer.json()).toMatchObject({ code: 'database_unavailable' })
  expect(accepted).toEqual([])
})

test('a push with an SMS in its place counts as an SMS does, however its targets come; one without does not', async () => {
  const { app, accepted, pushes } = createNode(2)
  const words = { title: 'Your table', body: 'It is ready' }
  const more = { ...words, fallback: { sms: { message: 'Your table is ready' } } }
  const remoteAddress = '192.0.2.20'
  const push = (path: string, payload: object | string): Promise<LightMyRequestResponse> => {
    const type = typeof payload === 'string' ? 'application/x-ndjson' : 'application/json'
    return app.inject({ method: 'POST', url: path, remoteAddress, headers: { 'content-type': type }, payload })
  }
  for (let time = 0; time < 3; time += 1) {
    const plain = await push('/notifications/tokens', { ...words, tokens: ['device'] })
    expect([plain.statusCode, plain.headers['ratelimit']]).toEqual([200, undefined])
  }
  const first = await push('/notifications/tokens', { ...more, tokens: ['device'] })
  expect([first.statusCode, first.headers['x-ratelimit-remaining']]).toEqual([200, '1'])
  expect((await send(app, remoteAddress)).statusCode).toBe(200)
  const refused = [
    await push('/notifications/tokens', { ...more, tokens: ['device'] }),
    await push('/notifications/tokens', `${JSON.stringify(more)}\n"device"\n`),
    await push('/notifications/devices', { ...more, to: { client: '+201009129288' } }),
    await send(app, remoteAddress),
  ]
  for (const answer of refused) {
    expect(answer.json()).toMatchObject({ error: 429, code: 'rate_limited' })
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(30)
  }
  expect([pushes.length, accepted.length]).toEqual([4, 1])
  expect((await push('/notifications/tokens', { ...words, tokens: ['device'] })).statusCode).toBe(200)
})

function send(app: Server, remoteAddress: string): Promise<LightMyRequestResponse> {
  return app.inject({ method: 'POST', url: '/smss', remoteAddress, payload: SMS })
}

/** How many statements it was given since. */
function countQueries(db: Db): () => number {
  let count = 0
  db.on('acquire', () => (count += 1))
  return () => count
}
