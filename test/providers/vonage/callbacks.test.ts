import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { CallbackReading, ProviderCallback } from '../../../src/domain/provider.ts'
import { sign, SIGNATURE_METHODS, type SignatureMethod } from '../../../src/fakes/vonage/signature.ts'
import { readInboundSms, readReceipt } from '../../../src/providers/vonage/callbacks.ts'
import { proofOf } from '../../../src/providers/vonage/requests.ts'

const SECRET = 'a-signature-secret'
const RULES = { apiSecret: 'an-api-secret', signatureSecret: SECRET }
const UNSIGNED = { ...RULES, signatureSecret: null }

const RECEIPT = {
  msisdn: '201009129288',
  to: 'Acme',
  'network-code': '60201',
  messageId: '0A0000001234567B',
  price: '0.03330000',
  status: 'delivered',
  scts: '2611231200',
  'err-code': '0',
  'client-ref': '7.1',
  'message-timestamp': '2026-11-23 12:00:29',
}

const TEXT = {
  msisdn: '201009129288',
  to: '15005550006',
  messageId: '0B0000000123ABCD',
  text: 'Stop & go = fine',
  type: 'text',
  keyword: 'STOP',
  'message-timestamp': '2026-11-23T12:00:29.000+00:00',
}

const NONE = Buffer.alloc(0)

type Fields = Readonly<Record<string, string>>

function asJson(fields: Fields, url = 'https://tidings.example/callbacks/vonage/status'): ProviderCallback {
  return { url, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(fields)) }
}

function asForm(fields: Fields): ProviderCallback {
  const body = Buffer.from(new URLSearchParams(fields).toString())
  return { url: '', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body }
}

function signed(fields: Fields, method: SignatureMethod = 'sha256'): Fields {
  return { ...fields, sig: sign(fields, SECRET, method) }
}

function receiptOf(reading: CallbackReading) {
  return reading.kind === 'receipts' ? reading.receipts[0] : null
}

describe('a receipt', () => {
  it('tells of one part of one attempt', () => {
    expect(readReceipt(asJson(signed(RECEIPT)), RULES)).toEqual({
      kind: 'receipts',
      receipts: [
        {
          provider: 'vonage',
          providerMessageId: '0A0000001234567B',
          attempt: { messageId: 7, number: 1 },
          status: 'delivered',
          failure: null,
          at: new Date('2026-11-23T12:00:29Z'),
          perPart: true,
          contact: '+201009129288',
        },
      ],
    })
  })

  it('has no code where that is too long, or what no database takes', () => {
    const codeOf = (code: string) =>
      receiptOf(readReceipt(asJson(signed({ ...RECEIPT, status: 'failed', 'err-code': code })), RULES))?.failure
    expect(codeOf('6')).toMatchObject({ code: '6' })
    for (const code of ['6\0', '6'.repeat(41)]) expect(codeOf(code)).toMatchObject({ reason: 'unknown', code: null })
  })

  it('has the name that the provider was given', () => {
    const reading = readReceipt(asJson(signed(RECEIPT)), { ...RULES, name: 'vonage-eu' })
    expect(receiptOf(reading)?.provider).toBe('vonage-eu')
  })

  it.each(SIGNATURE_METHODS)('is believed when it is signed with %s, as a form and as JSON', (method) => {
    expect(readReceipt(asJson(signed(RECEIPT, method)), RULES).kind).toBe('receipts')
    expect(readReceipt(asForm(signed(RECEIPT, method)), RULES).kind).toBe('receipts')
    const upper = { ...RECEIPT, sig: sign(RECEIPT, SECRET, method).toUpperCase() }
    expect(readReceipt(asJson(upper), RULES).kind).toBe('receipts')
  })

  it('may come in a query, beside the word in its address', () => {
    const at = (fields: Fields) => {
      const query = new URLSearchParams({ proof: proofOf(RULES.apiSecret, '7.1'), ...fields })
      return { url: `https://tidings.example/callbacks/vonage/status?${query.toString()}`, headers: {}, body: NONE }
    }
    expect(receiptOf(readReceipt(at(signed(RECEIPT)), RULES))).toMatchObject({ status: 'delivered' })
    expect(receiptOf(readReceipt(at(RECEIPT), UNSIGNED))).toMatchObject({ status: 'delivered' })
    expect(readReceipt(at(RECEIPT), RULES)).toEqual({ kind: 'forged' })
    expect(readReceipt(at({}), UNSIGNED)).toEqual({ kind: 'ignored' })
  })

  it('is not believed without its signature, with another field, or with one more', () => {
    const genuine = signed(RECEIPT)
    const without = { ...genuine, sig: '' }
    const others = [without, RECEIPT, { ...genuine, status: 'failed' }, { ...genuine, extra: '1' }]
    for (const fields of others) expect(readReceipt(asJson(fields), RULES)).toEqual({ kind: 'forged' })
    expect(readReceipt({ ...asJson(genuine), body: Buffer.from('{') }, RULES)).toEqual({ kind: 'forged' })
    const byAnother = { ...RECEIPT, sig: sign(RECEIPT, 'another-secret', 'sha256') }
    expect(readReceipt(asJson(byAnother), RULES)).toEqual({ kind: 'forged' })
  })

  it('is not believed for a signature of a kind that Vonage has none of', () => {
    const text = Object.keys(RECEIPT).toSorted().join('')
    const sig = createHmac('sha384', SECRET).update(text).digest('hex')
    expect(readReceipt(asJson({ ...RECEIPT, sig }), RULES)).toEqual({ kind: 'forged' })
    expect(readReceipt(asJson({ ...RECEIPT, sig: 'z'.repeat(64) }), RULES)).toEqual({ kind: 'forged' })
  })

  it('of an account that signs nothing is believed at the address that only Vonage knows', () => {
    const at = (proof: string) => `https://tidings.example/callbacks/vonage/status?proof=${proof}`
    const right = at(proofOf(RULES.apiSecret, '7.1'))
    expect(readReceipt(asJson(RECEIPT, right), UNSIGNED).kind).toBe('receipts')
    expect(readReceipt(asJson(RECEIPT), UNSIGNED)).toEqual({ kind: 'forged' })
    expect(readReceipt(asJson(RECEIPT, at('x'.repeat(22))), UNSIGNED)).toEqual({ kind: 'forged' })
    expect(readReceipt(asJson({ ...RECEIPT, 'client-ref': '7.2' }, right), UNSIGNED)).toEqual({ kind: 'forged' })
    expect(readReceipt(asJson({ ...RECEIPT, 'client-ref': '' }, right), UNSIGNED)).toEqual({ kind: 'forged' })
    // Where signatures are to be, an address is not enough.
    expect(readReceipt(asJson(RECEIPT, right), RULES)).toEqual({ kind: 'forged' })
  })

  it.each([
    ['accepted', 'sent'],
    ['buffered', 'sent'],
    ['delivered', 'delivered'],
    ['expired', 'expired'],
    ['failed', 'undelivered'],
    ['rejected', 'undelivered'],
  ])('that says %s means %s', (word, status) => {
    expect(receiptOf(readReceipt(asJson(signed({ ...RECEIPT, status: word })), RULES))?.status).toBe(status)
  })

  it('that says unknown says nothing', () => {
    expect(readReceipt(asJson(signed({ ...RECEIPT, status: 'unknown' })), RULES)).toEqual({ kind: 'ignored' })
  })

  it.each([
    ['1', 'unknown'],
    ['2', 'unreachable'],
    ['3', 'unknown_number'],
    ['4', 'blocked'],
    ['5', 'unroutable'],
    ['6', 'filtered'],
    ['7', 'unreachable'],
    ['8', 'network_error'],
    ['9', 'opted_out'],
    ['10', 'refused'],
    ['11', 'unroutable'],
    ['12', 'unroutable'],
    ['13', 'blocked'],
    ['14', 'blocked'],
    ['15', 'recipient_credit'],
    ['99', 'unknown'],
    ['toString', 'unknown'],
  ])('of a failure with err-code %s says why: %s', (code, reason) => {
    const reading = readReceipt(asJson(signed({ ...RECEIPT, status: 'failed', 'err-code': code })), RULES)
    expect(receiptOf(reading)?.failure).toMatchObject({ class: 'permanent', status: 'undelivered', reason, code })
  })

  it('of a message that waited too long has a reason of its own', () => {
    const reading = readReceipt(asJson(signed({ ...RECEIPT, status: 'expired', 'err-code': '1' })), RULES)
    expect(receiptOf(reading)?.failure).toMatchObject({ status: 'expired', reason: 'validity_expired' })
  })

  it('without an id or a status can’t be read', () => {
    const { messageId: _id, ...noId } = RECEIPT
    const { status: _status, ...noStatus } = RECEIPT
    expect(readReceipt(asJson(signed(noId)), RULES).kind).toBe('malformed')
    expect(readReceipt(asJson(signed(noStatus)), RULES).kind).toBe('malformed')
  })

  it('is none where the dashboard only tries the address', () => {
    expect(readReceipt({ url: '', headers: {}, body: NONE }, RULES)).toEqual({ kind: 'ignored' })
    expect(readInboundSms({ url: '', headers: {}, body: NONE }, RULES)).toEqual({ kind: 'ignored' })
  })
})

describe('a text that comes in', () => {
  it('is read, with what its signature writes otherwise', () => {
    expect(readInboundSms(asJson(signed(TEXT)), RULES)).toEqual({
      kind: 'inbound',
      messages: [
        {
          provider: 'vonage',
          providerMessageId: '0B0000000123ABCD',
          from: '+201009129288',
          to: '+15005550006',
          text: 'Stop & go = fine',
          part: null,
          at: new Date('2026-11-23T12:00:29Z'),
          handled: null,
        },
      ],
    })
  })

  it('may be one part of several', () => {
    const part = { concat: 'true', 'concat-ref': '17', 'concat-total': '3', 'concat-part': '2' }
    const partOf = (fields: Fields) => {
      const reading = readInboundSms(asForm(signed({ ...TEXT, ...fields })), RULES)
      return reading.kind === 'inbound' ? reading.messages[0]?.part : 'none'
    }
    expect(partOf(part)).toEqual({ reference: 17, total: 3, number: 2 })
    expect(partOf({ ...part, 'concat-part': '4' })).toBeNull()
    expect(partOf({ ...part, 'concat-ref': 'x' })).toBeNull()
    expect(partOf({ ...part, concat: 'false' })).toBeNull()
  })

  it('keeps a short code as it is', () => {
    const reading = readInboundSms(asJson(signed({ ...TEXT, to: '96167' })), RULES)
    expect(reading).toMatchObject({ messages: [{ to: '96167' }] })
  })

  it('is believed only when it is signed', () => {
    expect(readInboundSms(asJson(TEXT), RULES)).toEqual({ kind: 'forged' })
    expect(readInboundSms(asJson(signed(TEXT)), UNSIGNED)).toEqual({ kind: 'forged' })
  })

  it('that nobody wrote is passed over, and one from nobody can’t be read', () => {
    expect(readInboundSms(asJson(signed({ ...TEXT, type: 'binary' })), RULES)).toEqual({ kind: 'ignored' })
    const { msisdn: _from, ...nobody } = TEXT
    expect(readInboundSms(asJson(signed(nobody)), RULES).kind).toBe('malformed')
  })
})
