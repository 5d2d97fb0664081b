import { expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import type { Msisdn } from '../../src/domain/contact.ts'
import { failure } from '../../src/domain/failure.ts'
import { SANDBOX } from '../../src/domain/provider.ts'
import { createConsent, createNoteRefusal, type Consent } from '../../src/flows/inbound/consent.ts'
import { addOptOuts } from '../../src/store/inbound/opt-outs.ts'
import { ACCEPTED, ask, CONTACT, message, refused, scripted, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { until } from '../support/until.ts'

const { start } = useNodes()

const OTHER = '+15005550006' as Msisdn

function consentOf({ db }: TestNode): Consent {
  return createConsent({ db, readDb: db, defaultCountry: null })
}

async function states(node: TestNode): Promise<unknown[]> {
  const rows = await ask(node, `select coalesce(reason, status) as state from messages order by id`)
  return rows.map(({ state }) => state)
}

test('who opted out is sent nothing: the message is stored, says why, and waits nowhere', async () => {
  const seen: string[] = []
  const node = await start({ sms: [scripted((sms) => (seen.push(sms.contact), ACCEPTED))] })
  await consentOf(node).add(CONTACT, null, ANYONE)
  const taken = await node.delivery.intake.acceptSms(message())
  expect(taken).toMatchObject({ ended: { status: 'suppressed', reason: 'opted_out' } })
  const other = await node.delivery.intake.acceptSms(message({ contact: OTHER }))
  expect(other).toMatchObject({ ended: null })
  await until(() => seen.length === 1)
  expect(seen).toEqual([OTHER])
  const [row] = await ask(node, `select status, reason, owner, attempt, started_at from messages where id = $1`, [
    taken?.id,
  ])
  expect(row).toEqual({ status: 'suppressed', reason: 'opted_out', owner: null, attempt: 0, started_at: null })
  expect(await ask(node, `select 1 from due`)).toEqual([])
  await until(() => node.delivery.inFlight() === 0)
})

test('a place that was kept for a message which is not sent is free again', async () => {
  const node = await start({ sms: [scripted(() => ACCEPTED, { window: 1 })] })
  await consentOf(node).add(CONTACT, null, ANYONE)
  const all = Array.from({ length: 50 }, () => node.delivery.intake.acceptSms(message()))
  expect((await Promise.all(all)).every((one) => one?.ended !== null)).toBe(true)
  await node.delivery.intake.addSms(message({ contact: OTHER }))
  await until(async () => (await ask(node, `select 1 from messages where status = 'sent'`)).length === 1)
})

test('one-time codes go through, unless they are to be kept back, too', async () => {
  const usual = await start({ sms: [scripted(() => ACCEPTED)] })
  await consentOf(usual).add(CONTACT, null, ANYONE)
  expect(await usual.delivery.intake.acceptSms(message({ category: 'otp' }))).toMatchObject({ ended: null })
  const strict = await start({ sms: [scripted(() => ACCEPTED)], ways: { consentGroup: () => 'default' } })
  const ended = { status: 'suppressed', reason: 'opted_out' }
  expect(await strict.delivery.intake.acceptSms(message({ category: 'otp' }))).toMatchObject({ ended })
})

test('an opt-out holds for its sender group alone', async () => {
  const node = await start({
    sms: [scripted(() => ACCEPTED)],
    ways: { consentGroup: ({ sender }) => (sender === 'News' ? 'news' : 'default') },
  })
  await consentOf(node).add(CONTACT, 'news', ANYONE)
  const ends = await Promise.all(
    ['News', 'Orders', null].map((sender) => node.delivery.intake.acceptSms(message({ sender }))),
  )
  expect(ends.map((one) => one?.ended?.reason ?? null)).toEqual(['opted_out', null, null])
})

test('of a batch those who opted out are told apart, and a key that comes again is answered the same', async () => {
  const node = await start({ sms: [scripted(() => ACCEPTED)] })
  await consentOf(node).add(CONTACT, null, ANYONE)
  const record = {
    caller: 'anyone',
    route: 'POST /smss',
    key: 'k',
    fields: {},
    answer: { status: 'queued', segments: 1 },
  }
  const rows = [message({ idempotency: record }), message({ contact: OTHER })]
  const stored = await node.delivery.intake.addBatch(rows, null, () => null)
  expect(stored).toMatchObject({ rows: [{ ended: { reason: 'opted_out' } }, { ended: null }] })
  expect(await ask(node, `select answer from idempotency_keys`)).toEqual([
    { answer: { status: 'suppressed', reason: 'opted_out', segments: 1 } },
  ])
})

test('what a rule ended at accept is stored as that, and never sent', async () => {
  const seen: string[] = []
  const node = await start({ sms: [scripted((sms) => (seen.push(sms.text), ACCEPTED))] })
  const extras = { sendAt: null, template: null, resentFrom: null, redirectedTo: null }
  const ended = { status: 'rejected', reason: 'recipient_cap' } as const
  const taken = await node.delivery.intake.acceptSms(message({ body: 'no', extras: { ...extras, ended } }))
  expect(taken?.ended).toEqual(ended)
  await node.delivery.intake.addSms(message({ body: 'yes' }))
  await until(() => seen.length > 0)
  expect(seen).toEqual(['yes'])
  expect((await states(node))[0]).toBe('recipient_cap')
})

test('a STOP for 200 people while 2,000 messages wait: none of theirs is submitted after it', async () => {
  const people = Array.from({ length: 200 }, (_, n) => `+1202555${String(n).padStart(4, '0')}` as Msisdn)
  const stopped = new Set<string>()
  const late: string[] = []
  let count = 0
  let open: (() => void)[] = []
  let gated = true
  // Each submission waits for the test, so that nearly all of them wait when the STOP comes.
  const provider = scripted(
    async (sms) => {
      count += 1
      if (stopped.has(sms.contact)) late.push(sms.contact)
      if (gated) await new Promise<void>((resolve) => open.push(resolve))
      return ACCEPTED
    },
    { window: 20 },
  )
  const node = await start({ sms: [provider] })
  const all = Array.from({ length: 2_000 }, (_, n) => message({ contact: people[n % people.length] ?? CONTACT }))
  await node.delivery.intake.addBatch(all, null, () => null)
  await until(() => open.length === 20)
  const [quitters, others] = [people.slice(0, 150), people.slice(150)]
  const list = quitters.map((contact) => ({
    contact,
    group: 'default',
    keyword: 'stop',
    by: 'scripted',
    inboundId: null,
  }))
  expect(await addOptOuts(node.db, 'inbound', list)).toBe(150)
  for (const contact of quitters) stopped.add(contact)
  // Those that were started before it, and are with the provider, end as they may.
  const before = count
  gated = false
  for (const go of open) go()
  open = []
  await until(
    async () => (await ask(node, `select 1 from messages where status in ('queued', 'sending') limit 1`)).length === 0,
  )
  expect(late).toEqual([])
  const rows = await ask(
    node,
    `select status, count(*)::integer as count, count(*) filter (where c.contact = any ($1))::integer as theirs
     from messages m join clients c on c.id = m.client_id group by status order by status`,
    [others],
  )
  const sent = rows.find(({ status }) => status === 'sent')
  expect(sent).toMatchObject({ theirs: 500 })
  expect(Number(sent?.['count'])).toBeLessThanOrEqual(500 + before)
  expect(rows.find(({ status }) => status === 'suppressed')).toMatchObject({ theirs: 0 })
  expect(await ask(node, `select 1 from due`)).toEqual([])
})

test('what was sent and came back is not sent again to who opted out meanwhile, and keeps what is known of it', async () => {
  const node = await start({ sms: [scripted(() => refused(failure('transient', 'busy', { waitsMs: [600_000] })))] })
  const id = await node.delivery.intake.addSms(message())
  await until(async () => (await ask(node, `select 1 from due`)).length === 1)
  await node.db.query(`update messages set uncertain_attempts = 1, reason = 'timeout' where id = $1`, [id])
  await consentOf(node).add(CONTACT, null, ANYONE)
  await node.db.query(`update due set run_at = now()`)
  await until(async () => (await ask(node, `select 1 from due`)).length === 0)
  expect(await ask(node, `select status, reason, attempt from messages`)).toEqual([
    { status: 'uncertain', reason: 'timeout', attempt: 1 },
  ])
})

test('a provider that refuses a message for an opt-out of its own writes ours, in the same transaction', async () => {
  const node = await start({ sms: [scripted(() => refused(failure('permanent', 'opted_out', { code: '21610' })))] })
  await node.delivery.intake.addSms(message())
  await until(async () => (await ask(node, `select 1 from messages where status = 'failed'`)).length === 1)
  const [record] = await consentOf(node).list({ contact: CONTACT, senderGroup: null }, 10, 1_000_000)
  expect(record).toMatchObject({ contact: CONTACT, source: 'provider', senderGroup: 'default' })
  expect(await node.delivery.intake.acceptSms(message())).toMatchObject({ ended: { reason: 'opted_out' } })
})

test('a report that says so does as well', async () => {
  const node = await start({ sms: [scripted(() => ACCEPTED)] })
  const id = await node.delivery.intake.addSms(message())
  const note = createNoteRefusal(node.db, () => 'default')
  await note(id ?? 0, 'scripted')
  await note(id ?? 0, 'scripted')
  await note(999_999, 'scripted')
  expect(await ask(node, `select contact, source, count(*)::integer as count from opt_outs group by 1, 2`)).toEqual([
    { contact: CONTACT, source: 'provider', count: 1 },
  ])
})

test('an opt-out is entered once and ended once, and the audit tells of both without the number', async () => {
  const node = await start({})
  const consent = consentOf(node)
  const first = await consent.add('+20 100 912 9288', null, ANYONE)
  expect(await consent.add(CONTACT, 'default', ANYONE)).toEqual(first)
  await consent.add(CONTACT, 'news', ANYONE)
  expect(await consent.list({ contact: null, senderGroup: null }, 10, 1_000_000)).toHaveLength(2)
  expect(await consent.list({ contact: CONTACT, senderGroup: 'news' }, 10, 1_000_000)).toMatchObject([
    { senderGroup: 'news' },
  ])
  expect(await consent.remove(CONTACT, null, ANYONE)).toBe(2)
  await expect(consent.remove(CONTACT, null, ANYONE)).rejects.toMatchObject({ code: 'not_found' })
  await expect(consent.add(CONTACT, 'no such name!', ANYONE)).rejects.toMatchObject({ code: 'invalid_request' })
  await expect(consent.add('12', null, ANYONE)).rejects.toMatchObject({ code: 'invalid_contact' })
  const audit = await ask(node, `select act, what, details from audit order by id`)
  expect(audit).toEqual([
    { act: 'opt_out.added', what: '+2010*****288', details: { sender_group: 'default' } },
    { act: 'opt_out.added', what: '+2010*****288', details: { sender_group: 'news' } },
    { act: 'opt_out.removed', what: '+2010*****288', details: { sender_group: '*' } },
  ])
  const events = await ask(node, `select act, sender_group from consent_events order by id`)
  expect(events.map(({ act, sender_group: group }) => `${String(act)} ${String(group)}`)).toEqual([
    'opted_out default',
    'opted_out news',
    'opted_in default',
    'opted_in news',
  ])
})

test('who opted out is not sent what was accepted for the sandbox either', async () => {
  const node = await start({ sms: [scripted(() => ACCEPTED, { name: SANDBOX })] })
  await consentOf(node).add(CONTACT, null, ANYONE)
  expect(await node.delivery.intake.acceptSms(message({ provider: SANDBOX }))).toMatchObject({
    ended: { reason: 'opted_out' },
  })
})
