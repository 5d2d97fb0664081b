import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTickets } from '../../src/domain/push/ticket.ts'
import { createEvidence, type EvidenceFlow } from '../../src/flows/push/evidence.ts'
import { createServer } from '../../src/http/server.ts'
import { createDb, type Db } from '../../src/store/db.ts'
import { wantEvents } from '../../src/store/events/event-listeners.ts'
import { readDeliveries } from '../../src/store/push/read-deliveries.ts'
import { readNotification } from '../../src/store/push/read-notifications.ts'
import { createStandIns } from '../http/stand-ins.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const TICKETS = createTickets(Buffer.alloc(32, 1), [])
const NOW = new Date('2026-05-04T10:00:00Z')
const LATER = new Date('2026-05-11T10:00:00Z')
const TARGETS = 10_000

let database: TestDatabase
let dbs: Db[]
let nodes: EvidenceFlow[]

function openDb(): Db {
  const time = { statementTimeoutMs: 60_000, queryTimeoutMs: 61_000 }
  return createDb(database.url, { max: 2, name: 'evidence', ...time }, () => undefined)
}

beforeEach(async () => {
  database = await createTestDatabase()
  dbs = [openDb(), openDb()]
  nodes = dbs.map((db) => createEvidence({ db, tickets: TICKETS, clock: () => NOW, onReported: () => undefined }))
  await wantEvents(only(), { kind: 'endpoint', ref: 1 }, ['*'])
})

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.close()))
  await Promise.all(dbs.map((db) => db.end()))
  await database.drop()
})

function only(): Db {
  const [db] = dbs
  if (db === undefined) throw new Error('there is no database')
  return db
}

/** Notification 1 to tokens 1 and up, all of them sent, with rows or, as long lists have it, without. */
async function push(targets: number, rows: 'rows' | 'no rows'): Promise<void> {
  await only().query(`insert into tokens (token) select 'token-' || i from generate_series(1, $1::int) i`, [targets])
  await only().query(`insert into notifications (title, body, targets) values ('Hello', 'There', $1)`, [targets])
  await only().query(
    `insert into push_chunks (notification_id, token_ids, size, lane, started, settled, tally, done_at)
      values (1, (select array_agg(id order by id) from tokens), $1, 'fcm:transactional', $1, '\\x', $2, now())`,
    [targets, { sent: targets }],
  )
  if (rows === 'rows') {
    await only().query(
      `insert into tokennotifications (notification_id, token_id, status) select 1, id, 'sent' from tokens`,
    )
  }
}

const ticketOf = (tokenId: number): string => TICKETS.write({ notificationId: 1, tokenId }, LATER)

async function countEvents(): Promise<Record<string, number>> {
  const { rows } = await only().query<{ type: string; count: number }>(
    `select type, count(*)::integer as count from events group by type`,
  )
  return Object.fromEntries(rows.map(({ type, count }) => [type, count]))
}

test.each(['rows', 'no rows'] as const)(
  'ten thousand reports at once, to two nodes and each of them twice, count once (%s)',
  async (rows) => {
    await push(TARGETS, rows)
    await only().query('delete from events')
    const reports = Array.from({ length: TARGETS }, (_, index) => ticketOf(index + 1))
    await Promise.all(nodes.flatMap((node) => reports.map((ticket) => node.report(ticket, 'received'))))
    await Promise.all(nodes.flatMap((node) => reports.slice(0, 100).map((ticket) => node.report(ticket, 'opened'))))
    const { counts } = (await readNotification(only(), 1)) ?? {}
    expect(counts).toEqual({ received: TARGETS - 100, opened: 100 })
    expect(await countEvents()).toEqual({ 'push.received': TARGETS, 'push.opened': 100 })
  },
)

test('of each kind the first report is kept, and a status never moves back', async () => {
  await push(1, 'rows')
  await nodes[0]?.report(ticketOf(1), 'opened')
  const [opened] = (await readDeliveries(only(), 1, 10, 0)) ?? []
  await nodes[0]?.report(ticketOf(1), 'received')
  await nodes[1]?.report(ticketOf(1), 'opened')
  const [after] = (await readDeliveries(only(), 1, 10, 0)) ?? []
  expect(after).toMatchObject({ status: 'opened', openedAt: opened?.openedAt, updatedAt: opened?.updatedAt })
  expect(after?.receivedAt).toBeInstanceOf(Date)
  expect((await readNotification(only(), 1))?.counts).toEqual({ opened: 1 })
  expect(await countEvents()).toMatchObject({ 'push.opened': 1 })
})

test('a device that was held not to have it is believed', async () => {
  await push(2, 'rows')
  await only().query(`update tokennotifications set status = 'failed', reason = 'exhausted' where token_id = 1`)
  await only().query(`update push_chunks set tally = '{"failed": 1, "sent": 1}'`)
  await nodes[0]?.report(ticketOf(1), 'received')
  expect((await readNotification(only(), 1))?.counts).toEqual({ received: 1, sent: 1 })
  const [first] = (await readDeliveries(only(), 1, 10, 0)) ?? []
  expect(first).toMatchObject({ status: 'received', reason: null })
})

test('tickets that are forged, of another key, expired, or of what was forgotten are refused, and store nothing', async () => {
  await push(1, 'rows')
  const [node] = nodes
  if (node === undefined) throw new Error('there is no node')
  const other = createTickets(Buffer.alloc(32, 2), [])
  const good = ticketOf(1)
  const forged = [
    '',
    'x'.repeat(good.length),
    `${good.slice(0, 20)}${good[20] === 'A' ? 'B' : 'A'}${good.slice(21)}`,
    other.write({ notificationId: 1, tokenId: 1 }, LATER),
    TICKETS.write({ notificationId: 9, tokenId: 1 }, LATER),
  ]
  for (const ticket of forged) {
    await expect(node.report(ticket, 'received')).rejects.toMatchObject({ code: 'not_found' })
  }
  const old = TICKETS.write({ notificationId: 1, tokenId: 1 }, new Date(NOW.getTime() - 1_000))
  await expect(node.report(old, 'opened')).rejects.toMatchObject({ code: 'ticket_expired' })
  expect((await readNotification(only(), 1))?.counts).toEqual({ sent: 1 })
})

test('any page’s worker may report without a key, and many forged tickets of one address are told to stop', async () => {
  await push(1, 'rows')
  const [evidence] = nodes
  if (evidence === undefined) throw new Error('there is no node')
  const server = createServer(createStandIns({ evidence }).parts)
  const url = `/evidence/${ticketOf(1)}/received`
  const asked = await server.inject({
    method: 'OPTIONS',
    url,
    headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
  })
  expect([asked.statusCode, asked.headers['access-control-allow-methods']]).toEqual([204, 'POST'])
  const told = await server.inject({
    method: 'POST',
    url,
    headers: { origin: 'https://shop.example', 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' },
    payload: 'anything',
  })
  expect([told.statusCode, told.json(), told.headers['access-control-allow-origin']]).toEqual([
    200,
    { success: true },
    '*',
  ])
  const forged = { method: 'POST', url: `/evidence/${'A'.repeat(50)}/received` } as const
  const answers: number[] = []
  for (let calls = 0; calls < 25; calls++) answers.push((await server.inject(forged)).statusCode)
  expect([answers[0], answers.at(-1)]).toEqual([404, 429])
  expect((await server.inject({ method: 'POST', url })).statusCode).toBe(200)
  const large = await server.inject({ method: 'POST', url, payload: 'x'.repeat(2_000) })
  expect(large.statusCode).toBe(413)
  expect((await readNotification(only(), 1))?.counts).toEqual({ received: 1 })
  await server.close()
})
