import { setMaxListeners } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { call, push, send, someone, type Answer } from './inbox-calls.ts'
import { startInboxNode, type InboxNode } from './inbox-node.ts'

let database: TestDatabase
let app: InboxNode
let other: InboxNode

/** Two nodes on one database. */
beforeAll(async () => {
  database = await createTestDatabase()
  ;[app, other] = await Promise.all([startInboxNode(database.url), startInboxNode(database.url)])
})

afterAll(async () => {
  await Promise.all([app.close(), other.close()])
  await database.drop()
})

function wait(query: string, node: InboxNode = app): Promise<Answer> {
  return call(node, 'GET', `/inbox/wait?${query}`)
}

/** Resolves when so many callers wait at a node. */
function waited(node: InboxNode, callers = 1): Promise<boolean> {
  return until(() => node.waiting() === callers)
}

test('a message that came a moment before the call is answered at once, with its code', async () => {
  // A machine that takes five seconds between the two is asked once more.
  const { id, to, answer } = await until(async () => {
    const number = someone()
    const sent = await send(app, number, 'Your code is 482-913')
    const given = await wait(`to=${encodeURIComponent(number)}&extract=code&timeout=0`)
    return given.status === 200 && { id: sent, to: number, answer: given }
  }, 60_000)
  expect(answer.body).toMatchObject({ success: true, code: '482913', data: { id: `sms_${id}`, to, code: '482913' } })
})

test('a message that comes later is answered when it comes, on whichever node it was sent', async () => {
  for (const sender of [app, other]) {
    const to = someone()
    const waiting = wait(`to=${encodeURIComponent(to)}&timeout=60`)
    await waited(app)
    const id = await send(sender, to, 'Hello')
    const { status, body } = await waiting
    expect([status, body['data']]).toMatchObject([200, { id: `sms_${id}`, status: 'captured' }])
    expect(body).not.toHaveProperty('code')
  }
})

test('of several messages the newest is answered, and since leaves out those before', async () => {
  const to = encodeURIComponent(someone())
  const first = await send(app, decodeURIComponent(to), 'Your code is 1111')
  const second = await send(app, decodeURIComponent(to), 'Your code is 2222')
  const since = new Date(Date.now() - 600_000).toISOString()
  expect((await wait(`to=${to}&extract=code&since=${since}`)).body['code']).toBe('2222')
  expect((await wait(`to=${to}&extract=code&since=sms_${first}`)).body['code']).toBe('2222')
  const late = await wait(`to=${to}&timeout=0&since=sms_${second}`)
  expect(late.status).toBe(404)
  expect(late.body).toMatchObject({ error: 404, code: 'inbox_timeout' })
  expect(late.body['message']).toMatch(
    /^No message that matches came within 0 s; the last one that would came 0\.0 s before/,
  )
})

test('a message older than five seconds only counts with since, and the answer says so', async () => {
  const to = someone()
  const id = await send(app, to, 'Hello')
  await app.node.db.query(`update messages set time = now() - interval '7 seconds' where id = $1`, [id])
  const late = await wait(`to=${encodeURIComponent(to)}&timeout=0`)
  expect(late.body['message']).toMatch(/the last one that would came \d+\.\d s before `since`$/)
  const since = new Date(Date.now() - 600_000).toISOString()
  expect((await wait(`to=${encodeURIComponent(to)}&timeout=0&since=${since}`)).status).toBe(200)
  expect((await wait(`to=${encodeURIComponent(someone())}&timeout=0`)).body['message']).toBe(
    'No message that matches came within 0 s',
  )
})

test('with extract=code a message without one is passed over', async () => {
  const to = someone()
  const waiting = wait(`to=${encodeURIComponent(to)}&timeout=60&extract=code`)
  await waited(app)
  await send(app, to, 'Welcome! Your order 48213 is on its way')
  await send(other, to, 'Use 9041 as your PIN')
  expect((await waiting).body['code']).toBe('9041')
})

test('a message that is refused, or waits, has not come', async () => {
  const refused = wait('to=%2B15005550101&timeout=1')
  await send(app, '+15005550101', 'Hello')
  expect((await refused).status).toBe(404)
  // Its receipt is late: it is seen before that.
  const slow = wait('to=%2B15005550106&timeout=60')
  await send(app, '+15005550106', 'Hello')
  expect((await slow).body['data']).toMatchObject({ status: 'sent' })
})

test('a push is waited for by its token, also among several, by its topic and by its tag', async () => {
  const [token, topic, tag] = [`wait-${someone()}`, `wait${someone().slice(1)}`, `wait ${someone()}`]
  const queries = [
    `to=${encodeURIComponent(token)}`,
    `to=topic:${topic}`,
    `tag=${encodeURIComponent(tag)}&channel=push`,
  ]
  const waiting = queries.map((query) => wait(`${query}&timeout=60`, other))
  await waited(other, 3)
  const sent = [
    await push(app, 'tokens', { tokens: ['somebody', token] }),
    await push(app, 'topic', { topic }),
    await push(app, 'topic', { topic: 'other' }, { tag }),
  ]
  const ids = (await Promise.all(waiting)).map(({ body }) => (body['data'] as { id: string }).id)
  expect(ids).toEqual(sent.map((id) => `push_${id}`))
})

test('two hundred callers at once each get their own message', async () => {
  const numbers = Array.from({ length: 200 }, () => someone())
  const waiting = numbers.map((to) => wait(`to=${encodeURIComponent(to)}&timeout=60&extract=code`))
  await waited(app, 200)
  for (let from = 0; from < numbers.length; from += 20) {
    const some = numbers.slice(from, from + 20)
    await Promise.all(some.map((to, index) => send(index % 2 === 0 ? app : other, to, `Your code is ${to.slice(-6)}`)))
  }
  const codes = (await Promise.all(waiting)).map(({ body }) => body['code'])
  expect(codes).toEqual(numbers.map((to) => to.slice(-6)))
})

test('more callers than may wait are told to come back', async () => {
  const stop = new AbortController()
  const { signal } = stop
  // Of callers each has a signal of his own; Node warns from the eleventh listener on.
  setMaxListeners(0, signal)
  const waits = Array.from({ length: 501 }, () =>
    other.inbox.wait(
      { query: { to: '+201009999999', tag: null, channel: null, since: null }, timeoutMs: 60_000, withCode: false },
      signal,
    ),
  )
  await expect(waits.at(-1)).rejects.toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 })
  const refused = await wait('timeout=1', other)
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('1')
  stop.abort()
  expect(await Promise.all(waits.slice(0, -1))).toEqual(Array.from({ length: 500 }, () => ({ kind: 'aborted' })))
})

test('a caller who hangs up is not waited for any more', async () => {
  const { hostname, port } = new URL(app.url)
  const socket = connect(Number(port), hostname)
  socket.write(`GET /inbox/wait?to=${encodeURIComponent(someone())}&timeout=120 HTTP/1.1\r\nHost: a\r\n\r\n`)
  await waited(app)
  socket.destroy()
  await waited(app, 0)
})

test('a database that breaks off does not lose a wait', async () => {
  const own = await createTestDatabase()
  const [here, there] = await Promise.all([startInboxNode(own.url), startInboxNode(own.url)])
  const to = someone()
  const waiting = wait(`to=${encodeURIComponent(to)}&timeout=120`, here)
  await waited(here)
  await there.node.db.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`)
  await until(() =>
    call(there, 'POST', '/smss', { contact: to, subject: 'a', message: 'b' }).then(({ status }) => status === 200),
  )
  expect((await waiting).body['data']).toMatchObject({ to, body: 'b' })
  await Promise.all([here.close(), there.close()])
  await own.drop()
})

test('a stop ends all waits at once', async () => {
  const node = await startInboxNode(database.url)
  const waiting = [1, 2, 3].map(() => wait('to=%2B201009999998&timeout=120', node))
  await waited(node, 3)
  await node.close()
  for (const { status, body } of await Promise.all(waiting)) {
    expect([status, body['code']]).toEqual([503, 'shutting_down'])
  }
})

test.each([
  ['timeout=121', 'timeout'],
  ['timeout=-1', 'timeout'],
  ['timeout=1.5', 'timeout'],
  ['extract=link', 'extract'],
  ['since=soon', 'since'],
  ['to=12', 'to'],
  ['to=', 'to'],
  ['tag=', 'tag'],
  ['since=', 'since'],
  ['channel=', 'channel'],
  ['extract=', 'extract'],
  ['limit=1', 'limit'],
])('%s is refused at once, with the place', async (query, path) => {
  const { status, body } = await wait(query)
  expect(status).toBe(400)
  expect(body).toMatchObject({ code: 'invalid_request', details: [{ path }] })
})
