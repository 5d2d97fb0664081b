import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { startFakeFcm } from '../src/fakes/fcm.ts'
import { createTestDatabase } from './support/database.ts'
import { until } from './support/until.ts'
import { startWholeNode } from './support/whole-node.ts'

const ends: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function start() {
  const database = await createTestDatabase()
  ends.push(() => database.drop())
  const fake = await startFakeFcm()
  ends.push(() => fake.close())
  const { app, url } = await startWholeNode(database.url, {
    AUTH: 'off',
    FCM_SERVICE_ACCOUNT: JSON.stringify(fake.serviceAccount),
    FCM_BASE_URL: fake.url,
  })
  ends.push(() => app.stop())
  const db = new pg.Client({ connectionString: database.url })
  await db.connect()
  ends.push(() => db.end())
  async function change(method: 'POST' | 'DELETE', token: string): Promise<unknown> {
    const headers = { 'content-type': 'application/json', prefer: 'wait=30' }
    const body = JSON.stringify({ tokens: [token] })
    const answer = await fetch(`${url}/topics/news/subscriptions`, { method, headers, body })
    return answer.json()
  }
  const restore = async (token: string): Promise<number> =>
    (await fetch(`${url}/tokens/${token}/restore`, { method: 'POST' })).status
  return { db, change, restore, project: fake.serviceAccount.project_id }
}

test('who was unsubscribed stays so when a retirement is undone, whichever of the two came first', async () => {
  const { db, change, restore } = await start()
  await change('POST', 'since')
  await change('POST', 'kept')
  await db.query(`update tokens set retired_at = now(), retired_reason = 'unregistered'`)
  expect(await change('DELETE', 'since')).toMatchObject({ success: true, failed: [] })
  // FCM says that it is gone when it is told.
  await change('DELETE', 'fake.unregistered')
  const retired = async (): Promise<boolean> =>
    (await db.query(`select from tokens where token = 'fake.unregistered' and retired_at is not null`)).rowCount === 1
  await until(retired)
  for (const token of ['since', 'kept', 'fake.unregistered']) expect(await restore(token)).toBe(200)
  await until(async () => (await db.query('select from topic_subscriptions where next_at is not null')).rowCount === 0)
  const { rows } = await db.query(
    `select t.token, s.state, s.reason from topic_subscriptions s join tokens t on t.id = s.token_id order by 1`,
  )
  expect(rows).toEqual([
    { token: 'fake.unregistered', state: 'unsubscribed', reason: null },
    { token: 'kept', state: 'subscribed', reason: null },
    { token: 'since', state: 'unsubscribed', reason: null },
  ])
})

test('unsubscribing a device that is another project’s is told to have failed: it may be subscribed there', async () => {
  const { db, change, project } = await start()
  await change('POST', 'theirs')
  await db.query('update tokens set wrong_project = $1', [project])
  expect(await change('DELETE', 'theirs')).toMatchObject({
    devices: 1,
    failed: [{ token: 'theirs', reason: 'sender_mismatch' }],
  })
})
