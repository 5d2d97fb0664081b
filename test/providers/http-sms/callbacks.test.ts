import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { CallbackReading, ProviderCallback } from '../../../src/domain/provider.ts'
import { readInboundSms, readReceipts } from '../../../src/providers/http-sms/callbacks.ts'
import { settingsOf } from './stage.ts'

const SECRET = 'a-long-enough-secret'

const RECEIPTS = {
  format: 'form',
  id: 'msgid',
  status: 'stat',
  code: 'err',
  at: 'done',
  statuses: {
    DELIVRD: { status: 'delivered' },
    ENROUTE: { status: 'sent' },
    UNDELIV: { status: 'undelivered', reason: 'unreachable' },
    EXPIRED: { status: 'expired' },
  },
  codes: { '27': 'unknown_number' },
}

const INBOUND = { format: 'form', from: 'msisdn', to: 'shortcode', text: 'text', id: 'id' }

function optionsOf(callbacks: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const request = { url: 'https://sms.example/', body: { format: 'form', fields: { text: '{text}' } } }
  const settings = settingsOf({ request, answer: {}, callbacks, receipts: RECEIPTS, inbound: INBOUND, ...more })
  return { name: 'regional', settings, publicUrl: null }
}

const BY_ADDRESS = optionsOf({ kind: 'addresses', addresses: ['203.0.113.0/24', '2001:db8::/32'] })

function form(fields: Record<string, string>, more: Partial<ProviderCallback> = {}): ProviderCallback {
  const body = Buffer.from(new URLSearchParams(fields).toString())
  return { url: 'https://t.example/callbacks/regional/status', headers: {}, body, address: '203.0.113.7', ...more }
}

const DELIVERED = { msgid: '8812', stat: 'DELIVRD' }

function receiptOf(reading: CallbackReading) {
  return reading.kind === 'receipts' ? reading.receipts[0] : null
}

describe('a call', () => {
  it('is believed from the addresses of the provider alone', () => {
    const from = (address?: string) => {
      const { address: _address, ...call } = form(DELIVERED)
      return readReceipts(address === undefined ? call : { ...call, address }, BY_ADDRESS).kind
    }
    expect(['203.0.113.7', '2001:db8::1'].map(from)).toEqual(['receipts', 'receipts'])
    expect(['203.0.114.7', '::1', 'unknown', undefined].map(from)).toEqual(['forged', 'forged', 'forged', 'forged'])
  })

  it('is believed with its token, in a header or in the query', () => {
    const inHeader = optionsOf({ kind: 'token', header: 'X-Token', secret: SECRET })
    const inQuery = optionsOf({ kind: 'token', query: 'token', secret: SECRET })
    const url = `https://t.example/callbacks/regional/status?attempt=7.1&token=${SECRET}`
    expect(readReceipts(form(DELIVERED, { headers: { 'x-token': SECRET } }), inHeader).kind).toBe('receipts')
    expect(readReceipts(form(DELIVERED, { headers: { 'x-token': 'other' } }), inHeader).kind).toBe('forged')
    expect(readReceipts(form(DELIVERED), inHeader).kind).toBe('forged')
    expect(readReceipts(form(DELIVERED, { url }), inQuery).kind).toBe('receipts')
    expect(readReceipts(form(DELIVERED, { url: `${url}x` }), inQuery).kind).toBe('forged')
    expect(readReceipts(form(DELIVERED), inQuery).kind).toBe('forged')
  })

  it.each(['hex', 'base64'] as const)('is believed with a signature over its body, in %s', (encoding) => {
    const options = optionsOf({ kind: 'hmac-sha256', header: 'x-sign', secret: SECRET, encoding, prefix: 'v1=' })
    const call = form(DELIVERED)
    const sign = `v1=${createHmac('sha256', SECRET).update(call.body).digest(encoding)}`
    expect(readReceipts({ ...call, headers: { 'x-sign': sign } }, options).kind).toBe('receipts')
    expect(readReceipts({ ...call, headers: { 'x-sign': sign.slice(3) } }, options).kind).toBe('forged')
    expect(readReceipts({ ...form({ ...DELIVERED, x: '1' }), headers: { 'x-sign': sign } }, options).kind).toBe(
      'forged',
    )
  })

  it('without a body is nobody’s signature', () => {
    const options = optionsOf({ kind: 'hmac-sha256', header: 'x-sign', secret: SECRET })
    const sign = createHmac('sha256', SECRET).update('').digest('hex')
    const call = form({}, { headers: { 'x-sign': sign }, body: Buffer.alloc(0) })
    expect(readReceipts(call, options)).toEqual({ kind: 'forged' })
  })

  it('is believed for nothing that the file does not describe', () => {
    const { receipts: _receipts, ...settings } = BY_ADDRESS.settings
    expect(readReceipts(form(DELIVERED), { ...BY_ADDRESS, settings: { ...settings, receipts: null } }).kind).toBe(
      'forged',
    )
  })
})

describe('a receipt', () => {
  const read = (fields: Record<string, string>, url?: string) =>
    receiptOf(readReceipts(form(fields, url === undefined ? {} : { url }), BY_ADDRESS))

  it('says what became of a message, and of which attempt', () => {
    expect(read({ ...DELIVERED, done: '2026-11-23T12:00:00Z' }, 'https://t.example/x?attempt=7.2')).toEqual({
      provider: 'regional',
      providerMessageId: '8812',
      attempt: { messageId: 7, number: 2 },
      status: 'delivered',
      failure: null,
      at: new Date('2026-11-23T12:00:00Z'),
    })
    expect(read(DELIVERED)).toMatchObject({ attempt: null, at: null })
  })

  it('says why, by its code, else by its word', () => {
    expect(read({ msgid: '1', stat: 'undeliv' })?.failure).toMatchObject({
      status: 'undelivered',
      reason: 'unreachable',
    })
    expect(read({ msgid: '1', stat: 'UNDELIV', err: '27' })?.failure).toMatchObject({
      reason: 'unknown_number',
      code: '27',
    })
    expect(read({ msgid: '1', stat: 'EXPIRED' })?.failure).toMatchObject({
      status: 'expired',
      reason: 'validity_expired',
    })
    expect(read({ msgid: '1', stat: 'enroute' })).toMatchObject({ status: 'sent', failure: null })
  })

  it.each([
    ['1795435200', '2026-11-23T12:00:00.000Z'],
    ['1795435200123', '2026-11-23T12:00:00.123Z'],
    ['2026-11-23T14:00:00+02:00', '2026-11-23T12:00:00.000Z'],
    ['2026-11-23T14:00:00.5+0200', '2026-11-23T12:00:00.500Z'],
    ['2026-11-23 12:00:00', undefined],
    ['2611231200', undefined],
    ['soon', undefined],
  ])('at %s happened at %s', (done, at) => {
    expect(read({ ...DELIVERED, done })?.at?.toISOString()).toBe(at)
  })

  it('in a word that the file does not have is passed over', () => {
    expect(readReceipts(form({ msgid: '1', stat: 'ODD' }), BY_ADDRESS)).toEqual({ kind: 'ignored' })
  })

  it('without an id or a status can’t be read', () => {
    expect(readReceipts(form({ stat: 'DELIVRD' }), BY_ADDRESS).kind).toBe('malformed')
    expect(readReceipts(form({ msgid: '1' }), BY_ADDRESS).kind).toBe('malformed')
  })

  it('may be one of several in JSON', () => {
    const receipts = { ...RECEIPTS, format: 'json', list: 'data.reports', id: 'ids.0', attempt: 'ref', contact: 'to' }
    const options = optionsOf({ kind: 'addresses', addresses: ['203.0.113.7'] }, { receipts })
    const call = (json: unknown) => form({}, { body: Buffer.from(JSON.stringify(json)) })
    const reports = [
      { ids: ['1'], stat: 'DELIVRD', ref: '7.1', to: '201009129288' },
      { ids: ['2'], stat: 'ODD' },
      { ids: [3], stat: 'UNDELIV', err: 27 },
    ]
    const reading = readReceipts(call({ data: { reports } }), options)
    expect(reading).toMatchObject({
      receipts: [
        { providerMessageId: '1', attempt: { messageId: 7, number: 1 }, contact: '+201009129288' },
        { providerMessageId: '3', attempt: null, failure: { reason: 'unknown_number' } },
      ],
    })
    expect(reading.kind === 'receipts' && reading.receipts).toHaveLength(2)
    for (const odd of [{}, { data: { reports: 'x' } }, [], 'x', null]) {
      expect(readReceipts(call(odd), options).kind).toBe('malformed')
    }
  })
})

describe('a text that comes in', () => {
  it('is read from a form, and keeps a short code', () => {
    const call = form({ msisdn: '201009129288', shortcode: '96167', text: 'Stop & go', id: 'T-1' })
    expect(readInboundSms(call, BY_ADDRESS)).toEqual({
      kind: 'inbound',
      messages: [
        {
          provider: 'regional',
          providerMessageId: 'T-1',
          from: '+201009129288',
          to: '96167',
          text: 'Stop & go',
          part: null,
          at: null,
          handled: null,
        },
      ],
    })
  })

  it('may be a part, in a query, and answered as the provider wants it', () => {
    const inbound = {
      ...INBOUND,
      format: 'query',
      part: { reference: 'ref', total: 'n', number: 'i' },
      reply: { content_type: 'text/plain', text: 'OK' },
    }
    const options = optionsOf({ kind: 'addresses', addresses: ['203.0.113.7'] }, { inbound })
    const url =
      'https://t.example/callbacks/regional/inbound?msisdn=201009129288&shortcode=96167&text=a%26b&ref=9&n=2&i=1'
    expect(readInboundSms(form({}, { url, body: Buffer.alloc(0) }), options)).toMatchObject({
      messages: [{ text: 'a&b', part: { reference: 9, total: 2, number: 1 } }],
      reply: { contentType: 'text/plain', text: 'OK' },
    })
  })

  it('keeps numbers of many digits as they are written, and does not let one item keep the others away', () => {
    const inbound = { ...INBOUND, format: 'json', list: 'events', part: { reference: 'ref', total: 'n', number: 'i' } }
    const options = optionsOf({ kind: 'addresses', addresses: ['203.0.113.7'] }, { inbound })
    const text = (id: string, ref: string) =>
      `{"id": ${id}, "msisdn": "00201009129288", "shortcode": "96167", "text": "a: 12345678901234567890", "ref": ${ref}, "n": 2, "i": 1}`
    const events = [
      text('1234567890123456789', '"9f-1"'),
      text('1234567890123456790', '4294967296123'),
      '{"text": "x"}',
    ]
    const reading = readInboundSms(form({}, { body: Buffer.from(`{"events": [${events.join(', ')}]}`) }), options)
    const messages = reading.kind === 'inbound' ? reading.messages : []
    expect(messages).toMatchObject([
      { providerMessageId: '1234567890123456789', from: '+201009129288', text: 'a: 12345678901234567890' },
      { providerMessageId: '1234567890123456790' },
    ])
    expect(messages).toHaveLength(2)
    const references = messages.map(({ part }) => part?.reference ?? -1)
    expect(new Set(references).size).toBe(2)
    for (const reference of references) {
      expect(reference).toBeGreaterThan(0)
      expect(reference).toBeLessThan(2 ** 31)
    }
  })

  it('from nobody can’t be read, and a forged one is not', () => {
    expect(readInboundSms(form({ shortcode: '96167', text: 'x' }), BY_ADDRESS).kind).toBe('malformed')
    const call = form({ msisdn: '201009129288', shortcode: '96167', text: 'x' }, { address: '198.51.100.1' })
    expect(readInboundSms(call, BY_ADDRESS)).toEqual({ kind: 'forged' })
  })
})
