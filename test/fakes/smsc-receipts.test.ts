import smpp, { type Pdu } from 'smpp'
import { afterEach, describe, expect, test } from 'vitest'
import { startFakeSmsc, type FakeSmsc, type FakeSmscOptions } from '../../src/fakes/smsc.ts'
import { until } from '../support/until.ts'
import { bind, type Esme } from './esme.ts'

const TO = '+201009129288'
const OURS = '+15005550006'
const NOW = new Date('2026-03-01T10:05:59Z')
const { MESSAGE_STATE } = smpp.consts

const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function open(options: FakeSmscOptions = {}): Promise<FakeSmsc> {
  const fake = await startFakeSmsc({ now: () => NOW, repeatMs: 1, ...options })
  ends.push(() => fake.close())
  return fake
}

async function bound(fake: FakeSmsc, command?: string, answer?: (pdu: Pdu) => number | null): Promise<Esme> {
  const esme = await bind(fake, command, answer)
  ends.push(() => esme.close())
  return esme
}

function textOf(pdu: Pdu | undefined): string {
  return String(pdu?.short_message?.message)
}

async function received(esme: Esme, count: number): Promise<readonly Pdu[]> {
  await until(() => esme.received.length >= count)
  return esme.received
}

async function control(fake: FakeSmsc, wish: object): Promise<unknown> {
  const answer = await fetch(fake.controlUrl, { method: 'POST', body: JSON.stringify(wish) })
  return answer.json()
}

describe('a receipt', () => {
  test('names the message in its text and in its optional parameters', async () => {
    const fake = await open({ firstId: 99n })
    const esme = await bound(fake)
    await esme.submit(TO, 'Your code is 482913, do not tell')
    const [receipt] = await received(esme, 1)
    expect(receipt).toMatchObject({
      esm_class: 0x04,
      source_addr: TO.slice(1),
      source_addr_ton: 1,
      destination_addr: OURS.slice(1),
      receipted_message_id: '99',
      message_state: MESSAGE_STATE['DELIVERED'],
    })
    expect(textOf(receipt)).toBe(
      'id:99 sub:001 dlvrd:001 submit date:2603011005 done date:2603011005 stat:DELIVRD err:000 text:Your code is 482913,',
    )
  })

  test('comes to a receiver of the same account, and waits for one', async () => {
    const fake = await open()
    const sender = await bound(fake, 'bind_transmitter')
    await sender.submit(TO)
    const receiver = await bound(fake, 'bind_receiver')
    await received(receiver, 1)
    expect(sender.received).toEqual([])
  })

  test.each([
    ['decimal', 'decimal', '255', '255'],
    ['hex', 'decimal', 'FF', '255'],
    ['decimal', 'hex', '255', 'FF'],
    ['hex', 'hex', 'FF', 'FF'],
  ] as const)('of an answer in %s may write the id in %s', async (responseIds, receiptIds, inAnswer, inReceipt) => {
    const fake = await open({ firstId: 255n, responseIds, receiptIds })
    const esme = await bound(fake)
    const answer = await esme.submit(TO)
    const [receipt] = await received(esme, 1)
    expect([answer.message_id, receipt?.receipted_message_id]).toEqual([inAnswer, inReceipt])
    expect(textOf(receipt)).toContain(`id:${inReceipt} sub:`)
  })

  test('may come before the answer, twice, as text alone or as parameters alone', async () => {
    const fake = await open({
      rules: [
        { times: 1, play: { receiptsFirst: true } },
        { times: 1, play: { receiptCopies: 2, receiptForm: 'text' } },
        { play: { receiptForm: 'tlvs' } },
      ],
    })
    const esme = await bound(fake)
    await esme.submit(TO)
    const commands = esme.all.map(({ command }) => command)
    expect(commands.indexOf('deliver_sm')).toBeLessThan(commands.indexOf('submit_sm_resp'))
    await esme.submit(TO)
    const [, second, third] = await received(esme, 3)
    expect(textOf(second)).toBe(textOf(third))
    expect(second?.receipted_message_id).toBeUndefined()
    const answer = await esme.submit(TO)
    const fourth = (await received(esme, 4))[3]
    expect([fourth?.receipted_message_id, textOf(fourth)]).toEqual([answer.message_id, ''])
  })

  test('tells each state in order, with its error, and only what was asked for', async () => {
    const fake = await open({
      rules: [{ play: { receipts: [{ state: 'ENROUTE' }, { state: 'UNDELIV', error: '01B' }] } }],
    })
    const esme = await bound(fake)
    await esme.submit(TO, 'none', { registered_delivery: 0 })
    await esme.submit(TO, 'failures', { registered_delivery: 2 })
    await received(esme, 1)
    await esme.submit(TO, 'all', { registered_delivery: 1 })
    const texts = (await received(esme, 3)).map((pdu) => textOf(pdu).replace(/.*stat/, 'stat'))
    expect(texts).toEqual([
      'stat:UNDELIV err:01B text:failures',
      'stat:ENROUTE err:000 text:all',
      'stat:UNDELIV err:01B text:all',
    ])
  })

  test('to a number that says so has its state and error', async () => {
    const fake = await open()
    const esme = await bound(fake)
    await esme.submit('+15006000458')
    const [receipt] = await received(esme, 1)
    expect(receipt?.message_state).toBe(MESSAGE_STATE['REJECTED'])
    expect(textOf(receipt)).toContain('stat:REJECTD err:045')
  })

  test('comes after a while, that of all messages or of one', async () => {
    const rules = [{ when: { text: 'now' }, play: { receiptAfterMs: 0 } }]
    const fake = await open({ receiptAfterMs: 20_000, rules })
    const esme = await bound(fake)
    await Promise.all([esme.submit(TO, 'later'), esme.submit(TO, 'now')])
    const [first] = await received(esme, 1)
    expect(textOf(first)).toContain('text:now')
  })

  test('may wait for others, which all go out in the opposite order', async () => {
    const fake = await open({ receiptsTogether: 3 })
    const esme = await bound(fake)
    for (const text of ['a', 'b', 'c', 'd']) await esme.submit(TO, text)
    await received(esme, 3)
    await control(fake, { release: true })
    const texts = (await received(esme, 4)).map((pdu) => textOf(pdu).replace(/.*text:/, ''))
    expect(texts).toEqual(['c', 'b', 'a', 'd'])
  })

  test('that is refused for now comes again, and one that is refused does not', async () => {
    const fake = await open()
    const statuses = [0x64, 0x64, 0, 0x65]
    const esme = await bound(fake, 'bind_transceiver', () => statuses.shift() ?? 0)
    await esme.submit(TO, 'first')
    await received(esme, 3)
    await esme.submit(TO, 'second')
    await until(async () => JSON.stringify(await control(fake, {})).includes('RX_P_APPN'))
    expect(esme.received.map((pdu) => textOf(pdu).replace(/.*text:/, ''))).toEqual([
      'first',
      'first',
      'first',
      'second',
    ])
    expect(await control(fake, {})).toEqual({
      accepted: 2,
      binds: 1,
      answers: { ESME_RX_T_APPN: 2, ESME_ROK: 1, ESME_RX_P_APPN: 1 },
    })
  })

  test('that nobody answered comes again on the next connection', async () => {
    const fake = await open()
    const deaf = await bound(fake, 'bind_transceiver', () => null)
    await deaf.submit(TO)
    await received(deaf, 1)
    await deaf.close()
    await received(await bound(fake), 1)
  })
})

describe('a text that comes in', () => {
  test('reaches a receiver, as a handset sends it', async () => {
    const fake = await open()
    const esme = await bound(fake, 'bind_receiver')
    expect(await fake.text(TO, OURS, 'STOP €')).toEqual(['ESME_ROK'])
    expect(await fake.text(TO, OURS, 'قف 🎈')).toEqual(['ESME_ROK'])
    const [first, second] = esme.received
    expect(first).toMatchObject({ esm_class: 0, data_coding: 0, source_addr: TO.slice(1), source_addr_ton: 1 })
    expect([textOf(first), textOf(second), second?.data_coding]).toEqual(['STOP €', 'قف 🎈', 8])
  })

  test.each([
    ['x'.repeat(152) + '€' + 'y'.repeat(160), 0],
    ['ب'.repeat(66) + '🎈' + 'ت'.repeat(60), 8],
  ])('comes in segments that part no character', async (text, coding) => {
    const fake = await open()
    const esme = await bound(fake)
    const statuses = await fake.text(TO, OURS, text)
    const headers = esme.received.map((pdu) => [...Buffer.concat(pdu.short_message?.udh ?? [])])
    expect(headers).toEqual(statuses.map((_, index) => [0, 3, 1, statuses.length, index + 1]))
    expect(esme.received.map((pdu) => pdu.data_coding)).toEqual(statuses.map(() => coding))
    expect(esme.received.map(textOf).join('')).toBe(text)
  })

  test('is asked for over HTTP, and nonsense is refused', async () => {
    const fake = await open()
    const esme = await bound(fake)
    expect(await control(fake, { inbound: { from: TO, to: OURS, text: 'YES' } })).toMatchObject({ binds: 1 })
    expect(textOf((await received(esme, 1))[0])).toBe('YES')
    expect(await control(fake, { inbound: { from: TO } })).toEqual({
      error: 'A text that comes in has from, to and text.',
    })
    expect(await control(fake, { explode: true })).toEqual({
      error: 'There is no explode here. There are script, inbound, unbind, cut, mute, release.',
    })
  })
})

describe('asked over HTTP', () => {
  test('it unbinds, and takes nothing on that connection any more', async () => {
    const fake = await open()
    const esme = await bound(fake)
    expect(await control(fake, { unbind: true })).toMatchObject({ binds: 0 })
    await until(() => esme.ended())
    expect(esme.all.map(({ command }) => command)).toContain('unbind')
  })

  test('it cuts connections, and plays other rules', async () => {
    const fake = await open()
    const esme = await bound(fake)
    const other = await bound(fake)
    await control(fake, { script: [{ play: { status: 'ESME_RSYSERR' } }] })
    expect((await other.submit(TO)).command_status).toBe(smpp.errors['ESME_RSYSERR'])
    await control(fake, { cut: true })
    await until(() => esme.ended() && other.ended())
    await until(() => fake.binds() === 0)
  })

  test('it takes on, but writes nothing, until it may', async () => {
    const fake = await open()
    const esme = await bound(fake)
    await control(fake, { mute: true })
    void esme.ask('enquire_link')
    void esme.submit(TO)
    await until(() => fake.messages().length === 1)
    const before = esme.all.length
    await control(fake, { mute: false })
    await esme.ask('enquire_link')
    expect(esme.all.slice(before).map(({ command }) => command)).toEqual(['enquire_link_resp'])
  })
})
