import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDb, type Db, type DbClient } from '../../src/store/db.ts'
import { inTransaction, pipelined } from '../../src/store/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let db: Db
let other: Db

beforeEach(async () => {
  database = await createTestDatabase()
  ;[db, other] = ['ours', 'others'].map((name) => open(database.url, name)) as [Db, Db]
})

afterEach(async () => {
  await Promise.all([db.end(), other.end()])
  await database.drop()
})

function open(url: string, name: string): Db {
  return createDb(url, { max: 1, name, statementTimeoutMs: 5_000, queryTimeoutMs: 10_000 }, () => undefined)
}

/** Ends the link of the one connection that `db` has, and resolves when the server has let go of it. */
async function breakLink(): Promise<void> {
  await other.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'ours' and datname = current_database()`,
  )
}

test('a link that breaks between two statements of a transaction fails that transaction alone', async () => {
  const ended = new Promise((resolve) => db.once('remove', resolve))
  const transaction = inTransaction(db, async (client: DbClient) => {
    await client.query('create table half (id integer)')
    await breakLink()
    await client.query('select 1')
  })
  await expect(transaction).rejects.toThrow()
  await ended
  expect((await db.query(`select to_regclass('half') as half`)).rows).toEqual([{ half: null }])
})

test('a link that breaks under a transaction sent in one piece fails that transaction alone', async () => {
  // Both are connected: the link breaks while the first statement runs.
  await Promise.all([db, other].map((one) => one.query('select 1')))
  const ended = new Promise((resolve) => db.once('remove', resolve))
  const [transaction] = await Promise.allSettled([
    pipelined(db, [
      (client) => client.query('select pg_sleep(4)'),
      (client) => client.query('create table half (id integer)'),
    ]),
    breakLink(),
  ])
  expect(transaction.status).toBe('rejected')
  await ended
  expect((await db.query(`select to_regclass('half') as half`)).rows).toEqual([{ half: null }])
})

test.each([
  [
    'a transaction',
    (): Promise<unknown> => inTransaction(db, (client) => client.query('create table half (id integer)')),
  ],
  [
    'one sent in one piece',
    (): Promise<unknown> =>
      pipelined(db, [
        (client) => client.query('create table half (id integer)'),
        (client) => client.query('create table other (id integer)'),
      ]),
  ],
])('after %s was refused because its connection is read-only, another connection is used', async (_, write) => {
  const name = new URL(database.url).pathname.slice(1)
  await other.query(`alter database "${name}" set default_transaction_read_only = on`)
  await expect(write()).rejects.toMatchObject({ code: '25006' })
  await other.query(`alter database "${name}" reset default_transaction_read_only`)
  await write()
})
