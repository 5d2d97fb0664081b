import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ROOT } from '../support/documents.ts'
import { freePort, startProgram, type Program } from '../support/program.ts'
import { until } from '../support/until.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'
import { readEvents } from './event-reader.ts'

const CONTACT = '+201009129288'

let database: TestDatabase
let node: WholeNode
let client: pg.Client
const base = (): string => node.url

beforeAll(async () => {
  database = await createTestDatabase()
  node = await startWholeNode(database.url, { LOG_LEVEL: 'warn', SMS_RATE_LIMIT_PER_MINUTE: '0' })
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
}, 60_000)

afterAll(async () => {
  await client.end()
  await node.app.stop()
  await database.drop()
})

async function send(contact = CONTACT, more: Record<string, unknown> = {}, url = node.url): Promise<number> {
  const answer = await fetch(`${url}/smss`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ contact, subject: 'Parcel', message: 'It is here', ...more }),
  })
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { message_id: number }).message_id
}

async function refused(query: string): Promise<{ status: number; code: string; details: unknown[] }> {
  const answer = await fetch(`${node.url}/events${query}`)
  const { code, details } = (await answer.json()) as { code: string; details: unknown[] }
  return { status: answer.status, code, details }
}

describe('a stream of events', () => {
  test('tells each step of a message, with its ids and without a number or a word of it', async () => {
    const read = await readEvents(base)
    const id = await send('+15005550100', { tag: 'parcel' })
    await until(() => read.of(id).includes('sms.delivered'))
    expect(read.of(id)).toEqual(['sms.sending', 'sms.sent', 'sms.delivered'])
    const last = read.events.find(({ type, data }) => type === 'sms.delivered' && data['message_id'] === id)
    expect(last?.data).toEqual({
      message_id: id,
      status: 'delivered',
      reason: null,
      category: 'transactional',
      tag: 'parcel',
      provider: 'sandbox',
      segments: 1,
    })
    expect(last?.timestamp).toMatch(/^\d{4}-.*Z$/)
    read.close()
  })

  test('tells to whom and what where it is asked to', async () => {
    const read = await readEvents(base, '?payload=full&types=sms.captured,push.captured')
    const id = await send()
    await until(() => read.of(id).length > 0)
    const contents = { contact: CONTACT, subject: 'Parcel', message: 'It is here', sender: null }
    expect(read.events.find(({ data }) => data['message_id'] === id)?.data).toMatchObject(contents)
    const pushed = await fetch(`${node.url}/notifications/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ tokens: ['one'], title: 'Parcel', body: 'It is here' }),
    })
    expect(pushed.status).toBe(200)
    const push = await until(() => read.events.find(({ type }) => type === 'push.captured'))
    expect(push.data).toMatchObject({ token: 'one', title: 'Parcel', body: 'It is here', status: 'captured' })
    read.close()
  })

  test('tells only the types, and what meets the search, that it is asked for', async () => {
    const read = await readEvents(base, `?types=sms.captured&q=${encodeURIComponent('tag:mine -to:+15005550006')}`)
    const first = await send(CONTACT, { tag: 'mine' })
    const others = [await send('+15005550006', { tag: 'mine' }), await send(CONTACT, { tag: 'other' })]
    const second = await send(CONTACT, { tag: 'mine' })
    await until(() => read.of(second).length > 0)
    expect([first, second].map((id) => read.of(id))).toEqual([['sms.captured'], ['sms.captured']])
    expect(others.flatMap((id) => read.of(id))).toEqual([])
    read.close()
  })

  test('names what is wrong with what it is asked, and what was meant', async () => {
    const types = await refused('?types=sms.deliverd,push.sent')
    expect(types.status).toBe(400)
    expect(types.details).toEqual([
      {
        path: 'types',
        message: 'no event is called `sms.deliverd`, did you mean `sms.delivered`?',
        suggestion: 'sms.delivered',
      },
    ])
    for (const query of ['?since=yesterday', '?q=last:1h', '?q=hello', '?payload=fat', '?type=sms.sent']) {
      expect((await refused(query)).status).toBe(400)
    }
  })

  test('goes on after the last event that came', async () => {
    const first = await readEvents(base, '?types=sms.captured')
    const id = await send()
    await until(() => first.of(id).length > 0)
    first.close()
    const missed = [await send(), await send()]
    const again = await readEvents(base, '?types=sms.captured', first.events.at(-1)?.id)
    await until(() => missed.every((one) => again.of(one).length > 0))
    expect(again.events.map(({ data }) => data['message_id'])).toEqual(missed)
    again.close()
    const quiet = await readEvents(base, `?types=sms.captured&since=${first.ready[0]}`)
    await until(() => quiet.events.length >= 3)
    expect(quiet.events.map(({ data }) => data['message_id'])).toEqual([id, ...missed])
    const since = await readEvents(base, `?types=sms.captured&since=${quiet.events[1]?.timestamp}`)
    await until(() => since.events.length >= 2)
    expect(since.events.map(({ data }) => data['message_id'])).toEqual(missed)
    for (const reader of [quiet, since]) reader.close()
  })

  test('is refused from a place after which events would be missing', async () => {
    for (const query of ['?types=push.expired&since=1-1', '?since=2001-01-01', '?since=999999999999-1']) {
      const { status, code, details } = await refused(query)
      expect({ status, code }).toEqual({ status: 410, code: 'events_gone' })
      expect(JSON.stringify(details)).toMatch(/"path":"since".*"suggestion":"\d{4}-/)
    }
    const read = await readEvents(base, '?types=sms.cancelled')
    await client.query(`update event_listeners set until = now() - interval '1 minute' where types = '{sms.cancelled}'`)
    await client.query(`delete from event_listeners where types = '{*}'`)
    read.close()
    expect((await refused(`?types=sms.cancelled&since=${read.ready[0]}`)).status).toBe(410)
  })

  test('ends in order when the service stops, and says so', async () => {
    const own = await startWholeNode(database.url, { LOG_LEVEL: 'warn' })
    let current = own.url
    const read = await readEvents(() => current)
    current = node.url
    await own.app.stop()
    await until(() => read.ready.length === 2)
    expect(read.closing).toEqual(['{"reason":"shutting_down"}'])
    read.close()
  })
})

describe('a reader whose node is killed', () => {
  test('misses no event and gets none twice when he comes back to another, whatever commits late', async () => {
    execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')])
    const directory = await mkdtemp(join(tmpdir(), 'tidings-events-'))
    const programs = await Promise.all([1, 2].map(() => startServer(directory)))
    const [first, second] = programs
    if (first === undefined || second === undefined) throw new Error('there are two')
    let current = first.url
    const read = await readEvents(() => current)
    const start = read.ready[0]?.split('-')[0]
    // From here on there is a client, whose messages may be late.
    await send()
    let stopped = false
    const sending = Promise.all([keepSending(second.url, () => stopped), keepLate(() => stopped)])
    await until(() => read.events.length > 50)
    current = second.url
    await first.program.kill()
    const seen = read.events.length
    await until(() => read.ready.length === 2 && read.events.length > seen + 50)
    stopped = true
    await sending
    // What is told of the mark is told last.
    await until(async () => (await client.query(OPEN)).rowCount === 0)
    const mark = await send(CONTACT, { tag: 'the end' }, second.url)
    await until(() => read.of(mark).includes('sms.captured'))
    const { rows } = await client.query<{ id: string }>(
      `select e.xid || '-' || e.id as id from events e where e.xid >= $1::xid8 and e.message_id <= $2 order by e.xid, e.id`,
      [start, mark],
    )
    const ids = new Set(rows.map(({ id }) => id))
    expect(read.events.map(({ id }) => id).filter((id) => ids.has(id))).toEqual([...ids])
    expect(new Set(read.events.map(({ id }) => id)).size).toBe(read.events.length)
    read.close()
    await Promise.all(programs.map(({ program }) => program.kill()))
    await rm(directory, { recursive: true, force: true })
  }, 180_000)
})

/** A node has looked for events since; another statement of the same connection may hide one look, and not all. */
const LOOKED = `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
  and query like '%pg_snapshot_xmin(pg_current_snapshot())%from events e%' and query_start > $1::timestamptz`

const OPEN = `select from messages where status in ('queued', 'sending') limit 1`

async function startServer(directory: string): Promise<{ program: Program; url: string }> {
  const port = await freePort()
  const program = startProgram([join(ROOT, 'dist/main.js')], {
    cwd: directory,
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      DATABASE_URL: database.url,
      LOG_LEVEL: 'warn',
      SMS_RATE_LIMIT_PER_MINUTE: '0',
    },
    log: join(directory, `${port}.log`),
  })
  const url = `http://127.0.0.1:${port}`
  await until(() =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
  return { program, url }
}

async function keepSending(url: string, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const answer = await fetch(`${url}/smss`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ contact: CONTACT, subject: 'Parcel', message: 'It is here' }),
    })
    // A slow machine may be told to come again.
    expect([200, 503]).toContain(answer.status)
    await answer.text()
  }
}

/** Messages in transactions that commit behind younger ones. */
async function keepLate(isOver: () => boolean): Promise<void> {
  const late = new pg.Client({ connectionString: database.url })
  await late.connect()
  while (!isOver()) {
    await late.query('begin')
    const { rows } = await late.query<{ id: string }>(
      `insert into messages (client_id, subject, body, status) select min(id), '', 'late', 'cancelled' from clients returning id`,
    )
    // Until something younger was committed, and a look more.
    const last = Number(rows[0]?.id)
    await until(
      async () =>
        isOver() || ((await client.query(`select from messages where id > $1 limit 1`, [last])).rowCount ?? 0) > 0,
    )
    const since = (await client.query<{ now: string }>(`select clock_timestamp()::text as now`)).rows[0]?.now
    await until(async () => isOver() || ((await client.query(LOOKED, [since])).rowCount ?? 0) > 0)
    await late.query('commit')
  }
  await late.end()
}
