import { describe, expect, test } from 'vitest'
import { createGate } from '../../support/gate.ts'
import { until } from '../../support/until.ts'
import { smsTo } from '../conformance.ts'
import { contact } from '../twilio/stage.ts'
import { forever, isOutcome, openFake, openPeer, openProvider, setSmppStage } from './stage.ts'

const TO = contact('+201009129288')
const OURS = '+15005550006'

describe('a receipt', () => {
  test.each([
    ['+15006000002', { status: 'delivered', failure: null }],
    ['+15006000011', { status: 'sent', failure: null }],
    ['+15006000126', { status: 'sent', failure: null }],
    ['+15006000137', { status: 'sent', failure: { reason: 'unknown', code: '013' } }],
    ['+15006000043', { status: 'expired', failure: { reason: 'validity_expired', code: '004', status: 'expired' } }],
    ['+15006000024', { status: 'failed', failure: { reason: 'cancelled', code: '002' } }],
    [
      '+15006000115',
      { status: 'undelivered', failure: { reason: 'undeliverable', code: '011', status: 'undelivered' } },
    ],
    ['+15006000008', { status: 'failed', failure: { reason: 'rejected', code: null } }],
  ])('for %s says what its state says', async (to, receipt) => {
    const stage = await setSmppStage()
    const { providerMessageId } = isOutcome(await stage.provider.submit(smsTo(contact(to), 1), forever), 'accepted')
    await until(() => stage.receipts.length === 1)
    expect(stage.receipts).toMatchObject([
      { ...receipt, providerMessageId, attempt: null, contact: to, provider: 'smpp' },
    ])
    expect(stage.receipts[0]?.at).toBeInstanceOf(Date)
  })

  test.each(['+15007300000', '+15007310000', '+15007340000', '+15007350000', '+15007360000'])(
    'early, doubled, out of order, or in one form (%s) is handed over as it comes',
    async (to) => {
      const stage = await setSmppStage()
      const { providerMessageId } = isOutcome(await stage.provider.submit(smsTo(contact(to), 1), forever), 'accepted')
      await until(() => stage.receipts.some(({ status }) => status === 'delivered'))
      expect(new Set(stage.receipts.map((receipt) => receipt.providerMessageId))).toEqual(new Set([providerMessageId]))
    },
  )

  test('is answered only once it is stored', async () => {
    const gate = createGate()
    const answers: number[] = []
    const peer = await openPeer(() => ({ message_id: '17' }))
    const opened = openProvider(peer.port, '', {}, { takeReceipt: () => gate.opened })
    await opened.bound()
    const tlvs = { esm_class: 4, receipted_message_id: '17', message_state: 2, short_message: '' }
    peer.sessions[0]?.deliver_sm(tlvs, ({ command_status }) => answers.push(command_status))
    // Whatever comes after it is answered meanwhile.
    await new Promise((resolve) => peer.sessions[0]?.enquire_link({}, resolve))
    expect(answers).toEqual([])
    gate.open()
    await until(() => answers.length === 1)
    expect(answers).toEqual([0])
  })

  test('that cannot be stored is refused for now, and comes again', async () => {
    let times = 0
    const fake = await openFake({ repeatMs: 1 })
    const opened = openProvider(
      fake.port,
      '',
      {},
      {
        takeReceipt: async () => {
          times += 1
          if (times < 3) throw new Error('the database is away')
        },
      },
    )
    await opened.bound()
    await opened.provider.submit(smsTo(TO, 1), forever)
    await until(() => times === 3)
    const said = opened.lines.filter((line) => line.includes('receipt.failed'))
    expect(said).toHaveLength(2)
    expect(said.join('')).not.toContain(TO.slice(1))
  })

  test('that says nothing is taken and put aside: the SMSC would send it for ever', async () => {
    const peer = await openPeer(() => ({}))
    const opened = openProvider(peer.port)
    await opened.bound()
    const answered = new Promise<number>((resolve) =>
      peer.sessions[0]?.deliver_sm({ esm_class: 4, short_message: 'what is this' }, ({ command_status }) =>
        resolve(command_status),
      ),
    )
    expect(await answered).toBe(0)
    expect(opened.receipts).toEqual([])
    expect(opened.inbound).toEqual([])
    expect(opened.lines.filter((line) => line.includes('smpp.unreadable'))).toHaveLength(1)
    expect(opened.lines.join('')).not.toContain('what is this')
    expect(opened.unreadable).toMatchObject([
      { provider: 'smpp', command: 'deliver_sm', esmClass: 4, message: Buffer.from('what is this') },
    ])
  })

  test('that says nothing comes again where it could not be put aside', async () => {
    const peer = await openPeer(() => ({}))
    const opened = openProvider(peer.port, '', {}, { takeUnreadable: () => Promise.reject(new Error('away')) })
    await opened.bound()
    const answered = new Promise<number>((resolve) =>
      peer.sessions[0]?.deliver_sm({ esm_class: 4, short_message: '?' }, ({ command_status }) =>
        resolve(command_status),
      ),
    )
    expect(await answered).toBe(0x64)
  })

  test('comes by data_sm, too', async () => {
    const peer = await openPeer(() => ({}))
    const opened = openProvider(peer.port)
    await opened.bound()
    const answered = new Promise<number>((resolve) =>
      peer.sessions[0]?.data_sm(
        { esm_class: 4, receipted_message_id: '0A', message_state: 2, source_addr: '201009129288', source_addr_ton: 1 },
        ({ command_status }) => resolve(command_status),
      ),
    )
    expect(await answered).toBe(0)
    expect(opened.receipts).toMatchObject([{ providerMessageId: 'A', status: 'delivered', contact: TO }])
  })
})

describe('a text that comes in', () => {
  test('is handed over with whose it is, and answered', async () => {
    const stage = await setSmppStage()
    expect(await stage.fake.text(TO, OURS, 'Grüße €')).toEqual(['ESME_ROK'])
    expect(stage.inbound).toEqual([
      {
        provider: 'smpp',
        providerMessageId: null,
        from: TO,
        to: OURS,
        text: 'Grüße €',
        part: null,
        at: null,
        handled: null,
      },
    ])
  })

  test('that is long is handed over in its parts', async () => {
    const stage = await setSmppStage()
    const text = 'ж'.repeat(150)
    await stage.fake.text(TO, OURS, text)
    expect(stage.inbound.map(({ part }) => [part?.number, part?.total])).toEqual([1, 2, 3].map((number) => [number, 3]))
    expect(new Set(stage.inbound.map(({ part }) => part?.reference)).size).toBe(1)
    expect(stage.inbound.map((one) => one.text).join('')).toBe(text)
  })

  test('that cannot be stored is refused for now, and comes again', async () => {
    const taken: string[] = []
    const fake = await openFake({ repeatMs: 1 })
    const opened = openProvider(
      fake.port,
      '',
      {},
      {
        takeInbound: async ({ text }) => {
          taken.push(text)
          if (taken.length < 3) throw new Error('the database is away')
        },
      },
    )
    await opened.bound()
    expect(await fake.text(TO, OURS, 'STOP')).toEqual(['ESME_ROK'])
    expect(taken).toEqual(['STOP', 'STOP', 'STOP'])
    expect(opened.lines.join('')).not.toContain('STOP')
  })

  test('with a parameter of receipts alone is one all the same', async () => {
    const peer = await openPeer(() => ({}))
    const opened = openProvider(peer.port)
    await opened.bound()
    const fields = { receipted_message_id: '17', short_message: 'hello', source_addr: '12345' }
    peer.sessions[0]?.deliver_sm(fields, () => undefined)
    await until(() => opened.inbound.length === 1)
    expect(opened.inbound[0]).toMatchObject({ text: 'hello' })
    expect(opened.receipts).toEqual([])
  })

  test('that is no text is handed over as its octets', async () => {
    const peer = await openPeer(() => ({}))
    const opened = openProvider(peer.port)
    await opened.bound()
    peer.sessions[0]?.deliver_sm(
      { data_coding: 4, short_message: Buffer.from([0, 255, 1]), source_addr: '12345' },
      () => undefined,
    )
    await until(() => opened.inbound.length === 1)
    expect(opened.inbound[0]).toMatchObject({ text: 'hex:00ff01', from: '12345' })
  })
})
