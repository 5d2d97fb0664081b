import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HttpAnswer, HttpFault } from '../../../src/providers/http-call.ts'
import { toOutcome } from '../../../src/providers/twilio/answers.ts'
import { failureOfCode } from '../../../src/providers/twilio/codes.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const MINUTE = 60_000

function answer(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return { kind: 'answer', status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }
}

function failureOf(result: HttpAnswer | HttpFault) {
  const outcome = toOutcome(result, NOW)
  return outcome.kind === 'refused' ? outcome.failure : null
}

describe('a refusal with the answer', () => {
  it.each([
    [401, 20003, 'blocked', 'bad_credentials'],
    [403, 20403, 'blocked', 'account_suspended'],
    [404, 20404, 'blocked', 'unknown_account'],
    [400, 21211, 'permanent', 'invalid_number'],
    [400, 21212, 'permanent', 'invalid_sender'],
    [400, 21606, 'permanent', 'invalid_sender'],
    [400, 21408, 'permanent', 'country_blocked'],
    [400, 21610, 'permanent', 'opted_out'],
    [400, 21612, 'permanent', 'unroutable'],
    [400, 21614, 'permanent', 'not_mobile'],
    [400, 21635, 'permanent', 'landline'],
    [400, 21617, 'permanent', 'too_long'],
    [400, 99_999, 'permanent', 'refused'],
  ])('%d with %d is %s: %s', (status, code, failureClass, reason) => {
    expect(failureOf(answer(status, { code, status }))).toMatchObject({
      class: failureClass,
      status: 'failed',
      reason,
      code: String(code),
      address: 'keep',
    })
  })

  it('21611 waits ten minutes for the sender’s queue and costs no attempt', () => {
    expect(failureOf(answer(400, { code: 21611 }))).toMatchObject({
      class: 'throttled',
      reason: 'queue_full',
      counted: false,
      pause: 'lane',
      waitsMs: [10 * MINUTE],
    })
  })

  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 12:00:09 GMT' }, 9_000],
    [{ 'retry-after': '99999999' }, 60 * MINUTE],
    [{ 'retry-after': '-1' }, 0],
    [{ 'retry-after': 'soon' }, null],
    [{}, null],
  ])('429 waits as told, and at least a tenth of a second: %j', (headers, waitMs) => {
    for (const body of [{ code: 20429 }, '<html>', {}]) {
      expect(failureOf(answer(429, body, headers))).toMatchObject({
        class: 'throttled',
        counted: false,
        pause: 'lane',
        reason: 'rate_exceeded',
        waitMs,
        waitsMs: [100],
      })
    }
  })

  it.each([
    [400, 'permanent'],
    [401, 'blocked'],
    [403, 'blocked'],
    [404, 'blocked'],
    [302, 'blocked'],
    [408, 'uncertain'],
    [500, 'uncertain'],
    [502, 'uncertain'],
    [503, 'uncertain'],
    [504, 'uncertain'],
  ])('%d without a code is %s', (status, failureClass) => {
    expect(failureOf(answer(status, '<html>'))).toMatchObject({ class: failureClass, code: `HTTP ${status}` })
  })

  it('a 5xx is uncertain whatever code it names', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 500, max: 599 }),
        fc.constantFrom(20003, 20429, 21211, 30001, 1),
        (status, code) => {
          expect(failureOf(answer(status, { code }))).toMatchObject({ class: 'uncertain', status: 'uncertain' })
        },
      ),
    )
  })
})

describe('an answer', () => {
  it('with an id means that Twilio has the message', () => {
    const sid = `SM${'a'.repeat(32)}`
    expect(toOutcome(answer(201, { sid, status: 'queued' }), NOW)).toEqual({
      kind: 'accepted',
      providerMessageId: sid,
      status: 'sent',
    })
  })

  it.each(['', '{', '[]', 'null', '{}', '{"sid":7}', '{"sid":"../x"}', '{"sid":""}'])(
    'of 201 with %j may hide a message',
    (body) => {
      expect(failureOf(answer(201, body))).toMatchObject({ class: 'uncertain', reason: 'unreadable_answer' })
    },
  )

  it('is read whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 599 }),
        fc.oneof(fc.json(), fc.string()),
        fc.string(),
        (status, body, wait) => {
          const outcome = toOutcome(answer(status, body, { 'retry-after': wait }), NOW)
          expect(outcome.kind === 'accepted' && status >= 300).toBe(false)
        },
      ),
    )
  })
})

describe('a fault', () => {
  it.each(['timeout', 'reset', 'aborted'] as const)('after the request was written is uncertain: %s', (reason) => {
    expect(failureOf({ kind: 'fault', written: true, reason })).toMatchObject({
      class: 'uncertain',
      reason,
      code: null,
    })
  })

  it.each([
    ['dns', 'dns_failed'],
    ['tls', 'tls_failed'],
    ['connect', 'connect_failed'],
    ['timeout', 'connect_timeout'],
  ] as const)('before it was written is tried again: %s', (reason, word) => {
    expect(failureOf({ kind: 'fault', written: false, reason })).toMatchObject({
      class: 'transient',
      reason: word,
      counted: true,
    })
  })

  it('of our own before it was written costs no attempt', () => {
    expect(failureOf({ kind: 'fault', written: false, reason: 'aborted' })).toMatchObject({
      class: 'transient',
      reason: 'not_sent',
      counted: false,
    })
  })
})

describe('a refusal that comes later', () => {
  it.each([
    [21610, 'permanent', 'failed', 'opted_out', null],
    [30001, 'transient', 'failed', 'queue_overflow', [MINUTE, 5 * MINUTE, 15 * MINUTE]],
    [30002, 'blocked', 'failed', 'account_suspended', null],
    [30003, 'permanent', 'undelivered', 'unreachable', null],
    [30004, 'permanent', 'undelivered', 'blocked', null],
    [30005, 'permanent', 'undelivered', 'unknown_number', null],
    [30006, 'permanent', 'undelivered', 'landline', null],
    [30007, 'permanent', 'undelivered', 'filtered', null],
    [30008, 'permanent', 'undelivered', 'unknown', null],
    [30022, 'transient', 'undelivered', 'rate_exceeded', [MINUTE, 5 * MINUTE, 15 * MINUTE]],
    [30034, 'blocked', 'failed', 'unregistered_sender', null],
    [30036, 'permanent', 'expired', 'validity_expired', null],
    [30450, 'permanent', 'failed', 'fraud', null],
    [30610, 'transient', 'undelivered', 'quiet_hours', [240 * MINUTE, 240 * MINUTE, 240 * MINUTE]],
  ])('%d is %s, and ends as %s: %s', (code, failureClass, status, reason, waitsMs) => {
    expect(failureOfCode(code)).toMatchObject({ class: failureClass, status, reason, waitsMs, code: String(code) })
  })

  it('a code of Twilio’s that nobody wrote down has no meaning of its own', () => {
    expect(failureOfCode(12_345)).toBeNull()
    expect(failureOfCode(Number.NaN)).toBeNull()
  })
})
