import SwaggerParser from '@apidevtools/swagger-parser'
import { Validator } from '@seriousme/openapi-schema-validator'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TidingsError } from '../../src/domain/errors.ts'
import type { HttpParts, Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import type { RateDecision } from '../../src/http/limits.ts'
import { ONE_TEMPLATE } from '../support/templates.ts'
import { createStandIns } from './stand-ins.ts'
import { FULL_HISTORY, SOMEBODY } from './history-records.ts'
import { DELIVERY, INBOX_PUSH, INBOX_SMS, MESSAGE, NOTIFICATION } from './records.ts'

const require = createRequire(import.meta.url)

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, { operationId: string; responses: object }>>>>
  readonly components: { readonly schemas: object }
}

let decision: RateDecision = { allowed: true, limit: 60, remaining: 59, resetSeconds: 60 }

/** Answers everything that can be asked for, so that every answer is compared with the document. */
function createFullServer(): Server {
  const { parts } = createStandIns({
    rateLimiter: async () => decision,
    history: FULL_HISTORY,
    erasing: SOMEBODY,
    templates: ONE_TEMPLATE,
    reads: {
      message: async (id) => (id === 1 ? MESSAGE : null),
      notification: async (id) => (id === 1 ? NOTIFICATION : null),
      deliveriesOf: async (id) => (id === 1 ? { rows: [DELIVERY], next: 8 } : null),
      deliveries: async (id, limit) => (id === 1 ? [DELIVERY, { ...DELIVERY, tokenId: 8 }].slice(0, limit) : null),
    },
  })
  const accept: typeof parts.sms.accept = async (input, caller, idempotency) => {
    if (idempotency?.key === 'conflict') throw new TidingsError('idempotency_conflict', '`message` differs')
    if (idempotency?.key === 'running') throw new TidingsError('idempotency_in_progress', 'wait')
    if (idempotency?.key === 'away') throw new TidingsError('database_unavailable', 'away')
    if (idempotency?.key === 'bug') throw new Error('surprise')
    const { answer, replayed } = await parts.sms.accept(input, caller, idempotency)
    return { answer: { ...answer, warnings: ['The number is possible, but not in use'] }, replayed }
  }
  return createServer({ ...parts, sms: { ...parts.sms, accept }, inbox: { ...parts.inbox, ...INBOX } })
}

const INBOX: Partial<HttpParts['inbox']> = {
  list: async (_query, _before, limit) => ({
    records: [INBOX_SMS, INBOX_PUSH].slice(0, limit),
    next: limit === 1 ? { sms: 1, push: 2 } : null,
  }),
  threads: async () => ({
    threads: [INBOX_SMS, INBOX_PUSH].map((last) => ({ last, count: 3 })),
    next: { sms: 1, push: 1 },
  }),
  wait: async ({ query }) =>
    query.tag === null ? { kind: 'timeout', missedByMs: 1 } : { kind: 'found', record: INBOX_SMS, code: '482913' },
  play: async (channel, id) => {
    if (channel === 'push') throw new TidingsError('not_playable', 'A push has no further life')
    if (id !== 1) throw new TidingsError('not_found', 'Not Found')
    return INBOX_SMS
  },
  remove: async () => 2,
}

async function readDocument(app: Server): Promise<Document> {
  return (await app.inject('/openapi.json')).json<Document>()
}

test('two validators accept the document as OpenAPI 3.1', async () => {
  const document = await readDocument(createFullServer())
  expect(document.openapi).toBe('3.1.0')
  const result = await new Validator().validate({ ...document })
  expect(result.errors).toBeUndefined()
  const body: unknown = JSON.parse(JSON.stringify(document))
  await expect(SwaggerParser.validate(body as Parameters<typeof SwaggerParser.validate>[0])).resolves.toBeDefined()
})

test('every route stands in the document, with an id of its own and all its errors', async () => {
  const app = createFullServer()
  const document = await readDocument(app)
  const routes = app.printRoutes({ commonPrefix: false, includeHooks: false })
  expect(Object.keys(document.paths)).toHaveLength(routes.match(/\((?:GET|POST|DELETE)/g)?.length ?? 0)
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path))
  expect(new Set(operations.map((operation) => operation.operationId)).size).toBe(operations.length)
  for (const operation of operations) {
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['200', '400', '405', '408', '431', '500']))
  }
})

test('nothing in the document refers to what is not there', async () => {
  const document = await readDocument(createFullServer())
  const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? []
  const names = Object.keys(document.components.schemas)
  expect(references.length).toBeGreaterThan(20)
  for (const reference of references) expect(names).toContain(/schemas\/(\w+)"$/.exec(reference)?.[1])
})

const SMS = { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' }
const BATCH = { subject: 'Hello', message: 'Hi', items: [{ contact: '+201009129288', key: 'a' }, { contact: '12' }] }
const PUSH = { title: 'Hello', body: 'There', data: { a: 'b' }, android: { priority: 'high' } }

const TEMPLATE = { name: 'order', version: 2, locale: 'en', variables: { name: 'Zoë', n: 5 } }
const MADE = {
  kind: 'sms',
  default_locale: 'en',
  locales: { en: { subject: 'Order', message: '{n}' } },
  variables: { n: { type: 'number', sample: 5 } },
}

describe('Prism, between a client and this server, finds no difference from the document', () => {
  let app: Server
  let prism: ChildProcess
  let directory: string
  let url: string

  beforeAll(async () => {
    app = createFullServer()
    const upstream = await app.listen({ host: '127.0.0.1', port: 0 })
    directory = await mkdtemp(join(tmpdir(), 'tidings-prism-'))
    await writeFile(join(directory, 'openapi.json'), JSON.stringify(await readDocument(app)))
    const port = 20_000 + Math.floor(Math.random() * 20_000)
    const command = require.resolve('@stoplight/prism-cli/dist/index.js')
    const proxy = ['proxy', join(directory, 'openapi.json'), upstream, '--errors', '--port', String(port)]
    prism = spawn(process.execPath, [command, ...proxy, '--host', '127.0.0.1'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    url = `http://127.0.0.1:${port}`
    await untilSaid(prism, 'is listening')
  })

  afterAll(async () => {
    prism.kill()
    await once(prism, 'exit')
    await app.close()
    await rm(directory, { recursive: true })
  })

  const calls: readonly [string, number, string, string, (object | undefined)?, Record<string, string>?][] = [
    ['an SMS', 200, 'POST', '/smss', SMS],
    [
      'an SMS with every field',
      200,
      'POST',
      '/smss',
      { ...SMS, sender: 'Acme', tag: 'x', category: 'otp', ttl: 60, on_uncertain: 'fail', max_segments: 3 },
    ],
    ['an SMS that is waited for', 200, 'POST', '/smss', SMS, { prefer: 'wait=1' }],
    ['an SMS sent before', 200, 'POST', '/smss', SMS, { 'idempotency-key': 'seen' }],
    ['a contact that is no number', 400, 'POST', '/smss', { ...SMS, contact: '12' }],
    ['a key used for another body', 422, 'POST', '/smss', SMS, { 'idempotency-key': 'conflict' }],
    ['a key in use', 409, 'POST', '/smss', SMS, { 'idempotency-key': 'running' }],
    ['a database that is away', 503, 'POST', '/smss', SMS, { 'idempotency-key': 'away' }],
    ['a bug', 500, 'POST', '/smss', SMS, { 'idempotency-key': 'bug' }],
    ['a push to tokens', 200, 'POST', '/notifications/tokens', { tokens: ['a', 'b'], ...PUSH }],
    ['a push to installations', 200, 'POST', '/notifications/tokens', { fids: ['a'], ...PUSH }, { prefer: 'wait=1' }],
    ['an SMS that is only looked at', 200, 'POST', '/smss', { ...SMS, dry_run: true }],
    ['a batch', 200, 'POST', '/smss/batch', { ...BATCH, partial: true }],
    ['a batch with a bad item', 400, 'POST', '/smss/batch', { ...BATCH }],
    ['a batch that is only looked at', 200, 'POST', '/smss/batch', { ...BATCH, dry_run: true }],
    ['a batch sent before', 200, 'POST', '/smss/batch', { ...BATCH, partial: true }, { 'idempotency-key': 'seen' }],
    [
      'a push that is only looked at',
      200,
      'POST',
      '/notifications/tokens',
      { fids: ['c'.repeat(22)], ...PUSH, dry_run: true },
    ],
    [
      'a push to a topic that is only looked at',
      200,
      'POST',
      '/notifications/topic',
      { topic: 'a', ...PUSH, dry_run: true },
    ],
    ['a push to a topic', 200, 'POST', '/notifications/topic', { topic: 'news', ...PUSH }],
    ['a message', 200, 'GET', '/smss/1'],
    ['a message that is not there', 404, 'GET', '/smss/2'],
    ['a notification', 200, 'GET', '/notifications/1'],
    ['a notification that is not there', 404, 'GET', '/notifications/2'],
    ['a page of targets', 200, 'GET', '/notifications/1/deliveries?limit=1'],
    ['the last page of targets', 200, 'GET', '/notifications/1/deliveries'],
    ['a cursor that is none', 400, 'GET', '/notifications/1/deliveries?cursor=x'],
    ['a page of the inbox', 200, 'GET', '/inbox?limit=1&to=%2B201009129288&tag=login&channel=sms&since=sms_1'],
    ['the last page of the inbox', 200, 'GET', '/inbox'],
    ['an inbox that is asked for nonsense', 400, 'GET', '/inbox?cursor=x'],
    ['the recipients', 200, 'GET', '/inbox/threads?q=912'],
    ['a message that is waited for', 200, 'GET', '/inbox/wait?tag=login&extract=code&timeout=1'],
    ['a message that does not come', 404, 'GET', '/inbox/wait?timeout=0'],
    ['a message that plays a life', 200, 'POST', '/inbox/sms_1/play', { life: 'phone_off' }],
    ['a message that cannot play', 409, 'POST', '/inbox/push_1/play', { life: 'phone_off' }],
    ['no message that could play', 404, 'POST', '/inbox/sms_2/play', { life: 'phone_off' }],
    ['an inbox that is emptied', 200, 'DELETE', '/inbox?tag=login'],
    ['an inbox emptied from elsewhere', 403, 'DELETE', '/inbox', undefined, { 'sec-fetch-site': 'cross-site' }],
    ['an SMS of a template', 200, 'POST', '/smss', { contact: SMS.contact, template: TEMPLATE }],
    ['a push of a template', 200, 'POST', '/notifications/tokens', { tokens: ['a'], template: TEMPLATE }],
    ['a push to a topic of a template', 200, 'POST', '/notifications/topic', { topic: 'news', template: TEMPLATE }],
    ['the templates', 200, 'GET', '/templates?limit=1'],
    ['a template', 200, 'GET', '/templates/order?version=2'],
    ['no template', 404, 'GET', '/templates/nothing'],
    ['the versions of a template', 200, 'GET', '/templates/order/versions?limit=1'],
    ['a preview', 200, 'POST', '/templates/order/preview', { locale: 'en', variables: TEMPLATE.variables }],
    ['a template that is made', 200, 'PUT', '/templates/order', MADE],
    ['a template that is deleted', 200, 'DELETE', '/templates/order'],
    ['a page of SMS', 200, 'GET', '/smss?q=status:delivered&limit=1'],
    ['the last page of SMS', 200, 'GET', '/smss?cursor=OQ'],
    ['SMS that are asked for nonsense', 400, 'GET', '/smss?cursor=x'],
    ['a page of notifications', 200, 'GET', '/notifications?limit=1'],
    ['people', 200, 'GET', '/clients?q=country:EG&limit=1'],
    ['a person', 200, 'GET', '/clients/%2B201009129288?limit=1'],
    ['nobody', 404, 'GET', '/clients/%2B15005550006'],
    ['tokens', 200, 'GET', '/tokens?limit=1'],
    ['a person who would be erased', 200, 'DELETE', '/clients/%2B201009129288?dry_run=true'],
    ['a person who is erased', 200, 'DELETE', '/clients/%2B201009129288'],
    ['nobody to be erased', 404, 'DELETE', '/clients/%2B15005550006'],
    ['liveness', 200, 'GET', '/livez'],
    ['readiness', 200, 'GET', '/readyz'],
    ['the errors', 200, 'GET', '/errors'],
    ['an error', 200, 'GET', '/errors/not_found'],
    ['no error', 404, 'GET', '/errors/nothing'],
    ['the document', 200, 'GET', '/openapi.json'],
  ]

  test.each(calls)('%s', async (_name, status, method, path, body, headers = {}) => {
    const answer = await call(method, path, body, headers)
    expect([answer.text, answer.status]).toEqual([answer.text, status])
    // Prism's own answer to a difference is not our object.
    expect(answer.text).toMatch(/^\{"(?:success|openapi)":/)
    expect(answer.violations).toBeNull()
  })

  test('a caller over the limit', async () => {
    decision = { allowed: false, limit: 60, remaining: 0, resetSeconds: 23 }
    const answer = await call('POST', '/smss', SMS, {})
    decision = { ...decision, allowed: true }
    expect(answer.status).toBe(429)
    expect(answer.violations).toBeNull()
  })

  async function call(
    method: string,
    path: string,
    body: object | undefined,
    headers: Record<string, string>,
  ): Promise<{ status: number; text: string; violations: string | null }> {
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...type, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, text: await answer.text(), violations: answer.headers.get('sl-violations') }
  }
})

/** Resolves when the program has printed this; rejects when it ends before. */
function untilSaid(program: ChildProcess, words: string): Promise<void> {
  let said = ''
  return new Promise((resolve, reject) => {
    program.once('exit', () => reject(new Error(said)))
    program.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes(words)) resolve()
    })
  })
}
