import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createTidings, TidingsApiError, TidingsUnreachable, type Tidings } from '../../src/client/tidings.ts'
import { until } from '../support/until.ts'
import { startProxy, type Fate, type Proxy } from './proxy.ts'
import { startService, type Service } from './service.ts'

const SMS = { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' }

let service: Service
let tidings: Tidings
let proxy: Proxy | null = null
/** What the client waited, in ms. It never waits in earnest. */
let waits: number[] = []

const world = {
  sleep: async (ms: number) => void waits.push(ms),
  chance: () => 0.5,
}

beforeAll(async () => {
  service = await startService()
  tidings = createTidings({ url: service.url, world })
})

afterEach(async () => {
  await proxy?.close()
  proxy = null
  waits = []
})

afterAll(() => service.close())

async function through(fate: (before: number) => Fate): Promise<Tidings> {
  proxy = await startProxy(service.url, fate)
  return createTidings({ url: proxy.url, world })
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found = []
  for await (const item of items) found.push(item)
  return found
}

async function thrownBy(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => null,
    (error: unknown) => error,
  )
}

test('an SMS is sent, read, found, and sent again', async () => {
  const sent = await tidings.sms.send({ ...SMS, tag: 'whole' }, { waitSeconds: 10 })
  expect(sent).toMatchObject({ status: 'captured', segments: 1 })
  expect(await tidings.sms.get(sent.message_id)).toMatchObject({ ...SMS, attempts: [{ status: 'captured' }] })
  const again = await tidings.sms.resend(sent.message_id, { contact: '+15005550006' })
  const found = await all(tidings.sms.list({ q: 'tag:whole', limit: 1 }))
  expect(found.map(({ message_id: id }) => id)).toEqual([again.message_id, sent.message_id])
  expect(await tidings.sms.dryRun(SMS)).toMatchObject({ country: 'EG', segments: 1 })
})

test('a planned SMS is cancelled, and one that has gone is not', async () => {
  const at = new Date(Date.now() + 3_600_000).toISOString()
  const { message_id: id } = await tidings.sms.send({ ...SMS, send_at: at })
  expect(await tidings.sms.cancel(id)).toMatchObject({ status: 'cancelled' })
  const gone = await tidings.sms.send(SMS, { waitSeconds: 10 })
  expect(await thrownBy(tidings.sms.cancel(gone.message_id))).toMatchObject({ code: 'too_late', status: 409 })
})

test('a push goes to tokens and topics, and its targets are read page by page', async () => {
  const tokens = ['one', 'two', 'three']
  const { notification_id: id } = await tidings.notifications.toTokens({ tokens, title: 'Parcel', body: 'It is here' })
  expect(await all(tidings.notifications.deliveries(id, { limit: 2 }))).toHaveLength(3)
  await tidings.notifications.toTopic({ topic: 'news', title: 'Open late', body: 'Until ten' })
  expect((await all(tidings.notifications.list({ q: 'topic:news' }))).map(({ title }) => title)).toEqual(['Open late'])
  expect(await tidings.notifications.dryRun({ topic: 'news', title: 'a', body: 'b' })).toMatchObject({ topic: 'news' })
})

test('what is asked of the inbox, templates, pauses, people and the error reference is answered', async () => {
  const contact = '+15005550001'
  await tidings.sms.send({ ...SMS, contact })
  expect(await tidings.inbox.wait({ to: contact, extract: 'code' })).toMatchObject({ code: '482913' })
  await tidings.templates.put('code', {
    kind: 'sms',
    default_locale: 'en',
    variables: { code: { type: 'text', sample: '482913' } },
    locales: { en: { subject: 'Code', message: 'It is {code}' } },
  })
  expect((await all(tidings.templates.list())).map(({ name }) => name)).toEqual(['code'])
  const template = { name: 'code', variables: { code: '7' } }
  const { message_id: id } = await tidings.sms.send({ contact, template })
  expect(await tidings.sms.get(id)).toMatchObject({ message: 'It is 7' })
  await tidings.pause({ category: 'marketing', reason: 'a test' })
  expect(await tidings.pauses()).toMatchObject([{ category: 'marketing' }])
  expect(await tidings.resume()).toMatchObject({ ended: 1 })
  expect(await all(tidings.clients.messages(contact))).toHaveLength(2)
  expect(await tidings.clients.erase(contact, { dryRun: true })).toMatchObject({ dry_run: true, data: { messages: 2 } })
  expect(await tidings.errors.get('too_late')).toMatchObject({ status: 409 })
  expect(await tidings.ready()).toMatchObject({ success: true })
})

test('keys are made, rotated and revoked', async () => {
  const made = await tidings.keys.create({ mode: 'test', name: 'shop', scopes: ['sms:send'] })
  expect(made.key).toMatch(/^tidings_/)
  const { data: next } = await tidings.keys.rotate(made.data.id)
  expect(await tidings.keys.revoke(made.data.id)).toMatchObject({ name: 'shop' })
  expect(await all(tidings.keys.list())).toMatchObject([{ id: next.id }])
  expect((await all(tidings.audit())).length).toBeGreaterThan(2)
})

test('openapi-fetch is there for what has no name', async () => {
  const { data } = await tidings.raw.GET('/smss', { params: { query: { limit: 1 } } })
  expect(data?.success).toBe(true)
})

describe('a refusal', () => {
  test('is told by its code, with every fault', async () => {
    const error = await thrownBy(tidings.sms.send({ ...SMS, contact: '01009129288' }))
    expect(error).toBeInstanceOf(TidingsApiError)
    expect(error).toMatchObject({
      code: 'invalid_contact',
      status: 400,
      retryAfter: null,
      details: [{ path: 'contact' }],
      docs: `${service.url}/errors/invalid_contact`,
      requestId: expect.stringMatching(/./) as string,
    })
  })

  test('that will be the same again is made once', async () => {
    const through400 = await through(() => 'pass')
    await thrownBy(through400.sms.send({ ...SMS, message: '' }))
    await thrownBy(through400.sms.get(999_999_999))
    expect(proxy?.calls).toEqual(['POST /smss', 'GET /smss/999999999'])
  })

  test('by something that is not Tidings has a code of its own', async () => {
    const page = { status: 403, headers: { 'content-type': 'text/html' }, body: '<h1>No</h1>' }
    expect(await thrownBy((await through(() => page)).sms.get(1))).toMatchObject({
      code: 'unexpected_answer',
      status: 403,
    })
  })
})

describe('a repetition', () => {
  test('after an answer that got lost sends nothing twice', async () => {
    const lossy = await through((before) => (before < 3 ? 'cut' : 'pass'))
    const sent = await lossy.sms.send({ ...SMS, tag: 'lossy' })
    expect(proxy?.calls).toHaveLength(4)
    expect((await all(tidings.sms.list({ q: 'tag:lossy' }))).map(({ message_id: id }) => id)).toEqual([sent.message_id])
    expect(waits).toEqual([125, 250, 500])
  })

  test('waits as long as it is told to', async () => {
    const body = JSON.stringify({ success: false, code: 'rate_limited', message: 'Too Many Requests' })
    const limited = { status: 429, headers: { 'retry-after': '23' }, body }
    const patient = await through((before) => (before === 0 ? limited : 'pass'))
    await patient.sms.send(SMS)
    expect(waits).toEqual([23_125])
  })

  test('does not wait longer than a minute', async () => {
    const body = JSON.stringify({ success: false, code: 'rate_limited', message: 'Too Many Requests' })
    const limited = { status: 429, headers: { 'retry-after': '61' }, body }
    const error = await thrownBy((await through(() => limited)).sms.send(SMS))
    expect(error).toMatchObject({ code: 'rate_limited', retryAfter: 61 })
    expect(waits).toEqual([])
  })

  test('comes to an end', async () => {
    const error = await thrownBy((await through(() => 'cut')).sms.get(1))
    expect(error).toBeInstanceOf(TidingsUnreachable)
    expect(error).toMatchObject({ attempts: 5 })
  })

  test('is not made of a call that may have been done and has no key', async () => {
    const lossy = await through(() => 'cut')
    expect(await thrownBy(lossy.pause({ category: 'marketing' }))).toBeInstanceOf(TidingsUnreachable)
    expect(proxy?.calls).toHaveLength(1)
    await tidings.resume({ category: 'marketing' })
  })

  test('is made where no answer comes in time', async () => {
    const deaf = createTidings({
      url: service.url,
      world,
      retries: 1,
      timeoutMs: 20,
      fetch: (request) =>
        new Promise((_resolve, reject) => {
          request.signal.addEventListener('abort', () => reject(new Error('aborted', { cause: request.signal.reason })))
        }),
    })
    expect(await thrownBy(deaf.sms.get(1))).toMatchObject({
      attempts: 2,
      message: `${service.url} did not answer GET /smss/1 after 2 attempts: no answer within 0.02 s`,
    })
  })

  test('is not made once the caller has ended it', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    const ended = createTidings({
      url: service.url,
      fetch: async () => {
        stop.abort(reason)
        throw new TypeError('fetch failed')
      },
    })
    expect(await thrownBy(ended.sms.send(SMS, { signal: stop.signal }))).toBe(reason)
  })
})

describe('a stream', () => {
  test('is answered item by item, in order, while it is still written', async () => {
    let told = 0
    async function* items(): AsyncGenerator<{ contact: string; message?: string }> {
      yield { contact: '+201009129288' }
      yield { contact: '01009129288' }
      await until(() => told === 2)
      yield { contact: '+15005550006', message: 'Another' }
    }
    const answers = []
    for await (const answer of tidings.sms.batch(items(), { common: { subject: 'All', message: 'Same' } })) {
      answers.push(answer)
      told += 1
    }
    expect(answers).toMatchObject([
      { index: 0, success: true },
      { index: 1, success: false, error: { code: 'invalid_contact' } },
      { index: 2, success: true },
    ])
  })

  test('that was cut goes on where it was, and nothing is stored twice', async () => {
    const count = 1_500
    const items = Array.from({ length: count }, () => ({ ...SMS, tag: 'stream' }))
    proxy = await startProxy(service.url, (before) => (before === 0 ? { after: 400 } : 'pass'))
    const cut = createTidings({ url: proxy.url, world })
    const answers = await all(cut.sms.batch(items))
    expect(answers.map(({ index }) => index)).toEqual(items.map((_item, index) => index))
    expect(proxy.calls).toHaveLength(2)
    expect(await all(tidings.sms.list({ q: 'tag:stream', limit: 200 }))).toHaveLength(count)
  })

  test('that is sent again with the same key is only answered', async () => {
    const items = [SMS, { ...SMS, key: 'its-own' }]
    const first = await all(tidings.sms.batch(items, { idempotencyKey: 'import-7' }))
    const second = await all(tidings.sms.batch(items, { idempotencyKey: 'import-7' }))
    expect(second).toEqual(first.map((answer) => ({ ...answer, replayed: true })))
  })

  test('whose items fail says so', async () => {
    const items = (function* (): Generator<typeof SMS> {
      yield SMS
      throw new RangeError('no more')
    })()
    await expect(all(tidings.sms.batch(items))).rejects.toThrow(new RangeError('no more'))
  })

  test('of many in one call is stored as a whole', async () => {
    const items = [{ contact: '+201009129288' }, { contact: 'nobody' }]
    const error = await thrownBy(tidings.sms.sendMany({ subject: 'a', message: 'b', items }))
    expect(error).toMatchObject({ details: [{ path: 'items[1].contact' }] })
    expect(await tidings.sms.sendMany({ subject: 'a', message: 'b', items, partial: true })).toMatchObject({
      accepted: 1,
      rejected: 1,
    })
  })
})

test('an export is read while it is written', async () => {
  const file = await new Response(await tidings.sms.export({ q: 'tag:whole', format: 'ndjson' })).text()
  expect(file.trimEnd().split('\n')).toHaveLength(2)
})
