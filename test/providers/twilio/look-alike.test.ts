import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import twilio from 'twilio'
import { afterEach, describe, expect, it } from 'vitest'
import { readInboundSms, readStatusCallback } from '../../../src/providers/twilio/callbacks.ts'
import { type FakeTwilio, type FakeTwilioOptions, startFakeTwilio } from '../../../src/fakes/twilio.ts'
import { officialClient } from './sdk.ts'
import { FROM } from './stage.ts'

const TO = '+201009129288'
const closers: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function lookAlike(options: FakeTwilioOptions = {}): Promise<FakeTwilio> {
  const fake = await startFakeTwilio({ callbackRetryMs: 1, ...options })
  closers.push(() => fake.close())
  return fake
}

interface Taken {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Where status callbacks arrive; the first `failures` are answered 500. */
async function sink(failures = 0): Promise<{ url: string; taken: Taken[] }> {
  const taken: Taken[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    request.on('end', () => {
      taken.push({ path: request.url ?? '', headers: request.headers, body })
      response.writeHead(taken.length <= failures ? 500 : 200).end()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closers.push(() => server.close().closeAllConnections())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { url: `http://127.0.0.1:${address.port}`, taken }
}

function fieldsOf(taken: Taken | undefined): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(taken?.body))
}

describe('the official client', () => {
  it('creates, fetches and lists messages', async () => {
    const fake = await lookAlike()
    const client = officialClient(fake)
    const created = await client.messages.create({ to: TO, from: FROM, body: 'Hello' })
    expect(created).toMatchObject({ to: TO, from: FROM, body: 'Hello', status: 'queued', direction: 'outbound-api' })
    expect(created.dateCreated.getTime()).toBeLessThanOrEqual(Date.now())
    expect(created.errorCode).toBeNull()
    await fake.drained()
    const fetched = await client.messages(created.sid).fetch()
    expect(fetched).toMatchObject({ sid: created.sid, status: 'delivered' })
    expect(fetched.dateSent).toBeInstanceOf(Date)
    await client.messages.create({ to: TO, messagingServiceSid: `MG${'b'.repeat(32)}`, body: 'Again' })
    await client.messages.create({ to: '+201009129289', from: FROM, body: 'Elsewhere' })
    const bodies = async (wanted: object) => (await client.messages.list(wanted)).map((message) => message.body)
    expect(await bodies({})).toEqual(['Elsewhere', 'Again', 'Hello'])
    expect(await bodies({ to: TO })).toEqual(['Again', 'Hello'])
    expect(await bodies({ to: TO, from: FROM })).toEqual(['Hello'])
    expect(await bodies({ to: TO, dateSentAfter: new Date(Date.now() + 3_600_000) })).toEqual([])
  })

  it('turns the pages of a long list', async () => {
    const requests: string[] = []
    const fake = await lookAlike({ onRequest: (request) => requests.push(request.path) })
    const client = officialClient(fake)
    for (let i = 0; i < 7; i += 1) await client.messages.create({ to: TO, from: FROM, body: String(i) })
    const listed = await client.messages.list({ pageSize: 3 })
    expect(listed.map((message) => message.body)).toEqual(['6', '5', '4', '3', '2', '1', '0'])
    expect(requests.filter((path) => path.includes('PageSize=3'))).toHaveLength(3)
  })

  it.each([
    ['+15005550001', 400, 21211],
    ['+15005550004', 400, 21610],
    ['+15006216350', 400, 21635],
    ['+15006200030', 401, 20003],
    ['+15007010000', 429, 20429],
    ['+15007100000', 500, 20500],
  ])('is refused by magic recipient %s with %d, %d', async (to, status, code) => {
    const fake = await lookAlike()
    const refusal = officialClient(fake).messages.create({ to, from: FROM, body: 'Hello' })
    await expect(refusal).rejects.toMatchObject({
      status,
      code,
      moreInfo: expect.stringContaining(String(code)) as string,
    })
  })

  it('is refused without a text, with a wrong key, and for an unknown message', async () => {
    const fake = await lookAlike()
    const client = officialClient(fake)
    await expect(client.messages.create({ to: TO, from: FROM })).rejects.toMatchObject({ status: 400, code: 21602 })
    await expect(client.messages('SM1').fetch()).rejects.toMatchObject({ status: 404, code: 20404 })
    const stranger = officialClient({ ...fake, authToken: 'wrong' })
    await expect(stranger.messages.list()).rejects.toMatchObject({ status: 401, code: 20003 })
  })
})

describe('a status callback', () => {
  it('is signed so that the official validator and Tidings accept it', async () => {
    const fake = await lookAlike()
    const { url, taken } = await sink()
    const { sid } = await officialClient(fake).messages.create({
      to: TO,
      from: FROM,
      body: 'Hello',
      statusCallback: `${url}/callbacks/twilio/status?attempt=7.1#rc=5&rp=all`,
    })
    await fake.drained()
    expect(taken.map((one) => fieldsOf(one)['MessageStatus'])).toEqual(['sent', 'delivered'])
    for (const { path, headers, body } of taken) {
      const signature = String(headers['x-twilio-signature'])
      const at = url + path
      expect(path).toBe('/callbacks/twilio/status?attempt=7.1')
      expect(twilio.validateRequest(fake.authToken, signature, at, fieldsOf({ path, headers, body }))).toBe(true)
      const callback = { url: at, headers: { 'x-twilio-signature': signature }, body: Buffer.from(body) }
      expect(readStatusCallback(callback, { authToken: fake.authToken })).toMatchObject({
        receipts: [{ providerMessageId: sid, attempt: { messageId: 7, number: 1 } }],
      })
    }
  })

  it('is told again after a failure when its URL asks for it, under the same idempotency token', async () => {
    const fake = await lookAlike({ script: () => ({ life: [{ status: 'sent' }] }) })
    const { url, taken } = await sink(3)
    await officialClient(fake).messages.create({
      to: TO,
      from: FROM,
      body: 'Hello',
      statusCallback: `${url}/#rc=5&rp=all`,
    })
    await fake.drained()
    expect(taken).toHaveLength(4)
    expect(new Set(taken.map((one) => one.headers['i-twilio-idempotency-token'])).size).toBe(1)
  })

  it('is told once when its URL asks for nothing', async () => {
    const fake = await lookAlike({ script: () => ({ life: [{ status: 'sent' }] }) })
    const { url, taken } = await sink(1)
    await officialClient(fake).messages.create({ to: TO, from: FROM, body: 'Hello', statusCallback: url })
    await fake.drained()
    expect(taken).toHaveLength(1)
  })

  it.each([
    ['+15006300051', ['sent', 'failed'], '30005'],
    ['+15006300052', ['sent', 'undelivered'], '30005'],
    ['+15007310000', ['sent', 'sent', 'delivered', 'delivered'], undefined],
    ['+15007320000', [], undefined],
    ['+15007340000', ['delivered', 'sent'], undefined],
  ])('plays the life of magic recipient %s', async (to, statuses, code) => {
    const fake = await lookAlike()
    const { url, taken } = await sink()
    await officialClient(fake).messages.create({ to, from: FROM, body: 'Hello', statusCallback: url })
    await fake.drained()
    expect(taken.map((one) => fieldsOf(one)['MessageStatus'])).toEqual(statuses)
    expect(fieldsOf(taken.at(-1))['ErrorCode']).toBe(code)
  })
})

describe('a text that comes in', () => {
  it('is signed so that the official validator and Tidings accept it, and tells what it was answered', async () => {
    const { url, taken } = await sink()
    const fake = await lookAlike({ inboundUrl: `${url}/callbacks/twilio/inbound` })
    const answer = await fake.text({ from: TO, to: FROM, body: 'Stop', optOutType: 'STOP' })
    expect(answer).toMatchObject({ status: 200, body: '' })
    const [call] = taken
    if (call === undefined) throw new Error('nothing came')
    const at = url + call.path
    const signature = String(call.headers['x-twilio-signature'])
    expect(twilio.validateRequest(fake.authToken, signature, at, fieldsOf(call))).toBe(true)
    const callback = { url: at, headers: { 'x-twilio-signature': signature }, body: Buffer.from(call.body) }
    expect(readInboundSms(callback, { authToken: fake.authToken })).toMatchObject({
      messages: [{ from: TO, to: FROM, text: 'Stop', handled: 'stop' }],
    })
  })

  it('goes nowhere unless somebody says where', async () => {
    const fake = await lookAlike()
    await expect(fake.text({ from: TO, to: FROM, body: 'Stop' })).rejects.toThrow('--inbound-url')
    expect(await fake.text({ from: TO, to: FROM, body: 'Stop', url: 'http://127.0.0.1:1/' })).toBeNull()
  })
})

it('the ledger holds each message that was taken, also when no answer came', async () => {
  const ledger = join(mkdtempSync(join(tmpdir(), 'ledger-')), 'ledger')
  const fake = await lookAlike({ ledger })
  const client = officialClient(fake)
  await client.messages.create({ to: TO, from: FROM, body: 'Hello', statusCallback: 'http://127.0.0.1:1/?attempt=7.1' })
  await client.messages.create({ to: '+15007120000', from: FROM, body: 'Reset' }).catch(() => null)
  await client.messages.create({ to: '+15007130000', from: FROM, body: 'Lost' }).catch(() => null)
  await client.messages.create({ to: '+15005550001', from: FROM, body: 'Refused' }).catch(() => null)
  const lines = readFileSync(ledger, 'utf8').trim().split('\n')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { provider: 'twilio', to: TO, body: 'Hello', attempt: '7.1', sid: fake.messages()[0]?.sid },
    { to: '+15007120000', body: 'Reset', attempt: null },
  ])
})
