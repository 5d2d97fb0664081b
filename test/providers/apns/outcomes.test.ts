import { expect, test } from 'vitest'
import type { Failure } from '../../../src/domain/failure.ts'
import { REASONS, refusalOf } from '../../../src/fakes/apns/reasons.ts'
import { readAnswer, REASON_OF_CODE, type Reading } from '../../../src/providers/apns/outcomes.ts'

const ASKED = { id: '00000000-0000-8000-8000-000000000001', ownTopic: false }
const NOW = new Date('2026-03-01T12:00:00Z')

function read(status: number, body: string, more: { ownTopic?: boolean; retryAfter?: string } = {}): Reading {
  const headers = more.retryAfter === undefined ? {} : { 'retry-after': more.retryAfter }
  return readAnswer({ kind: 'answer', status, headers, body }, { ...ASKED, ...more }, NOW)
}

function failureFor(reason: string, more: { ownTopic?: boolean; retryAfter?: string } = {}): Failure {
  const { status, timestamp } = refusalOf(reason)
  const reading = read(status, JSON.stringify({ reason, timestamp }), more)
  if (reading.kind === 'accepted') throw new Error('was accepted')
  return reading.failure
}

test('every reason of Apple’s page has its reaction, and the look-alike knows the same ones', () => {
  expect(Object.keys(REASON_OF_CODE).toSorted()).toEqual(REASONS.toSorted())
  expect(REASONS).toHaveLength(32)
})

const LANE = { counted: false, pause: 'lane', address: 'keep' } as const

test.each<[string, Partial<Failure>]>([
  ['Unregistered', { class: 'recipient-gone', reason: 'unregistered', address: 'retire' }],
  ['ExpiredToken', { class: 'recipient-gone', reason: 'unregistered', address: 'retire' }],
  ['BadDeviceToken', { class: 'permanent', reason: 'sender_mismatch', address: 'mismatch' }],
  ['DeviceTokenNotForTopic', { class: 'permanent', reason: 'sender_mismatch', address: 'mismatch' }],
  ['TopicDisallowed', { class: 'blocked', reason: 'apns_topic', ...LANE }],
  ['BadTopic', { class: 'blocked', reason: 'apns_topic', ...LANE }],
  ['MissingTopic', { class: 'blocked', reason: 'apns_topic', ...LANE }],
  ['PayloadTooLarge', { class: 'permanent', reason: 'invalid_payload', address: 'keep' }],
  ['BadPriority', { class: 'permanent', reason: 'invalid_payload', address: 'keep' }],
  ['ExpiredProviderToken', { class: 'blocked', reason: 'apns_auth', waitMs: 60_000, ...LANE }],
  ['InvalidProviderToken', { class: 'blocked', reason: 'apns_auth', waitMs: 60_000, ...LANE }],
  ['BadEnvironmentKeyIdInToken', { class: 'blocked', reason: 'apns_auth', ...LANE }],
  ['TooManyProviderTokenUpdates', { class: 'blocked', reason: 'apns_auth', ...LANE }],
  ['Forbidden', { class: 'blocked', reason: 'permission_denied', ...LANE }],
  ['BadPath', { class: 'blocked', reason: 'unexpected_answer', ...LANE }],
  [
    'TooManyRequests',
    { class: 'throttled', reason: 'device_rate', counted: false, pause: 'recipient', waitMs: 60_000 },
  ],
  ['InternalServerError', { class: 'transient', reason: 'internal', counted: true, pause: 'none' }],
  ['ServiceUnavailable', { class: 'transient', reason: 'unavailable', counted: true, pause: 'none' }],
  ['Shutdown', { class: 'transient', reason: 'not_processed', counted: false }],
  ['IdleTimeout', { class: 'transient', reason: 'not_processed', counted: false }],
])('what follows %s', (reason, expected) => {
  expect(failureFor(reason)).toMatchObject({ ...expected, code: reason })
})

test('a topic that the call names itself is the call’s fault: it holds nothing, and marks no address', () => {
  for (const reason of ['BadTopic', 'TopicDisallowed', 'DeviceTokenNotForTopic', 'MissingTopic']) {
    const { class: kind, reason: word, address, pause } = failureFor(reason, { ownTopic: true })
    expect({ kind, word, address, pause }).toEqual({
      kind: 'permanent',
      word: 'invalid_payload',
      address: 'keep',
      pause: 'none',
    })
  }
  expect(failureFor('BadDeviceToken', { ownTopic: true }).address).toBe('mismatch')
})

test('since when a device is gone is told, where Apple says so', () => {
  const at = (timestamp: unknown) => read(410, JSON.stringify({ reason: 'Unregistered', timestamp }))
  expect(at(1_454_948_015_990)).toMatchObject({ failure: { goneSince: new Date('2016-02-08T16:13:35.990Z') } })
  for (const none of [undefined, 'soon', -1, 1e300, null]) expect(at(none)).not.toHaveProperty('failure.goneSince')
})

test('an answer without a word of Apple’s retires no device', () => {
  for (const body of ['', '<html>', '[]', '{"reason":"constructor"}', '{"reason":410}']) {
    expect(read(410, body)).toMatchObject({ failure: { class: 'transient', reason: 'unknown', code: 'HTTP 410' } })
    expect(read(403, body)).toMatchObject({ failure: { class: 'blocked', reason: 'apns_auth', code: 'HTTP 403' } })
    expect(read(429, body)).toMatchObject({ failure: { class: 'throttled', reason: 'rate_exceeded', pause: 'lane' } })
    expect(read(504, body)).toMatchObject({ failure: { class: 'transient', reason: 'unavailable' } })
    expect(read(418, body)).toMatchObject({ failure: { waitsMs: [10_000, 60_000, 300_000] } })
  }
})

test('a push is waited with for as long as Retry-After says, and never shorter than its reason asks for', () => {
  expect(failureFor('ServiceUnavailable', { retryAfter: '7' }).waitMs).toBe(7_000)
  expect(failureFor('TooManyRequests', { retryAfter: '7' }).waitMs).toBe(60_000)
  expect(failureFor('TooManyRequests', { retryAfter: '90' }).waitMs).toBe(90_000)
})

test('the id that Apple gives back is the provider message id, else the one we gave', () => {
  const answer = { kind: 'answer', status: 200, body: '' } as const
  expect(readAnswer({ ...answer, headers: { 'apns-id': 'theirs' } }, ASKED, NOW)).toMatchObject({
    providerMessageId: 'theirs',
    status: 'sent',
  })
  expect(readAnswer({ ...answer, headers: {} }, ASKED, NOW)).toMatchObject({ providerMessageId: ASKED.id })
})
