import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFakeHttpSms, type FakeHttpSms } from '../src/fakes/http-sms.ts'
import { startSink, type Sink } from '../src/fakes/sink.ts'
import { startFakeTwilio, type FakeTwilio } from '../src/fakes/twilio.ts'
import { startFakeVonage, type FakeVonage } from '../src/fakes/vonage.ts'
import { exampleAt } from './providers/http-sms/stage.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { freePort } from './support/program.ts'
import { until } from './support/until.ts'
import { startWholeNode, type WholeNode } from './support/whole-node.ts'

let database: TestDatabase
let directory: string
let twilio: FakeTwilio
let vonage: FakeVonage
let regional: FakeHttpSms
/** A provider that knows nothing but queries. */
let plain: Sink
let node: WholeNode

beforeAll(async () => {
  database = await createTestDatabase()
  directory = mkdtempSync(join(tmpdir(), 'tidings-adapters-'))
  const port = String(await freePort())
  const url = `http://127.0.0.1:${port}`
  twilio = await startFakeTwilio({ callbackRetryMs: 2_000, inboundUrl: `${url}/callbacks/twilio/inbound` })
  vonage = await startFakeVonage({ callbackRetryMs: 2_000, inboundUrl: `${url}/callbacks/vonage-eg/inbound` })
  regional = await startFakeHttpSms({ callbackRetryMs: 2_000, inboundUrl: `${url}/callbacks/regional/inbound` })
  plain = await startSink({ rules: [{ play: { body: 'OK: P-1\r\n' } }] })
  const routes = {
    providers: {
      'vonage-eg': {
        type: 'vonage',
        api_key: vonage.apiKey,
        api_secret: { env: 'OUR_VONAGE_SECRET' },
        signature_secret: { env: 'OUR_VONAGE_SIGNATURE' },
        from: 'Acme',
        base_url: vonage.url,
      },
      plain: { type: 'http', config: plainly(plain.url) },
      regional: { type: 'http', config: exampleAt(regional.url) },
    },
    routes: [
      { prefixes: ['+2010'], via: ['vonage-eg'] },
      { prefixes: ['+2012'], via: ['plain'] },
      { prefixes: ['+2011'], via: ['regional'] },
      { via: ['twilio'] },
    ],
  }
  const file = join(directory, 'routes.json')
  writeFileSync(file, JSON.stringify(routes))
  node = await startWholeNode(database.url, {
    AUTH: 'off',
    PORT: port,
    PUBLIC_URL: url,
    ROUTES_FILE: file,
    OUR_VONAGE_SECRET: vonage.apiSecret,
    OUR_VONAGE_SIGNATURE: vonage.signatureSecret,
    REGIONAL_SMS_KEY: regional.apiKey,
    REGIONAL_SMS_SECRET: regional.secret,
    PLAIN_TOKEN: 'a-token-in-a-query',
    TWILIO_ACCOUNT_SID: twilio.accountSid,
    TWILIO_AUTH_TOKEN: twilio.authToken,
    TWILIO_FROM: '+15005550006',
    TWILIO_BASE_URL: twilio.url,
    SMS_RATE_LIMIT_PER_MINUTE: '0',
    CAPS: 'off',
    OPT_OUT_REPLY: 'none',
  })
})

afterAll(async () => {
  await node.app.stop()
  await Promise.all([twilio.close(), vonage.close(), regional.close(), plain.close()])
  await database.drop()
  rmSync(directory, { recursive: true })
})

function plainly(url: string): object {
  const fields = { to: '{contact_digits}', text: '{text}', dlr: '{callback_url}' }
  return {
    request: { method: 'GET', url: `${url}/send`, body: { format: 'query', fields } },
    answer: { id: { after: 'OK: ' } },
    callbacks: { kind: 'token', query: 'token', secret: { env: 'PLAIN_TOKEN' } },
    receipts: { format: 'query', id: 'id', status: 'stat', statuses: { DELIVRD: { status: 'delivered' } } },
  }
}

async function send(contact: string, message: string): Promise<number> {
  const answer = await fetch(`${node.url}/smss`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ contact, subject: 'Parcel', message }),
  })
  const taken = (await answer.json()) as { message_id: number }
  expect(answer.status, JSON.stringify(taken)).toBe(200)
  return taken.message_id
}

interface Shown {
  readonly status: string
  readonly reason: string | null
  readonly provider: string
  readonly attempts: readonly { readonly provider: string; readonly provider_message_id: string | null }[]
}

/** The message once it has ended. */
function ended(id: number): Promise<Shown> {
  return until(async () => {
    const answer = await fetch(`${node.url}/smss/${id}`)
    const { data } = (await answer.json()) as { data: Shown }
    return ['delivered', 'undelivered', 'failed', 'expired'].includes(data.status) ? data : null
  })
}

test.each([
  ['+201009129288', 'vonage-eg'],
  ['+201109129288', 'regional'],
  ['+15005550012', 'twilio'],
])('an SMS to %s goes out through %s, whose receipt says that it arrived', async (contact, provider) => {
  const shown = await ended(await send(contact, 'Your parcel is at the door'))
  expect(shown).toMatchObject({ status: 'delivered', provider, attempts: [{ provider }] })
  expect(shown.attempts[0]?.provider_message_id).not.toBeNull()
})

test('a long SMS has arrived when each of its parts has', async () => {
  const before = vonage.messages().length
  const shown = await ended(await send('+201009129289', 'x'.repeat(400)))
  expect(shown).toMatchObject({ status: 'delivered', provider: 'vonage-eg' })
  const ids = vonage.messages()[before]?.parts.map(({ messageId }) => messageId) ?? []
  expect(ids).toHaveLength(3)
  expect(ids).toContain(shown.attempts[0]?.provider_message_id)
})

test('a provider that knows nothing but queries calls back with one', async () => {
  const id = await send('+201209129288', 'a & b = c')
  const call = await until(() => plain.calls()[0])
  const asked = new URL(call.path, plain.url).searchParams
  expect([call.method, asked.get('to'), asked.get('text')]).toEqual(['GET', '201209129288', 'a & b = c'])
  const receipt = `${asked.get('dlr') ?? ''}&id=P-1&stat=DELIVRD`
  expect((await fetch(receipt.replace('token=a', 'token=b'))).status).toBe(403)
  // It may come before the answer it belongs to is stored; then it is to come again.
  await until(async () => (await fetch(receipt)).status === 200)
  expect(await ended(id)).toMatchObject({ status: 'delivered', provider: 'plain' })
})

test.each([
  ['+15006300052', 'twilio', 'undelivered', 'unknown_number'],
  ['+15006300361', 'twilio', 'expired', 'validity_expired'],
])('an SMS to %s that %s gives up is %s: %s', async (contact, provider, status, reason) => {
  expect(await ended(await send(contact, 'Hello'))).toMatchObject({ status, reason, provider })
})

test('texts come in from each of them, and each is answered in its own words', async () => {
  const texts = ['zq one', 'zq two', 'zq three']
  const answers = [
    await twilio.text({ from: '+201009129280', to: '+15005550006', body: texts[0] ?? '' }),
    await vonage.text({ from: '201009129280', to: '15005550006', text: texts[1] ?? '', parts: 2 }),
    await regional.text({ from: '201009129280', to: '96167', text: texts[2] ?? '' }),
  ]
  expect(answers.map((answer) => answer?.status)).toEqual([200, 200, 200])
  expect(answers[0]).toMatchObject({ contentType: expect.stringMatching(/^text\/xml/) as string })
  expect(answers[0]?.body).toContain('<Response/>')
  const answer = await fetch(`${node.url}/inbound?contact=%2B201009129280`)
  const { data } = (await answer.json()) as { data: { message: string; sent_to: string; segments: number }[] }
  expect(data.map(({ message, sent_to: to, segments }) => [message, to, segments]).toReversed()).toEqual([
    ['zq one', '+15005550006', 1],
    ['zq two', '+15005550006', 2],
    ['zq three', '96167', 1],
  ])
})

test.each(['vonage-eg', 'regional', 'twilio'])('a call that %s did not make is refused', async (name) => {
  for (const path of ['status', 'inbound']) {
    const answer = await fetch(`${node.url}/callbacks/${name}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messageId: '1', status: 'delivered', events: [{ id: '1', state: 'DELIVERED' }] }),
    })
    await answer.arrayBuffer()
    expect(answer.status).toBe(403)
  }
})

test('no key and no text of it stands in the log', () => {
  const log = node.lines.join('\n')
  const secrets = [vonage.apiSecret, vonage.signatureSecret, regional.apiKey, regional.secret, twilio.authToken]
  for (const word of [...secrets, 'parcel is at the door', 'zq two', '201009129280']) expect(log).not.toContain(word)
})
