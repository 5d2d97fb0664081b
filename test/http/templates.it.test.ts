import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKeyGuard } from '../../src/flows/idempotent.ts'
import { createOutcomes } from '../../src/flows/outcomes.ts'
import { createPushFlow } from '../../src/flows/push.ts'
import { createSmsFlow } from '../../src/flows/sms.ts'
import { createTemplatesFlow } from '../../src/flows/templates.ts'
import type { Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createSandboxPush, createSandboxSms } from '../../src/providers/sandbox.ts'
import { readMessage } from '../../src/store/read-messages.ts'
import { readDeliveries, readNotification } from '../../src/store/read-notifications.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ask, startNode, type TestNode } from '../support/node.ts'
import { createStandIns } from './stand-ins.ts'

let database: TestDatabase
let node: TestNode
/** Two nodes of one service, as far as templates go: each with a cache of its own, and a clock that the test moves. */
let app: Server
let other: Server
const clock = { ms: 0 }

beforeAll(async () => {
  database = await createTestDatabase()
  const after = (ms: number, run: () => void): void => void setTimeout(run, ms).unref()
  const sms = createSandboxSms({ after, onReceipt: () => undefined })
  const push = createSandboxPush({ after })
  node = await startNode(database.url, { sms: [sms], push: [push] })
  app = serve()
  other = serve()
})

function serve(): Server {
  const { db, delivery } = node
  const outcomes = createOutcomes(
    db,
    () => performance.now(),
    (ms) => sleep(ms),
  )
  const templates = createTemplatesFlow({ readDb: db, workDb: db, now: () => clock.ms, textFormat: '{message}' })
  const flow = {
    intake: delivery.intake,
    keys: createKeyGuard(db),
    outcomes,
    templates,
    provider: 'sandbox',
    now: () => new Date(),
  }
  const { parts } = createStandIns({
    templates,
    sms: createSmsFlow({ ...flow, defaultCountry: null, textFormat: '{message}' }),
    push: createPushFlow({ ...flow, db }),
    reads: {
      message: (id) => readMessage(db, id),
      notification: (id) => readNotification(db, id),
      deliveries: (id, limit, afterToken) => readDeliveries(db, id, limit, afterToken),
    },
  })
  return createServer(parts)
}

afterAll(async () => {
  await app.close()
  await other.close()
  await node.close()
  await database.drop()
})

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly link: string | null
}

async function call(
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  url: string,
  payload?: object,
  to = app,
): Promise<Answer> {
  const answer = await to.inject({ method, url, ...(payload === undefined ? {} : { payload }) })
  const link = answer.headers.link
  return { status: answer.statusCode, body: answer.json(), link: typeof link === 'string' ? link : null }
}

const ORDER = {
  kind: 'sms',
  default_locale: 'en',
  locales: {
    en: {
      subject: 'Order {id}',
      message: 'Hi {name}, {count, plural, one {# parcel is} other {# parcels are}} on the way.',
    },
    de: {
      subject: 'Auftrag {id}',
      message: 'Hallo {name}, {count, plural, one {# Paket ist} other {# Pakete sind}} unterwegs.',
    },
  },
  variables: {
    name: { type: 'text', sample: 'Anna', max_length: 40 },
    id: { type: 'text', sample: 'A-17', max_length: 10 },
    count: { type: 'number', sample: 12 },
  },
}

const VALUES = { name: 'Zoë', id: 'B-2', count: 1 }

async function sendSms(template: object, to = app): Promise<Answer> {
  return call('POST', '/smss', { contact: '+201009129288', template }, to)
}

async function rowsStored(): Promise<unknown> {
  return ask(node, 'select (select count(*) from messages) + (select count(*) from notifications) as count')
}

test('an SMS is sent with a template, and says what it was made from', async () => {
  const put = await call('PUT', '/templates/order', ORDER)
  expect(put.body).toMatchObject({ success: true, changed: true, data: { name: 'order', version: 1, kind: 'sms' } })
  const sent = await sendSms({ name: 'order', locale: 'de-AT', variables: VALUES })
  expect(sent.body).toMatchObject({ success: true, status: 'queued', segments: 1 })
  const read = await call('GET', `/smss/${Number(sent.body['message_id'])}`)
  expect(read.body).toMatchObject({
    data: { subject: 'Auftrag B-2', message: 'Hallo Zoë, 1 Paket ist unterwegs.', template: 'order@1/de' },
  })
})

test('the same template again changes nothing, another text is the next version, and the first can still be named', async () => {
  const again = await call('PUT', '/templates/order', ORDER)
  expect(again.body).toMatchObject({ changed: false, data: { version: 1 } })
  const en = { ...ORDER.locales.en, message: '{name}: {count, number} parcels.' }
  const changed = await call('PUT', '/templates/order', { ...ORDER, locales: { ...ORDER.locales, en } })
  expect(changed.body).toMatchObject({ changed: true, data: { version: 2 } })
  const [newest, first] = [
    await sendSms({ name: 'order', variables: VALUES }),
    await sendSms({ name: 'order', version: 1, variables: VALUES }),
  ]
  const texts = await Promise.all(
    [newest, first].map(async ({ body }) => (await call('GET', `/smss/${Number(body['message_id'])}`)).body),
  )
  expect(texts).toMatchObject([
    { data: { message: 'Zoë: 1 parcels.', template: 'order@2/en' } },
    { data: { message: 'Hi Zoë, 1 parcel is on the way.', template: 'order@1/en' } },
  ])
})

test('another node sends with a new version two seconds later at the latest, and asks the database nothing in between', async () => {
  await call('PUT', '/templates/late', { ...ORDER, locales: { en: { subject: 's', message: 'one' } }, variables: {} })
  await sendSms({ name: 'late' }, other)
  await call('PUT', '/templates/late', { ...ORDER, locales: { en: { subject: 's', message: 'two' } }, variables: {} })
  clock.ms += 1_999
  const before = await sendSms({ name: 'late' }, other)
  clock.ms += 1
  const later = await sendSms({ name: 'late' }, other)
  const texts = await Promise.all(
    [before, later].map(async ({ body }) => (await call('GET', `/smss/${Number(body['message_id'])}`)).body),
  )
  expect(texts).toMatchObject([{ data: { message: 'one' } }, { data: { message: 'two' } }])
})

test('a push is sent with a template, whose link carries its values percent-encoded', async () => {
  const put = await call('PUT', '/templates/parcel', {
    kind: 'push',
    default_locale: 'en',
    locales: { en: { title: 'Parcel {id}', body: 'On its way', link: 'https://example.com/p/{id}' } },
    variables: { id: { type: 'text', sample: 'A 1' } },
  })
  expect(put.status).toBe(200)
  const template = { name: 'parcel', variables: { id: 'a/b c' } }
  const sent = [
    await call('POST', '/notifications/tokens', { tokens: ['a'], template }),
    await call('POST', '/notifications/topic', { topic: 'news', template, link: 'https://example.com/own' }),
  ]
  const read = await Promise.all(
    sent.map(async ({ body }) => (await call('GET', `/notifications/${Number(body['notification_id'])}`)).body),
  )
  expect(read).toMatchObject([
    { data: { title: 'Parcel a/b c', body: 'On its way', content: { link: 'https://example.com/p/a%2Fb%20c' } } },
    { data: { title: 'Parcel a/b c', content: { link: 'https://example.com/own' } } },
  ])
  expect(await ask(node, 'select distinct template from notifications')).toEqual([{ template: 'parcel@1/en' }])
})

test.each([
  [{ name: 'ordr', variables: VALUES }, 'unknown_template', 'no template is called `ordr`, did you mean `order`?'],
  [{ name: 'nothing at all' }, 'unknown_template', 'no template is called `nothing at all`'],
  [{ name: 'order', version: 3, variables: VALUES }, 'unknown_template', '`order` has versions 1 to 2'],
  [{ name: 'parcel', variables: { id: 'x' } }, 'unknown_template', 'is a template for push'],
  [{ name: 'order', locale: 'english!', variables: VALUES }, 'invalid_request', 'is not a language tag'],
  [{ name: 'order' }, 'invalid_variables', '`template.variables.name` is missing; it is a text, as in "Anna"'],
  [{ name: 'order', variables: { ...VALUES, count: '1' } }, 'invalid_variables', 'must be a number, without quotes'],
  [{ name: 'order', variables: { ...VALUES, name: 7 } }, 'invalid_variables', 'must be a text, in quotes'],
  [{ name: 'order', variables: { ...VALUES, name: '' } }, 'invalid_variables', 'must not be empty'],
  [{ name: 'order', variables: { ...VALUES, name: 'x'.repeat(41) } }, 'invalid_variables', '40 is the most'],
  [{ name: 'order', variables: { ...VALUES, nmae: 'x' } }, 'invalid_variables', 'did you mean `name`?'],
  [{ name: 'order', variables: { ...VALUES, toString: 'x' } }, 'invalid_variables', 'no variable `toString`'],
  [
    { name: 'order', variables: { ...VALUES, name: null } },
    'invalid_request',
    'must be a string or a number, not null',
  ],
  [{ name: 'order', variables: 5 }, 'invalid_request', 'must be an object'],
  [{ name: '' }, 'invalid_request', 'must not be empty'],
  [{}, 'invalid_request', '`template.name` is missing'],
  [{ name: 'order', verison: 1 }, 'invalid_request', 'did you mean `version`?'],
] as const)('a send with the template %j is refused with %s, and nothing is stored', async (template, code, words) => {
  const before = await rowsStored()
  const answer = await sendSms(template)
  expect(answer.status).toBe(400)
  expect(answer.body).toMatchObject({ success: false, error: 400, code })
  expect(answer.body['message']).toContain(words)
  expect(await rowsStored()).toEqual(before)
})

test('a call has its words or a template, not both and not neither', async () => {
  const template = { name: 'order', variables: VALUES }
  const both = await call('POST', '/smss', { contact: '+201009129288', message: 'x', template })
  expect(both.body).toMatchObject({
    code: 'invalid_request',
    message: '`message` cannot stand beside `template`, which brings it',
    details: [{ path: 'message' }],
  })
  const neither = await call('POST', '/smss', {})
  expect(neither.body['message']).toBe('`contact` is missing; `subject` is missing; `message` is missing')
  const push = await call('POST', '/notifications/topic', { title: 'x', topic: 'news', template })
  expect(push.body['message']).toBe('`title` cannot stand beside `template`, which brings it')
  const tokens = await call('POST', '/notifications/tokens', { tokens: ['a'], body: 'x', template })
  expect(tokens.body['message']).toBe('`body` cannot stand beside `template`, which brings it')
})

test('templates are listed by name page by page, and versions newest first', async () => {
  const names: string[] = []
  for (let url: string | null = '/templates?limit=2'; url !== null;) {
    const page: Answer = await call('GET', url)
    names.push(...(page.body['data'] as { name: string }[]).map(({ name }) => name))
    url = /^<(.*)>; rel="next"$/.exec(page.link ?? '')?.[1] ?? null
    expect(url === null).toBe(page.body['next'] === null)
  }
  expect(names).toEqual(['late', 'order', 'parcel'])
  const versions = await call('GET', '/templates/order/versions?limit=1')
  expect(versions.body).toMatchObject({ data: [{ version: 2, locales: ['en', 'de'] }] })
  const older = await call('GET', /^<(.*)>/.exec(versions.link ?? '')?.[1] ?? '')
  expect(older.body).toMatchObject({ data: [{ version: 1 }], next: null })
})

test('a template is read as it was given, also an older version', async () => {
  const first = await call('GET', '/templates/order?version=1')
  expect(first.body).toMatchObject({ success: true, data: { name: 'order', version: 1, ...ORDER } })
  expect(Object.keys((first.body['data'] as { locales: object }).locales)).toEqual(['en', 'de'])
  expect((await call('GET', '/templates/order')).body).toMatchObject({ data: { version: 2 } })
  expect((await call('GET', '/templates/order?version=9')).status).toBe(404)
  expect((await call('GET', '/templates/order?version=x')).status).toBe(400)
  expect((await call('GET', '/templates/Order')).status).toBe(404)
})

test('a preview shows the message, its size and what each locale may need, and stores nothing', async () => {
  const before = await rowsStored()
  const answer = await call('POST', '/templates/order/preview', { locale: 'de', version: 1, variables: VALUES })
  expect(answer.body).toMatchObject({
    data: {
      template: 'order@1/de',
      locale: 'de',
      subject: 'Auftrag B-2',
      message: 'Hallo Zoë, 1 Paket ist unterwegs.',
      encoding: 'ucs2',
      guilty: { character: 'ë', index: 8 },
      segments: 1,
      locales: [
        { locale: 'en', sample: { encoding: 'gsm7', segments: 1 }, longest: { encoding: 'gsm7', segments: 1 } },
        { locale: 'de', sample: { encoding: 'gsm7', segments: 1 } },
      ],
      warnings: [],
    },
  })
  const samples = await call('POST', '/templates/parcel/preview', {})
  expect(samples.body).toMatchObject({ data: { title: 'Parcel A 1', link: 'https://example.com/p/A%201' } })
  expect((await call('POST', '/templates/order/preview', { variables: { name: 1 } })).body).toMatchObject({
    code: 'invalid_variables',
    details: [{ path: 'variables.name' }, { path: 'variables.id' }, { path: 'variables.count' }],
  })
  expect((await call('POST', '/templates/nothing/preview', {})).status).toBe(404)
  expect(await rowsStored()).toEqual(before)
})

test('a name keeps its channel until the template is deleted', async () => {
  const push = { kind: 'push', default_locale: 'en', locales: { en: { title: 'a', body: 'b' } } }
  const answer = await call('PUT', '/templates/order', push)
  expect(answer.body).toMatchObject({ code: 'invalid_template', details: [{ path: 'kind' }] })
})

test('a deleted template is gone from every node within two seconds, and its version numbers are not given out again', async () => {
  await sendSms({ name: 'order', version: 1, variables: VALUES }, other)
  expect((await call('DELETE', '/templates/order')).body).toEqual({ success: true })
  expect((await call('DELETE', '/templates/order')).status).toBe(404)
  expect((await call('GET', '/templates/order')).status).toBe(404)
  expect((await call('GET', '/templates/order/versions')).status).toBe(404)
  expect((await sendSms({ name: 'order', version: 1, variables: VALUES })).status).toBe(400)
  clock.ms += 2_000
  expect((await sendSms({ name: 'order', version: 1, variables: VALUES }, other)).status).toBe(400)
  expect(await ask(node, `select count(*)::int as count from template_versions where name = 'order'`)).toEqual([
    { count: 0 },
  ])
  const anew = await call('PUT', '/templates/order', ORDER)
  expect(anew.body).toMatchObject({ changed: true, data: { version: 3 } })
  const old = await sendSms({ name: 'order', version: 1, variables: VALUES }, other)
  expect(old.body['message']).toContain('`order` has version 3 only')
})

test('templates that are put at the same time become versions one after another', async () => {
  const puts = Array.from({ length: 8 }, (_, index) =>
    call('PUT', '/templates/rush', {
      ...ORDER,
      locales: { en: { subject: 's', message: `text ${index}` } },
      variables: {},
    }),
  )
  const versions = (await Promise.all(puts)).map(({ body }) => (body['data'] as { version: number }).version)
  expect(versions.toSorted((one, two) => one - two)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

test('a name that cannot be one is refused with the rule', async () => {
  const answer = await call('PUT', '/templates/My%20Order', ORDER)
  expect(answer.body).toMatchObject({ code: 'invalid_request', details: [{ path: 'name' }] })
})
