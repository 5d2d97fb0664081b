import { expect, test } from 'vitest'
import { STATUSES } from '../../src/domain/status.ts'
import { REASON_SENTENCES } from '../../src/domain/verdict-reasons.ts'
import { verdict, type Judged } from '../../src/domain/verdict.ts'
import { readPage } from '../support/documents.ts'

const AT = new Date('2026-03-01T14:02:11.000Z')
const later = (ms: number): Date => new Date(AT.getTime() + ms)

function judged(more: Partial<Judged>): Judged {
  const times = { time: AT, updatedAt: later(3_100), sendAt: null }
  return { ...times, status: 'sent', reason: null, provider: 'twilio', uncertainAttempts: 0, attempts: [], ...more }
}

const attempt = (ms: number, reason: string | null = null): Judged['attempts'][number] => ({
  startedAt: later(ms),
  reason,
})

test.each<[string, Partial<Judged>]>([
  [
    'Yes. The carrier confirmed it on the phone on 1 March 2026 at 14:02:14 UTC, 3.1 s after your request.',
    { status: 'delivered' },
  ],
  [
    'No. The phone was off or out of coverage. We tried 3 times over 4 minutes.',
    {
      status: 'undelivered',
      reason: 'unreachable',
      updatedAt: later(240_000),
      attempts: [attempt(0), attempt(9), attempt(99)],
    },
  ],
  ['No. No phone has this number.', { status: 'failed', reason: 'invalid_number', attempts: [attempt(0)] }],
  ['It was never sent. The person answered STOP to this sender.', { status: 'suppressed', reason: 'opted_out' }],
  ['It was never sent. Its validity ended before it could be sent.', { status: 'expired' }],
  ['It was never sent. It was cancelled on 1 March 2026 at 14:02:14 UTC.', { status: 'cancelled' }],
  ['This is a test message. The sandbox kept it here; nothing was sent.', { status: 'captured', provider: 'sandbox' }],
  [
    'This is a test message; nothing left this machine. It was never sent. It was cancelled on 1 March 2026 at 14:02:14 UTC.',
    { status: 'cancelled', provider: 'sandbox' },
  ],
  [
    'This is a test message; nothing left this machine. In the play: No. No phone has this number.',
    { status: 'failed', reason: 'invalid_number', provider: 'sandbox', attempts: [attempt(0)] },
  ],
  ['Not yet. It goes out on 1 March 2026 at 15:02:11 UTC.', { status: 'scheduled', sendAt: later(3_600_000) }],
  ['Not yet. It waits to go out.', { status: 'queued' }],
  [
    'Not yet. It is tried again: the provider could not be reached.',
    { status: 'queued', reason: 'connect_failed', attempts: [attempt(0, 'connect_failed')] },
  ],
  [
    'Not yet. It is being sent at this moment, for the second time.',
    { status: 'sending', attempts: [attempt(0), attempt(1)] },
  ],
  [
    'It may have been sent. The provider did not answer in time. Nobody can say whether Twilio has it.',
    { status: 'uncertain', reason: 'timeout' },
  ],
  [
    'Probably. Carrier took it on 1 March 2026 at 14:02:14 UTC, 3.1 s after your request; this route returns a receipt for 4 of 10 messages, and none came for this one yet.',
    { provider: 'carrier', expected: { messages: 51, receipts: 20 } },
  ],
  [
    'Not all of it. The provider took some of its parts and not the others, or the carrier lost one: part of it may have arrived.',
    { status: 'undelivered', reason: 'partially_failed', attempts: [attempt(0)] },
  ],
  [
    'Not all of it. Too much waited at the provider.',
    { status: 'undelivered', reason: 'queue_full', attempts: [{ ...attempt(0), parts: [{ status: 'sent' }] }] },
  ],
  [
    'Not all of it. It was cancelled on 1 March 2026 at 14:02:14 UTC.',
    { status: 'cancelled', attempts: [{ ...attempt(0), parts: [{ status: 'delivered' }] }] },
  ],
  [
    'No. The phone was off or out of coverage.',
    { status: 'undelivered', reason: 'unreachable', attempts: [{ ...attempt(0), parts: [{ status: 'undelivered' }] }] },
  ],
  ['No. The reason given is `a_new_one`.', { status: 'failed', reason: 'a_new_one' }],
])('%s', (sentence, more) => {
  expect(verdict(judged(more))).toBe(sentence)
})

test('a test message never claims that a phone has it', () => {
  for (const status of STATUSES) {
    expect(verdict(judged({ status, provider: 'sandbox' }))).toMatch(/^This is a test message/)
  }
})

test('a message that was planned is measured from its own time on', () => {
  expect(verdict(judged({ status: 'delivered', sendAt: later(1_000) }))).toContain('2.1 s after it was to go out')
})

test('every status has a sentence that ends as one', () => {
  for (const status of STATUSES) expect(verdict(judged({ status, reason: null }))).toMatch(/[.]$/)
})

test('every reason that an SMS may have is told in a sentence', () => {
  const [before = ''] = readPage('docs/reasons.md').split('## Of pushes')
  const words = [...before.matchAll(/^\| `([a-z_]+)` +\|/gm)].map((match) => match[1] ?? '')
  const ofPushes = ['partial', 'enhance_your_calm', 'gateway_timeout', 'unconfirmed', 'all_failed']
  expect(words.filter((word) => REASON_SENTENCES[word] === undefined && !ofPushes.includes(word))).toEqual([])
})
