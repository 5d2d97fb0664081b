import { createHash } from 'node:crypto'
import fc from 'fast-check'
import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import type { ProviderCallback } from '../../../src/domain/provider.ts'
import { sign } from '../../../src/fakes/twilio/callbacks.ts'
import { readInboundSms, readStatusCallback } from '../../../src/providers/twilio/callbacks.ts'
import { isSigned } from '../../../src/providers/twilio/signature.ts'
import { PUBLIC_URL } from './stage.ts'

const TOKEN = 'look-alike-auth-token'
const RULES = { authToken: TOKEN }
const SID = `SM${'a'.repeat(32)}`
const URL_OF_7 = `${PUBLIC_URL}/callbacks/twilio/status?attempt=7.2`

function callback(url: string, body: string, signature: string | undefined): ProviderCallback {
  return { url, headers: { 'x-twilio-signature': signature }, body: Buffer.from(body) }
}

function signed(fields: Record<string, string>, url = URL_OF_7, token = TOKEN): ProviderCallback {
  const form = new URLSearchParams(fields)
  return callback(url, form.toString(), sign(token, url, form))
}

/** As a web framework hands a form to the official validator: a list where a name came several times. */
function params(body: string): Record<string, string | string[]> {
  const form = new URLSearchParams(body)
  const entries = [...new Set(form.keys())].map((name) => [name, form.getAll(name)] as const)
  return Object.fromEntries(entries.map(([name, values]) => [name, values.length === 1 ? values.join('') : values]))
}

const url = fc
  .record({
    scheme: fc.constantFrom('https://', 'http://', 'HTTPS://'),
    user: fc.constantFrom('', '', 'user:secret@', 'a@b:c@'),
    host: fc.constantFrom('tidings.example', 'Tidings.Example', '[2001:db8::1]', '192.0.2.1'),
    port: fc.constantFrom('', ':443', ':80', ':8443'),
    path: fc.constantFrom('/callbacks/twilio/status', '/', '/a%20b/ü', "/it's"),
    query: fc.constantFrom('', '?', '?attempt=7.1', "?a=it's&b=x+y&b=%20", '?ä=é&a', '?a=1&a=2&=&%'),
  })
  .map((parts) => Object.values(parts).join(''))

const form = fc
  .array(fc.tuple(fc.constantFrom('a', 'B', 'ä', '_', 'Body', '10', '9'), fc.string({ unit: 'grapheme' })))
  .map((entries) => new URLSearchParams(entries))

describe('a signature is judged as the official validator judges it', () => {
  it('for forms, good and tampered with', () => {
    let good = 0
    fc.assert(
      fc.property(
        url,
        form,
        url,
        form,
        fc.constantFrom(TOKEN, 'another'),
        (at, fields, otherUrl, otherFields, token) => {
          const signature = twilio.getExpectedTwilioSignature(token, at, params(fields.toString()))
          for (const [seenAt, seenFields] of [
            [at, fields],
            [otherUrl, fields],
            [at, otherFields],
          ] as const) {
            const body = seenFields.toString()
            const theirs = twilio.validateRequest(TOKEN, signature, seenAt, params(body))
            expect(isSigned(callback(seenAt, body, signature), [TOKEN])).toBe(theirs)
            if (theirs) good += 1
          }
        },
      ),
      { numRuns: 2_000 },
    )
    expect(good).toBeGreaterThan(500)
  })

  it('for every way to write one URL', () => {
    const spellings = ['', ':443', ':8443'].flatMap((port) =>
      ["?a=it's&b=x y", "?a=it's&b=x%20y", '?a=it%27s&b=x%20y', '?a=it%27s&b=x+y'].map(
        (query) => `https://tidings.example${port}/p${query}`,
      ),
    )
    for (const signedAt of spellings) {
      for (const seenAt of spellings) {
        const signature = twilio.getExpectedTwilioSignature(TOKEN, signedAt, { a: 'b' })
        const theirs = twilio.validateRequest(TOKEN, signature, seenAt, { a: 'b' })
        expect([signedAt, seenAt, isSigned(callback(seenAt, 'a=b', signature), [TOKEN])]).toEqual([
          signedAt,
          seenAt,
          theirs,
        ])
      }
    }
  })

  it('for other bodies, by their hash', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (body, other) => {
        const hash = createHash('sha256').update(body).digest('hex')
        const at = `${PUBLIC_URL}/callbacks/twilio/status?attempt=7.1&bodySHA256=${hash}`
        const signature = twilio.getExpectedTwilioSignature(TOKEN, at, {})
        for (const seen of [body, other]) {
          const theirs = twilio.validateRequestWithBody(TOKEN, signature, at, seen)
          expect(isSigned(callback(at, seen, signature), [TOKEN])).toBe(theirs)
        }
      }),
    )
  })

  it('for whatever stands in the header', () => {
    fc.assert(
      fc.property(fc.string(), (signature) => {
        expect(isSigned(callback(URL_OF_7, 'a=b', signature), [TOKEN])).toBe(
          twilio.validateRequest(TOKEN, signature, URL_OF_7, { a: 'b' }),
        )
      }),
    )
  })
})

describe('a callback is forged', () => {
  const genuine = signed({ MessageSid: SID, MessageStatus: 'delivered' })
  const signature = genuine.headers['x-twilio-signature']
  const body = genuine.body.toString()

  it.each([
    ['without a signature', callback(URL_OF_7, body, undefined)],
    ['with an empty one', callback(URL_OF_7, body, '')],
    ['with another body', callback(URL_OF_7, body.replace('delivered', 'failed'), signature)],
    ['with a field more', callback(URL_OF_7, `${body}&ErrorCode=30003`, signature)],
    ['for another attempt', callback(URL_OF_7.replace('7.2', '8.2'), body, signature)],
    ['for another host', callback(URL_OF_7.replace('tidings', 'elsewhere'), body, signature)],
    ['signed with another token', signed({ MessageSid: SID, MessageStatus: 'delivered' }, URL_OF_7, 'another')],
  ])('%s', (_how, forged) => {
    expect(readStatusCallback(genuine, RULES).kind).toBe('receipts')
    expect(readStatusCallback(forged, RULES)).toEqual({ kind: 'forged' })
  })

  it('unless one of two tokens signed it, while the account’s token is changed', () => {
    const byOld = signed({ MessageSid: SID, MessageStatus: 'delivered' }, URL_OF_7, 'old-token')
    expect(readStatusCallback(byOld, RULES).kind).toBe('forged')
    expect(readStatusCallback(byOld, { authToken: TOKEN, otherAuthTokens: ['old-token'] }).kind).toBe('receipts')
  })
})

describe('a genuine callback', () => {
  const about = { provider: 'twilio', providerMessageId: SID, attempt: { messageId: 7, number: 2 }, at: null }
  const read = (fields: Record<string, string>) => readStatusCallback(signed({ MessageSid: SID, ...fields }), RULES)

  it.each([
    ['accepted', 'sent'],
    ['scheduled', 'sent'],
    ['queued', 'sent'],
    ['sending', 'sent'],
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'delivered'],
  ])('of %s says %s', (word, status) => {
    expect(read({ MessageStatus: word })).toEqual({ kind: 'receipts', receipts: [{ ...about, status, failure: null }] })
  })

  it.each([
    ['undelivered', '30003', 'undelivered', 'unreachable', '30003'],
    ['failed', '21610', 'failed', 'opted_out', '21610'],
    ['failed', '30036', 'expired', 'validity_expired', '30036'],
    ['undelivered', '', 'undelivered', 'unknown', null],
    ['failed', '77777', 'failed', 'unknown', '77777'],
    ['undelivered', '77777', 'undelivered', 'unknown', '77777'],
    ['failed', '30006', 'undelivered', 'landline', '30006'],
    ['canceled', '', 'failed', 'cancelled', null],
  ])('of %s with %j says %s: %s', (word, code, status, reason, ourCode) => {
    const reading = read({ MessageStatus: word, ...(code === '' ? {} : { ErrorCode: code }) })
    expect(reading).toMatchObject({ receipts: [{ ...about, status, failure: { status, reason, code: ourCode } }] })
  })

  it.each(['received', 'receiving', 'whatever'])('of %s is none of ours', (word) => {
    expect(read({ MessageStatus: word })).toEqual({ kind: 'ignored' })
  })

  it.each([
    { MessageStatus: 'sent', MessageSid: '' },
    { MessageSid: SID },
    { MessageStatus: 'sent', MessageSid: '../x' },
  ])('that lacks a part is malformed: %j', (fields) => {
    expect(readStatusCallback(signed(fields as Record<string, string>), RULES).kind).toBe('malformed')
  })

  it.each([
    ['?attempt=7', null],
    ['', null],
    ['?attempt=0.1', null],
    ['?attempt=7.1', { messageId: 7, number: 1 }],
  ])('names its attempt in the query: %j', (query, attempt) => {
    const at = `${PUBLIC_URL}/callbacks/twilio/status${query}`
    expect(readStatusCallback(signed({ MessageSid: SID, MessageStatus: 'sent' }, at), RULES)).toMatchObject({
      receipts: [{ attempt }],
    })
  })

  it('in JSON is read like a form', () => {
    const body = JSON.stringify({ MessageSid: SID, MessageStatus: 'delivered' })
    const at = `${URL_OF_7}&bodySHA256=${createHash('sha256').update(body).digest('hex')}`
    const signature = twilio.getExpectedTwilioSignature(TOKEN, at, {})
    expect(readStatusCallback(callback(at, body, signature), RULES)).toMatchObject({
      receipts: [{ status: 'delivered' }],
    })
  })
})

describe('a text that comes in', () => {
  const AT = `${PUBLIC_URL}/callbacks/twilio/inbound`
  const TEXT = { MessageSid: SID, From: '+201009129288', To: '+15005550006', Body: 'Stop & go', NumSegments: '1' }

  it('is read, and answered so that Twilio says nothing', () => {
    expect(readInboundSms(signed(TEXT, AT), RULES)).toEqual({
      kind: 'inbound',
      messages: [
        {
          provider: 'twilio',
          providerMessageId: SID,
          from: '+201009129288',
          to: '+15005550006',
          text: 'Stop & go',
          part: null,
          at: null,
          handled: null,
        },
      ],
      reply: { contentType: 'text/xml', text: '<?xml version="1.0" encoding="UTF-8"?><Response/>' },
    })
  })

  it('answers with TwiML that the official library would write', () => {
    const reading = readInboundSms(signed(TEXT, AT), RULES)
    const official = new twilio.twiml.MessagingResponse().toString()
    expect(reading.kind === 'inbound' && reading.reply?.text).toBe(official)
  })

  it.each([
    ['STOP', 'stop'],
    ['START', 'start'],
    ['HELP', 'help'],
    ['OTHER', null],
  ])('that Twilio took for %s says so', (word, handled) => {
    expect(readInboundSms(signed({ ...TEXT, OptOutType: word }, AT), RULES)).toMatchObject({ messages: [{ handled }] })
  })

  it('may be empty, and comes under the name the provider was given', () => {
    const { Body: _body, ...picture } = TEXT
    const reading = readInboundSms(signed(picture, AT), { ...RULES, name: 'twilio-eu' })
    expect(reading).toMatchObject({ messages: [{ text: '', provider: 'twilio-eu' }] })
  })

  it('is believed only when it is signed, and read only when it says from whom', () => {
    expect(readInboundSms(signed(TEXT, AT, 'another-token'), RULES)).toEqual({ kind: 'forged' })
    expect(readInboundSms(signed(TEXT, `${AT}?x`, TOKEN), RULES).kind).toBe('inbound')
    for (const left of ['MessageSid', 'From', 'To'] as const) {
      const fields = Object.fromEntries(Object.entries(TEXT).filter(([name]) => name !== left))
      expect(readInboundSms(signed(fields, AT), RULES).kind).toBe('malformed')
    }
  })
})
