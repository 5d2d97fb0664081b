import { afterEach, describe, expect, it } from 'vitest'
import type { OutboundSms } from '../../../src/domain/provider.ts'
import { type FakeTwilio, startFakeTwilio } from '../../../src/fakes/twilio.ts'
import type { SeenRequest } from '../../../src/fakes/provider-server.ts'
import { createHttpCall } from '../../../src/providers/http-call.ts'
import { createTwilio } from '../../../src/providers/twilio.ts'
import type { TwilioOptions } from '../../../src/providers/twilio/options.ts'
import { buildSubmission } from '../../../src/providers/twilio/requests.ts'
import { smsTo } from '../conformance.ts'
import { officialClient } from './sdk.ts'
import { contact, FROM, optionsFor, PUBLIC_URL } from './stage.ts'

const TO = contact('+201009129288')
const SERVICE = `MG${'b'.repeat(32)}`
const API_KEY = { sid: `SK${'c'.repeat(32)}`, secret: 'look-alike-secret' }
const forever = new AbortController().signal
const closers: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function lookAlike(seen: SeenRequest[]): Promise<FakeTwilio> {
  const fake = await startFakeTwilio({ apiKey: API_KEY, onRequest: (request) => seen.push(request) })
  closers.push(() => fake.close())
  return fake
}

function formOf(options: Partial<TwilioOptions>, sms: Partial<OutboundSms>): Record<string, string> {
  const base = optionsFor({ accountSid: 'AC1', authToken: 'token', url: 'https://api.twilio.com' })
  const { body } = buildSubmission({ ...base, ...options }, smsTo(TO, 7, sms))
  return Object.fromEntries(new URLSearchParams(body ?? ''))
}

/** What both sides must say alike; each client has its own way to escape a form and to name itself. */
function essence(request: SeenRequest | undefined) {
  const { authorization, accept } = request?.headers ?? {}
  const [type] = (request?.headers['content-type'] ?? '').split(';')
  const form = [...new URLSearchParams(request?.body)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { method: request?.method, path: request?.path, authorization, accept, type, form }
}

describe('the official client and Tidings ask for the same message in the same words', () => {
  const texts = [
    'Your code is 482913',
    'a+b & c=d % e;f ~!*\'()"<>\\|^`{}[]@#$/?:, _-.',
    'عندك رسالة جديدة',
    '🇪🇬 👩‍👩‍👧 €',
    'two\nlines\r\nand\ttabs',
    ' spaces around  ',
  ]
  it.each(texts)('from a number, with the account’s token: %j', async (text) => {
    const seen: SeenRequest[] = []
    const fake = await lookAlike(seen)
    const provider = createTwilio(
      { ...optionsFor(fake), publicUrl: PUBLIC_URL },
      { call: createHttpCall({ connections: 1 }), now: () => new Date() },
    )
    closers.push(() => provider.close())
    await provider.submit(smsTo(TO, 7, { text, attempt: 3, validitySeconds: 90 }), forever)
    await officialClient(fake).messages.create({
      to: TO,
      from: FROM,
      body: text,
      validityPeriod: 90,
      statusCallback: `${PUBLIC_URL}/callbacks/twilio/status?attempt=7.3#rc=5&rp=all`,
    })
    expect(seen).toHaveLength(2)
    expect(essence(seen[0])).toEqual(essence(seen[1]))
    expect(essence(seen[0]).form).toHaveLength(5)
  })

  it('from a messaging service, with an API key', async () => {
    const seen: SeenRequest[] = []
    const fake = await lookAlike(seen)
    const provider = createTwilio(
      { ...optionsFor(fake), apiKey: API_KEY, sender: { kind: 'messaging-service', sid: SERVICE } },
      { call: createHttpCall({ connections: 1 }), now: () => new Date() },
    )
    closers.push(() => provider.close())
    const ours = await provider.submit(smsTo(TO, 7, { text: 'Hello', validitySeconds: 90 }), forever)
    await officialClient(fake, API_KEY).messages.create({
      to: TO,
      messagingServiceSid: SERVICE,
      body: 'Hello',
      validityPeriod: 90,
    })
    expect(essence(seen[0])).toEqual(essence(seen[1]))
    expect(ours).toEqual({ kind: 'accepted', providerMessageId: fake.messages()[0]?.sid, status: 'sent' })
  })

  it('asks after a message, and for the messages to a number', async () => {
    const seen: SeenRequest[] = []
    const fake = await lookAlike(seen)
    const provider = createTwilio(optionsFor(fake), {
      call: createHttpCall({ connections: 1 }),
      now: () => new Date(),
    })
    closers.push(() => provider.close())
    const sid = `SM${'d'.repeat(32)}`
    await provider.poll?.(sid, forever)
    await provider.reconcile?.(smsTo(TO, 7), new Date(), forever)
    const client = officialClient(fake)
    await client
      .messages(sid)
      .fetch()
      .catch(() => null)
    await client.messages.list({ to: TO, pageSize: 50 })
    expect([0, 1].map((i) => essence(seen[i]))).toEqual([2, 3].map((i) => essence(seen[i])))
  })
})

describe('a submission', () => {
  it('names no callback without a public URL', () => {
    expect(formOf({}, {})).toEqual({ To: TO, From: FROM, Body: smsTo(TO, 7).text, ValidityPeriod: '600' })
  })

  it.each([
    [0, '1'],
    [0.5, '1'],
    [-3, '1'],
    [59.9, '59'],
    [36_000, '36000'],
    [86_400, '36000'],
  ])('waits at Twilio no longer than Twilio allows: %d s', (validitySeconds, period) => {
    expect(formOf({}, { validitySeconds })).toMatchObject({ ValidityPeriod: period })
  })

  it('uses its own sender before the configured one, and one of the messaging service’s pool', () => {
    expect(formOf({}, { sender: 'Tidings' })).toMatchObject({ From: 'Tidings' })
    const sender = { kind: 'messaging-service', sid: SERVICE } as const
    expect(formOf({ sender }, { sender: '+15005550008' })).toMatchObject({
      From: '+15005550008',
      MessagingServiceSid: SERVICE,
    })
  })

  it('is told about under the name the provider was given', () => {
    expect(formOf({ name: 'twilio-eu', publicUrl: PUBLIC_URL }, {})['StatusCallback']).toBe(
      `${PUBLIC_URL}/callbacks/twilio-eu/status?attempt=7.1#rc=5&rp=all`,
    )
  })
})
