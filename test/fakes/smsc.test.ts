import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import smpp from 'smpp'
import { afterEach, describe, expect, test } from 'vitest'
import { startFakeSmsc, type FakeSmsc, type FakeSmscOptions } from '../../src/fakes/smsc.ts'
import type { Play } from '../../src/fakes/smsc/script.ts'
import { until } from '../support/until.ts'
import { bind, connect, type Esme } from './esme.ts'

const TO = '+201009129288'
const { errors } = smpp

const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

async function open(options: FakeSmscOptions = {}): Promise<FakeSmsc> {
  const fake = await startFakeSmsc(options)
  ends.push(() => fake.close())
  return fake
}

async function bound(fake: FakeSmsc, command?: string): Promise<Esme> {
  const esme = await bind(fake, command)
  ends.push(() => esme.close())
  return esme
}

/** Bound to one that plays this with every message. */
async function played(play: Play): Promise<{ fake: FakeSmsc; esme: Esme }> {
  const fake = await open({ rules: [{ play }] })
  return { fake, esme: await bound(fake) }
}

describe('a bind', () => {
  test('is answered with the version, and a link is kept up', async () => {
    const fake = await open()
    const esme = await connect(fake)
    ends.push(() => esme.close())
    const answer = await esme.ask('bind_transceiver', { system_id: fake.systemId, password: fake.password })
    expect(answer).toMatchObject({ command: 'bind_transceiver_resp', command_status: 0, sc_interface_version: 0x34 })
    expect(await esme.ask('enquire_link')).toMatchObject({ command: 'enquire_link_resp', command_status: 0 })
    expect(fake.binds()).toBe(1)
    expect(await esme.ask('unbind')).toMatchObject({ command: 'unbind_resp', command_status: 0 })
    await until(() => esme.ended())
    expect(fake.binds()).toBe(0)
  })

  test('is refused to strangers, a second time, and above the limit', async () => {
    const fake = await open({ maxBinds: 1 })
    const esme = await connect(fake)
    ends.push(() => esme.close())
    const refusal = async (fields: object): Promise<number> =>
      (await esme.ask('bind_receiver', { ...fields })).command_status
    expect(await refusal({ system_id: 'nobody', password: fake.password })).toBe(errors['ESME_RINVSYSID'])
    expect(await refusal({ system_id: fake.systemId, password: 'wrong' })).toBe(errors['ESME_RINVPASWD'])
    expect(await refusal({ system_id: fake.systemId, password: fake.password })).toBe(0)
    expect(await refusal({ system_id: fake.systemId, password: fake.password })).toBe(errors['ESME_RALYBND'])
    await expect(bind(fake)).rejects.toThrow(`not bound: ${errors['ESME_RALYBND']}`)
  })

  test('decides who may submit', async () => {
    const fake = await open()
    const [receiver, transmitter] = [await bound(fake, 'bind_receiver'), await bound(fake, 'bind_transmitter')]
    const stranger = await connect(fake)
    ends.push(() => stranger.close())
    const answers = await Promise.all([receiver, transmitter, stranger].map((esme) => esme.submit(TO)))
    const wrong = errors['ESME_RINVBNDSTS']
    expect(answers.map((answer) => answer.command_status)).toEqual([wrong, 0, wrong])
  })

  test('goes over TLS to who trusts the authority', async () => {
    const fake = await open({ tls: true })
    const esme = await connect(fake, () => 0, { tls: true, ca: fake.ca })
    ends.push(() => esme.close())
    const answer = await esme.ask('bind_transmitter', { system_id: fake.systemId, password: fake.password })
    expect(answer.command_status).toBe(0)
  })
})

describe('a submission', () => {
  test('is in the ledger before it is answered, with its text', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidings-smsc-'))
    ends.push(() => rmSync(folder, { recursive: true }))
    const ledger = join(folder, 'sms.jsonl')
    const fake = await open({ ledger, firstId: 1_000_000_000n, now: () => new Date('2026-03-01T10:00:00Z') })
    const esme = await bound(fake)
    const answer = await esme.submit(TO, 'Crème à 5 € {ok} [^~|]')
    const line = JSON.parse(readFileSync(ledger, 'utf8')) as Record<string, unknown>
    expect(answer).toMatchObject({ command_status: 0, message_id: '1000000000' })
    expect(line).toMatchObject({
      provider: 'smpp',
      at: '2026-03-01T10:00:00.000Z',
      messageId: '1000000000',
      systemId: fake.systemId,
      sequence: answer.sequence_number,
      from: '15005550006',
      to: TO,
      text: 'Crème à 5 € {ok} [^~|]',
      dataCoding: 0,
      registeredDelivery: 1,
      segment: null,
    })
  })

  test('may be in UCS-2, in Latin-1, octets, or longer than 254 octets', async () => {
    const fake = await open()
    const esme = await bound(fake)
    await esme.submit(TO, 'مرحبا 🎈', { data_coding: 8 })
    await esme.submit(TO, 'Straße', { data_coding: 3 })
    await esme.submit(TO, '', { data_coding: 4, short_message: Buffer.from([0, 1, 255]) })
    await esme.submit(TO, '', { message_payload: 'x'.repeat(1_000) })
    const texts = fake.messages().map(({ text, octets }) => text ?? octets)
    expect(texts).toEqual(['مرحبا 🎈', 'Straße', '0001ff', 'x'.repeat(1_000)])
  })

  test('tells its place by a header of 8 or 16 bits, or by optional parameters', async () => {
    const fake = await open()
    const esme = await bound(fake)
    const joined = (udh: number[]): object => ({ short_message: { udh: Buffer.from(udh), message: 'part' } })
    await esme.submit(TO, '', { ...joined([5, 0, 3, 200, 3, 2]) })
    await esme.submit(TO, '', { ...joined([6, 8, 4, 1, 2, 2, 1]) })
    await esme.submit(TO, 'part', { sar_msg_ref_num: 513, sar_total_segments: 4, sar_segment_seqnum: 4 })
    expect(fake.messages().map(({ text, segment }) => ({ text, segment }))).toEqual([
      { text: 'part', segment: { reference: 200, number: 2, of: 3 } },
      { text: 'part', segment: { reference: 258, number: 1, of: 2 } },
      { text: 'part', segment: { reference: 513, number: 4, of: 4 } },
    ])
  })

  test.each([
    ['ESME_RINVDSTADR', { destination_addr: 'nobody' }],
    ['ESME_RINVEXPIRY', { validity_period: Buffer.from('tomorrow') }],
    ['ESME_RINVSCHED', { schedule_delivery_time: Buffer.from('260301') }],
    ['ESME_RINVMSGLEN', { short_message: 'a', message_payload: 'b' }],
    ['ESME_RINVMSGLEN', { esm_class: 0x40, short_message: Buffer.from([9, 0, 3]) }],
  ])('that is wrong is refused with %s', async (status, fields) => {
    const fake = await open()
    const esme = await bound(fake)
    expect((await esme.submit(TO, 'x', fields)).command_status).toBe(errors[status])
    expect(fake.messages()).toEqual([])
  })

  test('above so many a second is throttled', async () => {
    const fake = await open({ perSecond: 5 })
    const esme = await bound(fake)
    const statuses: number[] = []
    const submit = async (): Promise<void> => void statuses.push((await esme.submit(TO)).command_status)
    await until(async () => {
      await Promise.all(Array.from({ length: 8 }, submit))
      return statuses.includes(errors['ESME_RTHROTTLED'] ?? -1)
    })
    expect(fake.messages()).toHaveLength(statuses.filter((status) => status === 0).length)
    await until(async () => (await esme.submit(TO)).command_status === 0)
  })

  test.each([
    ['+15006000880', 'ESME_RTHROTTLED'],
    ['+15006000200', 'ESME_RMSGQFUL'],
    ['+15006000690', 'ESME_RSUBMITFAIL'],
    ['+15006000110', 'ESME_RINVDSTADR'],
  ])('to %s is refused with %s', async (to, status) => {
    const fake = await open()
    const esme = await bound(fake)
    expect((await esme.submit(to)).command_status).toBe(errors[status])
    expect(fake.messages()).toEqual([])
  })

  test('is refused with a status that only vendors know, where a rule has its number', async () => {
    const { esme } = await played({ code: 0x404 })
    expect((await esme.submit(TO)).command_status).toBe(0x404)
  })

  test('to +15007014444 is throttled once, and rules come before numbers', async () => {
    const fake = await open({ rules: [{ when: { to: '+15007*', text: 'no*' }, play: { status: 'ESME_RX_P_APPN' } }] })
    const esme = await bound(fake)
    const statuses: number[] = []
    for (const text of ['Hello', 'Hello', 'no!'])
      statuses.push((await esme.submit('+15007014444', text)).command_status)
    expect(statuses).toEqual([errors['ESME_RTHROTTLED'], 0, errors['ESME_RX_P_APPN']])
  })
})

describe('an answer', () => {
  test('comes late', async () => {
    const fake = await open({ rules: [{ when: { text: 'slow' }, play: { slowMs: 20_000 } }] })
    const esme = await bound(fake)
    const [slow, quick] = [esme.submit(TO, 'slow'), esme.submit(TO, 'quick')]
    const first = await Promise.race([slow.then(() => 'slow'), quick.then(() => 'quick')])
    expect([first, fake.messages().length]).toEqual(['quick', 2])
  })

  test('comes out of order', async () => {
    const fake = await open({
      rules: [{ times: 1, play: { answer: 'after-next' } }, { play: { slowMs: 1 } }],
    })
    const esme = await bound(fake)
    const answered: number[] = []
    const asked = [1, 2].map(async (number) => {
      await esme.submit(TO)
      answered.push(number)
    })
    await Promise.all(asked)
    expect(answered).toEqual([2, 1])
    expect(fake.messages()).toHaveLength(2)
  })

  test('never comes, though the message is taken, or is lost with it', async () => {
    const fake = await open({
      rules: [{ times: 1, play: { answer: 'never' } }, { play: { answer: 'never', lose: true } }],
    })
    const esme = await bound(fake)
    const [first, second] = [esme.submit(TO, 'kept'), esme.submit(TO, 'lost')]
    const answer = await Promise.race([first, second, esme.ask('enquire_link')])
    expect(answer.command).toBe('enquire_link_resp')
    expect(fake.messages().map(({ text }) => text)).toEqual(['kept'])
  })

  test('comes twice, or for a sequence number that nobody used', async () => {
    const { esme: doubled } = await played({ answer: 'twice' })
    const { sequence_number: sequence } = await doubled.submit(TO)
    await until(() => doubled.all.filter((pdu) => pdu.sequence_number === sequence).length === 2)
    const { esme: strange } = await played({ answer: 'unknown-sequence' })
    void strange.submit(TO, 'Hello', { sequence_number: 7, registered_delivery: 0 })
    const answer = await until(() => strange.all.find((pdu) => pdu.command === 'submit_sm_resp'))
    expect(answer.sequence_number).not.toBe(7)
  })

  test('is a generic_nack, and nothing is taken', async () => {
    const { fake, esme } = await played({ answer: 'nack' })
    expect(await esme.submit(TO)).toMatchObject({ command: 'generic_nack', command_status: errors['ESME_RSYSERR'] })
    expect(fake.messages()).toEqual([])
  })

  test('is a cut connection, or is followed by an unbind', async () => {
    const { fake, esme } = await played({ answer: 'cut' })
    void esme.submit(TO)
    await until(() => esme.ended())
    expect(fake.messages()).toHaveLength(1)
    const { fake: other, esme: unbound } = await played({ unbind: true })
    expect((await unbound.submit(TO)).command_status).toBe(0)
    await until(() => unbound.ended())
    expect(unbound.all.map(({ command }) => command)).toContain('unbind')
    expect(other.binds()).toBe(0)
  })
})
