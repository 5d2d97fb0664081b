import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTidings } from '../src/client/tidings.ts'
import { startFakeFcm, type FakeFcm } from '../src/fakes/fcm.ts'
import type { FakeTopicCall } from '../src/fakes/fcm/topics.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'
import { ROOT } from './support/documents.ts'
import { freePort, startProgram, waitForOutput, type Program } from './support/program.ts'
import { until } from './support/until.ts'

let database: TestDatabase
let directory = ''
let fakes: FakeFcm[]
let programs: Program[]
let starts = 0

beforeEach(async () => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')])
  database = await createTestDatabase()
  directory = mkdtempSync(join(tmpdir(), 'tidings-topics-'))
  fakes = []
  programs = []
})

afterEach(async () => {
  await Promise.all(programs.map((program) => program.kill()))
  await Promise.all(fakes.map((fake) => fake.close()))
  await database.drop()
  rmSync(directory, { recursive: true, force: true })
})

async function fakeFcm(...options: Parameters<typeof startFakeFcm>): Promise<FakeFcm> {
  const fake = await startFakeFcm(...options)
  fakes.push(fake)
  return fake
}

async function start(variables: Readonly<Record<string, string>>) {
  const port = await freePort()
  const program = startProgram([join(ROOT, 'dist/main.js')], {
    cwd: directory,
    env: { PATH: process.env['PATH'], PORT: String(port), AUTH: 'off', DATABASE_URL: database.url, ...variables },
    log: join(directory, `${(starts += 1)}.log`),
  })
  programs.push(program)
  await waitForOutput(program, /"event":"(ready)"/)
  return { program, client: createTidings({ url: `http://127.0.0.1:${port}` }) }
}

async function sql(statement: string): Promise<Record<string, unknown>[]> {
  const connection = new pg.Client({ connectionString: database.url })
  await connection.connect()
  try {
    return (await connection.query<Record<string, unknown>>(statement)).rows
  } finally {
    await connection.end()
  }
}

const live = (fake: FakeFcm) => ({ FCM_SERVICE_ACCOUNT: JSON.stringify(fake.serviceAccount), FCM_BASE_URL: fake.url })

test('a node that is killed while FCM is being told loses nothing: the next one goes on', async () => {
  const calls: FakeTopicCall[] = []
  const rules = [{ when: { kind: 'subscribe' }, times: 1, play: 'hang' }]
  const fake = await fakeFcm({ rules, onTopic: (call) => void calls.push(call) })
  const first = await start(live(fake))
  const tokens = Array.from({ length: 2_500 }, (_, index) => `token-${index}`)
  await first.client.topics.subscribe('news', { tokens })
  await until(() => calls.length > 0)
  await first.program.kill()
  expect(fake.subscribers('news').length).toBeLessThan(2_500)
  // Else it is two minutes until what it had begun is begun again.
  await sql(`update topic_subscriptions set leased_until = now() where leased_until is not null`)
  const second = await start(live(fake))
  await until(() => fake.subscribers('news').length === 2_500)
  await until(async () => (await sql('select from topic_subscriptions where next_at is not null')).length === 0)
  for await (const { counts } of second.client.topics.list()) expect(counts).toMatchObject({ subscribed: 2_500 })
})

test('each device is subscribed in the Firebase project of its app, or in the one that the call names', async () => {
  const [main, shop] = [await fakeFcm({ projectId: 'main' }), await fakeFcm({ projectId: 'shop' })]
  const file = join(directory, 'projects.json')
  const described = { name: 'shop', credentials: { env: 'SHOP_KEY' }, apps: ['shop'], base_url: shop.url }
  writeFileSync(file, JSON.stringify({ projects: [described] }))
  const more = { FCM_PROJECTS_FILE: file, SHOP_KEY: JSON.stringify(shop.serviceAccount) }
  const { client } = await start({ ...live(main), ...more })
  await client.tokens.put('of-shop', { app: 'shop' })
  const done = await client.topics.subscribe('news', { tokens: ['of-shop', 'plain'] }, { waitSeconds: 30 })
  expect(done).toMatchObject({ devices: 2, waiting: 0, failed: [] })
  await client.topics.subscribe('news', { tokens: ['named'], project: 'shop' }, { waitSeconds: 30 })
  expect(main.subscribers('news')).toEqual(['plain'])
  expect(shop.subscribers('news').toSorted()).toEqual(['named', 'of-shop'])
  await client.topics.unsubscribe('news', { tokens: ['of-shop', 'plain'] }, { waitSeconds: 30 })
  expect([main.subscribers('news'), shop.subscribers('news')]).toEqual([[], ['named']])
})
