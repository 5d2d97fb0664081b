import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { SegmentedMessage } from 'sms-segments-calculator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openConnections, type Connections } from '../support/connections.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'

const require = createRequire(import.meta.url)
const LIST = require.resolve('big-list-of-naughty-strings')

/** What breaks programs, by others' experience and ours. */
const NAUGHTY: readonly string[] = [
  ...(JSON.parse(readFileSync(LIST, 'utf8')) as readonly string[]),
  '\u0000',
  'a\u0000b',
  '\ud83d',
  'a\ude00',
  '\ude00\ud83d',
  '\uFEFFbyte order mark',
  '\u202Eright to left\u202C',
  '\u2066\u2067\u2068\u2069',
  '👩‍👩‍👧‍👦🏴󠁧󠁢󠁷󠁬󠁳󠁿',
  '𝒳'.repeat(35),
  '\uFFFE\uFFFF',
  '\u{10FFFF}',
  'e\u0301 is not é',
  '\u007F\u0080\u009F',
  '\u001B[31mred\u001B[0m',
  '\u2028\u2029',
  '\r\n\r\n',
  `a${'\u0301'.repeat(400)}`,
  '🇪🇬'.repeat(60),
  '\u1100'.repeat(200),
  '=HYPERLINK("http://x")',
  '{n} {x, plural, one {a} other {b}}',
  '\\u0000',
  '"',
  '\\',
]

const AT_ONCE = 8

let database: TestDatabase
let node: WholeNode
let connections: Connections

beforeAll(async () => {
  database = await createTestDatabase()
  node = await startWholeNode(database.url, { SMS_RATE_LIMIT_PER_MINUTE: '0' })
  connections = openConnections(node.url, AT_ONCE)
})

afterAll(async () => {
  connections.close()
  await node.app.stop()
  await database.drop()
})

type Body = Readonly<Record<string, unknown>> & {
  readonly data?: Readonly<Record<string, unknown>>
}

interface Answer {
  readonly status: number
  readonly body: Body
}

async function call(method: string, target: string, body: object | null = null): Promise<Answer> {
  const headers = body === null ? {} : { 'content-type': 'application/json' }
  // A slow machine may be told to come again.
  return until(async () => {
    const answer = await connections.call({ method, target, headers, body: body && JSON.stringify(body) })
    return answer.status !== 503 && { status: answer.status, body: JSON.parse(answer.body) as Body }
  })
}

/** The rows of a list, or the answers of a batch. */
function rowsOf({ body }: Answer): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(body.data) ? body.data : []
}

/** Every string, or every so many, a few at a time. Whoever sends it says what is wrong; null: nothing. */
async function forEach(
  check: (text: string) => Promise<string | null>,
  { atOnce = AT_ONCE, from = 0, step = 1 } = {},
): Promise<void> {
  const waiting = [...NAUGHTY.entries()].filter(([index]) => index % step === from % step)
  const faults: string[] = []
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const problem = await check(next[1])
      if (problem !== null) faults.push(`${next[0]} ${JSON.stringify(next[1]).slice(0, 80)}: ${problem}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  expect(faults).toEqual([])
}

/** It is refused in order, or what is read back is what was sent. Counts what was taken. */
function judge({ status, body }: Answer, taken: { count: number }): string | null {
  if (status === 200) taken.count += 1
  if (status === 200 || (status >= 400 && status < 500 && body['success'] === false)) return null
  return `it was answered ${status} ${JSON.stringify(body)}`
}

const same = (is: unknown, was: unknown): string | null =>
  is === was ? null : `${JSON.stringify(was)} came back as ${JSON.stringify(is)}`

const CONTACT = '+201009129288'

// A sender has at most 64 characters.
test.each([
  ['subject', 60],
  ['message', 60],
  ['tag', 60],
  ['sender', 120],
])('the %s of an SMS is stored and read back as it was sent, or refused', async (field, mostRefused) => {
  const taken = { count: 0 }
  await forEach(async (text) => {
    const sent = { contact: CONTACT, subject: 'a', message: 'b', max_segments: 255, [field]: text }
    const answer = await call('POST', '/smss', sent)
    if (answer.status !== 200) return judge(answer, taken)
    taken.count += 1
    const read = await call('GET', `/smss/${String(answer.body['message_id'])}`)
    return same(read.body.data?.[field], text) ?? (field === 'message' ? segmentsProblem(answer.body, text) : null)
  })
  expect(taken.count).toBeGreaterThan(NAUGHTY.length - mostRefused)
})

function segmentsProblem({ segments, encoding }: Body, text: string): string | null {
  const theirs = new SegmentedMessage(text)
  if (encoding !== (theirs.encodingName === 'GSM-7' ? 'gsm7' : 'ucs2')) return `it is not ${String(encoding)}`
  if (segments === theirs.segmentsCount) return null
  // Its rules of what belongs to one character are older than the platform's.
  const clusters = [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)]
  const sameRules = clusters.length === theirs.graphemes.length && Math.max(...clusters.map(lengthOf)) <= 67
  return sameRules ? `${String(segments)} segments, where ${theirs.segmentsCount} are counted elsewhere` : null
}

const lengthOf = ({ segment }: { readonly segment: string }): number => segment.length

test('an SMS is found by its tag, whatever that is', async () => {
  await forEach(async (text) => {
    const answer = await call('POST', '/smss', { contact: CONTACT, subject: 'a', message: 'b', tag: text })
    if (answer.status !== 200) return null
    const query = `tag:"${text.replaceAll(/[\\"]/g, '\\$&')}"`
    const found = await call('GET', `/smss?q=${encodeURIComponent(query)}`)
    const isFound = rowsOf(found).some((row) => row['message_id'] === answer.body['message_id'])
    return isFound ? null : `${found.status} ${String(found.body['message'])}`
  })
})

test('the items of a batch come back as they were sent, or are refused each for itself', async () => {
  const items = NAUGHTY.map((text) => ({ contact: CONTACT, subject: text, message: text, key: undefined }))
  // oxlint-disable-next-line no-control-regex
  const storable = items.filter(({ subject }) => !/[\u0000\p{Surrogate}]/u.test(subject))
  const answer = await call('POST', '/smss/batch', { partial: true, items: storable })
  const data = rowsOf(answer)
  expect([answer.status, data.length]).toEqual([200, storable.length])
  for (const [index, { success, message_id: id }] of data.entries()) {
    if (!success) continue
    const read = await call('GET', `/smss/${String(id)}`)
    expect(read.body.data).toMatchObject({ subject: storable[index]?.subject, message: storable[index]?.message })
  }
})

test('the texts and the values of a push come back as they were sent, or are refused', async () => {
  const taken = { count: 0 }
  await forEach(async (text) => {
    const answer = await call('POST', '/notifications/topic', {
      topic: 'a',
      title: text,
      body: text,
      data: { a: text },
    })
    if (answer.status !== 200) return judge(answer, taken)
    taken.count += 1
    const { data } = (await call('GET', `/notifications/${String(answer.body['notification_id'])}`)).body
    const content = data?.['content'] as { readonly data?: { readonly a?: string } } | undefined
    return same(data?.['title'], text) ?? same(data?.['body'], text) ?? same(content?.data?.a, text)
  })
  expect(taken.count).toBeGreaterThan(NAUGHTY.length - 60)
})

test('a token comes back as it was sent, or is refused', async () => {
  const taken = { count: 0 }
  await forEach(async (text) => {
    const answer = await call('POST', '/notifications/tokens', { tokens: [text, 'a'], title: 'a', body: 'b' })
    if (answer.status !== 200) return judge(answer, taken)
    taken.count += 1
    const id = String(answer.body['notification_id'])
    const targets = (await call('GET', `/notifications/${id}/deliveries`)).body.data as unknown
    const tokens = Array.isArray(targets) ? targets.map((one: { readonly token: string }) => one.token) : []
    return tokens.includes(text) ? null : `${JSON.stringify(tokens)} came back`
  })
  // None has blanks, and all are ASCII.
  expect(taken.count).toBeGreaterThan(100)
})

test('the value of a template’s variable goes into the text as it is', async () => {
  const variables = { who: { type: 'text', sample: 'x', max_length: 900 } }
  const template = {
    kind: 'sms',
    default_locale: 'en',
    variables,
    locales: { en: { subject: '', message: '<{who}>' } },
  }
  expect((await call('PUT', '/templates/echo', template)).status).toBe(200)
  const taken = { count: 0 }
  await forEach(async (text) => {
    const use = { name: 'echo', variables: { who: text } }
    const answer = await call('POST', '/smss', { contact: CONTACT, template: use, max_segments: 255 })
    if (answer.status !== 200) return judge(answer, taken)
    taken.count += 1
    const read = await call('GET', `/smss/${String(answer.body['message_id'])}`)
    return same(read.body.data?.['message'], `<${text}>`)
  })
  expect(taken.count).toBeGreaterThan(NAUGHTY.length - 60)
})

const PLACES = [
  '/smss?q=',
  '/notifications?q=',
  '/clients?q=',
  '/tokens?q=',
  '/inbox?tag=',
  '/inbox?to=',
  '/inbox/threads?q=',
  '/clients/',
  '/errors/',
  '/templates/',
]

// Every fourth one in each place, so that each stands in two or three of them.
test.each(PLACES)('whatever stands after %s is looked for, or refused', async (place) => {
  const taken = { count: 0 }
  const check = async (text: string): Promise<string | null> =>
    judge(await call('GET', place + encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\uFFFD'))), taken)
  await forEach(check, { from: PLACES.indexOf(place), step: 4 })
})

test('why sending is paused is read back as it was said, or refused', async () => {
  const taken = { count: 0 }
  await forEach(
    async (text) => {
      const answer = await call('POST', '/pause', { provider: 'sandbox', reason: text })
      if (answer.status !== 200) return judge(answer, taken)
      taken.count += 1
      const pauses = (await call('GET', '/pauses')).body.data as unknown
      return same(Array.isArray(pauses) ? (pauses[0] as { readonly reason: string }).reason : null, text)
    },
    { atOnce: 1 },
  )
  await call('POST', '/resume', {})
  expect(taken.count).toBeGreaterThan(NAUGHTY.length - 60)
})

test.each([
  ['marks on one letter', `a${'\u0301'.repeat(500_000)}`],
  ['one family', '👩‍'.repeat(330_000)],
  ['flags', '🇪🇬'.repeat(250_000)],
  ['consonants that join', '\u0915\u094D'.repeat(160_000)],
])('a megabyte of %s is refused, and holds nobody up', async (_name, text) => {
  const push = { tokens: ['a'], title: text, body: 'b' }
  expect((await call('POST', '/smss', { contact: CONTACT, subject: 'a', message: text })).status).toBe(413)
  expect((await call('POST', '/notifications/tokens', push)).status).toBeGreaterThanOrEqual(400)
  const item = { contact: CONTACT, subject: 'a', message: text }
  const batch = await call('POST', '/smss/batch', { partial: true, items: [item] })
  expect([200, 400, 413]).toContain(batch.status)
  expect(batch.body['accepted'] ?? 0).toBe(0)
  expect((await call('GET', '/readyz')).status).toBe(200)
})
