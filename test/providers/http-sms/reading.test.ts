import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { readHttpSms } from '../../../src/providers/http-sms/read.ts'
import { readPage } from '../../support/documents.ts'
import { envOf, exampleAt } from './stage.ts'

const ENV: Readonly<Record<string, string>> = envOf({ apiKey: 'a-key', secret: 'a-long-enough-secret' })

/** The smallest file that is right. */
const LEAST = {
  request: { url: 'https://sms.example/send', body: { format: 'form', fields: { to: '{contact}', text: '{text}' } } },
  answer: {},
}

function faultsOf(file: unknown, env: Readonly<Record<string, string>> = ENV): string[] {
  const reading = readHttpSms(file, (name) => env[name] ?? null)
  return 'faults' in reading ? reading.faults.map(({ path, problem, fix }) => `${path} ${problem}. ${fix}`) : []
}

function withRequest(more: Record<string, unknown>): unknown {
  return { ...LEAST, request: { ...LEAST.request, ...more } }
}

describe('a file', () => {
  it('of the documentation is right, and names its variables', () => {
    const reading = readHttpSms(exampleAt('https://sms.regional.example'), (name) => ENV[name] ?? null)
    expect(reading).toMatchObject({ variables: ['REGIONAL_SMS_KEY', 'REGIONAL_SMS_SECRET'] })
    expect('settings' in reading && reading.settings.window).toBe(10)
  })

  it('is judged by the published schema as by us, apart from what no schema can say', () => {
    const schema = JSON.parse(readPage('docs/http-sms.schema.json')) as object
    const isRight = new Ajv2020({ strict: false }).compile(schema)
    expect(isRight(exampleAt('https://sms.regional.example')), JSON.stringify(isRight.errors)).toBe(true)
    expect(isRight(LEAST)).toBe(true)
    const request = { ...LEAST.request, method: 'PUT' }
    const wrong = [
      {},
      [],
      { ...LEAST, sendr: 'Acme' },
      { ...LEAST, window: 0 },
      { ...LEAST, request },
      { ...LEAST, answer: { id: 3 } },
    ]
    for (const file of wrong) expect([isRight(file), faultsOf(file).length > 0]).toEqual([false, true])
  })

  it('needs no more than a request and an answer', () => {
    expect(faultsOf(LEAST)).toEqual([])
  })

  it('that is none says so', () => {
    expect(faultsOf([])).not.toEqual([])
    expect(faultsOf(null)).not.toEqual([])
    expect(faultsOf({})).toEqual([
      'request is missing. See docs/http-sms.md.',
      'answer is missing. See docs/http-sms.md.',
    ])
  })

  it('tells all its faults at once, each with its place', () => {
    const file = {
      ...LEAST,
      sendr: 'Acme',
      window: 0,
      request: { ...LEAST.request, method: 'PUT' },
      answer: { id: 3, failures: [{ codes: ['1'], class: 'final', reason: 'No!' }] },
    }
    const faults = faultsOf(file)
    expect(faults).toContain('sendr means nothing here. Did you mean sender?')
    expect(faults).toContain('request.method is none of POST, GET. See docs/http-sms.md.')
    expect(faults).toContain(
      'answer.id is neither a text nor one of the objects that may stand here. See docs/http-sms.md.',
    )
    expect(faults.filter((fault) => fault.startsWith('window '))).toHaveLength(1)
    expect(faults.some((fault) => fault.startsWith('answer.failures.0.class is none of permanent, '))).toBe(true)
    expect(faults.some((fault) => fault.startsWith('answer.failures.0.reason '))).toBe(true)
  })

  it.each([
    [
      'a variable that is not set',
      { auth: { kind: 'bearer', token: { env: 'NO_SUCH' } } },
      'request.auth.token is in the variable NO_SUCH, which is not set. Set NO_SUCH.',
    ],
    [
      'a part of auth',
      { auth: { kind: 'basic', user: 'me' } },
      'request.auth.password is missing, and basic needs it. Set it.',
    ],
    [
      'a placeholder nobody knows',
      { url: 'https://sms.example/{contcat}' },
      'request.url names {contcat}, which there is not; did you mean {contact}?. See the placeholders in docs/http-sms.md.',
    ],
    [
      'a lone brace',
      { url: 'https://sms.example/{' },
      'request.url has a lone {; a brace itself is written twice. See the placeholders in docs/http-sms.md.',
    ],
    [
      'a host that is filled in',
      { url: 'https://{contact_digits}.example/' },
      'request.url has a placeholder, a user or a password before its path. Write the host as it is; see auth.',
    ],
    [
      'a password in the address',
      { url: 'https://me:secret@sms.example/' },
      'request.url has a placeholder, a user or a password before its path. Write the host as it is; see auth.',
    ],
    [
      'another scheme',
      { url: 'file:///etc/passwd' },
      'request.url is no URL of http or https without a fragment. Write it like https://sms.example/send.',
    ],
    [
      'a text in the path',
      { url: 'https://sms.example/{text}' },
      'request.url names {text}, which cannot stand here. Only {contact}, {contact_digits}, {attempt_id}, {callback_url}, {validity_seconds} can.',
    ],
    [
      'a text in a header',
      { headers: { 'x-text': '{text}' } },
      'request.headers.x-text names {text}, which cannot stand here. Only {contact}, {contact_digits}, {attempt_id}, {callback_url}, {validity_seconds} can.',
    ],
    ['a header that is none', { headers: { 'x y': '1' } }, 'request.headers.x y is no name of a header. Correct it.'],
    [
      'a header of the connection',
      { headers: { Host: 'other' } },
      'request.headers.Host belongs to the connection. Leave it out.',
    ],
    [
      'a line end in a header',
      { headers: { 'x-a': 'a\r\nx-b: c' } },
      'request.headers.x-a holds what no header can, a line end or the like. Correct it.',
    ],
    [
      'a sender that nobody named',
      { body: { format: 'form', fields: { from: '{sender}' } } },
      'request.body.fields.from names {sender}, and there is none for messages that name none. Set sender.',
    ],
    [
      'a body of a GET',
      { method: 'GET' },
      'request.body.format is form, and a GET has no body. Write query, or POST as the method.',
    ],
    [
      'a number in a form',
      { body: { format: 'form', fields: { ttl: 3 } } },
      'request.body.fields.ttl is no text. A form and a query have texts alone.',
    ],
  ])('tells of %s', (_what, request, fault) => {
    expect(faultsOf(withRequest(request))).toEqual([fault])
  })

  it.each([
    [
      'rules for every answer',
      { answer: { failures: [{ class: 'permanent', reason: 'refused' }] } },
      'answer.failures.0 would hold for every answer. Set statuses, codes or both.',
    ],
    [
      'codes that stand nowhere',
      { answer: { failures: [{ codes: ['1'], class: 'permanent', reason: 'refused' }] } },
      'answer.code is missing, while answer.failures.0.codes is set. Say where the code stands.',
    ],
    [
      'receipts that anybody could send',
      { receipts: receipts() },
      'callbacks is missing: nobody could tell a genuine call from another. Say how calls are known.',
    ],
    [
      'a short secret',
      { callbacks: { kind: 'token', header: 'x-token', secret: 'short' } },
      'callbacks.secret has fewer than 12 characters. Take a longer one.',
    ],
    [
      'a token that comes nowhere',
      { callbacks: { kind: 'token', secret: 'long-enough-for-us' } },
      'callbacks needs either header or query, where the token comes. Set one of them.',
    ],
    [
      'a signature over nothing',
      {
        receipts: { ...receipts(), format: 'query' },
        callbacks: { kind: 'hmac-sha256', header: 'x-s', secret: 'long-enough-for-us' },
      },
      'receipts.format is query, and a signature is over the body. Use a token or addresses.',
    ],
    [
      'addresses that are none',
      { callbacks: { kind: 'addresses', addresses: ['example.com'] } },
      'callbacks.addresses.0 is no address and no block. Write it like 203.0.113.0/24.',
    ],
    [
      'a list in a form',
      {
        receipts: { ...receipts(), format: 'form', list: 'events' },
        callbacks: { kind: 'addresses', addresses: ['203.0.113.7'] },
      },
      'receipts.list means nothing where the format is form. Leave it out.',
    ],
    [
      'a check at no address',
      { check: { url: 'sms.example' } },
      'check.url is no URL of http or https. Write it like https://sms.example/balance.',
    ],
  ])('tells of %s', (_what, more, fault) => {
    expect(faultsOf({ ...LEAST, ...more })).toEqual([fault])
  })

  it('never tells a secret', () => {
    const file = withRequest({ auth: { kind: 'bearer', token: { env: 'REGIONAL_SMS_KEY' } }, url: 'nowhere' })
    expect(faultsOf(file, { REGIONAL_SMS_KEY: 'a-key\nwith an end' }).join()).not.toContain('a-key')
  })
})

function receipts(): Record<string, unknown> {
  return { format: 'json', id: 'id', status: 'state', statuses: { DELIVERED: { status: 'delivered' } } }
}
