import { pino } from 'pino'
import { expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import type { InboundSms } from '../../src/domain/provider.ts'
import { createErasing } from '../../src/flows/past/erase.ts'
import type { Answerer } from '../../src/flows/inbound/consent-replies.ts'
import { createInboundFlow, type InboundFlow, type InboundParts } from '../../src/flows/inbound/inbound-sms.ts'
import { readInbound } from '../../src/store/inbound/read-inbound.ts'
import { ACCEPTED, ask, CONTACT, message, scripted, type TestNode } from '../support/node.ts'
import { useNodes } from '../support/nodes.ts'
import { until } from '../support/until.ts'

const OURS = '+15005550006'
const nodes = useNodes()

let ids = 0

/** A text with an id of its own, so that it is none that came before. */
function text(words: string, more: Partial<InboundSms> = {}): InboundSms {
  return {
    provider: 'scripted',
    providerMessageId: `theirs-${(ids += 1)}`,
    from: CONTACT,
    to: OURS,
    text: words,
    part: null,
    at: null,
    handled: null,
    ...more,
  }
}

interface Rig {
  readonly node: TestNode
  readonly flow: InboundFlow
  /** What was submitted, in order. */
  readonly sent: string[]
}

async function open(answerer: Answerer = 'none', more: Partial<InboundParts> = {}): Promise<Rig> {
  const sent: string[] = []
  const provider = scripted((sms) => (sent.push(`${sms.contact} ${sms.sender ?? '-'} ${sms.text}`), ACCEPTED))
  const node = await nodes.start({ sms: [provider] })
  const flow = createInboundFlow({
    db: node.db,
    log: pino({ level: 'silent' }),
    providers: new Map([[provider.name, provider]]),
    senderGroupOf: () => 'default',
    replies: { answerer, texts: { stop: null, start: null, help: null } },
    staging: null,
    clock: () => new Date('2026-03-01T14:02:11.000Z'),
    onTaken: () => undefined,
    ...more,
  })
  return { node, flow, sent }
}

const stored = ({ node }: Rig): Promise<Record<string, unknown>[]> =>
  ask(
    node,
    `select contact, sent_to, text, segments, missing_segments, action, keyword, review from inbound order by id`,
  )

const optedOut = async ({ node }: Rig): Promise<unknown[]> =>
  (await ask(node, `select contact || ' ' || sender_group as one from opt_outs order by 1`)).map(({ one }) => one)

test('a text is stored with its client, and a repetition of it is not', async () => {
  const rig = await open()
  const one = text('Where is my parcel?', { at: new Date('2026-03-01T14:02:10.000Z') })
  await Promise.all([rig.flow.take(one), rig.flow.take(one), rig.flow.take(one)])
  await rig.flow.take(text('And my hat?'))
  expect(await stored(rig)).toMatchObject([
    { contact: CONTACT, sent_to: OURS, text: 'Where is my parcel?', action: null, review: false },
    { text: 'And my hat?' },
  ])
  expect(await ask(rig.node, `select contact from clients`)).toEqual([{ contact: CONTACT }])
})

test('a STOP opts out, a START in again, and each is noted', async () => {
  const rig = await open()
  await rig.flow.take(text('Stop!'))
  expect(await optedOut(rig)).toEqual([`${CONTACT} default`])
  await rig.flow.take(text('START'))
  expect(await optedOut(rig)).toEqual([])
  const noted = await ask(
    rig.node,
    `select act, source, keyword, actor, inbound_id is not null as said from consent_events order by id`,
  )
  expect(noted).toEqual([
    { act: 'opted_out', source: 'inbound', keyword: 'stop', actor: 'scripted', said: true },
    { act: 'opted_in', source: 'inbound', keyword: 'start', actor: 'scripted', said: true },
  ])
  await expect(rig.node.db.query(`update consent_events set act = 'opted_in'`)).rejects.toThrow('only added to')
  await expect(rig.node.db.query(`delete from consent_events`)).rejects.toThrow('only added to')
})

test('a YES acts only for somebody who opted out', async () => {
  const rig = await open()
  await rig.flow.take(text('Yes'))
  await rig.flow.take(text('STOP'))
  await rig.flow.take(text('yes!'))
  expect((await stored(rig)).map(({ action }) => action)).toEqual([null, 'stop', 'start'])
  expect(await optedOut(rig)).toEqual([])
})

test('a STOP that is handed over again counts again, a START does not', async () => {
  const rig = await open()
  const [stop, start] = [text('STOP'), text('START')]
  for (const one of [stop, start, stop]) await rig.flow.take(one)
  expect(await optedOut(rig)).toHaveLength(1)
  await rig.flow.take(start)
  expect(await optedOut(rig)).toHaveLength(1)
  expect(await stored(rig)).toHaveLength(2)
})

test('what the provider took it for counts before its words', async () => {
  const rig = await open('gateway')
  await rig.flow.take(text('Genug davon', { handled: 'stop' }))
  expect(await stored(rig)).toMatchObject([{ action: 'stop', keyword: null }])
  expect(await optedOut(rig)).toHaveLength(1)
  expect(await ask(rig.node, `select 1 from messages`)).toEqual([])
})

test('a text that only sounds like a STOP opts nobody out, and is marked for a person', async () => {
  const rig = await open()
  await rig.flow.take(text('STOP PLEASE'))
  expect(await stored(rig)).toMatchObject([{ action: null, review: true }])
  expect(await optedOut(rig)).toEqual([])
  const [toReview] = await readInbound(rig.node.db, { contact: null, since: null, review: true }, 10, 1_000)
  expect(toReview).toMatchObject({ text: 'STOP PLEASE' })
})

test('a STOP holds for the group of the number that it was sent to', async () => {
  const rig = await open('none', { senderGroupOf: (sender) => (sender === OURS ? 'news' : 'default') })
  await rig.flow.take(text('STOP'))
  expect(await optedOut(rig)).toEqual([`${CONTACT} news`])
})

test('a name or a short code opts nobody out', async () => {
  const rig = await open('gateway')
  for (const from of ['Acme', '72975']) await rig.flow.take(text('STOP', { from }))
  expect(await stored(rig)).toMatchObject([{ contact: 'Acme', action: 'stop' }, { contact: '72975' }])
  expect(await optedOut(rig)).toEqual([])
  expect(await ask(rig.node, `select 1 from messages`)).toEqual([])
})

function partOf(words: readonly string[], number: number, reference = 7): InboundSms {
  return text(words[number - 1] ?? '', { part: { reference, total: words.length, number } })
}

const LONG = ['One ', 'two ', 'three'] as const

test('parts are joined in whatever order they come, each of them once', async () => {
  const rig = await open()
  for (const number of [3, 1, 1, 3]) await rig.flow.take(partOf(LONG, number))
  expect(await stored(rig)).toEqual([])
  await rig.flow.take(partOf(LONG, 2))
  for (const number of [1, 2, 3]) await rig.flow.take(partOf(LONG, number))
  expect(await stored(rig)).toMatchObject([{ text: 'One two three', segments: 3, missing_segments: 0 }])
})

test('parts that come at the same time are joined once', async () => {
  const rig = await open()
  const words = ['Hello ', 'you']
  for (let reference = 1; reference <= 20; reference += 1) {
    await Promise.all([1, 2].map((number) => rig.flow.take(partOf(words, number, reference))))
  }
  expect((await stored(rig)).map((row) => row['text'])).toEqual(Array.from({ length: 20 }, () => 'Hello you'))
})

test('a reference that comes again begins another text, and what was left of the one before is kept', async () => {
  const rig = await open()
  for (const number of [1, 2]) await rig.flow.take(partOf(LONG, number))
  const other = ['Four ', 'five ', 'six']
  for (const number of [1, 2, 3]) await rig.flow.take(partOf(other, number))
  expect(await stored(rig)).toMatchObject([
    { text: 'One two …', segments: 3, missing_segments: 1 },
    { text: 'Four five six', missing_segments: 0 },
  ])
})

test('a text of which a part never comes is stored a day later, with what there is', async () => {
  const rig = await open()
  await rig.flow.take(partOf(LONG, 1))
  await rig.flow.joinOld()
  expect(await stored(rig)).toEqual([])
  await rig.node.db.query(`update inbound_parts set received_at = now() - interval '25 hours'`)
  await Promise.all([rig.flow.joinOld(), rig.flow.joinOld()])
  expect(await stored(rig)).toMatchObject([{ text: 'One …', segments: 3, missing_segments: 2 }])
  expect(await ask(rig.node, `select 1 from inbound_parts`)).toEqual([])
})

test('joined parts are forgotten an hour later', async () => {
  const rig = await open()
  for (const number of [1, 2, 3]) await rig.flow.take(partOf(LONG, number))
  await rig.node.db.query(`update inbound_parts set joined_at = now() - interval '2 hours'`)
  await rig.flow.joinOld()
  expect(await ask(rig.node, `select 1 from inbound_parts`)).toEqual([])
})

test('a STOP is confirmed once, past the opt-out, in the language of its word; nothing else goes out', async () => {
  const rig = await open('gateway')
  await rig.flow.take(text('ARRÊT'))
  await rig.flow.take(text('ARRÊT'))
  await rig.node.delivery.intake.addSms(message())
  await until(() => rig.sent.length > 0)
  await until(async () => (await ask(rig.node, `select 1 from messages where status = 'sent'`)).length === 1)
  expect(rig.sent).toEqual([
    `${CONTACT} ${OURS} Vous ne recevrez plus nos messages. Envoyez START pour en recevoir de nouveau.`,
  ])
  const rows = await ask(
    rig.node,
    `select m.status, m.reason, i.id is not null as reply from messages m left join inbound i on i.reply_id = m.id order by m.id`,
  )
  expect(rows).toEqual([
    { status: 'sent', reason: null, reply: true },
    { status: 'suppressed', reason: 'opted_out', reply: false },
  ])
})

test('one person gets one answer in ten minutes, and one to a HELP a day', async () => {
  const rig = await open('gateway')
  const answers = async (): Promise<number> =>
    (await ask(rig.node, `select 1 from inbound where reply_id is not null`)).length
  const later = (minutes: number): Promise<unknown> =>
    rig.node.db.query(`update inbound set time = time - make_interval(mins => $1)`, [minutes])
  for (const words of ['HELP', 'HELP', 'STOP', 'START', 'STOP']) await rig.flow.take(text(words))
  expect(await answers()).toBe(1)
  await later(11)
  await rig.flow.take(text('HELP'))
  expect(await answers()).toBe(1)
  await rig.flow.take(text('START'))
  expect(await answers()).toBe(2)
  await later(24 * 60)
  await rig.flow.take(text('HELP'))
  expect(await answers()).toBe(3)
})

test('where texts may reach only some, an answer is captured like all that is meant for others', async () => {
  const staging = { onlyTo: ['+15005550001'], redirectNumber: null, redirectToken: null }
  const rig = await open('gateway', { staging })
  await rig.flow.take(text('STOP'))
  expect(await ask(rig.node, `select provider from messages`)).toEqual([{ provider: 'sandbox' }])
})

test('a callback is answered when its texts are stored, and one that is forged stores none', async () => {
  const reply = { contentType: 'text/xml', text: '<Response/>' }
  const texts = [text('one'), text('two')]
  const provider = scripted(() => ACCEPTED, {
    readInbound: ({ body }) =>
      String(body) === 'ours' ? { kind: 'inbound', messages: texts, reply } : { kind: 'forged' },
  })
  const rig = await open('none', { providers: new Map([[provider.name, provider]]) })
  const call = (name: string, body: string): ReturnType<InboundFlow['accept']> =>
    rig.flow.accept(name, { url: '', headers: {}, body: Buffer.from(body) })
  expect(await call('scripted', 'ours')).toEqual({ kind: 'accepted', reply })
  expect(await stored(rig)).toHaveLength(2)
  expect(await call('scripted', 'theirs')).toEqual({ kind: 'forged' })
  expect(await call('nobody', 'ours')).toEqual({ kind: 'unknown' })
})

test('of who is erased no text is left and no number, and still nothing is sent', async () => {
  const rig = await open()
  await rig.flow.take(text('zeppelin'))
  await rig.flow.take(text('STOP'))
  await rig.flow.take(partOf(['zeppelin', 'b'], 1))
  const erasing = createErasing({
    db: rig.node.db,
    defaultCountry: null,
    monotonic: () => 0,
    sleep: async () => undefined,
  })
  expect(await erasing.look(CONTACT)).toMatchObject({ inbound: 2 })
  expect(await erasing.erase(CONTACT, ANYONE, new AbortController().signal)).toMatchObject({ inbound: 2 })
  for (const table of ['inbound', 'inbound_parts', 'opt_outs', 'consent_events', 'clients']) {
    const found = await ask(rig.node, `select t::text as row from ${table} t where t::text ilike any ($1::text[])`, [
      [`%${CONTACT}%`, '%zeppelin%'],
    ])
    expect({ table, found }).toEqual({ table, found: [] })
  }
  const id = await rig.node.delivery.intake.addSms(message())
  expect(await ask(rig.node, `select status, reason from messages where id = $1`, [id])).toEqual([
    { status: 'suppressed', reason: 'opted_out' },
  ])
})
