import { afterEach, beforeEach, expect, test } from 'vitest'
import { failure } from '../../src/domain/failure.ts'
import { createDb, type Db } from '../../src/store/db.ts'
import { insertMessages } from '../../src/store/sms/messages.ts'
import { registerNode } from '../../src/store/nodes/nodes.ts'
import { insertNotifications } from '../../src/store/push/notifications.ts'
import { loadChunks, moveChunks } from '../../src/store/push/push-work.ts'
import { claimDue } from '../../src/store/sms/sms-claims.ts'
import { metAttempt, settleMessages, type SmsSettlement } from '../../src/store/sms/sms-settle.ts'
import { startMessages, type SmsWork } from '../../src/store/sms/sms-work.ts'
import { upsertTokens } from '../../src/store/push/tokens.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ask, message, scripted, startNode, type TestNode } from '../support/node.ts'
import { until } from '../support/until.ts'

let database: TestDatabase
let db: Db
let owner: number
let node: TestNode | null = null

beforeEach(async () => {
  database = await createTestDatabase()
  db = createDb(
    database.url,
    { max: 2, name: 'repeats', statementTimeoutMs: 30_000, queryTimeoutMs: 31_000 },
    () => undefined,
  )
  owner = (await registerNode(db, { name: 'test', machine: null, pid: 1, version: '0.0.0' })).id
})

afterEach(async () => {
  await node?.close()
  node = null
  await db.end()
  await database.drop()
})

function settlement(work: SmsWork, more: Partial<SmsSettlement>): SmsSettlement {
  return {
    work,
    attempt: 1,
    provider: 'scripted',
    providerMessageId: null,
    status: 'queued',
    attemptStatus: 'failed',
    reason: 'busy',
    code: null,
    counted: true,
    uncertain: false,
    startedAt: new Date(0).toISOString(),
    next: 'send',
    waitMs: 0,
    nextProvider: null,
    ...more,
  }
}

test('a settlement that is repeated after its message was claimed again changes nothing', async () => {
  const [made] = await insertMessages(db, owner, [{ ...message(), place: 'start' }])
  const works = [{ id: made?.id ?? 0 }].map(({ id }) => ({
    ...message(),
    id,
    text: 'A text',
    owner,
    attempt: 0,
    due: false,
    tried: [],
  }))
  const first = works.map((work) => settlement(work, {}))
  await settleMessages(db, owner, first)
  const claimed = await until(async () => {
    const found = await claimDue(db, owner, new Map([['scripted:transactional', 5]]))
    return found.length > 0 && found
  })
  expect(claimed).toHaveLength(1)
  const repeated = await settleMessages(db, owner, first, true)
  expect([...repeated.moved]).toEqual([])
  const { rows } = await db.query(`select attempts_counted, owner, (select count(*) from due) as due from messages`)
  expect(rows).toEqual([{ attempts_counted: 1, owner, due: 1 }])
})

test('a start that is executed late, after its attempt was settled and the next one began, changes nothing', async () => {
  await insertMessages(db, owner, [{ ...message(), place: 'wait' }])
  const claim = async (): Promise<SmsWork[]> =>
    until(async () => {
      const found = await claimDue(db, owner, new Map([['scripted:transactional', 5]]))
      return found.length > 0 && found
    })
  const start = async (works: readonly SmsWork[]): Promise<number[]> =>
    (await startMessages(db, owner, works)).map((row) => row.attempt)
  const first = await claim()
  expect(await start(first)).toEqual([1])
  expect(await start(first)).toEqual([1])
  await settleMessages(
    db,
    owner,
    first.map((work) => settlement(work, {})),
  )
  expect(await start(first)).toEqual([])
  const second = await claim()
  expect(await start(second)).toEqual([2])
  expect(await start(first)).toEqual([])
  expect((await db.query(`select attempt, status from messages`)).rows).toEqual([{ attempt: 2, status: 'sending' }])
})

test('a settlement whose attempt a receipt wrote first is told, and settled when asked again', async () => {
  const [made] = await insertMessages(db, owner, [{ ...message(), place: 'start' }])
  const id = made?.id ?? 0
  await db.query(
    `insert into attempts (message_id, number, provider, status) values ($1, 1, 'scripted', 'delivered')`,
    [id],
  )
  const work = { ...message(), id, text: 'A text', owner, attempt: 0, due: false, tried: [] }
  const batch = [settlement(work, { status: 'sent', attemptStatus: 'sent', next: 'none', providerMessageId: 'theirs' })]
  await expect(settleMessages(db, owner, batch)).rejects.toSatisfy(metAttempt)
  expect([...(await settleMessages(db, owner, batch, true)).moved]).toEqual([id])
  const { rows } = await db.query(`select status, provider_message_id, started_at is not null as started from attempts`)
  expect(rows).toEqual([{ status: 'delivered', provider_message_id: 'theirs', started: true }])
})

test('a chunk’s move that is repeated makes no second chunk for what is tried again', async () => {
  const tokens = await upsertTokens(db, ['token', 'token'], ['one', 'two'])
  const [made] = await insertNotifications(db, owner, [
    {
      title: 't',
      body: 'b',
      topic: null,
      content: {},
      tag: null,
      category: 'transactional',
      onUncertain: 'retry',
      provider: 'scripted',
      ttlSeconds: null,
      validitySeconds: 60,
      tokenIds: tokens.map((token) => token.id),
      suppressed: [],
      keyId: null,
      sendAt: null,
      template: null,
      resentFrom: null,
      held: true,
      idempotency: null,
    },
  ])
  const [chunk] = await loadChunks(db, owner, made?.chunkIds ?? [])
  const id = chunk?.id ?? 0
  const move = {
    id,
    owner,
    from: 0,
    started: 2,
    settled: Buffer.from([1]),
    tally: {},
    done: false,
    reason: null,
    providerMessageId: null,
  }
  const retry = {
    chunkId: id,
    notificationId: made?.id ?? 0,
    lane: 'scripted:transactional',
    tokenIds: [tokens[0]?.id ?? 0],
    size: 1,
    attemptsCounted: 1,
    uncertainAttempts: 0,
    crashes: 0,
    waitMs: 1_000,
  }
  expect(await moveChunks(db, owner, [move], [], [retry])).toEqual([{ id, cancelled: false }])
  expect(await moveChunks(db, owner, [move], [], [retry])).toEqual([{ id, cancelled: false }])
  const { rows } = await db.query(`select size, attempt from push_chunks order by id`)
  expect(rows).toEqual([
    { size: 2, attempt: 1 },
    { size: 1, attempt: 2 },
  ])
})

test('a message whose outcome the database refuses is found again as uncertain', async () => {
  // A NUL can't be stored: one adapter's mistake must not cost a message.
  const unstorable = failure('permanent', 'broken', { code: 'a\u0000b' })
  node = await startNode(database.url, { sms: [scripted(() => ({ kind: 'refused', failure: unstorable }))] })
  const started = node
  await started.delivery.intake.addSms(message())
  await until(
    async () => (await ask(started, `select from messages where status = 'uncertain' and owner is null`)).length === 1,
  )
})
