import pg from 'pg'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'
import { watchLockWaits } from './lock-watch.ts'

test('the longest wait for a lock is seen, and not that of who migrates', async () => {
  const database = await createTestDatabase()
  const [holder, waiter, migrating] = ['holder', 'waiter', 'tidings migrate'].map(
    (name) => new pg.Client({ connectionString: database.url, application_name: name }),
  )
  if (holder === undefined || waiter === undefined || migrating === undefined) throw new Error('there are three')
  const all = [holder, waiter, migrating]
  await Promise.all(all.map((client) => client.connect()))
  const waits = async (name: string): Promise<boolean> => {
    const { rows } = await holder.query(
      `select from pg_locks l join pg_stat_activity a on a.pid = l.pid
       where not l.granted and a.application_name = $1 and l.waitstart < clock_timestamp() - interval '300 milliseconds'`,
      [name],
    )
    return rows.length > 0
  }
  const lock = 'lock table push_chunks in access exclusive mode'
  try {
    await holder.query(`begin; ${lock}`)
    const others = watchLockWaits(database.url)
    const migration = migrating.query(`begin; ${lock}; rollback`)
    await until(() => waits('tidings migrate'))
    expect(await others.stop()).toBe(0)
    const everybody = watchLockWaits(database.url)
    const waited = waiter.query('select from push_chunks')
    await until(() => waits('waiter'))
    await holder.query('rollback')
    await Promise.all([migration, waited])
    expect(await everybody.stop()).toBeGreaterThan(200)
  } finally {
    await Promise.all(all.map((client) => client.end()))
    await database.drop()
  }
})
