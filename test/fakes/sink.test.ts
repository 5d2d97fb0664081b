import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, test } from 'vitest'
import { startSink, type Sink, type SinkCall, type SinkOptions } from '../../src/fakes/sink.ts'
import { until } from '../support/until.ts'

const SECRET = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`
const BODY = JSON.stringify({ type: 'sms.delivered', data: { text: 'naïve ☂' } })

const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

async function open(options: SinkOptions = {}): Promise<Sink> {
  const sink = await startSink(options)
  ends.push(() => sink.close())
  return sink
}

async function post(url: string, headers: Record<string, string> = {}, body = BODY): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body, redirect: 'manual' })
}

async function statuses(url: string, count: number): Promise<number[]> {
  const seen: number[] = []
  for (let i = 0; i < count; i += 1) seen.push((await post(url)).status)
  return seen
}

test('a call is taken with 200, and stands in the ledger before that', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidings-sink-'))
  ends.push(() => rmSync(folder, { recursive: true }))
  const ledger = join(folder, 'calls.jsonl')
  const sink = await open({ ledger, now: () => new Date('2026-03-01T10:00:00Z') })
  const answer = await post(`${sink.url}/orders?id=7`, { 'x-mine': 'yes' })
  expect(answer.status).toBe(200)
  const line = JSON.parse(readFileSync(ledger, 'utf8')) as SinkCall
  expect(line).toMatchObject({ at: '2026-03-01T10:00:00.000Z', method: 'POST', path: '/orders?id=7', body: BODY })
  expect(line.headers['x-mine']).toBe('yes')
  expect(sink.calls()).toEqual([line])
  await expect(post(`${sink.url}/reset`)).rejects.toThrow('fetch failed')
  expect(readFileSync(ledger, 'utf8').trim().split('\n')).toHaveLength(2)
})

describe('a path', () => {
  test('asks for a status, with Retry-After, and for how often', async () => {
    const sink = await open()
    expect((await post(`${sink.url}/a/410`)).status).toBe(410)
    const limited = await post(`${sink.url}/429?retry-after=3`)
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3'])
    expect(await statuses(`${sink.url}/500?times=2`, 4)).toEqual([500, 500, 200, 200])
  })

  test('asks for a redirect, much of an answer, a slow one, or none', async () => {
    const sink = await open()
    const moved = await post(`${sink.url}/redirect?to=http://169.254.169.254/`)
    expect([moved.status, moved.headers.get('location')]).toEqual([302, 'http://169.254.169.254/'])
    const huge = await post(`${sink.url}/huge?bytes=1000001`)
    expect((await huge.arrayBuffer()).byteLength).toBe(1_000_001)
    expect((await post(`${sink.url}/slow?ms=1`)).status).toBe(200)
    const cut = await post(`${sink.url}/cut`)
    await expect(cut.text()).rejects.toThrow('terminated')
    const hung = new AbortController()
    const hanging = fetch(`${sink.url}/hang`, { signal: hung.signal })
    const first = await Promise.race([hanging, post(`${sink.url}/after`).then(() => 'the call behind it')])
    expect(first).toBe('the call behind it')
    hung.abort()
    await expect(hanging).rejects.toThrow('aborted')
  })

  test('that is slow or huge does not keep the sink from closing', async () => {
    const sink = await startSink()
    const slow = post(`${sink.url}/slow`).catch(() => 'cut off')
    const huge = await post(`${sink.url}/huge`)
    await until(() => sink.calls().some(({ path }) => path === '/slow'))
    await sink.close()
    expect(await slow).toBe('cut off')
    await expect(huge.text()).rejects.toThrow('terminated')
  })
})

test('rules come before the path, and can be replaced while it runs', async () => {
  const sink = await open({ rules: [{ when: { path: '/orders*' }, times: 1, play: { status: 503, body: 'busy' } }] })
  const busy = await post(`${sink.url}/orders/410`)
  expect([busy.status, await busy.text()]).toEqual([503, 'busy'])
  expect(await statuses(`${sink.url}/orders/410`, 1)).toEqual([410])
  const script = [{ when: { body: '*sms.delivered*' }, play: { status: 202 } }]
  const told = await fetch(`${sink.url}/control`, { method: 'POST', body: JSON.stringify({ script, forget: true }) })
  expect(await told.json()).toMatchObject({ taken: 2, calls: [] })
  expect(await statuses(`${sink.url}/orders`, 1)).toEqual([202])
  const facts = (await (await fetch(`${sink.url}/control`)).json()) as { calls: SinkCall[] }
  expect(facts.calls).toEqual(sink.calls())
})

describe('with a secret', () => {
  const now = new Date('2026-03-01T10:00:00Z')

  async function signed(id: string, at: Date, secret = SECRET): Promise<Record<string, string>> {
    const signature = new Webhook(secret).sign(id, at, BODY)
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': signature,
    }
  }

  test('what the library of Standard Webhooks signs is taken, beside other signatures and with other rules', async () => {
    const sink = await open({ secret: SECRET, now: () => now })
    const headers = await signed('msg_1', now)
    const beside = `v1a,abc v1,${Buffer.alloc(32).toString('base64')} ${headers['webhook-signature']}`
    expect((await post(sink.url, headers)).status).toBe(200)
    expect((await post(`${sink.url}/410`, { ...headers, 'webhook-signature': beside })).status).toBe(410)
    expect(sink.calls().map(({ signature }) => signature)).toEqual(['valid', 'valid'])
  })

  test('anything else is answered 401, and the ledger says why', async () => {
    const sink = await open({ secret: SECRET, now: () => now })
    const right = await signed('msg_1', now)
    const other = await signed('msg_1', now, `whsec_${Buffer.alloc(24, 1).toString('base64')}`)
    const wrong = [
      {},
      { ...right, 'webhook-id': 'msg_2' },
      { ...right, 'webhook-timestamp': 'today' },
      { ...right, 'webhook-signature': '' },
      { ...right, 'webhook-signature': (right['webhook-signature'] ?? '').replace('v1,', 'v2,') },
      other,
      await signed('msg_1', new Date(now.getTime() - 301_000)),
      await signed('msg_1', new Date(now.getTime() + 301_000)),
    ]
    const seen: number[] = []
    for (const headers of wrong) seen.push((await post(sink.url, headers)).status)
    seen.push((await post(sink.url, right, `${BODY} `)).status)
    expect(seen).toEqual(Array.from({ length: 9 }, () => 401))
    const signature = 'webhook-signature is not of this body and secret'
    expect(sink.calls().map((call) => call.signature)).toEqual([
      'webhook-id is missing',
      signature,
      'webhook-timestamp is no time in seconds',
      signature,
      signature,
      signature,
      'webhook-timestamp is not of now',
      'webhook-timestamp is not of now',
      signature,
    ])
  })
})

test('with TLS, only who is given its authority trusts it', async () => {
  const sink = await open({ tls: true })
  await expect(get(sink.url, null)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  expect(await get(sink.url, sink.ca)).toBe(200)
})

function get(url: string, ca: string | null): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(url, { agent: false, ...(ca === null ? {} : { ca }) }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    call.on('error', reject).end()
  })
}
