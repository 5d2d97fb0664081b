import { describe, expect, test } from 'vitest'
import type { Failure } from '../../../src/domain/failure.ts'
import type { PushTarget } from '../../../src/domain/provider.ts'
import { errorFor } from '../../../src/fakes/fcm/errors.ts'
import type { Http2Answer, Http2FaultReason } from '../../../src/http2/client.ts'
import { readAnswer, settleAmbiguous } from '../../../src/providers/fcm/outcomes.ts'
import { readFault } from '../../../src/providers/http2-faults.ts'

const NOW = new Date('2026-03-01T12:00:00Z')
const TOKEN: PushTarget = { kind: 'token', value: 'abc' }
const TOPIC: PushTarget = { kind: 'topic', value: 'news' }

function read(answer: Partial<Http2Answer>, target: PushTarget = TOKEN, chance = 0) {
  const whole: Http2Answer = { kind: 'answer', status: 200, headers: {}, body: '', ...answer }
  return readAnswer(whole, target, { now: () => NOW, chance: () => chance })
}

function answerFor(word: string, retryAfter: string | null = null): Partial<Http2Answer> {
  const error = errorFor(word, retryAfter)
  if (error === null) throw new Error(`no error ${word}`)
  const headers: Record<string, string> = error.retryAfter === undefined ? {} : { 'retry-after': error.retryAfter }
  return {
    status: error.status,
    body: typeof error.body === 'string' ? error.body : JSON.stringify(error.body),
    headers,
  }
}

function failureFor(word: string, retryAfter: string | null = null, target: PushTarget = TOKEN): Failure {
  const reading = read(answerFor(word, retryAfter), target)
  if (reading.kind !== 'refused') throw new Error(`${word} was ${reading.kind}`)
  return reading.failure
}

const MINUTE = 60_000

describe('each error has its consequence', () => {
  const rows: readonly (readonly [string, Partial<Failure>])[] = [
    ['unregistered', { class: 'recipient-gone', reason: 'unregistered', code: 'UNREGISTERED', address: 'retire' }],
    [
      'invalid-payload',
      { class: 'permanent', reason: 'invalid_payload', code: 'INVALID_ARGUMENT message.android.ttl', address: 'keep' },
    ],
    ['unknown-field', { class: 'permanent', reason: 'invalid_payload', address: 'keep' }],
    [
      'invalid-token',
      { class: 'recipient-gone', reason: 'invalid_token', code: 'INVALID_ARGUMENT', address: 'retire' },
    ],
    ['invalid-token-field', { class: 'recipient-gone', reason: 'invalid_token', address: 'retire' }],
    [
      'sender-mismatch',
      { class: 'permanent', reason: 'sender_mismatch', code: 'SENDER_ID_MISMATCH', address: 'mismatch' },
    ],
    [
      'quota-project',
      { class: 'throttled', reason: 'quota_exceeded', counted: false, pause: 'lane', waitMs: null, address: 'keep' },
    ],
    [
      'quota-device',
      {
        class: 'throttled',
        reason: 'device_rate',
        counted: false,
        pause: 'recipient',
        waitMs: MINUTE,
        address: 'keep',
      },
    ],
    [
      'quota-topic',
      { class: 'throttled', reason: 'topic_rate', counted: false, pause: 'recipient', waitMs: MINUTE, address: 'keep' },
    ],
    [
      'unavailable',
      {
        class: 'transient',
        reason: 'unavailable',
        counted: true,
        maxAgeMs: 60 * MINUTE,
        pause: 'none',
        address: 'keep',
      },
    ],
    [
      'internal',
      { class: 'transient', reason: 'internal', counted: true, maxAgeMs: 60 * MINUTE, pause: 'none', address: 'keep' },
    ],
    [
      'third-party-auth',
      {
        class: 'blocked',
        reason: 'apns_auth',
        counted: false,
        waitMs: 5 * MINUTE,
        pause: 'recipient',
        address: 'keep',
      },
    ],
    [
      'permission-denied',
      {
        class: 'blocked',
        reason: 'permission_denied',
        counted: false,
        waitMs: 5 * MINUTE,
        pause: 'lane',
        address: 'keep',
      },
    ],
    [
      'not-found',
      {
        class: 'blocked',
        reason: 'project_not_found',
        counted: false,
        waitMs: 5 * MINUTE,
        pause: 'lane',
        address: 'keep',
      },
    ],
    [
      'unspecified',
      { class: 'transient', reason: 'unknown', counted: true, waitsMs: [10_000, MINUTE, 5 * MINUTE], address: 'keep' },
    ],
    ['bad-gateway', { class: 'transient', reason: 'unavailable', code: 'HTTP 502', address: 'keep' }],
  ]
  test.each(rows)('%s', (word, expected) => {
    expect(failureFor(word)).toMatchObject(expected)
  })
})

test('an accepted message has the name FCM gave it, and is accepted without one', () => {
  expect(read({ body: '{"name":"projects/p/messages/1"}' })).toEqual({
    kind: 'accepted',
    providerMessageId: 'projects/p/messages/1',
  })
  expect(read({ body: '{"na' })).toEqual({ kind: 'accepted', providerMessageId: null })
})

test('a refused access token is told apart from refused APNs credentials, which have the same HTTP status', () => {
  expect(read(answerFor('unauthenticated'))).toEqual({ kind: 'unauthenticated' })
  expect(read({ status: 401 })).toEqual({ kind: 'unauthenticated' })
  expect(failureFor('third-party-auth').reason).toBe('apns_auth')
})

test('an unknown project never retires an address, whatever the HTTP status says', () => {
  for (const body of [
    '',
    '<html>',
    '{}',
    '{"error":"NOT_FOUND"}',
    '{"error":{"status":"NOT_FOUND","details":[null,7,{}]}}',
  ]) {
    const reading = read({ status: 404, body })
    expect(reading).toMatchObject({ kind: 'refused', failure: { class: 'blocked', address: 'keep' } })
  }
})

test('an invalid argument that blames nothing is settled by a second look', () => {
  expect(read(answerFor('invalid-argument'))).toEqual({ kind: 'ambiguous', code: 'INVALID_ARGUMENT' })
  expect(settleAmbiguous(true, 'INVALID_ARGUMENT')).toMatchObject({ class: 'recipient-gone', address: 'retire' })
  expect(settleAmbiguous(false, 'INVALID_ARGUMENT')).toMatchObject({ class: 'permanent', address: 'keep' })
})

test('an address is kept where another field is at fault too', () => {
  const violations = ['message.token', 'message.android.ttl'].map((field) => ({
    field,
    description: 'Invalid registration token',
  }))
  const details = [
    { '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: 'INVALID_ARGUMENT' },
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: violations },
  ]
  const body = JSON.stringify({ error: { code: 400, status: 'INVALID_ARGUMENT', message: 'x', details } })
  expect(read({ status: 400, body })).toMatchObject({ failure: { class: 'permanent', address: 'keep' } })
})

test('a topic is never retired, and its own limit does not pause the project', () => {
  expect(failureFor('unregistered', null, TOPIC).address).toBe('keep')
  expect(failureFor('invalid-argument', null, TOPIC)).toMatchObject({ class: 'permanent', address: 'keep' })
  expect(failureFor('quota-project', null, TOPIC)).toMatchObject({ reason: 'topic_rate', pause: 'recipient' })
  expect(failureFor('quota-topic', '5', TOPIC).waitMs).toBe(MINUTE)
  expect(failureFor('quota-topic', '300', TOPIC).waitMs).toBe(5 * MINUTE)
})

test.each([
  ['7', 7_000],
  ['0', 0],
  ['1000000000', 3_600_000],
  ['-1', 0],
  ['Sun, 01 Mar 2026 12:02:00 GMT', 120_000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ['Sun, 01 Mar 2027 12:00:00 GMT', 3_600_000],
  ['abc', null],
  ['', null],
])('Retry-After "%s" is %s ms', (header, waitMs) => {
  for (const word of ['quota-project', 'unavailable', 'internal']) expect(failureFor(word, header).waitMs).toBe(waitMs)
})

test('a server fault waits at least 10 s, then exponentially with full jitter', () => {
  const reading = read(answerFor('unavailable'), TOKEN, 1)
  const waits = reading.kind === 'refused' ? reading.failure.waitsMs : null
  expect(waits?.slice(0, 6)).toEqual([10_000, 10_000, 10_000, 16_000, 32_000, 64_000])
  expect(waits?.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(3_600_000)
  expect(failureFor('unavailable').waitsMs?.every((wait) => wait === 10_000)).toBe(true)
})

test('words that are properties of every object mean nothing', () => {
  for (const word of ['constructor', '__proto__', 'toString']) {
    const details = [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: word }]
    const body = JSON.stringify({ error: { status: word, details } })
    expect(read({ status: 418, body })).toMatchObject({ failure: { class: 'transient', reason: 'unknown' } })
  }
})

test.each<[Http2FaultReason, 'no' | 'maybe', Partial<Failure>]>([
  ['timeout', 'maybe', { class: 'uncertain', reason: 'timeout' }],
  ['reset', 'maybe', { class: 'uncertain', reason: 'reset' }],
  ['connection_lost', 'maybe', { class: 'uncertain', reason: 'connection_lost' }],
  ['calm', 'maybe', { class: 'uncertain', reason: 'enhance_your_calm', pause: 'lane' }],
  ['aborted', 'maybe', { class: 'uncertain', reason: 'stopped' }],
  ['aborted', 'no', { class: 'transient', reason: 'not_sent', counted: false }],
  ['closed', 'no', { class: 'transient', reason: 'not_sent', counted: false }],
  ['queue_full', 'no', { class: 'transient', reason: 'not_sent', counted: false, waitMs: 1_000 }],
  ['refused', 'no', { class: 'transient', reason: 'not_processed', counted: false }],
  ['connect_failed', 'no', { class: 'transient', reason: 'connect_failed', counted: false, pause: 'lane' }],
])('a fault "%s", processed: %s', (reason, processed, expected) => {
  expect(readFault({ kind: 'fault', processed, reason })).toMatchObject(expected)
})
