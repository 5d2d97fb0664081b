import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createServer } from '../../src/http/server.ts'
import { createStandIns } from './stand-ins.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const ROUTES = ['/smss', '/notifications/tokens', '/notifications/topic'] as const
const GOOD: Readonly<Record<(typeof ROUTES)[number], object>> = {
  '/smss': { contact: '+201009129288', subject: 'a', message: 'b' },
  '/notifications/tokens': { tokens: ['a'], title: 'a', body: 'b' },
  '/notifications/topic': { topic: 'a', title: 'a', body: 'b' },
}

const BODIES: readonly [string, string | Buffer][] = [
  ['nothing', ''],
  ['blanks', ' \n '],
  ['null', 'null'],
  ['a number', '1'],
  ['a string', '"text"'],
  ['a list', '[]'],
  ['an empty object', '{}'],
  ['half an object', '{"contact": '],
  ['two objects', '{}{}'],
  ['single quotes', "{'contact': '+201009129288'}"],
  ['a comment', '{} // done'],
  ['a million open brackets', '['.repeat(1_000_000)],
  ['thirty thousand open brackets', '['.repeat(30_000)],
  ['seventeen levels', `{"data":${'['.repeat(17)}${']'.repeat(17)}}`],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ['a byte order mark', '\uFEFF{}'],
]

for (const route of ROUTES) {
  test.each(BODIES)(
    `POST ${route} with %s is refused with the error object, and nothing is stored`,
    async (_name, body) => {
      await expectRefused(route, body)
    },
  )

  test(`POST ${route} names each field that is missing`, async () => {
    for (const field of Object.keys(GOOD[route])) {
      const { [field]: _left, ...rest } = Object.fromEntries(Object.entries(GOOD[route]))
      const answer = await expectRefused(route, JSON.stringify(rest))
      expect(answer).toMatchObject({ code: 'invalid_request', message: `\`${field}\` is missing` })
    }
  })

  test(`POST ${route} refuses null, numbers, lists and objects where a text belongs`, async () => {
    for (const field of Object.keys(GOOD[route])) {
      for (const wrong of [null, 5, true, {}, [[]], [null], field === 'tokens' ? 'text' : ['text']]) {
        const answer = await expectRefused(route, JSON.stringify({ ...GOOD[route], [field]: wrong }))
        expect(answer.details?.[0]?.path).toMatch(new RegExp(`^${field}`))
      }
    }
  })

  test.each([
    ['U+0000', '\\u0000'],
    ['half a surrogate pair', '\\ud83d'],
    ['the other half', 'x\\ude00'],
  ])(`POST ${route} refuses a text that holds %s`, async (_name, escape) => {
    const body = JSON.stringify({ ...GOOD[route], tag: 'TAG' }).replace('TAG', escape)
    expect(await expectRefused(route, body)).toMatchObject({ details: [{ path: 'tag' }] })
  })

  test.each(['__proto__', 'constructor'])(
    `POST ${route} refuses a field named %s, wherever it stands`,
    async (name) => {
      await expectRefused(route, JSON.stringify(GOOD[route]).replace('{', `{"${name}":{"a":1},`))
      await expectRefused(route, JSON.stringify({ ...GOOD[route], data: 0 }).replace('0}', `{"${name}":"x"}}`))
      expect(Object.hasOwn(Object.prototype, 'a')).toBe(false)
    },
  )

  test(`POST ${route} refuses a field that is named twice`, async () => {
    const body = JSON.stringify(GOOD[route]).replace('{', '{"tag":"one","tag":"two",')
    expect(await expectRefused(route, body)).toMatchObject({ code: 'invalid_json' })
  })

  test(`POST ${route} never answers 500 to random JSON`, async () => {
    const fields = fc.constantFrom(
      ...Object.keys(GOOD[route]),
      'tag',
      'ttl',
      'category',
      'data',
      'fids',
      'android',
      'x',
    )
    const bodies = fc.oneof(fc.jsonValue(), fc.dictionary(fields, fc.jsonValue()))
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const payload = JSON.stringify(body)
        const answer = await taking.inject({ method: 'POST', url: route, headers: JSON_TYPE, payload })
        expect([200, 400]).toContain(answer.statusCode)
        if (answer.statusCode === 400) expect(answer.json()).toMatchObject({ success: false, error: 400 })
      }),
      { numRuns: 300 },
    )
  })
}

test('a misspelt field is refused with the right one, and a misspelt word likewise', async () => {
  const body = { contact: '+201009129288', subject: 'a', mesage: 'b', category: 'opt' }
  const answer = await expectRefused('/smss', JSON.stringify(body))
  expect(answer.details).toEqual([
    {
      path: 'mesage',
      message: 'unknown field `mesage`, did you mean `message`?',
      suggestion: 'message',
    },
    {
      path: 'category',
      message: '`category` must be one of otp, transactional, marketing; did you mean `otp`?',
      suggestion: 'otp',
    },
    { path: 'message', message: '`message` is missing' },
  ])
})

test.each([
  ['project', 'My_Shop', 'must begin with a small letter, and hold only those, digits and -'],
  ['send_at', 'tomorrow', 'must be a time with its zone, like 2030-01-31T18:00:00Z, or without one beside `local`'],
])('a bad %s is told what one looks like', async (field, value, sentence) => {
  const body = { ...GOOD['/notifications/tokens'], [field]: value }
  expect((await expectRefused('/notifications/tokens', JSON.stringify(body))).message).toContain(sentence)
})

test('a field that is not served yet is an unknown field', async () => {
  const body = { ...GOOD['/smss'], mms_media: 1 }
  expect(await expectRefused('/smss', JSON.stringify(body))).toMatchObject({ message: 'unknown field `mms_media`' })
})

test.each(ROUTES)('POST %s takes nothing in the query: what was meant for the body is not dropped', async (route) => {
  const answer = await expectRefused(`${route}?dry_run=true`, JSON.stringify(GOOD[route]))
  expect(answer.details).toEqual([
    { path: 'dry_run', message: 'unknown parameter `dry_run`: this route takes its fields in the body' },
  ])
})

test('a body whose quotes the shell removed is answered with the line that works', async () => {
  const answer = await expectRefused('/smss', '{contact: +201009129288, subject: Hello, message: Hi}')
  expect(answer.code).toBe('shell_quotes')
  expect(answer.message).toContain('/errors/shell_quotes.txt')
  const line = answer.details?.[0]?.suggestion ?? ''
  expect(line).toContain('-H \'content-type: application/json\' -d \'{"contact": "+201009129288"')
})

test('the texts of a request never come back in a refusal', async () => {
  const secret = 'hunter2-482913'
  const bodies = [
    `{"contact": ${secret}`,
    JSON.stringify({ contact: '+201009129288', subject: secret, message: 5, category: secret }),
    JSON.stringify({ tokens: [secret, null], title: 1 }),
  ]
  for (const body of bodies) expect(JSON.stringify(await expectRefused('/smss', body))).not.toContain(secret)
})

test.each([
  ['text/plain', 415],
  ['application/x-www-form-urlencoded', 415],
  ['application/jsonx', 415],
  ['nonsense', 415],
  ['application/json; charset=utf-8', 200],
  ['Application/JSON', 200],
])('a body of type %s is answered with %i', async (type, status) => {
  const payload = JSON.stringify(GOOD['/smss'])
  const headers = { 'content-type': type }
  const answer = await taking.inject({ method: 'POST', url: '/smss', headers, payload })
  expect(answer.statusCode).toBe(status)
})

test('a compressed body is refused as a type we do not take', async () => {
  const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' }
  const answer = await taking.inject({ method: 'POST', url: '/smss', headers, payload: 'x' })
  expect(answer.json()).toMatchObject({ error: 415, code: 'unsupported_media_type' })
})

test.each([
  ['/smss', 32 * 1024],
  ['/notifications/topic', 32 * 1024],
  ['/callbacks/twilio/status', 64 * 1024],
])('POST %s takes at most %i bytes', async (url, most) => {
  const send = (bytes: number): Promise<{ statusCode: number }> =>
    taking.inject({ method: 'POST', url, headers: JSON_TYPE, payload: 'x'.repeat(bytes) })
  expect((await send(most)).statusCode).not.toBe(413)
  expect((await send(most + 1)).statusCode).toBe(413)
})

test('numbers that a double cannot hold are refused rather than rounded', async () => {
  const body = '{"topic":"a","title":"a","body":"b","android":{"n":9007199254740993}}'
  expect(await expectRefused('/notifications/topic', body)).toMatchObject({ details: [{ path: 'android.n' }] })
  const huge = '{"topic":"a","title":"a","body":"b","android":{"n":1e999}}'
  expect(await expectRefused('/notifications/topic', huge)).toMatchObject({ details: [{ path: 'android.n' }] })
})

test.each([
  ['limit=0', 'limit'],
  ['limit=201', 'limit'],
  ['limit=abc', 'limit'],
  ['limit=1&limit=2', 'limit'],
  ['cursor=%21', 'cursor'],
  ['cursor=LTE', 'cursor'],
  ['limits=5', 'limits'],
])('a list asked for with ?%s is refused', async (query, path) => {
  const answer = await taking.inject(`/notifications/1/deliveries?${query}`)
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({ code: 'invalid_request', details: [{ path }] })
})

interface Refused {
  readonly code: string
  readonly message: string
  readonly details?: readonly { readonly path: string; readonly suggestion?: string }[]
}

/** One for all that may be taken. */
const taking = createServer(createStandIns().parts)

/** One for all that is refused: making one takes a while, and what it is asked to store stays nothing. */
const { parts: refusingParts, recorded } = createStandIns()
const refusing = createServer(refusingParts)

async function expectRefused(url: string, payload: string | Buffer): Promise<Refused> {
  const answer = await refusing.inject({ method: 'POST', url, headers: JSON_TYPE, payload })
  const object = answer.json<Refused & { error: number }>()
  expect([400, 413]).toContain(answer.statusCode)
  expect(object).toMatchObject({ success: false, error: answer.statusCode, docs: `/errors/${object.code}` })
  expect(object.message).not.toBe('')
  expect([recorded.sms, recorded.tokens, recorded.topics]).toEqual([[], [], []])
  return object
}
