import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSink } from '../src/fakes/sink.ts'
import { startFakeTwilio, type FakeTwilio } from '../src/fakes/twilio.ts'
import { startCollector, type Collector, type SeenSpan } from './support/collector.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { ROOT } from './support/documents.ts'
import { freePort, startProgram, waitForOutput } from './support/program.ts'
import { until } from './support/until.ts'
import { startWholeNode, type WholeNode } from './support/whole-node.ts'

let database: TestDatabase
let collector: Collector
let twilio: FakeTwilio
let one: WholeNode
let other: WholeNode

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = '00f067aa0ba902b7'
const TRACEPARENT = `00-${TRACE}-${CALLER}-01`
const SMS = { contact: '+201009129288', subject: 'canary-subject', message: 'canary-text', tag: 'canary-tag' }
const LATER = { title: 'canary-title', body: 'canary-body', send_at: new Date(Date.now() + 3_600_000).toISOString() }
const CANARIES = ['201009129288', 'canary', '15005550006', 'look-alike-auth-token']

beforeAll(async () => {
  database = await createTestDatabase()
  collector = await startCollector()
  twilio = await startFakeTwilio()
  const port = String(await freePort())
  const variables = {
    AUTH: 'off',
    WEBHOOKS_ALLOW_HTTP: 'on',
    WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1',
    TWILIO_ACCOUNT_SID: twilio.accountSid,
    TWILIO_AUTH_TOKEN: twilio.authToken,
    TWILIO_FROM: '+15005550006',
    TWILIO_BASE_URL: twilio.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    // Behind it stands the other node: it gets what the provider reports.
    PUBLIC_URL: `http://127.0.0.1:${port}`,
  }
  one = await startWholeNode(database.url, variables)
  other = await startWholeNode(database.url, { ...variables, PORT: port })
})

afterAll(async () => {
  await other.app.stop()
  await twilio.close()
  await collector.close()
  await database.drop()
})

async function post(
  url: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Record<string, unknown>> {
  const init = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  }
  return (await (await fetch(url, init)).json()) as Record<string, unknown>
}

function span(name: string, traceId: string): Promise<SeenSpan> {
  return until(() => collector.spans().find((seen) => seen.name === name && seen.traceId === traceId))
}

test('an SMS that one node accepts and another sends has one trace, from the caller to the receipt', async () => {
  await post(`${one.url}/pauses`, { provider: 'twilio' })
  const { message_id: id } = await post(`${one.url}/smss`, SMS, { traceparent: TRACEPARENT })
  await one.app.stop()
  await post(`${other.url}/resume`, {})

  const call = await span('POST /smss', TRACE)
  const accept = await span('accept sms', TRACE)
  const submit = await span('submit twilio', TRACE)
  const receipt = await until(() =>
    collector.spans().find((seen) => seen.traceId === TRACE && seen.attributes['tidings.status'] === 'delivered'),
  )
  expect(call).toMatchObject({ parentSpanId: CALLER, kind: 2, isError: false })
  expect(call.attributes).toEqual({
    'http.request.method': 'POST',
    'http.route': '/smss',
    'http.response.status_code': 200,
  })
  expect(accept).toMatchObject({ parentSpanId: call.spanId, kind: 4 })
  expect(accept.attributes).toMatchObject({ 'messaging.destination.name': 'twilio:transactional' })
  expect(submit).toMatchObject({ parentSpanId: accept.spanId, kind: 3, isError: false })
  expect(submit.attributes).toMatchObject({
    'messaging.message.id': String(id),
    'tidings.attempt': 1,
    'tidings.outcome': 'sent',
  })
  expect(receipt).toMatchObject({ name: 'receipt twilio', parentSpanId: accept.spanId, kind: 5 })
  // The provider’s own call has a trace of its own, and the receipt names it.
  const callbacks = await until(() => {
    const found = collector.spans().filter(({ name }) => name === 'POST /callbacks/:provider/status')
    return found.some(({ spanId }) => receipt.links.includes(spanId)) ? found : null
  })
  expect(callbacks.map(({ traceId }) => traceId)).not.toContain(TRACE)
})

// Events wait for every transaction that began before them, also those of other files' tests on the same server.
test('a call to a webhook that tells of an SMS belongs to its trace, and is counted', async () => {
  const trace = '5af7651916cd43dd8448eb211c80319c'
  const sink = await startSink()
  try {
    expect(await post(`${other.url}/webhooks`, { url: sink.url, types: ['sms.delivered'] })).toMatchObject({
      success: true,
    })
    await post(`${other.url}/smss`, SMS, { traceparent: `00-${trace}-b7ad6b7169203331-01` })
    const accept = await span('accept sms', trace)
    const call = await until(() => collector.spans().find((seen) => seen.name === 'webhook' && seen.traceId === trace))
    expect(call).toMatchObject({ kind: 3, parentSpanId: accept.spanId, isError: false })
    expect(call.attributes).toMatchObject({
      'tidings.outcome': 'delivered',
      'tidings.attempt': 1,
      'tidings.webhook': '1',
    })
    const page = await (await fetch(`${other.url}/metrics`)).text()
    expect(page).toContain('\ntidings_webhook_tries_total{outcome="delivered"} 1\n')
    expect(page).toContain('\ntidings_webhook_duration_seconds_count 1\n')
    expect(page).toContain('\ntidings_webhooks_disabled 0\n')
  } finally {
    await sink.close()
  }
})

test('the line of an attempt names the trace, and so does that of a refused call', async () => {
  const trace = '0af7651916cd43dd8448eb211c80319c'
  const traceparent = `00-${trace}-b7ad6b7169203331-01`
  await post(`${other.url}/smss`, SMS, { traceparent })
  await post(`${other.url}/smss`, { ...SMS, contact: 'nobody' }, { traceparent })
  const lines = await until(() => {
    const found = other.lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line['trace_id'] === trace)
    return found.length === 2 ? found : null
  })
  expect(lines.map((line) => line['msg']).toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
    'attempt',
    'request',
  ])
})

test('a notification has its trace, with one span for the targets that were handed over together', async () => {
  const trace = '1af7651916cd43dd8448eb211c80319c'
  const push = { title: 'canary-title', body: 'canary-body', tokens: ['canary-token-1', 'canary-token-2'] }
  await post(`${other.url}/notifications/tokens`, push, { traceparent: `00-${trace}-b7ad6b7169203331-01` })
  const accept = await span('accept push', trace)
  const submit = await span('submit sandbox', trace)
  expect(submit.parentSpanId).toBe(accept.spanId)
  expect(submit.attributes).toMatchObject({ 'messaging.batch.message_count': 2, 'tidings.refused': 0 })
})

test.each([
  ['short', 'application/json', JSON.stringify({ ...LATER, tokens: ['canary-token-1'] })],
  ['long', 'application/x-ndjson', [LATER, { token: 'canary-token-1' }].map((line) => JSON.stringify(line)).join('\n')],
])('the trace of a notification with a %s list is committed together with it', async (_, type, body) => {
  const traceparent = `00-${TRACE}-b7ad6b7169203331-01`
  const headers = { 'content-type': type, traceparent }
  const answer = await fetch(`${other.url}/notifications/tokens`, { method: 'POST', headers, body })
  const { notification_id: id } = (await answer.json()) as { notification_id: number }
  const db = new pg.Client({ connectionString: database.url })
  await db.connect()
  try {
    const { rows } = await db.query<{ traceparent: string | null; together: boolean }>(
      `select n.traceparent, n.xmin = c.xmin as together
       from notifications n join push_chunks c on c.notification_id = n.id where n.id = $1`,
      [id],
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]?.together).toBe(true)
    expect(rows[0]?.traceparent).toContain(TRACE)
  } finally {
    await db.end()
  }
})

test('a caller whose trace is not recorded has none recorded here, and one without a trace begins one', async () => {
  const silent = '2af7651916cd43dd8448eb211c80319c'
  await post(`${other.url}/smss`, SMS, { traceparent: `00-${silent}-b7ad6b7169203331-00` })
  await post(`${other.url}/smss`, SMS, { traceparent: '00-not-a-trace-01' })
  const root = await until(() =>
    collector.spans().find(({ name, parentSpanId }) => name === 'POST /smss' && parentSpanId === null),
  )
  await span('submit twilio', root.traceId)
  expect(collector.spans().filter(({ traceId }) => traceId === silent)).toEqual([])
})

test('a failed call says which code, and is an error only where it is ours', async () => {
  const trace = '3af7651916cd43dd8448eb211c80319c'
  await post(`${other.url}/smss`, { ...SMS, contact: 'nobody' }, { traceparent: `00-${trace}-b7ad6b7169203331-01` })
  const call = await span('POST /smss', trace)
  expect(call).toMatchObject({ isError: false, attributes: { 'tidings.code': 'invalid_contact' } })
})

test('probes and scrapes have no traces, and no text or number is in any', async () => {
  for (const path of ['/livez', '/readyz', '/metrics']) await (await fetch(other.url + path)).text()
  const trace = '4af7651916cd43dd8448eb211c80319c'
  await fetch(`${other.url}/smss/1?canary=canary`, { headers: { traceparent: `00-${trace}-b7ad6b7169203331-01` } })
  await span('GET /smss/:id', trace)
  for (const name of ['GET /livez', 'GET /readyz', 'GET /metrics']) expect(collector.text()).not.toContain(name)
  for (const canary of CANARIES) expect(collector.text()).not.toContain(canary)
})

test('a collector that is away keeps nothing waiting, and is told of once', async () => {
  const nowhere = `http://127.0.0.1:${await freePort()}`
  const node = await startWholeNode(database.url, { OTEL_EXPORTER_OTLP_ENDPOINT: nowhere })
  const lost = (): number => node.lines.filter((line) => line.includes('"traces.lost"')).length
  try {
    expect(await post(`${node.url}/smss`, SMS)).toMatchObject({ success: true })
    await until(() => lost() === 1, 60_000)
    expect(await post(`${node.url}/smss`, SMS)).toMatchObject({ success: true })
  } finally {
    await node.app.stop()
  }
  // Stopping has handed over, or tried to, what came after.
  expect(lost()).toBe(1)
})

test('nothing of OpenTelemetry is loaded where no collector is set', async () => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')])
  const directory = mkdtempSync(join(tmpdir(), 'tidings-traces-'))
  const judge = join(directory, 'judge.cjs')
  // Its packages are CommonJS: whatever loads them, they are listed here.
  writeFileSync(
    judge,
    `process.on('exit', () => require('node:fs').writeFileSync(process.env.LOADED, Object.keys(require('node:module')._cache).join(' ')))`,
  )
  const loaded = async (name: string, variables: Readonly<Record<string, string>>): Promise<string> => {
    const env = {
      PATH: process.env['PATH'],
      DATABASE_URL: database.url,
      PORT: String(await freePort()),
      DATA_DIR: directory,
      NODE_OPTIONS: `--require ${judge}`,
      LOADED: join(directory, name),
      ...variables,
    }
    const program = startProgram([join(ROOT, 'dist/main.js')], {
      cwd: directory,
      env,
      log: join(directory, `${name}.log`),
    })
    await waitForOutput(program, /"event":"(ready)"/)
    process.kill(program.pid, 'SIGTERM')
    await program.ended
    return readFileSync(join(directory, name), 'utf8')
  }
  expect(await loaded('without', {})).not.toContain('opentelemetry')
  expect(await loaded('with', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })).toContain('opentelemetry')
  rmSync(directory, { recursive: true })
})
