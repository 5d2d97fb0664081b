import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contactOf, smsTo } from '../../../src/conformance/stage.ts'
import type { OutboundSms } from '../../../src/domain/provider.ts'
import { buildSubmission } from '../../../src/providers/http-sms/requests.ts'
import { settingsOf } from './stage.ts'

const TO = contactOf('+201009129288')
const JSON_BODY = {
  format: 'json',
  fields: {
    to: '{contact}',
    message: { text: 'Acme: {text}', from: '{sender}' },
    all: ['{text}', 1, true, null, '{{}}'],
  },
}
const FORM_BODY = { format: 'form', fields: { to: '{contact_digits}', text: '{text}', from: '{sender}', fixed: '1' } }

function requestOf(request: Record<string, unknown>, sms: OutboundSms = smsTo(TO, 7), more: object = {}) {
  const file = {
    sender: 'Acme',
    request: { url: 'https://sms.example/send', body: FORM_BODY, ...request },
    answer: {},
    ...more,
  }
  const settings = settingsOf(file, { KEY: 'a "key" {text}' })
  return buildSubmission({ name: 'regional', settings, publicUrl: 'https://tidings.example' }, sms)
}

describe('a text', () => {
  const withText = (text: string) => smsTo(TO, 7, { text })
  const anyText = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('"}', '&to=1', '\r\nx: y', '{contact}', '${x}', '\ud800', '%00'),
  )

  it('stays within its place in JSON', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { body, url } = requestOf({ body: JSON_BODY }, withText(text))
        expect(JSON.parse(body ?? '')).toEqual({
          to: TO,
          message: { text: `Acme: ${text}`, from: 'Acme' },
          all: [text, 1, true, null, '{}'],
        })
        expect(url).toBe('https://sms.example/send')
      }),
    )
  })

  it('stays within its place in a form', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { body } = requestOf({}, withText(text))
        const fields = [...new URLSearchParams(body ?? '')]
        const whole = Buffer.from(text).toString()
        expect(fields).toEqual([
          ['to', '201009129288'],
          ['text', whole],
          ['from', 'Acme'],
          ['fixed', '1'],
        ])
      }),
    )
  })

  it('stays within its place in a query, in the address and behind it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const url = 'https://sms.example/{contact_digits}/send?a={text}&b=2'
        const body = { format: 'query', fields: { text: '{text}', c: '3' } }
        const built = new URL(requestOf({ method: 'GET', url, body }, withText(text)).url)
        const whole = Buffer.from(text).toString()
        expect(built.origin + built.pathname).toBe('https://sms.example/201009129288/send')
        expect([...built.searchParams]).toEqual([
          ['a', whole],
          ['b', '2'],
          ['text', whole],
          ['c', '3'],
        ])
        expect(built.hash).toBe('')
      }),
    )
  })
})

describe('a request', () => {
  it('has its key and its headers, and the type of its body', () => {
    const auth = { kind: 'header', name: 'X-Api-Key', value: { env: 'KEY' } }
    const { headers } = requestOf({ auth, headers: { 'X-Attempt': 'a-{attempt_id}' } })
    expect(headers).toMatchObject({
      'x-api-key': 'a "key" {text}',
      'x-attempt': 'a-7.1',
      'content-type': 'application/x-www-form-urlencoded',
    })
    const basic = requestOf({ auth: { kind: 'basic', user: 'me', password: { env: 'KEY' } } }).headers
    expect(basic['authorization']).toBe(`Basic ${Buffer.from('me:a "key" {text}').toString('base64')}`)
    const bearer = requestOf({
      auth: { kind: 'bearer', token: 'x' },
      headers: { 'Content-Type': 'text/json' },
      body: JSON_BODY,
    })
    expect(bearer.headers).toMatchObject({ authorization: 'Bearer x', 'content-type': 'text/json' })
  })

  it('may hold secrets in its body, and numbers in JSON', () => {
    const fields = {
      key: { env: 'KEY' },
      ttl: { as_number: '{validity_seconds}' },
      to: { as_number: '{contact_digits}' },
    }
    expect(JSON.parse(requestOf({ body: { format: 'json', fields } }).body ?? '')).toEqual({
      key: 'a "key" {text}',
      ttl: 600,
      to: 201_009_129_288,
    })
    expect(requestOf({ body: { format: 'form', fields: { key: { env: 'KEY' } } } }).body).toBe(
      'key=a+%22key%22+%7Btext%7D',
    )
  })

  it('names the attempt where receipts are to come, with the token that they are known by', () => {
    const body = { format: 'form', fields: { cb: '{callback_url}' } }
    const token = { kind: 'token', query: 'token', secret: 'a&b=c-long-enough' }
    const urlOf = (more: object) => new URLSearchParams(requestOf({ body }, smsTo(TO, 7), more).body ?? '').get('cb')
    expect(urlOf({})).toBe('https://tidings.example/callbacks/regional/status?attempt=7.1')
    expect(urlOf({ callbacks: token })).toBe(
      'https://tidings.example/callbacks/regional/status?attempt=7.1&token=a%26b%3Dc-long-enough',
    )
  })

  it('leaves out what there is nothing for', () => {
    const fields = { cb: '{callback_url}', list: ['{callback_url}', 'x'], said: 'at {callback_url}' }
    const settings = settingsOf({
      request: { url: 'https://sms.example/', body: { format: 'json', fields } },
      answer: {},
    })
    const { body } = buildSubmission({ name: 'regional', settings, publicUrl: null }, smsTo(TO, 7))
    expect(JSON.parse(body ?? '')).toEqual({ list: ['x'], said: 'at ' })
  })

  it('has the sender of the message, where it names one', () => {
    const { body } = requestOf({}, smsTo(TO, 7, { sender: '+15005550006' }))
    expect(new URLSearchParams(body ?? '').get('from')).toBe('+15005550006')
  })
})
