import { expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import type { Msisdn } from '../../src/domain/contact.ts'
import { failure } from '../../src/domain/failure.ts'
import type { Outcome } from '../../src/domain/provider.ts'
import { createErasing, type Erasing } from '../../src/flows/past/erase.ts'
import { ask, message, scripted, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { until } from '../support/until.ts'

const CANARY = '+201009129288' as Msisdn
const OTHER = '+15005550006' as Msisdn
const TEXT = 'the zeppelin lands at noon'

const nodes = useNodes()

/** How often a provider was asked to send a text, and the answers that it still owes. */
interface Carrier {
  readonly asked: string[]
  readonly owed: ((outcome: Outcome) => void)[]
}

function carrier(): Carrier & { readonly provider: ReturnType<typeof scripted> } {
  const asked: string[] = []
  const owed: ((outcome: Outcome) => void)[] = []
  const provider = scripted((sms) => {
    asked.push(sms.text)
    if (!sms.text.includes('slowly')) {
      return { kind: 'accepted', providerMessageId: `theirs-${asked.length}`, status: 'sent' }
    }
    return new Promise<Outcome>((resolve) => void owed.push(resolve))
  })
  return { asked, owed, provider }
}

function erasingOf(node: TestNode, onSleep: () => void = () => undefined): Erasing {
  let elapsedMs = 0
  return createErasing({
    db: node.db,
    defaultCountry: null,
    monotonic: () => elapsedMs,
    sleep: async (ms) => {
      elapsedMs += ms
      onSleep()
      await new Promise((resolve) => setImmediate(resolve))
    },
  })
}

/** Every row of every table that holds one of these words, as text. */
async function dump(node: TestNode, words: readonly string[]): Promise<string[]> {
  const tables = await ask(
    node,
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname in ('public', 'tidings_partitions')`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const rows = await ask(node, `select t::text as row from ${String(name)} t where t::text ilike any ($1::text[])`, [
      words.map((word) => `%${word}%`),
    ])
    found.push(...rows.map(({ row }) => `${String(name)}: ${String(row)}`))
  }
  return found
}

const EVERYWHERE = [
  'clients',
  'messages_0',
  'attempts_0',
  'sms_parts_0',
  'idempotency_keys',
  'inbox_changes',
  'parked_receipts',
  'unreadable_receipts',
]

/** One message on each way that a number and a text can take into the database. */
async function plant(node: TestNode, { asked }: Carrier): Promise<void> {
  const to = { contact: CANARY, subject: 'zeppelin', tag: 'zeppelin' }
  const idempotency = {
    caller: 'anyone',
    route: 'POST /smss',
    key: 'zeppelin',
    fields: {},
    answer: { status: 'queued' },
  }
  await node.delivery.intake.addSms(message({ ...to, body: TEXT, text: `Acme: ${TEXT}`, idempotency }))
  await until(() => asked.length === 1)
  await until(async () => (await ask(node, `select 1 from messages where status = 'sent'`)).length === 1)
  const extras = { template: null, resentFrom: null, redirectedTo: null, sendAt: new Date(Date.now() + 3_600_000) }
  await node.delivery.intake.addSms(message({ ...to, body: TEXT, extras }))
  await node.delivery.intake.addSms(
    message({ contact: OTHER, body: 'staging', extras: { ...extras, redirectedTo: CANARY } }),
  )
  await node.db.query(
    `insert into idempotency_keys (caller, route, key, fields, resource_id, answer)
       values ('anyone', 'POST /smss/batch', 'k', '{}', 0, '{"suggestion": "Try ${CANARY}"}');
     insert into inbox_changes (recipient) values ('${CANARY}');
     insert into parked_receipts (provider, provider_message_id, status) values ('scripted', 'theirs-1', 'delivered');
     insert into parked_receipts (provider, provider_message_id, status, contact)
       values ('scripted', 'unknown', 'delivered', '${CANARY.slice(-8)}');
     insert into unreadable_receipts (provider, command, esm_class, data_coding, source, destination, message, tlvs)
       values ('scripted', 'deliver_sm', 4, 0, '${CANARY}', '12345', 'x', ''), ('scripted', 'data_sm', 4, 0, '12345', '00${CANARY.slice(1)}', 'x', '');
     insert into sms_parts (message_id, attempt, number, total, reference, provider, provider_message_id, raw_message_id, status)
       select min(id), 1, 1, 2, 7, 'scripted', 'theirs-1', 'zeppelin', 'sent' from messages`,
  )
}

test('a person who is erased is nowhere in the database any more, and is still counted', async () => {
  const at = carrier()
  const node = await nodes.start({ sms: [at.provider] })
  await plant(node, at)
  const before = await dump(node, [CANARY.slice(1), 'zeppelin', 'theirs-1'])
  for (const table of EVERYWHERE) expect(before.some((line) => line.includes(`${table}: `))).toBe(true)
  const erasing = erasingOf(node)
  const looked = await erasing.look(CANARY)
  expect(looked).toMatchObject({
    messages: 2,
    cancelled: 1,
    inFlight: 0,
    attempts: 1,
    idempotencyKeys: 1,
    redirected: 1,
  })
  expect(await dump(node, [CANARY.slice(1), 'zeppelin', 'theirs-1'])).toEqual(before)

  expect(await erasing.erase(CANARY, ANYONE, new AbortController().signal)).toEqual({ ...looked, parkedReceipts: 1 })

  expect(await dump(node, [CANARY.slice(1), 'zeppelin', 'theirs-1'])).toEqual([])
  expect(await ask(node, 'select contact from parked_receipts')).toEqual([])
  const rows = await ask(
    node,
    `select c.contact, m.status, m.reason from messages m join clients c on c.id = m.client_id where c.erased_at is not null order by m.id`,
  )
  expect(rows).toEqual([
    { contact: 'erased:1', status: 'sent', reason: null },
    { contact: 'erased:1', status: 'cancelled', reason: 'erased' },
  ])
  // What went to this number in another's place does not go to that other now.
  expect(await ask(node, `select status, reason, redirected_to from messages where body = 'staging'`)).toEqual([
    { status: 'cancelled', reason: 'erased', redirected_to: 'erased' },
  ])
  expect(await ask(node, 'select from due')).toEqual([])
  expect(await ask(node, 'select caller, act, what from audit')).toEqual([
    { caller: 'anyone', act: 'client.erased', what: 'erased:1' },
  ])
  await expect(erasing.erase(CANARY, ANYONE, new AbortController().signal)).rejects.toMatchObject({ code: 'not_found' })
})

test('what is with a provider is left to end, then emptied; what waits behind it is never sent', async () => {
  const at = carrier()
  const node = await nodes.start({ sms: [at.provider] })
  await node.delivery.intake.addSms(message({ contact: CANARY, body: `slowly ${TEXT}` }))
  await until(() => at.owed.length === 1)
  const erasing = erasingOf(node)
  const erasure = await erasing.erase(CANARY, ANYONE, new AbortController().signal)
  expect(erasure).toMatchObject({ messages: 0, inFlight: 1 })
  expect(await dump(node, ['zeppelin'])).toHaveLength(1)

  at.owed[0]?.({ kind: 'accepted', providerMessageId: 'zeppelin-7', status: 'sent' })
  await until(async () => (await ask(node, `select 1 from messages where status = 'sent'`)).length === 1)
  await erasing.finish()
  expect(await dump(node, ['zeppelin', CANARY.slice(1)])).toEqual([])
})

test('messages that only wait in a node’s memory are taken out of its hands', async () => {
  const at = carrier()
  const node = await nodes.start({ sms: [{ ...at.provider, window: 1 }] })
  const first = node.delivery.intake.addSms(message({ contact: OTHER, body: 'slowly' }))
  await until(() => at.owed.length === 1)
  await first
  await node.delivery.intake.addSms(message({ contact: CANARY, body: TEXT }))
  const erasure = await erasingOf(node).erase(CANARY, ANYONE, new AbortController().signal)
  expect(erasure).toMatchObject({ messages: 1, cancelled: 1, inFlight: 0 })
  at.owed[0]?.({ kind: 'accepted', providerMessageId: 'x', status: 'sent' })
  await node.delivery.intake.addSms(message({ contact: OTHER, body: 'after' }))
  await until(() => at.asked.includes('after'))
  expect(at.asked).toEqual(['slowly', 'after'])
})

test('a message that was being accepted while its number was taken is emptied as well', async () => {
  const node = await nodes.start({ sms: [carrier().provider] })
  await node.delivery.intake.addSms(message({ contact: CANARY, body: TEXT }))
  const erasing = erasingOf(node)
  await erasing.erase(CANARY, ANYONE, new AbortController().signal)
  // A node that had looked the client up before: it knows the id, not the number.
  await node.db.query(`insert into messages (client_id, subject, body, status) values (1, 'late', $1, 'captured')`, [
    TEXT,
  ])
  await erasing.finish()
  expect(await dump(node, ['zeppelin'])).toEqual([])
  expect(await ask(node, 'select erase_done_at from clients')).toEqual([{ erase_done_at: null }])
  await node.db.query(`update clients set erased_at = now() - interval '11 minutes'`)
  await erasing.finish()
  expect(await ask(node, 'select erase_done_at is not null as done from clients')).toEqual([{ done: true }])
})

test('a number that comes back after it was erased is a new client', async () => {
  const node = await nodes.start({ sms: [carrier().provider] })
  await node.delivery.intake.addSms(message({ contact: CANARY, body: TEXT }))
  await erasingOf(node).erase(CANARY, ANYONE, new AbortController().signal)
  await node.delivery.intake.addSms(message({ contact: CANARY, body: 'again' }))
  expect(await ask(node, 'select contact from clients order by id')).toEqual([
    { contact: 'erased:1' },
    { contact: CANARY },
  ])
})

test('what was redirected to a person, and comes back after he is erased, does not go to whom it was meant for', async () => {
  const at = carrier()
  const node = await nodes.start({ sms: [at.provider] })
  await node.delivery.intake.addSms(message({ contact: CANARY, body: 'first' }))
  const extras = { template: null, resentFrom: null, redirectedTo: CANARY, sendAt: null }
  await node.delivery.intake.addSms(message({ contact: OTHER, body: 'slowly', extras }))
  await until(() => at.owed.length === 1)
  await erasingOf(node).erase(CANARY, ANYONE, new AbortController().signal)
  at.owed[0]?.({ kind: 'refused', failure: failure('transient', 'busy') })
  await until(async () => (await ask(node, 'select from due')).length === 1)
  await ask(node, 'update due set run_at = now()')
  // Whoever would send it puts it off.
  const isPutOff = async (): Promise<boolean> =>
    (await ask(node, 'select from due where run_at > now() and owner is null')).length === 1
  await until(async () => at.asked.length > 2 || isPutOff())
  expect(at.asked).toEqual(['first', 'slowly'])
})
