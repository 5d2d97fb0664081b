import { pino } from 'pino'
import { execFile } from 'node:child_process'
import { Writable } from 'node:stream'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { ERROR_CODES, TidingsError } from '../../src/domain/errors.ts'
import { STATUSES } from '../../src/domain/status.ts'
import { CATEGORIES, ON_UNCERTAIN } from '../../src/domain/category.ts'
import { SmsRequest } from '../../src/contract/sms.ts'
import { CATEGORY, STATUS } from '../../src/contract/words.ts'
import { ERROR_PAGES } from '../../src/http/error-pages.ts'
import { createServer } from '../../src/http/server.ts'
import { createStandIns } from './stand-ins.ts'

/** For tests that change nothing of it: making one takes a while. */
const plain = createServer(createStandIns().parts)

const SMS = { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' }

test.each(ERROR_CODES)('the code %s has a page for programs and one for people', async (code) => {
  const app = plain
  const data = await app.inject(`/errors/${code}`)
  expect(data.json()).toEqual({ success: true, data: { code, ...ERROR_PAGES[code] } })
  const page = await app.inject({ url: `/errors/${code}`, headers: { accept: 'text/html,*/*;q=0.8' } })
  expect(page.headers['content-type']).toContain('text/html')
  expect(page.body).toContain('How to fix it')
})

test.each(ERROR_CODES)('the page of %s is there as plain text, too', async (code) => {
  const text = await plain.inject(`/errors/${code}.txt`)
  expect(text.headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(text.body).toContain(`${ERROR_PAGES[code].what}\n`)
  expect(text.body).toContain(`${ERROR_PAGES[code].fix}\n`)
})

test('a line of the shell_quotes page, run as it is printed, sends what it says', async () => {
  const { parts, recorded } = createStandIns()
  const app = createServer(parts)
  const origin = await app.listen({ host: '127.0.0.1', port: 0 })
  const text = await (await fetch(`${origin}/errors/shell_quotes.txt`)).text()
  const lines = text.split('\n').filter((line) => line.startsWith(`curl ${origin}/`) && line.includes("-d '"))
  expect(lines).toHaveLength(3)
  const shell = promisify(execFile)
  // `curl` is played by a function: what counts is what the shell makes of the words.
  const words = await Promise.all(
    lines.map((line) =>
      shell('sh', ['-c', `curl() { printf '%s\\n' "$@"; }; ${line}`]).then(({ stdout }) => stdout.split('\n')),
    ),
  )
  for (const [url = '', , , , body = ''] of words) {
    const answer = await app.inject({
      method: 'POST',
      url: url.slice(origin.length),
      payload: JSON.parse(body) as object,
    })
    expect(answer.statusCode).toBe(200)
  }
  expect([recorded.sms, recorded.tokens, recorded.topics].map((list) => list.length)).toEqual([1, 1, 1])
  await app.close()
})

test('the list of errors names each code, breakable where a phone is narrower than it', async () => {
  const { body } = await plain.inject({ url: '/errors', headers: { accept: 'text/html' } })
  expect(body).toContain('invalid_<wbr />idempotency_<wbr />key</code>')
  for (const code of ERROR_CODES) expect(body.replaceAll('<wbr />', '')).toContain(`<code>${code}</code>`)
})

test('the error reference has no page for a code that does not exist', async () => {
  expect(Object.keys(ERROR_PAGES).toSorted()).toEqual([...ERROR_CODES].toSorted())
  const answer = await plain.inject('/errors/nothing')
  expect(answer.statusCode).toBe(404)
})

let refusal: Error = new Error('not set yet')
const { parts: refusingParts } = createStandIns()
const refusing = createServer({
  ...refusingParts,
  sms: { ...refusingParts.sms, accept: () => Promise.reject(refusal) },
})

/** Beside every 503. */
const WAITING_HELPS: ReadonlySet<string> = new Set([
  'idempotency_in_progress',
  'not_playable',
  'queue_full',
  'spend_limit',
  'code_too_soon',
])

test.each(ERROR_CODES)(
  'a flow that refuses with %s is answered with its status and the whole error object',
  async (code) => {
    refusal = new TidingsError(code, 'because', { details: [{ path: 'contact', message: 'no', suggestion: 'yes' }] })
    const answer = await refusing.inject({ method: 'POST', url: '/smss', payload: SMS })
    expect(answer.statusCode).toBe(ERROR_PAGES[code].status)
    expect(answer.json()).toMatchObject({
      success: false,
      error: ERROR_PAGES[code].status,
      code,
      docs: `/errors/${code}`,
      request_id: expect.stringMatching(/^request-\d+$/) as string,
      details: [{ path: 'contact', message: 'no', suggestion: 'yes' }],
    })
    const mustWait = answer.statusCode === 503 || WAITING_HELPS.has(code)
    expect(answer.headers['retry-after'] !== undefined).toBe(mustWait)
  },
)

test.each(ERROR_CODES.filter((code) => ERROR_PAGES[code].status === 429))(
  '%s says `Too Many Requests`, and which limit it was beside it',
  async (code) => {
    refusal = new TidingsError(code, 'Nothing is left for today')
    const answer = await refusing.inject({ method: 'POST', url: '/smss', payload: SMS })
    expect(answer.json()).toMatchObject({
      error: 429,
      message: 'Too Many Requests',
      details: [{ path: '', message: 'Nothing is left for today' }],
    })
  },
)

test('a call over the rate limit has nothing to add', async () => {
  refusal = new TidingsError('rate_limited', 'Too Many Requests')
  const answer = await refusing.inject({ method: 'POST', url: '/smss', payload: SMS })
  expect(answer.json()).not.toHaveProperty('details')
})

test.each([
  ['GET', '/nowhere', 404, 'Not Found'],
  ['POST', '/smss/', 404, 'Not Found'],
  ['GET', '/smss/1', 404, 'Not Found'],
  ['GET', '/smss/abc', 404, 'Not Found'],
  ['GET', '/smss/99999999999999999999', 404, 'Not Found'],
  ['GET', '/notifications/0', 404, 'Not Found'],
  ['GET', '/notifications/1/deliveries', 404, 'Not Found'],
  ['GET', '/package.json', 404, 'Not Found'],
  ['PUT', '/smss', 405, 'Method Not Allowed'],
  ['DELETE', '/', 405, 'Method Not Allowed'],
] as const)('%s %s is answered with %i and `%s`', async (method, url, status, message) => {
  const answer = await plain.inject({ method, url })
  expect(answer.statusCode).toBe(status)
  expect(answer.json()).toMatchObject({ success: false, error: status, message })
})

test('a bug is answered with 500 and no word about itself; the log has the stack and nothing of the database row', async () => {
  const lines: string[] = []
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(chunk.toString())
      done()
    },
  })
  const { parts } = createStandIns({ log: pino({ level: 'info' }, sink) })
  const bug = Object.assign(new Error('surprise'), { detail: 'Key (contact)=(+201009129288) already exists.' })
  const app = createServer({ ...parts, sms: { ...parts.sms, accept: () => Promise.reject(bug) } })
  const answer = await app.inject({ method: 'POST', url: '/smss', payload: SMS })
  expect(answer.statusCode).toBe(500)
  expect(answer.json()).toMatchObject({ error: 500, message: 'Internal Server Error', code: 'internal_error' })
  expect(answer.body).not.toContain('surprise')
  await expect.poll(() => lines.join('')).toContain('surprise')
  expect(lines.join('')).not.toContain('201009129288')
})

test.each(['57P01', '08006', 'ECONNREFUSED'])(
  'a read that fails with %s says that the database is away',
  async (code) => {
    const gone = Object.assign(new Error('gone'), { code })
    const { parts } = createStandIns()
    const app = createServer({ ...parts, reads: { ...parts.reads, message: () => Promise.reject(gone) } })
    const answer = await app.inject('/smss/1')
    expect(answer.statusCode).toBe(503)
    expect(answer.json()).toMatchObject({ code: 'database_unavailable' })
    expect(answer.headers['retry-after']).toBe('2')
  },
)

test('a read that the database does not answer says that it is away', async () => {
  const { parts } = createStandIns()
  const message = (): Promise<never> => Promise.reject(new Error('Query read timeout'))
  const answer = await createServer({ ...parts, reads: { ...parts.reads, message } }).inject('/smss/1')
  expect(answer.json()).toMatchObject({ error: 503, code: 'database_unavailable' })
})

test('a disk without room is told as that, wherever a statement found it full', async () => {
  const { parts } = createStandIns()
  const full = Object.assign(new Error('could not extend file "base/5/2838"'), { code: '53100' })
  const message = (): Promise<never> => Promise.reject(full)
  const answer = await createServer({ ...parts, reads: { ...parts.reads, message } }).inject('/smss/1')
  expect(answer.json()).toMatchObject({ error: 503, code: 'storage_full' })
  expect(answer.headers['retry-after']).toBe('60')
})

test('the contract names the same words as the domain', () => {
  expect(STATUS).toMatchObject({ enum: STATUSES })
  expect(CATEGORY).toMatchObject({ enum: CATEGORIES })
  expect(SmsRequest.properties.on_uncertain).toMatchObject({ enum: ON_UNCERTAIN })
})

test.each([
  ['POST', '/sms', 'POST /smss'],
  ['POST', '/smss/', 'POST /smss'],
  ['POST', '/SMSS', 'POST /smss'],
  ['POST', '/api/v1/smss', 'POST /smss'],
  ['GET', '/smsss/1', 'GET /smss/{id}'],
  ['POST', '/notification/token', 'POST /notifications/tokens'],
  ['POST', '/notifications/topics', 'POST /notifications/topic'],
  ['GET', '/notifications/topics', 'POST /notifications/topic'],
  ['GET', '/smss/abc', 'GET /smss/{id}'],
  ['GET', '/redyz', 'GET /readyz'],
  ['GET', '/error/not_found', 'GET /errors/{code}'],
] as const)('whoever calls %s %s is asked whether %s was meant', async (method, url, meant) => {
  const answer = await plain.inject({ method, url })
  expect(answer.json()).toMatchObject({ error: 404, code: 'not_found', details: [{ suggestion: meant }] })
})

test.each(['/nowhere', '/messages', '/sm', `/${'smss'.repeat(100)}`, '/smss/1/2/3/4'])(
  'for %s nothing is guessed',
  async (url) => {
    const answer = await plain.inject(url)
    expect(answer.json()).toMatchObject({ error: 404, details: [{ path: '' }] })
    expect(answer.body).toContain('/openapi.json lists them all')
    expect(answer.body).not.toContain('suggestion')
  },
)

test.each([
  ['GET', '/notifications/tokens', 'POST'],
  ['GET', '/notifications/topic', 'POST'],
  ['PUT', '/smss', 'POST, GET'],
  ['POST', '/smss/1', 'GET'],
] as const)('%s %s is answered with the method that the path takes', async (method, url, taken) => {
  const answer = await plain.inject({ method, url })
  expect(answer.json()).toMatchObject({ error: 405, code: 'method_not_allowed', details: [{ suggestion: taken }] })
  expect(answer.headers.allow).toContain(taken)
})

test('a record that is not there is no wrong path', async () => {
  const answer = await plain.inject('/smss/1')
  expect(answer.json()).not.toHaveProperty('details')
})

test('a code that is nearly right leads to its page', async () => {
  const answer = await plain.inject('/errors/invalid_contct')
  expect(answer.json()).toMatchObject({ error: 404, details: [{ suggestion: '/errors/invalid_contact' }] })
})
