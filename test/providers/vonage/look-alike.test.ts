import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Vonage } from '@vonage/server-sdk'
import { afterEach, describe, expect, it } from 'vitest'
import { contactOf, smsTo } from '../../../src/conformance/stage.ts'
import { type FakeVonage, type FakeVonageOptions, startFakeVonage } from '../../../src/fakes/vonage.ts'
import type { SeenRequest } from '../../../src/fakes/provider-server.ts'
import { parametersOf } from '../../../src/fakes/vonage/request.ts'
import { SIGNATURE_METHODS } from '../../../src/fakes/vonage/signature.ts'
import { readInboundSms, readReceipt } from '../../../src/providers/vonage/callbacks.ts'
import { FROM, optionsFor, vonageWith } from './stage.ts'

const TO = '201009129288'
const forever = new AbortController().signal
const closers: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function lookAlike(options: FakeVonageOptions = {}): Promise<FakeVonage> {
  const fake = await startFakeVonage({ callbackRetryMs: 1, ...options })
  closers.push(() => fake.close())
  return fake
}

function officialClient({ apiKey, apiSecret, url }: FakeVonage): Vonage {
  return new Vonage({ apiKey, apiSecret }, { restHost: url })
}

/** Where webhooks arrive; the first `failures` are answered 500. */
async function sink(failures = 0): Promise<{ url: string; bodies: string[] }> {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    request.on('end', () => {
      bodies.push(body)
      response.writeHead(bodies.length <= failures ? 500 : 200).end()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closers.push(() => server.close().closeAllConnections())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}`, bodies }
}

function fieldsOf(body: string | undefined): Record<string, string> {
  return JSON.parse(body ?? '{}') as Record<string, string>
}

describe('the official client', () => {
  it('sends, and asks for the balance', async () => {
    const fake = await lookAlike()
    const client = officialClient(fake)
    const answer = await client.sms.send({ from: FROM, to: TO, text: 'Hello' })
    expect(answer.messages.map(({ status }) => status)).toEqual(['0'])
    expect(fake.messages()).toMatchObject([{ to: TO, from: FROM, text: 'Hello', parts: [{ number: 1, total: 1 }] }])
    expect((await client.accounts.getBalance()).value).toBeGreaterThan(0)
  })

  it('is refused with a wrong secret, and by magic recipients', async () => {
    const fake = await lookAlike()
    const stranger = officialClient({ ...fake, apiSecret: 'wrong' })
    await expect(stranger.sms.send({ from: FROM, to: TO, text: 'Hello' })).rejects.toThrow()
    await expect(officialClient(fake).sms.send({ from: FROM, to: '15006000070', text: 'Hello' })).rejects.toThrow()
    expect(fake.messages()).toEqual([])
  })

  it('sends what Tidings sends, apart from where the key is', async () => {
    const seen: SeenRequest[] = []
    const fake = await lookAlike({ onRequest: (request) => seen.push(request) })
    const provider = vonageWith({ ...optionsFor(fake), publicUrl: 'https://tidings.example' })
    closers.push(() => provider.close())
    await provider.submit(smsTo(contactOf(`+${TO}`), 7, { text: 'кофе & чай' }), forever)
    const ours = seen.map(parametersOf)[0] ?? {}
    const { from = '', to = '', text = '', ttl, callback = '', 'client-ref': clientRef = '' } = ours
    await officialClient(fake).sms.send({
      from,
      to,
      text,
      ttl: Number(ttl),
      callback,
      clientRef,
      type: ours['type'] as never,
    })
    const { api_key: _key, api_secret: _secret, ...theirs } = seen.map(parametersOf)[1] ?? {}
    expect(ours).toEqual(theirs)
  })
})

describe('a webhook', () => {
  it.each(SIGNATURE_METHODS)('signed with %s is one for the official client, and for Tidings', async (signs) => {
    const fake = await lookAlike({ signs })
    const { url, bodies } = await sink()
    const client = officialClient(fake)
    await client.sms.send({ from: FROM, to: TO, text: 'Hello', callback: url, clientRef: '7.1' })
    await fake.drained()
    await fake.text({ url, from: TO, to: FROM, text: 'Stop & go = fine' })
    expect(bodies.map((body) => fieldsOf(body)['status'])).toEqual(['accepted', 'delivered', undefined])
    for (const body of bodies) {
      const { sig = '', ...signed } = fieldsOf(body)
      expect(client.sms.verifySignature(sig, signed, fake.signatureSecret, ALGORITHMS[signs] as never)).toBe(true)
    }
    const rules = { apiSecret: fake.apiSecret, signatureSecret: fake.signatureSecret }
    const [accepted, delivered, text] = bodies.map((body) => ({
      url,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(body),
    }))
    if (accepted === undefined || delivered === undefined || text === undefined) throw new Error('too few')
    expect(readReceipt(accepted, rules)).toMatchObject({ receipts: [{ status: 'sent' }] })
    expect(readReceipt(delivered, rules)).toMatchObject({
      receipts: [{ status: 'delivered', attempt: { messageId: 7, number: 1 } }],
    })
    expect(readInboundSms(text, rules)).toMatchObject({ messages: [{ text: 'Stop & go = fine' }] })
  })

  it('comes for each part, is told again after a failure, and may be a form', async () => {
    const fake = await lookAlike({ format: 'form', signs: 'none', script: () => ({ life: [{ status: 'delivered' }] }) })
    const { url, bodies } = await sink(1)
    await officialClient(fake).sms.send({ from: FROM, to: TO, text: 'x'.repeat(200), callback: url })
    await fake.drained()
    const ids = bodies.map((body) => new URLSearchParams(body).get('messageId'))
    const [first, second] = fake.messages()[0]?.parts.map(({ messageId }) => messageId) ?? []
    expect(ids).toEqual([first, first, second])
    expect(new URLSearchParams(bodies[0]).has('sig')).toBe(false)
  })

  it.each([
    ['15006000022', ['accepted', 'failed'], '2'],
    ['15007310000', ['accepted', 'accepted', 'delivered', 'delivered'], '0'],
    ['15007320000', [], undefined],
    ['15007330000', ['buffered'], '0'],
    ['15007340000', ['delivered', 'accepted'], '0'],
  ])('plays the life of magic recipient %s', async (to, statuses, code) => {
    const fake = await lookAlike()
    const { url, bodies } = await sink()
    await officialClient(fake).sms.send({ from: FROM, to, text: 'Hello', callback: url })
    await fake.drained()
    expect(bodies.map((body) => fieldsOf(body)['status'])).toEqual(statuses)
    expect(fieldsOf(bodies.at(-1))['err-code']).toBe(code)
  })

  it('brings a long text in its parts', async () => {
    const fake = await lookAlike()
    const { url, bodies } = await sink()
    await fake.text({ url, from: TO, to: FROM, text: 'abcdef', parts: 3 })
    const parts = bodies.map(fieldsOf)
    expect(parts.map((part) => [part['concat-part'], part['text']])).toEqual([
      ['1', 'ab'],
      ['2', 'cd'],
      ['3', 'ef'],
    ])
    expect(new Set(parts.map((part) => part['messageId'])).size).toBe(3)
  })
})

const ALGORITHMS = { md5hash: 'MD5HASH', md5: 'MD5HMAC', sha1: 'SHA1HMAC', sha256: 'SHA256HMAC', sha512: 'SHA512HMAC' }

it('the ledger holds each message that was taken, also when no answer came', async () => {
  const ledger = join(mkdtempSync(join(tmpdir(), 'ledger-')), 'ledger')
  const fake = await lookAlike({ ledger })
  const client = officialClient(fake)
  await client.sms.send({ from: FROM, to: TO, text: 'Hello', clientRef: '7.1' })
  await client.sms.send({ from: FROM, to: '15007120000', text: 'Reset' }).catch(() => null)
  await client.sms.send({ from: FROM, to: '15007130000', text: 'Lost' }).catch(() => null)
  await client.sms.send({ from: FROM, to: '15006000070', text: 'Refused' }).catch(() => null)
  const lines = readFileSync(ledger, 'utf8').trim().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { provider: 'vonage', to: TO, body: 'Hello', attempt: '7.1' },
    { to: '15007120000', attempt: null },
  ])
})
