import { pino } from 'pino'
import { expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import { failure } from '../../src/domain/failure.ts'
import type { FlaggedMode } from '../../src/domain/sms/number-flags.ts'
import { SANDBOX } from '../../src/domain/provider.ts'
import { createDryRuns } from '../../src/flows/sending/dry-run.ts'
import { createKeyGuard } from '../../src/flows/sending/idempotent.ts'
import { createNumberFlags, type NumberFlags } from '../../src/flows/sms/number-flags.ts'
import { createOutcomes } from '../../src/flows/sms/outcomes.ts'
import { createReceiptsFlow, type ReceiptsFlow } from '../../src/flows/receipts/receipts.ts'
import { createSmsFlow, type SmsFlow } from '../../src/flows/sms/sms.ts'
import { insertBatch } from '../../src/store/sms/batches.ts'
import { eraseNumber, takeNumber } from '../../src/store/past/erase.ts'
import { addFlagCauses, readFlags } from '../../src/store/sms/number-flags.ts'
import { ACCEPTED, ask, CONTACT, message, refused, scripted, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { onlyThrough } from '../support/router.ts'
import { NO_TEMPLATES } from '../support/templates.ts'
import { until } from '../support/until.ts'

const { start } = useNodes()

const WARNING = 'This number is flagged: messages to it failed as landline, and so may this one.'

async function startWith(flagged: FlaggedMode = 'warn'): Promise<TestNode> {
  return start({ sms: [scripted(() => ACCEPTED)], ways: { flagged } })
}

/** Somebody was sent a message before: what is said of strangers is not kept. */
async function flag(node: TestNode): Promise<void> {
  await ask(node, 'insert into clients (contact) values ($1) on conflict do nothing', [CONTACT])
  await addFlagCauses(node.db, [{ contact: CONTACT, reason: 'landline', provider: 'one' }])
}

function flowOf(node: TestNode): SmsFlow {
  const outcomes = createOutcomes(
    node.db,
    () => performance.now(),
    () => new Promise(setImmediate),
  )
  return createSmsFlow({
    intake: node.delivery.intake,
    keys: createKeyGuard(node.db),
    outcomes,
    templates: NO_TEMPLATES,
    router: onlyThrough('scripted'),
    staging: null,
    defaultCountry: null,
    textFormat: '{message}',
    clock: () => node.delivery.lease.clock(),
  })
}

const INPUT = { contact: CONTACT, subject: 'Hello', message: 'A text' }
const KEY = { caller: 'a', route: 'POST /smss', key: 'k', fields: { message: 'h' } }

test('a number is flagged when it was said often enough within 30 days', async () => {
  const node = await startWith()
  await ask(node, 'insert into clients (contact) values ($1)', [CONTACT])
  const say = (reason: 'blocked' | 'unknown_number', provider: string): Promise<void> =>
    addFlagCauses(node.db, [{ contact: CONTACT, reason, provider }])
  await say('blocked', 'one')
  await ask(node, `update number_flags set times = array[now() - interval '31 days']`)
  await say('blocked', 'one')
  await say('blocked', 'one')
  await say('unknown_number', 'one')
  expect(await readFlags(node.db, CONTACT)).toEqual([])
  await say('blocked', 'two')
  expect(await readFlags(node.db, CONTACT)).toMatchObject([{ reason: 'blocked', provider: 'two' }])
  await say('unknown_number', 'one')
  expect((await readFlags(node.db, CONTACT)).map(({ reason }) => reason)).toEqual(['blocked', 'unknown_number'])
  // It stays so, though the times of its causes are past.
  await ask(node, `update number_flags set times = array[now() - interval '31 days']`)
  await say('blocked', 'one')
  expect(await readFlags(node.db, CONTACT)).toHaveLength(2)
})

test('the answer to a message warns, also when it is asked for again, and in a batch', async () => {
  const node = await startWith()
  await flag(node)
  const sms = flowOf(node)
  const { answer } = await sms.accept(INPUT, ANYONE, KEY)
  expect(answer).toMatchObject({ status: 'queued', warnings: [WARNING] })
  const again = await sms.accept(INPUT, ANYONE, KEY)
  expect(again).toEqual({ answer, replayed: true })
  const parts = { db: node.db, owner: node.delivery.lease.owner(), groupOf: () => null, flagged: 'warn' } as const
  const rows = [message(), message({ provider: SANDBOX })].map((row) => ({ ...row, place: 'wait' as const }))
  const stored = await insertBatch(parts, rows, null, () => null)
  expect(stored).toMatchObject({
    rows: [
      { ended: null, flag: 'landline' },
      { ended: null, flag: null },
    ],
  })
})

test('where flagged numbers are rejected, the message is stored as that, and never sent', async () => {
  const node = await startWith('reject')
  await flag(node)
  const ended = { status: 'rejected', reason: 'flagged_number' }
  expect((await flowOf(node).accept(INPUT, ANYONE, null)).answer).toMatchObject({ ...ended, warnings: [WARNING] })
  const first = await flowOf(node).accept(INPUT, ANYONE, KEY)
  expect(first.answer).toMatchObject({ ...ended, warnings: [WARNING] })
  expect((await flowOf(node).accept(INPUT, ANYONE, KEY)).answer).toEqual(first.answer)
  expect(await ask(node, 'select status, reason, attempt from messages')).toEqual([
    { ...ended, attempt: 0 },
    { ...ended, attempt: 0 },
  ])
  expect(await ask(node, 'select from due')).toEqual([])
})

test('where nothing is done about them, nothing is said', async () => {
  const node = await startWith('off')
  await flag(node)
  expect((await flowOf(node).accept(INPUT, ANYONE, null)).answer).not.toHaveProperty('warnings')
})

test('a dry run warns, and says where it would be rejected', async () => {
  const node = await startWith()
  await flag(node)
  const prepared = flowOf(node).prepare(INPUT, ANYONE)
  const parts = {
    db: node.db,
    pauses: async () => [],
    pushBody: () => '',
    clock: () => new Date(),
  }
  const warningsOf = async (flagged: FlaggedMode): Promise<readonly string[]> => {
    const [report] = await createDryRuns({ ...parts, flagged }).sms([prepared], ANYONE)
    return report?.warnings ?? []
  }
  expect(await warningsOf('warn')).toEqual([WARNING])
  expect(await warningsOf('reject')).toEqual([WARNING, 'It would be rejected: this number is flagged.'])
  expect(await warningsOf('off')).toEqual([])
})

function receiptsOf({ db }: TestNode, flags: NumberFlags): ReceiptsFlow {
  return createReceiptsFlow({
    db,
    log: pino({ level: 'silent' }),
    providers: new Map(),
    chance: () => 0,
    wait: async () => undefined,
    onMoved: () => undefined,
    onStored: (receipt, move) => flags.received(receipt, move),
  })
}

async function sendOne(node: TestNode): Promise<number> {
  const id = (await node.delivery.intake.addSms(message())) ?? 0
  const settled = 'select from messages where id = $1 and attempt = 1 and owner is null'
  await until(async () => (await ask(node, settled, [id])).length > 0)
  return id
}

test('receipts are causes, each once; what was delivered takes the flag away', async () => {
  const node = await startWith()
  const flags = createNumberFlags(node.db, () => performance.now())
  const receipts = receiptsOf(node, flags)
  const unknown = failure('permanent', 'unknown_number', { status: 'undelivered' })
  const tell = (messageId: number, status: 'undelivered' | 'delivered'): Promise<void> =>
    receipts.settle({
      provider: 'scripted',
      providerMessageId: 'theirs',
      attempt: { messageId, number: 1 },
      status,
      failure: status === 'delivered' ? null : unknown,
      at: null,
    })
  const first = await sendOne(node)
  for (let copy = 0; copy < 3; copy += 1) await tell(first, 'undelivered')
  await flags.look()
  expect(await ask(node, 'select cardinality(times) as count, since from number_flags')).toEqual([
    { count: 1, since: null },
  ])
  await tell(await sendOne(node), 'undelivered')
  await flags.look()
  expect(await readFlags(node.db, CONTACT)).toHaveLength(1)
  await tell(await sendOne(node), 'delivered')
  await flags.look()
  expect(await ask(node, 'select from number_flags')).toEqual([])
})

test('an answer that says what a number is flags it, one that speaks of our account does not, and nothing does twice', async () => {
  const answers = ['not_mobile', 'blocked'].map((reason) => refused(failure('permanent', reason)))
  const node = await start({ sms: [scripted(() => answers.shift() ?? ACCEPTED)] })
  const flags = createNumberFlags(node.db, () => performance.now())
  await sendOne(node)
  await sendOne(node)
  flags.settled(node.settled)
  await flags.look()
  await flags.look()
  expect(await ask(node, 'select reason, cardinality(times) as count from number_flags')).toEqual([
    { reason: 'not_mobile', count: 1 },
  ])
})

test('what nobody says again for 90 days is forgotten, and so is a person who is erased', async () => {
  const node = await startWith()
  await flag(node)
  const clock = { now: 0 }
  const flags = createNumberFlags(node.db, () => clock.now)
  await ask(node, `update number_flags set caused_at = now() - interval '89 days'`)
  await flags.look()
  expect(await readFlags(node.db, CONTACT)).toHaveLength(1)
  await ask(node, `update number_flags set caused_at = now() - interval '91 days'`)
  clock.now = 3_600_000
  await flags.look()
  expect(await ask(node, 'select from number_flags')).toEqual([])
  await flag(node)
  const connection = await node.db.connect()
  await eraseNumber(connection, CONTACT)
  connection.release()
  expect(await ask(node, 'select from number_flags')).toEqual([])
  await ask(node, `update clients set contact = 'erased:1', erased_at = now()`)
  await addFlagCauses(node.db, [{ contact: CONTACT, reason: 'landline', provider: 'one' }])
  expect(await ask(node, 'select from number_flags')).toEqual([])
})

test('a cause that is being noted while its person is erased does not stay', async () => {
  const [node, beside] = [await startWith(), await startWith()]
  const [client] = await ask(node, 'insert into clients (contact) values ($1) returning id', [CONTACT])
  const [other, eraser] = [await beside.db.connect(), await beside.db.connect()]
  // Another node notes the same: this one waits for it.
  await other.query('begin')
  await other.query(
    `insert into number_flags (contact, reason, provider, times) values ($1, 'landline', 'two', '{}')`,
    [CONTACT],
  )
  const noted = addFlagCauses(node.db, [{ contact: CONTACT, reason: 'landline', provider: 'one' }])
  const waiting = async (name: string): Promise<boolean> =>
    (await ask(node, `select from pg_stat_activity where wait_event_type = 'Lock' and query like $1`, [name])).length >
    0
  await until(() => waiting('%with ordinality as t (contact, reason, provider%'))
  let ended = false
  const erased = takeNumber(eraser, Number(client?.['id']))
    .then(() => eraseNumber(eraser, CONTACT))
    .then(() => (ended = true))
  await until(async () => ended || waiting('%update clients set contact%'))
  await other.query('rollback')
  await Promise.all([noted, erased])
  for (const one of [other, eraser]) one.release()
  expect(await ask(node, 'select from number_flags')).toEqual([])
})

const WAITS = `wait_event_type = 'Lock' and datname = current_database()`

test('what is told again because it could not be told says nothing of a number that was reached meanwhile', async () => {
  const [node, beside] = [await startWith(), await startWith()]
  await ask(node, 'insert into clients (contact) values ($1)', [CONTACT])
  const flags = createNumberFlags(node.db, () => performance.now())
  const receipts = receiptsOf(node, flags)
  const tell = (messageId: number, reason: string | null): Promise<void> =>
    receipts.settle({
      provider: 'scripted',
      providerMessageId: 'theirs',
      attempt: { messageId, number: 1 },
      status: reason === null ? 'delivered' : 'undelivered',
      failure: reason === null ? null : failure('permanent', reason, { status: 'undelivered' }),
      at: null,
    })
  const [first, second] = [await sendOne(node), await sendOne(node)]
  await tell(first, 'landline')
  const other = await beside.db.connect()
  await other.query('begin')
  await other.query('lock table number_flags')
  const told = flags.look().catch((error: unknown) => error)
  await until(async () => (await ask(node, `select from pg_stat_activity where ${WAITS}`)).length > 0)
  await tell(second, null)
  await ask(node, `select pg_cancel_backend(pid) from pg_stat_activity where ${WAITS}`)
  expect(await told).toBeInstanceOf(Error)
  await other.query('rollback')
  other.release()
  await flags.look()
  expect(await ask(node, 'select from number_flags')).toEqual([])
})
