import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextStep } from '../../../src/domain/retry.ts'
import type { HttpAnswer } from '../../../src/providers/http-call.ts'
import { toOutcome } from '../../../src/providers/vonage/answers.ts'
import { REASON_OF_ERR_CODE, REASON_OF_STATUS } from '../../../src/providers/vonage/codes.ts'
import { readPage } from '../../support/documents.ts'

const NOW = new Date('2026-11-23T12:00:00Z')
const SECOND = 1_000
const MINUTE = 60 * SECOND

function answer(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return { kind: 'answer', status, headers, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) }
}

const taken = (id: string) => ({ to: '201009129288', 'message-id': id, status: '0' })
const refused = (status: string) => ({ status, 'error-text': 'Refused' })

function failureOf(result: HttpAnswer) {
  const outcome = toOutcome(result, NOW, 1)
  return outcome.kind === 'refused' ? outcome.failure : null
}

describe('an answer', () => {
  it('to one SMS has its id', () => {
    expect(toOutcome(answer(200, { 'message-count': '1', messages: [taken('A1')] }), NOW, 1)).toEqual({
      kind: 'accepted',
      providerMessageId: 'A1',
      status: 'sent',
    })
  })

  it('to a long SMS has an id for each part', () => {
    expect(toOutcome(answer(200, { messages: [taken('A1'), taken('A2')] }), NOW, 1)).toEqual({
      kind: 'accepted',
      providerMessageId: 'A1',
      status: 'sent',
      parts: [
        { number: 1, total: 2, reference: 1, providerMessageId: 'A1' },
        { number: 2, total: 2, reference: 1, providerMessageId: 'A2' },
      ],
    })
  })

  it.each([
    ['1', 'throttled', 'rate_exceeded', { kind: 'retry', waitMs: SECOND }],
    ['2', 'permanent', 'refused', { kind: 'end', status: 'failed', reason: 'refused' }],
    ['3', 'permanent', 'refused', { kind: 'end', status: 'failed', reason: 'refused' }],
    ['4', 'blocked', 'bad_credentials', { kind: 'retry', waitMs: MINUTE }],
    ['5', 'transient', 'internal_error', { kind: 'retry', waitMs: 30 * SECOND }],
    ['6', 'permanent', 'unroutable', { kind: 'end', status: 'failed', reason: 'unroutable' }],
    ['7', 'permanent', 'blocked', { kind: 'end', status: 'failed', reason: 'blocked' }],
    ['8', 'blocked', 'account_suspended', { kind: 'retry', waitMs: MINUTE }],
    ['9', 'blocked', 'out_of_credit', { kind: 'retry', waitMs: MINUTE }],
    ['10', 'throttled', 'rate_exceeded', { kind: 'retry', waitMs: SECOND }],
    ['11', 'blocked', 'not_enabled', { kind: 'retry', waitMs: MINUTE }],
    ['12', 'permanent', 'too_long', { kind: 'end', status: 'failed', reason: 'too_long' }],
    ['13', 'transient', 'internal_error', { kind: 'retry', waitMs: 30 * SECOND }],
    ['14', 'blocked', 'bad_credentials', { kind: 'retry', waitMs: MINUTE }],
    ['15', 'permanent', 'invalid_sender', { kind: 'end', status: 'failed', reason: 'invalid_sender' }],
    ['16', 'permanent', 'refused', { kind: 'end', status: 'failed', reason: 'refused' }],
    ['19', 'blocked', 'not_enabled', { kind: 'retry', waitMs: MINUTE }],
    ['20', 'permanent', 'refused', { kind: 'end', status: 'failed', reason: 'refused' }],
    ['21', 'blocked', 'invalid_callback', { kind: 'retry', waitMs: MINUTE }],
    ['22', 'permanent', 'refused', { kind: 'end', status: 'failed', reason: 'refused' }],
    ['23', 'blocked', 'invalid_callback', { kind: 'retry', waitMs: MINUTE }],
    ['29', 'permanent', 'unverified_number', { kind: 'end', status: 'failed', reason: 'unverified_number' }],
    ['32', 'blocked', 'bad_credentials', { kind: 'retry', waitMs: MINUTE }],
    ['33', 'permanent', 'unknown_number', { kind: 'end', status: 'failed', reason: 'unknown_number' }],
    ['77', 'permanent', 'refused', { kind: 'end', status: 'failed', reason: 'refused' }],
  ])('with status %s is %s: %s', (status, kind, reason, step) => {
    const failure = failureOf(answer(200, { messages: [refused(status)] }))
    expect(failure).toMatchObject({ class: kind, reason, code: status })
    if (failure === null) return
    const tried = { attemptsCounted: failure.counted ? 1 : 0, ageMs: 0, remainingMs: 600 * MINUTE }
    expect(nextStep(failure, tried, 0)).toEqual(step)
    // As some answers write it.
    expect(failureOf(answer(200, { messages: [{ status: Number(status) }] }))).toEqual(failure)
  })

  it('of which one part was refused is tried again as a whole, three times at most', () => {
    const failure = failureOf(answer(200, { messages: [taken('A1'), refused('1')] }))
    expect(failure).toMatchObject({ class: 'transient', counted: true, reason: 'rate_exceeded', code: '1' })
    expect(failure?.waitsMs).toEqual([10 * SECOND, MINUTE, 5 * MINUTE])
    expect(failureOf(answer(200, { messages: [taken('A1'), refused('7')] }))).toMatchObject({ class: 'permanent' })
  })

  it('that asks for patience gets it', () => {
    const body = { messages: [refused('1')] }
    expect(failureOf(answer(429, body, { 'retry-after': '7' }))).toMatchObject({ class: 'throttled', waitMs: 7_000 })
    expect(failureOf(answer(429, 'slow down'))).toMatchObject({ class: 'throttled', waitsMs: [SECOND] })
  })

  it.each([
    [500, 'uncertain', 'provider_error'],
    [503, 'uncertain', 'provider_error'],
    [408, 'uncertain', 'provider_error'],
    [401, 'blocked', 'bad_credentials'],
    [302, 'blocked', 'unexpected_answer'],
    [404, 'blocked', 'unexpected_answer'],
    [400, 'permanent', 'refused'],
    [200, 'uncertain', 'unreadable_answer'],
  ])('%d that lists no messages is %s: %s', (status, kind, reason) => {
    expect(failureOf(answer(status, '<html>'))).toMatchObject({ class: kind, reason, code: `HTTP ${status}` })
  })

  it('of 5xx is uncertain whatever it says', () => {
    expect(failureOf(answer(503, { messages: [refused('7')] }))).toMatchObject({ class: 'uncertain' })
  })

  it('of success without an id is uncertain', () => {
    expect(failureOf(answer(200, { messages: [{ status: '0' }] }))).toMatchObject({ class: 'uncertain' })
    expect(failureOf(answer(200, { messages: [taken('A1'), { status: '0' }] }))).toMatchObject({ class: 'uncertain' })
  })

  it('to a long SMS that was taken in part has the parts that were, and is tried again at intervals that grow', () => {
    for (const status of ['1', '9']) {
      const outcome = toOutcome(answer(200, { messages: [taken('A1'), refused(status), taken('A3')] }), NOW, 1)
      expect(outcome).toMatchObject({
        kind: 'refused',
        failure: { class: 'transient', counted: true, waitsMs: [10 * SECOND, MINUTE, 5 * MINUTE], pause: 'none' },
        parts: [
          { number: 1, total: 3, providerMessageId: 'A1' },
          { number: 3, total: 3, providerMessageId: 'A3' },
        ],
      })
    }
    expect(toOutcome(answer(200, { messages: [refused('1'), refused('1')] }), NOW, 1)).not.toHaveProperty('parts')
  })

  it('never throws, and takes nothing for accepted but ids', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.jsonValue(), (status, body) => {
        const outcome = toOutcome(answer(status, body), NOW, 1)
        return outcome.kind === 'refused'
      }),
    )
  })
})

it.each([
  ['status', REASON_OF_STATUS],
  ['err-code', REASON_OF_ERR_CODE],
])('the page of Vonage has the reason of each %s', (heading, reasons) => {
  const [, table = ''] = readPage('docs/vonage.md').split(new RegExp(`^\\| ${heading} .*\\n.*\\n`, 'm'))
  const rows = [...(table.split('\n\n')[0]?.matchAll(/^\| ([\d, ]+?) +\| `(\w+)`/gm) ?? [])]
  const shown = rows.flatMap(([, codes = '', reason = '']) => codes.split(', ').map((code) => [code, reason] as const))
  expect(Object.fromEntries(shown)).toEqual(reasons)
})

it('every reason is a word', () => {
  const words = [...Object.values(REASON_OF_STATUS), ...Object.values(REASON_OF_ERR_CODE)]
  for (const word of words) expect(word).toMatch(/^[a-z][a-z0-9_]*$/)
})
