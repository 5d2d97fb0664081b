import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createDb, type Db } from '../../src/store/db.ts'
import { reach } from '../../src/store/reach.ts'
import { createTestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

function open(url: string): Db {
  return createDb(url, { max: 1, name: 'test', statementTimeoutMs: 60_000, queryTimeoutMs: 60_000 }, () => undefined)
}

it('whoever finds all connections in use is refused, and keeps none of them', async () => {
  const database = await createTestDatabase()
  const db = open(database.url)
  onTestFinished(async () => {
    await db.end()
    await database.drop()
  })
  const held = await db.connect()
  let isHeld = true
  onTestFinished(() => (isHeld ? held.release() : undefined))
  await expect(reach(db)).rejects.toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 })
  held.release()
  isHeld = false
  await until(() => db.idleCount === 1 && db.waitingCount === 0)
  await expect(reach(db)).resolves.toBeUndefined()
  expect(db.totalCount).toBe(1)
})

it('a database that doesn’t answer is told apart, also by those who wait behind others', async () => {
  const silent = createServer(() => undefined)
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const db = open(`postgres://nobody@127.0.0.1:${(silent.address() as AddressInfo).port}/none`)
  onTestFinished(async () => {
    silent.close()
    await db.end()
  })
  const refusals = await Promise.allSettled([reach(db), reach(db), reach(db)])
  const told = { reason: { code: 'database_unavailable' } }
  expect(refusals).toMatchObject([told, told, told])
})

it('a database that can’t be reached is told apart', async () => {
  const db = open('postgres://nobody@127.0.0.1:1/none')
  onTestFinished(() => db.end())
  await expect(reach(db)).rejects.toMatchObject({ code: 'database_unavailable' })
})
