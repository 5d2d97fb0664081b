import pg from 'pg'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'

const CONTRACT = ['clients', 'messages', 'notifications', 'tokennotifications', 'tokens']

test('a migrated database has the five tables of the contract', async () => {
  const database = await createTestDatabase()
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public'`,
  )
  await client.end()
  await database.drop()
  expect(rows.map((row) => row.name)).toEqual(expect.arrayContaining(CONTRACT))
})
