import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDb, type Db } from '../../src/store/db.ts'
import { upsertTokens } from '../../src/store/push/tokens.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

let database: TestDatabase
let db: Db

beforeAll(async () => {
  database = await createTestDatabase()
  const options = { max: 6, name: 'upserts', statementTimeoutMs: 30_000, queryTimeoutMs: 31_000 }
  db = createDb(database.url, options, () => undefined)
})

afterAll(async () => {
  await db.end()
  await database.drop()
})

const upsert = (tokens: readonly string[]): ReturnType<typeof upsertTokens> =>
  upsertTokens(
    db,
    tokens.map(() => 'token'),
    tokens,
  )

test('tokens that another call enters for longer than a lock is waited for are found once it has', async () => {
  const other = await db.connect()
  try {
    await other.query('begin')
    await other.query(`insert into tokens (kind, token) values ('token', 'held-7')`)
    const upserting = upsert(Array.from({ length: 20 }, (_, index) => `held-${index}`))
    const waits = new Set<string>()
    const seen = async (): Promise<boolean> => {
      const { rows } = await db.query<{ since: string }>(
        `select query_start::text as since from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock' and query like '%token_hash%'`,
      )
      for (const { since } of rows) waits.add(since)
      return waits.size > 1
    }
    await Promise.race([until(seen, 20_000), upserting])
    await other.query('commit')
    expect(new Set((await upserting).map(({ id }) => id)).size).toBe(20)
    expect(waits.size).toBeGreaterThan(1)
  } finally {
    other.release(true)
  }
})

test('two calls that enter the same 20,000 tokens at the same time, in opposite orders, get the same ids', async () => {
  const tokens = Array.from({ length: 20_000 }, (_, index) => `same-${index}`)
  const enter = (list: readonly string[]): Promise<Awaited<ReturnType<typeof upsert>>[]> =>
    Promise.all([0, 5_000, 10_000, 15_000].map((from) => upsert(list.slice(from, from + 5_000))))
  const [one, other] = await Promise.all([enter(tokens), enter(tokens.toReversed())])
  const ids = one.flat().map(({ id }) => id)
  expect(new Set(ids).size).toBe(20_000)
  expect(
    other
      .flat()
      .map(({ id }) => id)
      .toReversed(),
  ).toEqual(ids)
})
