import { afterEach, beforeEach, expect, test } from 'vitest'
import { TidingsError } from '../../src/domain/errors.ts'
import { ANYONE } from '../../src/domain/caller.ts'
import { onlyWay } from '../../src/domain/push/push-ways.ts'
import { createKeyGuard, type Idempotency } from '../../src/flows/sending/idempotent.ts'
import { createOutcomes } from '../../src/flows/sms/outcomes.ts'
import { createPushFlow, type PushFlow } from '../../src/flows/push/push.ts'
import { createSmsFlow, type SmsFlow } from '../../src/flows/sms/sms.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ACCEPTED, ask, scripted, startNode, type TestNode } from '../support/node.ts'
import { NO_TEMPLATES } from '../support/templates.ts'
import { onlyThrough } from '../support/router.ts'

let database: TestDatabase
const nodes: TestNode[] = []

beforeEach(async () => {
  database = await createTestDatabase()
})

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close()
  await database.drop()
})

async function start(): Promise<{ node: TestNode; sms: SmsFlow; push: PushFlow }> {
  const node = await startNode(database.url, { sms: [scripted(() => ACCEPTED)] })
  nodes.push(node)
  const keys = createKeyGuard(node.db)
  const outcomes = createOutcomes(
    node.db,
    () => performance.now(),
    (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  )
  const common = {
    intake: node.delivery.intake,
    keys,
    outcomes,
    templates: NO_TEMPLATES,
    ways: onlyWay('scripted'),
    router: onlyThrough('scripted'),
    staging: null,
    clock: () => node.delivery.lease.clock(),
  }
  return {
    node,
    sms: createSmsFlow({ ...common, defaultCountry: null, textFormat: '{message}' }),
    push: createPushFlow({ ...common, db: node.db }),
  }
}

const INPUT = { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' }

function key(name: string, fields: Record<string, string> = { contact: 'a', message: 'b' }): Idempotency {
  return { caller: '127.0.0.1', route: 'POST /smss', key: name, fields }
}

async function refusal(promise: Promise<unknown>): Promise<TidingsError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof TidingsError) return error
  throw new Error('it was not refused', { cause: error })
}

async function count(node: TestNode, table: string): Promise<number> {
  return (await ask(node, `select from ${table}`)).length
}

test('a key makes one message, whoever calls how often on whichever node', async () => {
  const [a, b] = [await start(), await start()]
  const answers = await Promise.all(
    Array.from({ length: 400 }, (_, index) =>
      (index % 2 === 0 ? a : b).sms.accept(INPUT, ANYONE, key(`key-${index % 20}`)),
    ),
  )
  expect(answers.filter((answer) => !answer.replayed)).toHaveLength(20)
  expect(new Set(answers.map((answer) => answer.answer.message_id)).size).toBe(20)
  expect(await count(a.node, 'messages')).toBe(20)
})

test('a repeated call gets the first answer again, and a changed one is told which field differs', async () => {
  const { node, sms } = await start()
  const first = await sms.accept(INPUT, ANYONE, key('k'))
  const again = await sms.accept(INPUT, ANYONE, key('k'))
  expect(again).toEqual({ answer: first.answer, replayed: true })
  const changed = await refusal(
    sms.accept({ ...INPUT, message: 'other' }, ANYONE, key('k', { contact: 'a', message: 'c' })),
  )
  expect(changed.code).toBe('idempotency_conflict')
  expect(changed.details.map((detail) => detail.path)).toEqual(['message'])
  const other = await sms.accept(INPUT, ANYONE, { ...key('k'), caller: '127.0.0.2' })
  expect(other.replayed).toBe(false)
  expect(await count(node, 'messages')).toBe(2)
})

test('a call that repeats one which runs waits for it, and shares its answer or its refusal', async () => {
  const { node, sms } = await start()
  const ends: ((id: number | null) => void)[] = []
  const keys = createKeyGuard(node.db)
  const call = (fields: Record<string, string>): Promise<unknown> =>
    keys.once(
      key('k', fields),
      () => ({ kept: 'kept', insert: () => new Promise((resolve) => ends.push(resolve)) }),
      (id, kept) => ({ id, kept }),
    )
  const calls = [call({ a: '1' }), call({ a: '1' }), call({ a: '2' })]
  expect(ends).toHaveLength(1)
  ends[0]?.(7)
  expect(await Promise.allSettled(calls)).toMatchObject([
    { value: { answer: { id: 7 }, replayed: false } },
    { value: { answer: { id: 7, kept: 'kept' }, replayed: true } },
    { reason: { code: 'idempotency_conflict' } },
  ])
  await node.db.query(`alter table messages add constraint none check (tag <> 'none')`)
  const failing = Array.from({ length: 5 }, () => sms.accept({ ...INPUT, tag: 'none' }, ANYONE, key('other')))
  expect((await Promise.allSettled(failing)).map(({ status }) => status)).toEqual(Array(5).fill('rejected'))
  const mended = await sms.accept(INPUT, ANYONE, key('other'))
  expect(mended.replayed).toBe(false)
})

test('a key is free again after 24 hours', async () => {
  const { node, sms } = await start()
  const first = await sms.accept(INPUT, ANYONE, key('k'))
  await node.db.query(`update idempotency_keys set created_at = now() - interval '25 hours'`)
  const second = await sms.accept(INPUT, ANYONE, key('k'))
  expect(second.replayed).toBe(false)
  expect(second.answer.message_id).toBeGreaterThan(first.answer.message_id)
})

test('a bad contact, too long a text and too large a push are refused and nothing is stored', async () => {
  const { node, sms, push } = await start()
  expect((await refusal(sms.accept({ ...INPUT, contact: '01009129288' }, ANYONE, null))).code).toBe('invalid_contact')
  expect((await refusal(sms.accept({ ...INPUT, message: 'x'.repeat(2000) }, ANYONE, null))).code).toBe(
    'too_many_segments',
  )
  expect((await refusal(push.acceptTokens({ title: 't', body: 'x'.repeat(5000) }, ['a'], [], ANYONE, null))).code).toBe(
    'push_too_large',
  )
  expect((await refusal(push.acceptTopic({ title: 't', body: 'b' }, 'no spaces', ANYONE, null))).code).toBe(
    'invalid_request',
  )
  for (const table of ['messages', 'clients', 'notifications', 'tokens', 'idempotency_keys', 'due']) {
    expect(await count(node, table)).toBe(0)
  }
})

test('a token named twice is one target, and stands once however many calls name it at once', async () => {
  const [a, b] = [await start(), await start()]
  const tokens = Array.from({ length: 300 }, (_, index) => `token-${index}`)
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? a : b).push.acceptTokens(
        { title: 't', body: 'b' },
        [...tokens.slice(index * 10), 'token-299'],
        [],
        ANYONE,
        null,
      ),
    ),
  )
  expect(answers.map((answer) => answer.answer.targets)).toEqual(
    Array.from({ length: 10 }, (_, index) => 300 - index * 10),
  )
  expect(await count(a.node, 'tokens')).toBe(300)
  expect(await count(a.node, 'tokennotifications')).toBe(
    answers.reduce((sum, answer) => sum + answer.answer.targets, 0),
  )
})
