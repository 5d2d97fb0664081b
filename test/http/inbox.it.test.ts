import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { InboxItem, InboxThread } from '../../src/contract/inbox.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { call, push, send, someone, type Answer } from './inbox-calls.ts'
import { startInboxNode, type InboxNode } from './inbox-node.ts'

let database: TestDatabase
let app: InboxNode

/** Any text. */
const stringHere: unknown = expect.any(String)

beforeAll(async () => {
  database = await createTestDatabase()
  app = await startInboxNode(database.url)
})

afterAll(async () => {
  await app.close()
  await database.drop()
})

async function list(query: string): Promise<{ items: InboxItem[]; next: string | null }> {
  const { status, body } = await call(app, 'GET', `/inbox?${query}`)
  expect(status).toBe(200)
  return { items: body['data'] as InboxItem[], next: body['next'] as string | null }
}

describe('the list', () => {
  test('an SMS stands in it as a phone would show it, with its code, its length and its attempt', async () => {
    const to = someone()
    const id = await send(app, to, 'Your code is “482913”', { tag: 'sign-up', category: 'otp' })
    const { items, next } = await list(`to=${encodeURIComponent(to)}`)
    expect(next).toBeNull()
    expect(items).toEqual([
      {
        id: `sms_${id}`,
        channel: 'sms',
        message_id: id,
        to,
        topic: null,
        targets: 1,
        title: 'Hello',
        body: 'Your code is “482913”',
        image: null,
        data: null,
        status: 'captured',
        reason: null,
        counts: null,
        tag: 'sign-up',
        category: 'otp',
        segments: 1,
        encoding: 'ucs2',
        guilty: { character: '“', index: 13 },
        code: '482913',
        code_at: { index: 14, length: 6 },
        attempts: [
          {
            number: 1,
            status: 'captured',
            reason: null,
            started_at: stringHere,
            finished_at: stringHere,
          },
        ],
        created_at: stringHere,
        updated_at: stringHere,
      },
    ])
  })

  test('a push stands in it with its target, or their number', async () => {
    const token = `token-${someone()}x`
    const one = await push(
      app,
      'tokens',
      { tokens: [token] },
      { image: 'https://example.com/a.png', data: { order: '7' }, tag: 'parcel' },
    )
    const two = await push(app, 'tokens', { tokens: [token, `${token}-other`] })
    const three = await push(app, 'topic', { topic: 'news' })
    const alone = {
      channel: 'push',
      targets: 1,
      title: 'Parcel',
      body: 'It has arrived',
      status: 'captured',
      code: null,
    }
    expect((await list(`to=${encodeURIComponent(token)}`)).items).toMatchObject([
      { id: `push_${two}`, to: null, topic: null, targets: 2, counts: { captured: 2 } },
      {
        ...alone,
        id: `push_${one}`,
        notification_id: one,
        to: token,
        image: 'https://example.com/a.png',
        data: { order: '7' },
        tag: 'parcel',
      },
    ])
    expect((await list('to=topic:news')).items).toMatchObject([
      { ...alone, id: `push_${three}`, to: null, topic: 'news' },
    ])
    expect((await list('to=several')).items.map(({ id }) => id)).toContain(`push_${two}`)
  })

  test('a push to one device says why it came no further; of several each device has a reason of its own', async () => {
    const dead = 'sandbox:unregistered'
    const ended = async (query: string, status: string): Promise<InboxItem | undefined> =>
      until(async () => {
        const [item] = (await list(query)).items
        return item?.status === status && item
      })
    const one = await push(app, 'tokens', { tokens: [dead] })
    expect(await ended(`to=${dead}`, 'failed')).toMatchObject({ id: `push_${one}`, reason: 'unregistered' })
    const retired = 'select 1 from tokens where token = $1 and retired_at is not null'
    await until(async () => (await app.node.db.query(retired, [dead])).rowCount === 1)
    const two = await push(app, 'tokens', { tokens: [dead] })
    expect(await ended(`to=${dead}`, 'suppressed')).toMatchObject({ id: `push_${two}`, reason: 'unregistered' })
    const other = `token-${someone()}d`
    const three = await push(app, 'tokens', { tokens: [dead, other] })
    expect(await ended(`to=${encodeURIComponent(other)}`, 'captured')).toMatchObject({
      id: `push_${three}`,
      to: null,
      reason: 'partial',
    })
  })

  test('a push whose time has not come is scheduled, not on its way', async () => {
    const token = `token-${someone()}l`
    const sendAt = new Date(Date.now() + 3_600_000).toISOString()
    const id = await push(app, 'tokens', { tokens: [token] }, { send_at: sendAt })
    expect((await list(`to=${encodeURIComponent(token)}`)).items).toMatchObject([
      { id: `push_${id}`, status: 'scheduled', counts: { scheduled: 1 } },
    ])
  })

  test('both channels are read page by page, each message once, newest first', async () => {
    const tag = `pages?-${someone()}`
    const expected: string[] = []
    for (let index = 0; index < 9; index++) {
      expected.unshift(
        index % 3 === 0
          ? `push_${await push(app, 'topic', { topic: 'pages' }, { tag })}`
          : `sms_${await send(app, someone(), 'Hi', { tag })}`,
      )
    }
    const seen: string[] = []
    // A question mark need not be encoded in a query (RFC 3986, 3.4).
    let path: string | null = `/inbox?tag=${encodeURIComponent(tag).replace('%3F', '?')}&limit=2`
    while (path !== null) {
      const page: Answer = await call(app, 'GET', path)
      seen.push(...(page.body['data'] as InboxItem[]).map(({ id }) => id))
      path = /^<(.*)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1] ?? null
      expect(path === null).toBe(page.body['next'] === null)
    }
    expect(seen).toEqual(expected)
  })

  test('since takes a time or the id of an item, and leaves out what came before', async () => {
    const to = someone()
    const first = await send(app, to, 'one')
    const second = await send(app, to, 'two')
    const [, item] = (await list(`to=${encodeURIComponent(to)}`)).items
    const ids = async (query: string): Promise<string[]> =>
      (await list(`to=${encodeURIComponent(to)}&${query}`)).items.map(({ id }) => id)
    expect(await ids(`since=sms_${first}`)).toEqual([`sms_${second}`])
    expect(await ids(`since=${item?.created_at ?? ''}`)).toEqual([`sms_${second}`, `sms_${first}`])
    expect(await ids(`since=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([])
    expect(await ids('channel=push')).toEqual([])
  })

  test('a number is found however it is spelt, also with a plus sign that nobody encoded', async () => {
    const to = someone()
    const id = await send(app, to, 'one')
    for (const spelt of [`to=${to}`, `to=%2B20 (${to.slice(3, 6)}) ${to.slice(6, 9)}-${to.slice(9)}`]) {
      expect((await list(spelt)).items.map((item) => item.id)).toEqual([`sms_${id}`])
    }
  })

  test.each([
    ['to=0100', 'to'],
    ['to=topic:a%20b', 'to'],
    ['since=yesterday', 'since'],
    ['since=sms_999999', 'since'],
    ['since=2026-13-45T00:00:00Z', 'since'],
    ['channel=mail', 'channel'],
    ['limit=0', 'limit'],
    ['limit=201', 'limit'],
    ['cursor=x', 'cursor'],
    ['tga=x', 'tga'],
    ['tag=a&tag=b', 'tag'],
    ['tag=%00', 'tag'],
  ])('%s is refused, with the place', async (query, path) => {
    const { status, body } = await call(app, 'GET', `/inbox?${query}`)
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'invalid_request', details: [{ path }] })
  })
})

describe('the threads', () => {
  async function threads(query: string): Promise<InboxThread[]> {
    const found: InboxThread[] = []
    let path: string | null = `/inbox/threads?${query}`
    while (path !== null) {
      const page: Answer = await call(app, 'GET', path)
      expect(page.status).toBe(200)
      found.push(...(page.body['data'] as InboxThread[]))
      path = /^<(.*)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1] ?? null
    }
    return found
  }

  test('each recipient stands once, by the latest message, over all pages', async () => {
    const [ada, grace] = [someone(), someone()]
    const token = `thread-${ada}`
    for (const to of [ada, grace, ada]) await send(app, to, `for ${to}`)
    await push(app, 'tokens', { tokens: [token] })
    await push(app, 'tokens', { tokens: [token, 'second'] })
    await push(app, 'topic', { topic: 'threads' })
    await push(app, 'topic', { topic: 'threads' })
    for (const limit of [200, 1]) {
      const all = await threads(`limit=${limit}`)
      expect(new Set(all.map(({ key }) => key)).size).toBe(all.length)
      const mine = all.filter(({ key }) => ['topic:threads', 'several', token, ada, grace].includes(key))
      expect(mine).toMatchObject([
        { key: 'topic:threads', topic: 'threads', to: null, channel: 'push', count: 2 },
        { key: 'several', topic: null, to: null, channel: 'push', targets: 2 },
        { key: token, to: token, channel: 'push', count: 2, last: { targets: 1 } },
        { key: ada, to: ada, channel: 'sms', count: 2, last: { body: `for ${ada}` } },
        { key: grace, count: 1 },
      ])
    }
  })

  test('they are searched by a part of the number, a part of the topic, or the token', async () => {
    const to = someone()
    await send(app, to, 'one')
    await push(app, 'topic', { topic: 'Weather.cairo' })
    await push(app, 'tokens', { tokens: ['searched-token'] })
    const keys = async (q: string): Promise<string[]> =>
      (await threads(`q=${encodeURIComponent(q)}`)).map(({ key }) => key)
    expect(await keys(`${to.slice(-6, -3)} ${to.slice(-3)}`)).toEqual([to])
    expect(await keys('weather')).toEqual(['topic:Weather.cairo'])
    expect(await keys('searched-token')).toEqual(['searched-token'])
    expect(await keys('searched')).toEqual([])
    expect(await keys('%')).toEqual([])
  })
})
