import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import type { Keyring } from '../../src/flows/keys/keyring.ts'
import { createSessions, type Sessions } from '../../src/flows/keys/sessions.ts'
import { createDb, type Db } from '../../src/store/db.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let db: Db
let sessions: Sessions

beforeAll(async () => {
  database = await createTestDatabase()
  db = createDb(
    database.url,
    { max: 2, name: 'test', statementTimeoutMs: 15_000, queryTimeoutMs: 16_000 },
    () => undefined,
  )
  sessions = createSessions({ db, keyring, draw: randomBytes })
})

afterAll(async () => {
  await db.end()
  await database.drop()
})

const ADDRESS = '192.0.2.1'

/** Takes any key for right. */
const keyring: Keyring = {
  known: () => null,
  look: async () => ({ caller: ANYONE, from: null }),
  wasGood: () => false,
  forget: () => undefined,
  noteUses: async () => undefined,
}

async function count(table: 'sessions' | 'sign_in_links'): Promise<unknown> {
  return (await db.query<{ count: number }>(`select count(*) from ${table}`)).rows[0]?.count
}

async function withoutAudit(work: () => Promise<unknown>): Promise<void> {
  await db.query('alter table audit rename to elsewhere')
  await expect(work()).rejects.toThrow('audit')
  await db.query('alter table elsewhere rename to audit')
}

test('nobody is signed in or out without an entry in the audit', async () => {
  await withoutAudit(() => sessions.openByKey('a key', ADDRESS))
  expect(await count('sessions')).toBe(0)
  const link = await sessions.makeLink()
  await withoutAudit(() => sessions.openByLink(link, ADDRESS))
  expect([await count('sessions'), await count('sign_in_links')]).toEqual([0, 1])
  const secret = (await sessions.openByLink(link, ADDRESS)) ?? ''
  expect([await count('sessions'), await count('sign_in_links')]).toEqual([1, 0])
  await withoutAudit(() => sessions.close(secret, ADDRESS))
  expect(await sessions.find(secret, 0)).not.toBeNull()
  await sessions.close(secret, ADDRESS)
  expect(await sessions.find(secret, 0)).toBeNull()
  const { rows } = await db.query('select act, address from audit order by id')
  expect(rows).toEqual([
    { act: 'session.opened', address: ADDRESS },
    { act: 'session.closed', address: ADDRESS },
  ])
})
