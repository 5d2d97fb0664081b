import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SmsList } from '../../src/contract/history.ts'
import { createErasing } from '../../src/flows/past/erase.ts'
import { createHistory } from '../../src/flows/past/history.ts'
import type { Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createDb, IN_ORDER, type Db } from '../../src/store/db.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { parseCsv } from './parse-csv.ts'
import { createStandIns } from './stand-ins.ts'

const BODIES = ['=1+1', '+1', '-1', '@a', '\tb', '\rc', "'quoted", 'a "b", c\nd', 'مرحبا', 'plain']

let database: TestDatabase
let db: Db
let app: Server
let url: string

beforeAll(async () => {
  database = await createTestDatabase()
  const options = { max: 4, name: 'history', statementTimeoutMs: 10_000, queryTimeoutMs: 11_000, session: IN_ORDER }
  db = createDb(database.url, options, () => undefined)
  const now = (): number => performance.now()
  const history = createHistory({ db, defaultCountry: null, now: () => new Date(), monotonic: now })
  const erasing = createErasing({ db, defaultCountry: null, monotonic: now, sleep: async () => undefined })
  app = createServer(createStandIns({ history, erasing }).parts)
  url = await app.listen({ host: '127.0.0.1', port: 0 })
  await db.query(`insert into clients (contact) values ('+201009129288'), ('+15005550006')`)
  await db.query(
    `insert into messages (client_id, subject, body, status, provider)
     select 1 + ord % 2, 'Hello', body, 'delivered', 'twilio' from unnest($1::text[]) with ordinality as t (body, ord)`,
    [BODIES],
  )
  await db.query(
    `insert into messages (client_id, subject, body, status, provider)
     select 2, 'Hello', repeat('x', 400), 'sent', 'twilio' from generate_series(1, 30000)`,
  )
})

afterAll(async () => {
  await app.close()
  await db.end()
  await database.drop()
})

/** What the answers of these tests may have. */
interface Answered extends SmsList {
  readonly client: object
  readonly message: string
  readonly details: readonly { readonly path: string }[]
}

async function get(path: string): Promise<{ status: number; link: string | null; body: Answered }> {
  const answer = await fetch(`${url}${path}`)
  return { status: answer.status, link: answer.headers.get('link'), body: (await answer.json()) as Answered }
}

test('a list is read page by page, by what its Link header says', async () => {
  const found: string[] = []
  let path: string | null = '/smss?q=status:delivered&limit=3'
  while (path !== null) {
    const { body, link }: Awaited<ReturnType<typeof get>> = await get(path)
    found.push(...body.data.map(({ message }) => message))
    expect(body.next === null).toBe(link === null)
    expect(body.searched_until === null).toBe(body.next === null)
    path = /^<(.*)>; rel="next"$/.exec(link ?? '')?.[1] ?? null
  }
  expect(found).toEqual(BODIES.toReversed())
})

test('each message says whether the person has it', async () => {
  const { body } = await get('/smss?limit=1')
  expect(body.data[0]?.verdict).toMatch(
    /^Probably\. Twilio took it on \d+ \w+ \d{4} at \d\d:\d\d:\d\d UTC, 0\.0 s after/,
  )
})

test('a person’s page has everything that was sent to the number', async () => {
  const { status, body } = await get('/clients/+201009129288')
  expect(status).toBe(200)
  expect(body.client).toMatchObject({ contact: '+201009129288', country: 'EG', messages: 5 })
  expect(body.data.map(({ contact }) => contact)).toEqual(Array.from({ length: 5 }, () => '+201009129288'))
  expect((await get('/clients/201009129288')).status).toBe(200)
  expect((await get('/clients/+201009129289')).status).toBe(404)
  expect((await get('/clients/nobody')).status).toBe(400)
  expect((await get('/clients')).body.data).toMatchObject([
    { contact: '+15005550006', messages: 1000 },
    { contact: '+201009129288', messages: 5 },
  ])
})

test('what cannot be asked is refused with the parameter’s name', async () => {
  const { status, body } = await get('/smss?q=staus:x&limit=0&cursor=x')
  expect(status).toBe(400)
  expect(body.details.map((detail) => detail.path).toSorted()).toEqual(['cursor', 'limit'])
  expect((await get('/smss?q=staus:x')).body.details).toMatchObject([{ path: 'q', suggestion: 'status:' }])
  expect((await get('/smss?query=x')).body.message).toContain('unknown parameter `query`')
})

describe('an export', () => {
  test('in CSV gives every text back, and none that a spreadsheet would run', async () => {
    const answer = await fetch(`${url}/smss/export?q=status:delivered`)
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const [head = [], ...lines] = parseCsv(await answer.text())
    const column = (name: string): string[] => lines.map((cells) => cells[head.indexOf(name)] ?? '')
    for (const cell of lines.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/)
    expect(column('message').map((cell) => cell.replace(/^'/, ''))).toEqual(BODIES.toReversed())
    expect(new Set(column('contact'))).toEqual(new Set(["'+201009129288", "'+15005550006"]))
  })

  test('in NDJSON is one message a line, as the list has it', async () => {
    const answer = await fetch(`${url}/smss/export?format=ndjson&q=status:delivered`)
    const lines = (await answer.text()).trimEnd().split('\n')
    const { body } = await get('/smss?q=status:delivered')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(body.data)
  })

  test('of everything has everything, once', async () => {
    const answer = await fetch(`${url}/smss/export?format=ndjson`)
    const ids = (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { message_id: number }).message_id)
    expect(ids).toEqual(Array.from({ length: BODIES.length + 30_000 }, (_, index) => BODIES.length + 30_000 - index))
  })

  test('that cannot be is refused before anything is answered', async () => {
    expect((await get('/smss/export?q=staus:x')).status).toBe(400)
    expect((await get('/smss/export?format=xml')).status).toBe(400)
  })

  test('reads on only as fast as it is taken, and ends with its reader', async () => {
    let pages = 0
    let ended = 0
    const history = createHistory({ db, defaultCountry: null, now: () => new Date(), monotonic: () => 0 })
    const smss: typeof history.every.smss = async function* (q, signal) {
      try {
        for await (const page of history.every.smss(q, signal)) {
          pages += 1
          yield page
        }
      } finally {
        ended += 1
      }
    }
    const slow = createServer(createStandIns({ history: { ...history, every: { ...history.every, smss } } }).parts)
    const address = new URL(await slow.listen({ host: '127.0.0.1', port: 0 }))
    const socket = connect(Number(address.port), '127.0.0.1')
    socket.pause()
    socket.write('GET /smss/export HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await until(() => pages > 0)
    // It has come to a stop once two looks in a row see the same.
    let seen = -1
    await until(
      () => {
        const same = seen === pages
        seen = pages
        return same
      },
      60_000,
      300,
    )
    expect(pages).toBeLessThan(30)
    socket.destroy()
    await until(() => ended === 1)
    await slow.close()
  })

  test('beyond sixteen at once is told to come back', async () => {
    const history = createHistory({ db, defaultCountry: null, now: () => new Date(), monotonic: () => 0 })
    const smss: typeof history.every.smss = async function* (_q, signal) {
      if (!signal.aborted) await once(signal, 'abort')
      yield []
    }
    const busy = createServer(createStandIns({ history: { ...history, every: { ...history.every, smss } } }).parts)
    const address = await busy.listen({ host: '127.0.0.1', port: 0 })
    const leaving = new AbortController()
    const calls = Array.from({ length: 17 }, () => fetch(`${address}/smss/export`, { signal: leaving.signal }))
    const first = await Promise.race(calls)
    expect(first.status).toBe(503)
    expect(first.headers.get('retry-after')).toMatch(/^[1-3]$/)
    leaving.abort()
    await Promise.allSettled(calls)
    await busy.close()
  })
})

test('erasing is looked at first, then done, and cannot be done twice', async () => {
  const erase = async (query: string): Promise<{ status: number; body: object }> => {
    const answer = await fetch(`${url}/clients/+201009129288${query}`, { method: 'DELETE' })
    return { status: answer.status, body: (await answer.json()) as object }
  }
  expect(await erase('?dry_run=true')).toMatchObject({ status: 200, body: { dry_run: true, data: { messages: 5 } } })
  expect((await get('/clients/+201009129288')).status).toBe(200)
  expect(await erase('')).toMatchObject({
    status: 200,
    body: { dry_run: false, complete: true, data: { messages: 5 } },
  })
  expect((await get('/clients/+201009129288')).status).toBe(404)
  expect((await get('/clients/erased:1')).body.client).toMatchObject({ messages: 5, country: null })
  expect(await erase('')).toMatchObject({ status: 404 })
  expect(await erase('?dry_run=yes')).toMatchObject({ status: 400 })
})
