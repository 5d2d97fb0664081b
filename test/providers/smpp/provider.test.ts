import { describe, expect, test } from 'vitest'
import type { Msisdn } from '../../../src/domain/contact.ts'
import type { Outcome } from '../../../src/domain/provider.ts'
import { until } from '../../support/until.ts'
import { smsTo } from '../conformance.ts'
import { contact } from '../twilio/stage.ts'
import { forever, isOutcome, openFake, openPeer, openProvider, openTardy, setSmppStage, type Opened } from './stage.ts'

const TO = contact('+201009129288')

function submit({ provider }: Pick<Opened, 'provider'>, to: Msisdn = TO, id = 1): Promise<Outcome> {
  return provider.submit(smsTo(to, id), forever)
}

async function failureOf(opened: Pick<Opened, 'provider'>, to: string) {
  return isOutcome(await submit(opened, contact(to)), 'refused').failure
}

describe('a message', () => {
  test('arrives as it is, from its sender, with a receipt asked for and a validity', async () => {
    const stage = await setSmppStage({}, 'from=%2B15005550006&validity=86400')
    const outcome = await stage.provider.submit(smsTo(TO, 1, { text: 'Grüße {1}', validitySeconds: 90 }), forever)
    expect(stage.fake.messages()).toMatchObject([
      {
        from: '15005550006',
        to: TO,
        text: 'Grüße {1}',
        dataCoding: 0,
        registeredDelivery: 1,
        validityPeriod: '000000000130000R',
        segment: null,
      },
    ])
    expect(outcome).toMatchObject({ kind: 'accepted', status: 'sent' })
    await stage.provider.submit(
      smsTo(TO, 2, { sender: 'TIDINGS', text: 'Привет', validitySeconds: 1_000_000 }),
      forever,
    )
    expect(stage.fake.messages()[1]).toMatchObject({
      from: 'TIDINGS',
      text: 'Привет',
      dataCoding: 8,
      validityPeriod: '000001000000000R',
    })
  })

  test('carries the caller’s own parameters and the account’s', async () => {
    const peer = await openPeer(() => ({ message_id: 'one' }))
    const opened = openProvider(peer.port, 'tlv_1400=1101')
    await opened.bound()
    await opened.provider.submit(smsTo(TO, 1, { tlvs: { '0x1401': 'hex:0a0b' } }), forever)
    const submitted = peer.all.find(({ command }) => command === 'submit_sm')
    expect(submitted?.[0x1400]).toEqual(Buffer.from('1101'))
    expect(submitted?.[0x1401]).toEqual(Buffer.of(0x0a, 0x0b))
  })

  test('from what can be no sender is refused before it is written', async () => {
    const stage = await setSmppStage()
    const outcome = await stage.provider.submit(smsTo(TO, 1, { sender: 'a name that is too long' }), forever)
    expect(isOutcome(outcome, 'refused').failure).toMatchObject({ class: 'permanent', reason: 'invalid_sender' })
    expect(stage.fake.messages()).toEqual([])
  })

  test('has the id that its receipts will name, and the one that the SMSC wrote', async () => {
    const stage = await setSmppStage(
      { responseIds: 'hex', receiptIds: 'decimal', firstId: 0x0abcn },
      'message_id=hex-dec',
    )
    const outcome = isOutcome(await submit(stage), 'accepted')
    expect(outcome).toMatchObject({ providerMessageId: '2748', rawMessageId: 'ABC' })
    await until(() => stage.receipts.length > 0)
    expect(stage.receipts[0]).toMatchObject({
      provider: 'smpp',
      providerMessageId: '2748',
      status: 'delivered',
      contact: TO,
    })
  })

  test('is spread over the binds', async () => {
    const stage = await setSmppStage({}, 'binds=3&window=2', {})
    expect(stage.provider.window).toBe(6)
    const outcomes = await Promise.all(Array.from({ length: 30 }, (_, id) => submit(stage, TO, id)))
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true)
    expect(stage.fake.messages()).toHaveLength(30)
  })

  test('waits for a slow rate where it can still be stopped: no more are taken than are written within a second', async () => {
    const fake = await openFake()
    const opened = openProvider(fake.port, 'binds=2&window=10&per_second=5')
    opened.provider.binds?.hold([0, 1])
    await until(() => opened.provider.window === 5)
    await until(() => fake.binds() === 2)
    expect(opened.provider.window).toBe(5)
  })

  test('goes by transmitters, and receipts come by receivers, where these are separate', async () => {
    const stage = await setSmppStage({}, 'bind=separate&binds=2')
    await until(() => stage.fake.binds() === 4)
    isOutcome(await submit(stage), 'accepted')
    await until(() => stage.receipts.length === 1)
  })

  test('goes over TLS to whose certificate is known', async () => {
    const fake = await openFake({ tls: true })
    const opened = openProvider(fake.port, 'tls&tls_name=localhost', fake.ca === null ? {} : { ca: fake.ca })
    await opened.bound()
    isOutcome(await submit(opened), 'accepted')
  })
})

describe('a refusal', () => {
  test.each([
    ['+15006000200', { class: 'transient', reason: 'queue_full', code: 'ESME_RMSGQFUL' }],
    ['+15006000080', { class: 'transient', reason: 'provider_error', code: 'ESME_RSYSERR' }],
    ['+15006000110', { class: 'permanent', reason: 'invalid_number', code: 'ESME_RINVDSTADR' }],
    ['+15006000100', { class: 'permanent', reason: 'invalid_sender', code: 'ESME_RINVSRCADR' }],
    ['+15006000690', { class: 'transient', reason: 'submit_failed', code: 'ESME_RSUBMITFAIL' }],
    ['+15006001020', { class: 'permanent', reason: 'rejected', code: 'ESME_RX_R_APPN' }],
  ])('to %s is what its status says', async (to, failure) => {
    expect(await failureOf(await setSmppStage(), to)).toMatchObject(failure)
  })

  test('by a generic_nack is one, too', async () => {
    expect(await failureOf(await setSmppStage(), '+15007100000')).toMatchObject({ code: 'ESME_RSYSERR', counted: true })
  })

  test('with a vendor’s own status is for good, is said once, and says the status', async () => {
    const peer = await openPeer(({ command }) => (command === 'submit_sm' ? { command_status: 0x401 } : {}))
    const opened = openProvider(peer.port)
    await opened.bound()
    for (const id of [1, 2, 3]) {
      expect(isOutcome(await submit(opened, TO, id), 'refused').failure).toMatchObject({
        reason: 'rejected',
        code: '0x0401',
      })
    }
    const said = opened.lines.filter((line) => line.includes('smpp.alert'))
    expect(said).toHaveLength(1)
    expect(said[0]).toContain('0x0401')
    expect(said[0]).not.toContain('parcel')
  })

  test('of the validity is followed by one submission without one', async () => {
    const validities: unknown[] = []
    const peer = await openPeer((pdu) => {
      if (pdu.command !== 'submit_sm') return {}
      validities.push(pdu.validity_period)
      return pdu.validity_period === '' || pdu.validity_period === undefined
        ? { message_id: 'one' }
        : { command_status: 0x62 }
    })
    const opened = openProvider(peer.port)
    await opened.bound()
    isOutcome(await submit(opened), 'accepted')
    expect(validities).toHaveLength(2)
  })

  test('of the validity a second time is for good', async () => {
    const peer = await openPeer(({ command }) => (command === 'submit_sm' ? { command_status: 0x61 } : {}))
    const opened = openProvider(peer.port)
    await opened.bound()
    expect(isOutcome(await submit(opened), 'refused').failure).toMatchObject({ class: 'permanent', reason: 'rejected' })
    expect(peer.all.filter(({ command }) => command === 'submit_sm')).toHaveLength(2)
  })

  test('for too much pauses all that are to follow, without asking the SMSC', async () => {
    const fake = await openFake()
    const opened = openProvider(fake.port, '', {}, { monotonic: () => 1_000_000 })
    await opened.bound()
    const first = await failureOf(opened, '+15007010000')
    expect(first).toMatchObject({ class: 'throttled', counted: false, pause: 'lane', waitMs: 1_000 })
    const next = isOutcome(await submit(opened), 'refused').failure
    expect(next).toMatchObject({ class: 'throttled', reason: 'rate_exceeded', counted: false, waitMs: 1_000 })
    expect(fake.messages()).toEqual([])
  })

  test('of how numbers are addressed holds the route from the sixth in a minute on', async () => {
    const stage = await setSmppStage()
    const classes: string[] = []
    for (let time = 0; time < 6; time += 1) classes.push((await failureOf(stage, '+15006000800')).class)
    expect(classes).toEqual([...Array<string>(5).fill('permanent'), 'blocked'])
  })

  test('as not bound makes the bind anew', async () => {
    const stage = await setSmppStage()
    expect(await failureOf(stage, '+15006000040')).toMatchObject({ reason: 'not_bound', counted: false })
    expect(stage.provider.window).toBe(0)
    await until(() => stage.provider.window > 0)
    isOutcome(await submit(stage), 'accepted')
  })
})

describe('a submission without its answer', () => {
  test('is in doubt when the connection is cut, and the bind comes back', async () => {
    const stage = await setSmppStage()
    expect(await failureOf(stage, '+15007120000')).toMatchObject({ class: 'uncertain', reason: 'connection_lost' })
    await until(() => stage.provider.window > 0)
    isOutcome(await submit(stage), 'accepted')
  })

  test('is in doubt after its time, keeps the bind, and its answer settles it when it comes', async () => {
    const { peer, held } = await openTardy()
    const opened = openProvider(peer.port, '', { limits: { responseMs: 20, beatMs: 5 } })
    await opened.bound()
    const outcome = await opened.provider.submit(smsTo(TO, 77, { attempt: 3 }), forever)
    expect(isOutcome(outcome, 'refused').failure).toMatchObject({ class: 'uncertain', reason: 'timeout' })
    expect(opened.provider.window).toBe(10)
    for (const pdu of held) peer.sessions[0]?.send(pdu.response({ message_id: '0017' }))
    await until(() => opened.receipts.length > 0)
    expect(opened.receipts).toEqual([
      {
        provider: 'smpp',
        providerMessageId: '17',
        attempt: { messageId: 77, number: 3 },
        status: 'sent',
        failure: null,
        at: null,
        contact: TO,
      },
    ])
  })

  test('that turns out refused is told so', async () => {
    const { peer, held } = await openTardy()
    const opened = openProvider(peer.port, '', { limits: { responseMs: 20, beatMs: 5 } })
    await opened.bound()
    await submit(opened)
    for (const pdu of held) peer.sessions[0]?.send(pdu.response({ command_status: 0x0b }))
    await until(() => opened.receipts.length > 0)
    expect(opened.receipts).toMatchObject([{ status: 'failed', failure: { reason: 'invalid_number' } }])
  })

  test('is not disturbed by an answer that comes twice, for nobody, or after another’s', async () => {
    const stage = await setSmppStage()
    isOutcome(await submit(stage, contact('+15007160000')), 'accepted')
    const [late, next] = [submit(stage, contact('+15007180000')), submit(stage)]
    isOutcome(await next, 'accepted')
    isOutcome(await late, 'accepted')
    await until(() => stage.lines.some((line) => line.includes('smpp.unmatched')))
  })
})
