import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HttpAnswer } from '../../../src/providers/http-call.ts'
import { toOutcome } from '../../../src/providers/http-sms/answers.ts'
import { exampleAt, settingsOf } from './stage.ts'

const NOW = new Date('2026-11-23T12:00:00Z')
const ENV = { REGIONAL_SMS_KEY: 'a-key', REGIONAL_SMS_SECRET: 'a-long-enough-secret' }
const EXAMPLE = settingsOf(exampleAt('https://sms.regional.example'), ENV).answer

function rulesOf(described: Record<string, unknown>) {
  const request = { url: 'https://sms.example/', body: { format: 'form', fields: { text: '{text}' } } }
  return settingsOf({ request, answer: described }).answer
}

function answer(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return { kind: 'answer', status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }
}

function failureOf(result: HttpAnswer, rules = EXAMPLE) {
  const outcome = toOutcome(result, rules, NOW)
  return outcome.kind === 'refused' ? outcome.failure : null
}

describe('an answer', () => {
  it('of success has the id', () => {
    expect(toOutcome(answer(202, { result: { id: 'R-1' } }), EXAMPLE, NOW)).toEqual({
      kind: 'accepted',
      providerMessageId: 'R-1',
      status: 'sent',
    })
  })

  it.each([
    [400, 'E101', { class: 'permanent', reason: 'invalid_number', code: 'E101' }],
    [400, 'E105', { class: 'permanent', reason: 'opted_out', code: 'E105' }],
    [402, 'E201', { class: 'blocked', reason: 'out_of_credit', code: 'E201', counted: false }],
    [429, 'E301', { class: 'throttled', reason: 'rate_exceeded', code: 'E301', waitsMs: [1_000], counted: false }],
    [503, 'E302', { class: 'transient', reason: 'maintenance', code: 'E302', waitsMs: [30_000, 120_000, 600_000] }],
    [400, 'E999', { class: 'permanent', reason: 'refused', code: 'E999' }],
    [401, 'E401', { class: 'blocked', reason: 'bad_credentials', code: 'E401' }],
    [500, 'E500', { class: 'uncertain', reason: 'provider_error', code: 'E500' }],
  ])('%d with %s is what the file says, else what HTTP means', (status, code, failure) => {
    expect(failureOf(answer(status, { error: { code } }))).toMatchObject(failure)
  })

  it.each([
    [500, 'uncertain', 'provider_error'],
    [408, 'uncertain', 'provider_error'],
    [429, 'throttled', 'rate_exceeded'],
    [401, 'blocked', 'bad_credentials'],
    [403, 'blocked', 'bad_credentials'],
    [404, 'blocked', 'unexpected_answer'],
    [301, 'blocked', 'unexpected_answer'],
    [400, 'permanent', 'refused'],
    [200, 'permanent', 'refused'],
    [202, 'uncertain', 'unreadable_answer'],
  ])('%d without a code is %s: %s', (status, kind, reason) => {
    expect(failureOf(answer(status, 'what?'))).toMatchObject({ class: kind, reason, code: `HTTP ${status}` })
  })

  it('that asks for patience gets it', () => {
    const slow = answer(429, { error: { code: 'E301' } }, { 'retry-after': '9' })
    expect(failureOf(slow)).toMatchObject({ class: 'throttled', waitMs: 9_000 })
    expect(failureOf(answer(400, { error: { code: 'E101' } }, { 'retry-after': '9' }))?.waitMs).toBeNull()
  })

  it('may be a text, read between two others', () => {
    const rules = rulesOf({
      id: { after: 'OK: ', before: ',' },
      code: { after: 'ERR ' },
      accepted: { statuses: [200] },
      failures: [{ codes: ['105'], class: 'permanent', reason: 'invalid_number' }],
    })
    const outcome = toOutcome(answer(200, 'OK: 8812-A, 1 part\r\n'), rules, NOW)
    expect(outcome).toMatchObject({ kind: 'accepted', providerMessageId: '8812-A' })
    expect(failureOf(answer(200, 'ERR 105\r\nno such number'), rules)).toMatchObject({ reason: 'invalid_number' })
    expect(failureOf(answer(200, 'OK: 8812-A'), rules)).toMatchObject({ class: 'uncertain' })
  })

  it('of success is one by its code, too, where the file asks for it', () => {
    const rules = rulesOf({ id: 'id', code: 'status', accepted: { codes: ['0', '00'] } })
    expect(toOutcome(answer(200, { id: 7, status: 0 }), rules, NOW)).toMatchObject({ providerMessageId: '7' })
    expect(failureOf(answer(200, { id: 7, status: 3 }), rules)).toMatchObject({ class: 'permanent', code: '3' })
    expect(failureOf(answer(200, { id: 7 }), rules)).toMatchObject({ class: 'permanent', code: 'HTTP 200' })
  })

  it('of a provider that names no message is accepted without an id', () => {
    const outcome = toOutcome(answer(204, ''), rulesOf({}), NOW)
    expect(outcome).toEqual({ kind: 'accepted', providerMessageId: null, status: 'sent' })
  })

  it('keeps no code that could be a text of somebody', () => {
    const rules = rulesOf({ code: 'message' })
    const told = 'The number +201009129288 can’t be reached at this moment, sorry'
    expect(failureOf(answer(400, { message: told }), rules)?.code).toBe('HTTP 400')
  })

  it('reads only what an answer has itself', () => {
    const rules = rulesOf({ id: 'constructor.name', code: '__proto__.x' })
    expect(failureOf(answer(200, {}), rules)).toMatchObject({ class: 'uncertain' })
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.oneof(fc.jsonValue(), fc.string()), (status, body) => {
        toOutcome(answer(status, body), EXAMPLE, NOW)
      }),
    )
  })
})
