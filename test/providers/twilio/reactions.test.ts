import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Failure } from '../../../src/domain/failure.ts'
import type { Receipt, SmsProvider } from '../../../src/domain/provider.ts'
import { nextStep } from '../../../src/domain/retry.ts'
import { startSink, type Sink } from '../../../src/fakes/sink.ts'
import { createHttpCall } from '../../../src/providers/http-call.ts'
import { createTwilio } from '../../../src/providers/twilio.ts'
import { smsTo } from '../conformance.ts'
import { contact, setTwilioStage, type TwilioStage } from './stage.ts'

const forever = new AbortController().signal
const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

let [stage, sink]: [TwilioStage?, Sink?] = []
let provider: SmsProvider

beforeAll(async () => {
  sink = await startSink()
  stage = await setTwilioStage({ callbackRetryMs: 1 })
  provider = createTwilio(
    { ...stage.options, publicUrl: sink.url },
    { call: createHttpCall({ connections: 8 }), now: () => new Date() },
  )
})
afterAll(async () => {
  await provider.close()
  await stage?.close()
  await sink?.close()
})

/** What follows a first attempt that came to this, with weeks to go. */
function stepAfter(failure: Failure, attemptsCounted = failure.counted ? 1 : 0) {
  return nextStep(failure, { attemptsCounted, ageMs: 0, remainingMs: 1_000 * HOUR }, 0)
}

const ended = (status: string, reason: string) => ({ kind: 'end', status, reason })
const again = (waitMs: number) => ({ kind: 'retry', waitMs })

describe('an SMS that Twilio refuses', () => {
  it.each([
    [20003, 'bad_credentials', again(MINUTE)],
    [20429, 'rate_exceeded', again(100)],
    [21211, 'invalid_number', ended('failed', 'invalid_number')],
    [21212, 'invalid_sender', ended('failed', 'invalid_sender')],
    [21606, 'invalid_sender', ended('failed', 'invalid_sender')],
    [21408, 'country_blocked', ended('failed', 'country_blocked')],
    [21610, 'opted_out', ended('failed', 'opted_out')],
    [21611, 'queue_full', again(10 * MINUTE)],
    [21612, 'unroutable', ended('failed', 'unroutable')],
    [21614, 'not_mobile', ended('failed', 'not_mobile')],
    [21635, 'landline', ended('failed', 'landline')],
    [21617, 'too_long', ended('failed', 'too_long')],
  ])('with %d: %s', async (code, reason, step) => {
    const outcome = await provider.submit(smsTo(contact(`+15006${code}0`), code), forever)
    if (outcome.kind !== 'refused') throw new Error('it was taken')
    expect(outcome.failure).toMatchObject({ reason, code: String(code) })
    expect(stepAfter(outcome.failure)).toEqual(step)
    // What is held back for all of them costs none of them an attempt.
    expect(outcome.failure.counted).toBe(outcome.failure.pause === 'none')
  })

  it.each([
    ['+15007100000', 'provider_error'],
    ['+15007120000', 'reset'],
  ])('without an answer, as %s, is uncertain: %s', async (to, reason) => {
    const outcome = await provider.submit(smsTo(contact(to), 1), forever)
    expect(outcome).toMatchObject({ kind: 'refused', failure: { class: 'uncertain', reason } })
  })
})

describe('an SMS that Twilio took, and tells about later', () => {
  async function lastReceipt(code: number, kind: 1 | 2): Promise<Receipt> {
    await provider.submit(smsTo(contact(`+15006${code}${kind}`), code), forever)
    await stage?.fake.drained()
    const call = sink?.calls().findLast(({ path }) => path.includes(`attempt=${code}.1`))
    if (call === undefined) throw new Error('nothing came')
    const reading = provider.readCallback({
      url: `${sink?.url ?? ''}${call.path}`,
      headers: { 'x-twilio-signature': String(call.headers['x-twilio-signature']) },
      body: Buffer.from(call.body),
    })
    if (reading.kind !== 'receipts' || reading.receipts[0] === undefined) throw new Error(reading.kind)
    return reading.receipts[0]
  }

  it.each([
    [21610, 1, 'opted_out', ended('failed', 'opted_out')],
    [30001, 1, 'queue_overflow', again(MINUTE)],
    [30002, 1, 'account_suspended', again(MINUTE)],
    [30003, 2, 'unreachable', ended('undelivered', 'unreachable')],
    [30004, 2, 'blocked', ended('undelivered', 'blocked')],
    [30005, 2, 'unknown_number', ended('undelivered', 'unknown_number')],
    [30006, 2, 'landline', ended('undelivered', 'landline')],
    [30007, 2, 'filtered', ended('undelivered', 'filtered')],
    [30008, 2, 'unknown', ended('undelivered', 'unknown')],
    [30022, 2, 'rate_exceeded', again(MINUTE)],
    [30034, 2, 'unregistered_sender', again(MINUTE)],
    [30036, 1, 'validity_expired', ended('expired', 'validity_expired')],
    [30450, 1, 'fraud', ended('failed', 'fraud')],
    [30610, 2, 'quiet_hours', again(4 * HOUR)],
  ] as const)('with %d (as %d): %s', async (code, kind, reason, step) => {
    const { failure, attempt, status } = await lastReceipt(code, kind)
    if (failure === null) throw new Error('nothing was wrong')
    expect(attempt).toEqual({ messageId: code, number: 1 })
    expect(failure).toMatchObject({ reason, code: String(code) })
    expect(['undelivered', 'failed', 'expired']).toContain(status)
    expect(stepAfter(failure)).toEqual(step)
  })

  it.each([30001, 30022])('with %d is sent again three times, each later, and no more', async (code) => {
    const { failure } = await lastReceipt(code, 2)
    if (failure === null) throw new Error('nothing was wrong')
    const steps = [1, 2, 3, 4].map((count) => stepAfter(failure, count))
    expect(steps.slice(0, 3)).toEqual([again(MINUTE), again(5 * MINUTE), again(15 * MINUTE)])
    expect(steps[3]?.kind).toBe('end')
  })

  it('to a phone that is off is sent again only where that was asked for', async () => {
    const asked = createTwilio(
      { ...optionsOf(), retryUnreachable: true },
      { call: createHttpCall({ connections: 1 }), now: () => new Date() },
    )
    await lastReceipt(30003, 2)
    const call = sink?.calls().findLast(({ body }) => body.includes('ErrorCode=30003'))
    const reading = asked.readCallback({
      url: `${sink?.url ?? ''}${call?.path ?? ''}`,
      headers: { 'x-twilio-signature': String(call?.headers['x-twilio-signature']) },
      body: Buffer.from(call?.body ?? ''),
    })
    await asked.close()
    const failure = reading.kind === 'receipts' ? reading.receipts[0]?.failure : null
    if (failure === null || failure === undefined) throw new Error('nothing was wrong')
    expect([1, 2, 3].map((count) => stepAfter(failure, count))).toEqual([
      again(15 * MINUTE),
      again(2 * HOUR),
      ended('undelivered', 'unreachable'),
    ])
  })
})

function optionsOf() {
  if (stage === undefined) throw new Error('no stage')
  return stage.options
}
