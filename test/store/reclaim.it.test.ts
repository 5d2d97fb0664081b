import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDb, type Db } from '../../src/store/db.ts'
import { insertMessages } from '../../src/store/sms/messages.ts'
import { registerNode } from '../../src/store/nodes/nodes.ts'
import { reclaimChunks, reclaimMessages, type Reclaimed } from '../../src/store/nodes/reclaim.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { message } from '../support/node.ts'

let database: TestDatabase
let db: Db
let owner: number

beforeEach(async () => {
  database = await createTestDatabase()
  const limits = { max: 2, name: 'reclaims', statementTimeoutMs: 30_000, queryTimeoutMs: 31_000 }
  db = createDb(database.url, limits, () => undefined)
  owner = (await registerNode(db, { name: 'test', machine: null, pid: 1, version: '0.0.0' })).id
})

afterEach(async () => {
  await db.end()
  await database.drop()
})

test('a message that is started while a sweep looks for lost ones is left alone', async () => {
  const [made] = await insertMessages(db, owner, [{ ...message(), place: 'start' }])
  const only = [made?.id ?? 0]
  const sweep = (): Promise<Reclaimed> =>
    reclaimMessages(db, {
      owner,
      lowMessageId: 0,
      only,
      quietSeconds: 3_600,
      submitted: false,
      reconcilable: [],
      mostCrashes: 3,
      limit: 10,
    })
  expect(await sweep()).toMatchObject({ waiting: 0, uncertain: 0 })
  await db.query(`update messages set updated_at = now() - interval '2 hours'`)
  expect(await sweep()).toMatchObject({ waiting: 1, uncertain: 0 })
})

test('a chunk that moves while a sweep looks for lost ones is left alone', async () => {
  await db.query(
    `with n as (insert into notifications (title, body, topic) values ('t', 'b', 'news') returning id)
     insert into push_chunks (notification_id, size, lane, owner) select id, 1, 'scripted:otp', $1 from n`,
    [owner],
  )
  const { rows } = await db.query<{ id: number }>(`select id from push_chunks`)
  const which = { owner, only: rows.map((row) => row.id), quietSeconds: 3_600 }
  expect(await reclaimChunks(db, which)).toBe(0)
  await db.query(`update push_chunks set updated_at = now() - interval '2 hours'`)
  expect(await reclaimChunks(db, which)).toBe(1)
})

test('messages that were in flight at two crashes are repeated one by one', async () => {
  const three = Array.from({ length: 3 }, () => ({ ...message({ onUncertain: 'retry' }), place: 'start' as const }))
  await insertMessages(db, owner, three)
  const crash = (): Promise<Reclaimed> =>
    reclaimMessages(db, {
      owner,
      lowMessageId: 0,
      only: null,
      quietSeconds: null,
      submitted: true,
      reconcilable: [],
      mostCrashes: 3,
      limit: 10,
    })
  const waits = async (): Promise<unknown[]> => {
    const { rows } = await db.query<{ wait: number }>(
      `select extract(epoch from run_at - min(run_at) over ())::float8 as wait from due order by run_at`,
    )
    return rows.map((row) => row.wait)
  }
  expect(await crash()).toMatchObject({ uncertain: 3 })
  expect(await waits()).toEqual([0, 0, 0])
  await db.query(`delete from due`)
  await db.query(`update messages set owner = $1, status = 'sending', started_at = now(), attempt = attempt + 1`, [
    owner,
  ])
  expect(await crash()).toMatchObject({ uncertain: 3 })
  expect(await waits()).toEqual([0, 1, 2])
})

test('the wait of a message in doubt counts from its submission: most of it is over when a lease has lapsed', async () => {
  for (const onUncertain of ['retry', 'reconcile'] as const) {
    await insertMessages(db, owner, [{ ...message({ onUncertain }), place: 'start' }])
  }
  await db.query(`update messages set started_at = now() - interval '12 seconds'`)
  const all = { only: null, quietSeconds: null, submitted: true, mostCrashes: 3, limit: 10 }
  await reclaimMessages(db, { ...all, owner, lowMessageId: 0, reconcilable: ['scripted'] })
  // On a machine that stood still the sweep itself came later than twelve seconds.
  const { rows } = await db.query<{ action: string; wait: number; swept: number }>(
    `select action, extract(epoch from run_at - a.started_at)::float8 as wait, extract(epoch from a.finished_at - a.started_at)::float8 as swept
     from due join attempts a using (message_id) order by due.id`,
  )
  expect(rows.map(({ action }) => action)).toEqual(['send', 'reconcile'])
  expect(rows[0]?.wait).toBeCloseTo(Math.max(10, rows[0]?.swept ?? 0), 3)
  expect(rows[1]?.wait).toBeCloseTo(Math.max(15, rows[1]?.swept ?? 0), 3)
})
