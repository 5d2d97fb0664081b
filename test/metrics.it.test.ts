import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { METRICS } from '../src/metrics/table.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { freePort } from './support/program.ts'
import { hasPromtool, promtool } from './support/promtool.ts'
import { until } from './support/until.ts'
import { startWholeNode, type WholeNode } from './support/whole-node.ts'

let database: TestDatabase
let node: WholeNode

beforeAll(async () => {
  database = await createTestDatabase()
  node = await startWholeNode(database.url)
  await post('/smss', { ...SMS, contact: DELIVERED })
  await post('/smss', { ...SMS, category: 'otp', send_at: new Date(Date.now() + 3_600_000).toISOString() })
  await post('/smss', { ...SMS, contact: CANARIES[0] }, { 'idempotency-key': 'canary-key-5150' })
  await post('/smss', { ...SMS, contact: CANARIES[0] }, { 'idempotency-key': 'canary-key-5150' })
  await post('/smss', { ...SMS, contact: 'canary-5150' })
  await post('/notifications/tokens', {
    title: 'canary-title',
    body: 'canary-body',
    tokens: ['canary-token-1', 'canary-token-2'],
  })
  await fetch(`${node.url}/canary-path`)
})

afterAll(async () => {
  await node.app.stop()
  await database.drop()
})

const DELIVERED = '+15005550100'
const SMS = { contact: '+201009129288', subject: 'canary-subject', message: 'canary-text', tag: 'canary-tag' }
const CANARIES = ['+201009129288', 'canary', '5150']

async function post(path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const init = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  }
  await (await fetch(node.url + path, init)).text()
}

async function page(accept = 'text/plain'): Promise<string> {
  return (await fetch(`${node.url}/metrics`, { headers: { accept } })).text()
}

/** The page, once it has this line. */
async function pageWith(line: string): Promise<string> {
  return until(async () => {
    const text = await page()
    return text.split('\n').includes(line) ? text : null
  })
}

test.each([
  ['an SMS that was accepted', 'tidings_accepts_total{channel="sms",category="transactional",outcome="accepted"} 2'],
  ['an SMS whose key was known', 'tidings_accepts_total{channel="sms",category="transactional",outcome="replayed"} 1'],
  ['a notification', 'tidings_accepts_total{channel="push",category="transactional",outcome="accepted"} 1'],
  ['a call that was refused', 'tidings_refusals_total{status="400",code="invalid_contact"} 1'],
  ['a call that led nowhere', 'tidings_refusals_total{status="404",code="not_found"} 1'],
  ['each call, by its route', 'tidings_http_requests_total{method="POST",route="/smss",status="200"} 4'],
  ['how long calls took', 'tidings_http_request_duration_seconds_count{route="/smss"} 5'],
  ['a submission that was captured', 'tidings_attempts_total{channel="sms",provider="sandbox",outcome="captured"} 1'],
  ['each target of a notification', 'tidings_attempts_total{channel="push",provider="sandbox",outcome="captured"} 2'],
  ['how long submissions took', 'tidings_attempt_duration_seconds_count{channel="sms",provider="sandbox"} 2'],
  ['what became of messages', 'tidings_status_total{channel="sms",status="delivered"} 1'],
  ['what became of targets', 'tidings_status_total{channel="push",status="captured"} 2'],
  ['a receipt', 'tidings_receipts_total{provider="sandbox",status="delivered"} 1'],
  ['how long a receipt took', 'tidings_receipt_delay_seconds_count{provider="sandbox"} 1'],
  ['what is scheduled, from the database', 'tidings_queue_later{channel="sms",lane="sandbox:otp"} 1'],
  ['that the database was asked', 'tidings_queue_read 1'],
  ['the nodes that live', 'tidings_nodes 1'],
  ['that this node may send', 'tidings_may_send 1'],
  ['what has not happened yet, so that its first time is an increase', 'tidings_leases_lost_total 0'],
  ['the same of faults of ours', 'tidings_refusals_total{status="500",code="internal_error"} 0'],
  ['the same of outcomes', 'tidings_attempts_total{channel="sms",provider="sandbox",outcome="blocked"} 0'],
])('the page tells %s', async (_what, line) => {
  await pageWith(line)
})

test('what people wrote, and to whom, is not on the page', async () => {
  const text = await pageWith('tidings_receipts_total{provider="sandbox",status="delivered"} 1')
  for (const canary of CANARIES) expect(text).not.toContain(canary)
})

test('every metric on the page is in the table', async () => {
  const names: readonly string[] = Object.values(METRICS).map(({ name }) => name)
  const served = [...(await page()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
  expect(served.length).toBeGreaterThan(20)
  for (const name of served) expect(names).toContain(name)
})

test('a call is counted once, and a HEAD is no GET', async () => {
  await fetch(`${node.url}/livez`, { method: 'HEAD' })
  const text = await pageWith('tidings_http_requests_total{method="HEAD",route="/livez",status="200"} 1')
  expect(text).not.toContain('method="GET",route="/livez"')
})

test.skipIf(!hasPromtool)('Prometheus’s own checker has nothing against the page', async () => {
  await pageWith('tidings_receipts_total{provider="sandbox",status="delivered"} 1')
  expect(promtool(['check', 'metrics'], await page())).toEqual({ ok: true, said: '' })
})

test.skipIf(!hasPromtool)('Prometheus itself reads the page, in OpenMetrics', async () => {
  const port = await freePort()
  const directory = mkdtempSync(join(tmpdir(), 'tidings-prometheus-'))
  const config = `scrape_configs: [{ job_name: tidings, scrape_interval: 1s, static_configs: [{ targets: ['${new URL(node.url).host}'] }] }]`
  writeFileSync(join(directory, 'prometheus.yml'), config)
  const prometheus = startPrometheus(directory, port)
  try {
    const found = await until(() => ask(port, 'tidings_nodes'), 60_000, 100)
    expect(found).toMatchObject([{ metric: { job: 'tidings' }, value: [expect.any(Number), '1'] }])
    expect(await ask(port, 'up{job="tidings"} == 1')).toHaveLength(1)
    expect(await ask(port, 'tidings_accepts_total{channel="push"}')).toMatchObject([
      { value: [expect.any(Number), '1'] },
    ])
  } finally {
    prometheus.kill('SIGKILL')
    await new Promise((resolve) => prometheus.once('exit', resolve))
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  }
})

function startPrometheus(directory: string, port: number): ChildProcess {
  const args = [
    `--config.file=${join(directory, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
  ]
  return spawn('prometheus', args, { stdio: 'ignore' })
}

/** Null while it does not answer, or knows nothing of it yet. */
async function ask(port: number, query: string): Promise<readonly object[] | null> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`)
    const { data } = (await answer.json()) as { data?: { result: readonly object[] } }
    return data === undefined || data.result.length === 0 ? null : data.result
  } catch {
    return null
  }
}
