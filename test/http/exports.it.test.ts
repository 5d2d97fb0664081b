import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHistory } from '../../src/flows/past/history.ts'
import type { Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createDb, IN_ORDER, type Db } from '../../src/store/db.ts'
import type { Status } from '../../src/domain/status.ts'
import { readDeliveries, readDeliveriesOf } from '../../src/store/push/read-deliveries.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { parseCsv } from './parse-csv.ts'
import { createStandIns } from './stand-ins.ts'

/** More than are read at once. */
const TARGETS = 2_500

let database: TestDatabase
let db: Db
let app: Server
let url: string

beforeAll(async () => {
  database = await createTestDatabase()
  const options = { max: 4, name: 'exports', statementTimeoutMs: 10_000, queryTimeoutMs: 11_000, session: IN_ORDER }
  db = createDb(database.url, options, () => undefined)
  const monotonic = (): number => performance.now()
  const history = createHistory({ db, defaultCountry: null, now: () => new Date(), monotonic })
  const { parts } = createStandIns({ history })
  const reads = {
    ...parts.reads,
    deliveries: (id: number, limit: number, after: number) => readDeliveries(db, id, limit, after),
    deliveriesOf: (id: number, of: Status, limit: number, after: number) => readDeliveriesOf(db, id, of, limit, after),
  }
  app = createServer({ ...parts, reads })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
  await db.query(
    `insert into clients (contact) values ('+201009129288'), ('+15005550006');
     insert into tokens (token) select '=token-' || n from generate_series(1, ${TARGETS}) as n;
     insert into notifications (title, body, targets, provider, tally)
       values ('@Sale', 'a "b", c', ${TARGETS}, 'fcm', '{"sent": ${TARGETS / 2}, "failed": ${TARGETS / 2}}'), ('None', '', 0, 'fcm', '{}');
     insert into tokennotifications (token_id, notification_id, status, reason)
       select id, 1, case when id % 2 = 0 then 'sent' else 'failed' end, case when id % 2 = 0 then null else 'exhausted' end from tokens`,
  )
})

afterAll(async () => {
  await app.close()
  await db.end()
  await database.drop()
})

type Row = Readonly<Record<string, string | number | null>>

/** All pages of a list. */
async function listed(list: string): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const answer = await fetch(`${url}${list}?limit=200${cursor === '' ? '' : `&cursor=${cursor}`}`)
    const { data, next } = (await answer.json()) as { data: readonly Row[]; next: string | null }
    rows.push(...data)
    cursor = next
  }
  return rows
}

/** A cell without the apostrophe that keeps a spreadsheet from running it. */
const plain = (cell: string | undefined): string => (cell ?? '').replace(/^'/, '')

test.each([
  ['/notifications', 2],
  ['/clients', 2],
  ['/tokens', TARGETS],
  ['/notifications/1/deliveries', TARGETS],
  ['/notifications/2/deliveries', 0],
])('%s/export has the %i rows of the list, in both formats', async (list, count) => {
  const rows = await listed(list)
  expect(rows).toHaveLength(count)
  const lines = await fetch(`${url}${list}/export?format=ndjson`).then((answer) => answer.text())
  const read = lines.split('\n').slice(0, -1)
  expect(read.map((line) => JSON.parse(line) as unknown)).toEqual(rows)
  const csv = await fetch(`${url}${list}/export`)
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(csv.headers.get('content-disposition')).toBe(`attachment; filename="${list.split('/').at(-1)}.csv"`)
  const [head = [], ...cells] = parseCsv(await csv.text())
  expect(cells).toHaveLength(count)
  for (const [index, row] of rows.entries()) {
    for (const [column, name] of head.entries()) {
      const cell = cells[index]?.[column]
      expect(cell).not.toMatch(/^[=+\-@\t\r]/)
      if (Object.hasOwn(row, name)) expect(plain(cell)).toBe(String(row[name] ?? ''))
    }
  }
})

test('the counts of a notification are columns that can be added up', async () => {
  const [head = [], , first = []] = parseCsv(await fetch(`${url}/notifications/export`).then((answer) => answer.text()))
  const at = (name: string): string | undefined => first[head.indexOf(name)]
  expect([at('sent'), at('failed'), at('delivered')]).toEqual([String(TARGETS / 2), String(TARGETS / 2), '0'])
})

test('a search is kept, and what cannot be is refused before anything is answered', async () => {
  const found = await fetch(`${url}/clients/export?format=ndjson&q=to:%2B15005550006`).then((answer) => answer.text())
  expect(found.trimEnd().split('\n')).toHaveLength(1)
  const status = async (path: string): Promise<number> => (await fetch(`${url}${path}`)).status
  expect(await status('/tokens/export?q=staus:x')).toBe(400)
  expect(await status('/notifications/1/deliveries/export?q=to:x')).toBe(400)
  expect(await status('/notifications/1/deliveries/export?status=lost')).toBe(400)
  expect(await status('/notifications/99999/deliveries/export')).toBe(404)
})

test('of a push those of one status are listed, and exported, alone', async () => {
  const answer = await fetch(`${url}/notifications/1/deliveries?status=failed&limit=2`)
  const { data } = (await answer.json()) as { data: readonly Row[] }
  expect(data.map(({ status }) => status)).toEqual(['failed', 'failed'])
  expect(answer.headers.get('link')).toContain('/notifications/1/deliveries?status=failed&limit=2&cursor=')
  const file = await fetch(`${url}/notifications/1/deliveries/export?status=failed&format=ndjson`)
  const rows = (await file.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
  expect(rows).toHaveLength(TARGETS / 2)
  expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['failed']))
  const refused = await fetch(`${url}/notifications/1/deliveries?status=lost`)
  expect([refused.status, await refused.json()]).toMatchObject([400, { details: [{ path: 'status' }] }])
})
