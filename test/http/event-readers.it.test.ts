import { connect, type Socket } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { startWholeNode, type WholeNode } from '../support/whole-node.ts'
import { readEvents } from './event-reader.ts'

/** Together more than the kernel and the service keep for one who doesn't read. */
const EVENTS = 600
const TEXT_BYTES = 20_000

let database: TestDatabase
let node: WholeNode
let client: pg.Client

beforeAll(async () => {
  database = await createTestDatabase()
  node = await startWholeNode(database.url, { LOG_LEVEL: 'warn' })
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
})

afterAll(async () => {
  await client.end()
  await node.app.stop()
  await database.drop()
})

/** As many events, each of the same long text; the table writes the first one by itself. Resolves with the id of its message. */
async function happen(): Promise<number> {
  const { rows } = await client.query<{ id: string }>(
    `with m as (insert into messages (client_id, subject, body, status)
        select min(id), '', repeat('x', $2), 'undelivered' from clients returning id),
      e as (insert into events (type, message_id, status) select 'sms.undelivered', m.id, 'undelivered' from m, generate_series(2, $1))
    select id from m`,
    [EVENTS, TEXT_BYTES],
  )
  return Number(rows[0]?.id)
}

/** Reads until it is told that events come as they happen, and then never again. */
async function followAndStop(): Promise<Socket> {
  const { hostname, port } = new URL(node.url)
  const socket = connect(Number(port), hostname).on('error', () => undefined)
  socket.write(`GET /events${QUERY}&payload=full HTTP/1.1\r\nHost: a\r\n\r\n`)
  let text = ''
  socket.on('data', (piece: Buffer) => (text += String(piece)))
  await until(() => text.includes('event: ready'))
  return socket.pause()
}

test('a reader of many long texts at once gets them all on one connection; one who never reads is hung up on', async () => {
  await (await fetch(`${node.url}/smss`, SMS)).text()
  const slow = await followAndStop()
  const [thin, full] = [
    await readEvents(() => node.url, QUERY),
    await readEvents(() => node.url, `${QUERY}&payload=full`),
  ]
  const ids = [await happen()]
  await until(() => [thin, full].every((read) => read.of(ids[0] ?? 0).length >= EVENTS), 60_000, 100)
  // What is sent to a socket that the other end has closed is answered with a reset, which is seen without reading.
  await until(() => slow.destroyed || (slow.write('\r\n'), false), 60_000, 250)
  ids.push(await happen())
  const last = await readEvents(() => node.url, `${QUERY}&payload=full&since=${full.events[0]?.id}`)
  await until(() => [thin, full, last].every((read) => read.of(ids[1] ?? 0).length >= EVENTS), 60_000, 100)
  for (const read of [thin, full]) {
    expect(ids.map((id) => read.of(id).length)).toEqual([EVENTS, EVENTS])
    expect(new Set(read.events.map(({ id }) => id)).size).toBe(2 * EVENTS)
  }
  expect(last.events).toHaveLength(2 * EVENTS - 1)
  for (const read of [thin, full, last]) {
    expect({ closing: read.closing, ready: read.ready.length }).toEqual({ closing: [], ready: 1 })
    read.close()
  }
})

const QUERY = '?types=sms.undelivered'

const SMS = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ contact: '+201009129288', subject: 'Parcel', message: 'It is here' }),
}
