import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Msisdn } from '../../src/domain/contact.ts'
import { failure } from '../../src/domain/failure.ts'
import type { PartState } from '../../src/domain/sms/parts.ts'
import type { Receipt } from '../../src/domain/provider.ts'
import { isForward, statusRank } from '../../src/domain/status.ts'
import { decideReceipt } from '../../src/flows/receipts/receipt-moves.ts'
import { failureOfCode } from '../../src/providers/twilio/codes.ts'
import type { AttemptState, ReceiptMove } from '../../src/store/receipts/receipts.ts'

const DAY_MS = 86_400_000

function sent(parts: number, more: Partial<AttemptState> = {}): AttemptState {
  return {
    messageId: 1,
    number: 1,
    messageStatus: 'sent',
    messageReason: null,
    attemptStatus: 'sent',
    provider: 'scripted',
    contact: '+201009129288',
    sentTo: '+201009129288' as Msisdn,
    sender: null,
    category: 'transactional',
    segments: 1,
    text: 'A text',
    attemptsCounted: 1,
    tried: [],
    mayGoOn: true,
    newestAttempt: 1,
    newestStatus: 'sent',
    ageMs: 1_000,
    remainingMs: DAY_MS,
    sinceMs: 500,
    parts: Array.from({ length: parts }, (_, index) => part(index + 1, parts)),
    resends: false,
    version: '1',
    ...more,
  }
}

function part(number: number, total: number): PartState {
  const of = { number, total, reference: 7, providerMessageId: `theirs-${number}` }
  return { ...of, attempt: 1, status: 'sent', reason: null }
}

function receipt(number: number, status: Receipt['status'], reason: string | null = null): Receipt {
  return {
    provider: 'scripted',
    providerMessageId: `theirs-${number}`,
    attempt: null,
    status,
    failure: reason === null ? null : failure('permanent', reason, { status: 'undelivered' }),
    at: null,
  }
}

/** What the database makes of a move. */
function applied(state: AttemptState, move: ReceiptMove): AttemptState {
  const { part: moved } = move
  const others = state.parts.filter((one) => one.attempt !== state.number || one.number !== moved?.number)
  return {
    ...state,
    messageStatus: move.messageStatus ?? state.messageStatus,
    messageReason: move.messageStatus === null ? state.messageReason : move.reason,
    attemptStatus:
      state.attemptStatus === null || isForward(state.attemptStatus, move.attemptStatus)
        ? move.attemptStatus
        : state.attemptStatus,
    parts: moved === null ? state.parts : [...others, { ...moved, attempt: state.number }],
    resends: move.clear === 'all' ? move.resendMs !== null : state.resends || move.resendMs !== null,
  }
}

function after(state: AttemptState, receipts: readonly Receipt[]): AttemptState {
  let now = state
  for (const one of receipts) {
    const next = applied(now, decideReceipt(one, now, 0))
    expect(statusRank(next.messageStatus)).toBeGreaterThanOrEqual(statusRank(now.messageStatus))
    for (const { number, status } of now.parts) {
      const moved = next.parts.find((other) => other.number === number)
      expect(statusRank(moved?.status ?? 'queued')).toBeGreaterThanOrEqual(statusRank(status))
    }
    now = next
  }
  return now
}

/** Each part's own end, told once or more, between words that say nothing new. */
const lives = fc.integer({ min: 2, max: 5 }).chain((total) =>
  fc.record({
    total: fc.constant(total),
    ends: fc.array(fc.constantFrom<Receipt['status'] | null>('delivered', 'undelivered', 'expired', null), {
      minLength: total,
      maxLength: total,
    }),
    repeats: fc.array(fc.nat(total - 1), { maxLength: 5 }),
    accepted: fc.array(fc.nat(total - 1), { maxLength: 3 }),
  }),
)

const told = lives.chain(({ total, ends, repeats, accepted }) => {
  const own = ends.flatMap((end, index) => (end === null ? [] : [toReceipt(index, end)]))
  const again = repeats.flatMap((index) => {
    const end = ends[index] ?? null
    return end === null ? [] : [toReceipt(index, end)]
  })
  const words = [...own, ...again, ...accepted.map((index) => receipt(index + 1, 'sent'))]
  const whole = { minLength: words.length, maxLength: words.length }
  return fc.record({
    total: fc.constant(total),
    one: fc.shuffledSubarray(words, whole),
    other: fc.shuffledSubarray(words, whole),
  })
})

function toReceipt(index: number, end: Receipt['status']): Receipt {
  return receipt(index + 1, end, end === 'delivered' ? null : `reason_${index % 2}`)
}

test('receipts for parts never move a message or a part back, and end the same in whatever order they come', () => {
  fc.assert(
    fc.property(told, ({ total, one, other }) => {
      const [first, second] = [after(sent(total), one), after(sent(total), other)]
      const { messageStatus, messageReason } = first
      expect({ messageStatus, messageReason }).toEqual({
        messageStatus: second.messageStatus,
        messageReason: second.messageReason,
      })
      const byNumber = ({ parts }: AttemptState): readonly PartState[] => parts.toSorted((a, b) => a.number - b.number)
      expect(byNumber(first)).toEqual(byNumber(second))
    }),
    { numRuns: 200 },
  )
})

test('a message is delivered with the last of its parts', () => {
  const two = after(sent(3), [receipt(3, 'delivered'), receipt(1, 'delivered')])
  expect(two).toMatchObject({ messageStatus: 'sent', attemptStatus: 'sent' })
  expect(after(two, [receipt(2, 'delivered')])).toMatchObject({
    messageStatus: 'delivered',
    attemptStatus: 'delivered',
  })
})

test('a part that failed for now is sent again alone, and other parts’ receipts leave that be', () => {
  const busy = { ...receipt(2, 'undelivered'), failure: failure('transient', 'queue_overflow', { waitsMs: [60_000] }) }
  const move = decideReceipt(busy, sent(3), 0)
  expect(move).toMatchObject({ messageStatus: 'sent', resendMs: 60_000, clear: 'all', part: { status: 'undelivered' } })
  const waiting = applied(sent(3), move)
  expect(decideReceipt(busy, waiting, 0)).toMatchObject({ messageStatus: null, resendMs: null, clear: 'none' })
  expect(decideReceipt(receipt(1, 'delivered'), waiting, 0)).toMatchObject({ messageStatus: null, clear: 'none' })
  const lost = decideReceipt(receipt(3, 'undelivered', 'unreachable'), waiting, 0)
  expect(lost).toMatchObject({ messageStatus: 'undelivered', reason: 'queue_overflow', clear: 'all' })
})

test('while parts are still being submitted, a receipt for one of them moves that part alone', () => {
  const open = { ...sent(3), parts: [part(1, 3)], messageStatus: 'queued' as const, attemptStatus: 'failed' as const }
  expect(decideReceipt(receipt(1, 'undelivered', 'unreachable'), open, 0)).toMatchObject({
    messageStatus: null,
    attemptStatus: 'failed',
    clear: 'none',
    part: { number: 1, status: 'undelivered', reason: 'unreachable' },
  })
})

test('an answer that came late adds its part, and with the last of them the provider has the message', () => {
  const doubted = { messageStatus: 'uncertain', attemptStatus: 'uncertain' } as const
  const late = (number: number): Receipt => ({
    ...receipt(number, 'sent'),
    part: part(number, 2),
    attempt: { messageId: 1, number: 1 },
  })
  const one = decideReceipt(late(1), { ...sent(0), ...doubted }, 0)
  expect(one).toMatchObject({
    messageStatus: null,
    attemptStatus: 'uncertain',
    part: { number: 1, total: 2, reference: 7 },
  })
  const both = decideReceipt(late(2), { ...sent(0), ...doubted, parts: [part(1, 2)] }, 0)
  expect(both).toMatchObject({ messageStatus: 'sent', attemptStatus: 'sent', clear: 'sends' })
})

test('a refusal that came late is tried again without being called sent', () => {
  const busy = failure('transient', 'busy', { waitsMs: [1_000, 1_000] })
  const late: Receipt = {
    ...receipt(1, 'failed'),
    providerMessageId: '',
    failure: busy,
    attempt: { messageId: 1, number: 1 },
  }
  const doubted = { ...sent(0), messageStatus: 'uncertain' as const, attemptStatus: 'uncertain' as const }
  expect(decideReceipt(late, doubted, 0)).toMatchObject({ messageStatus: null, resendMs: 1_000, clear: 'all' })
})

test('parts that were all refused, if late, are tried again without being called sent', () => {
  const busy = failure('transient', 'busy', { waitsMs: [1_000, 1_000] })
  const refusedPart = (number: number) => ({ ...part(number, 2), providerMessageId: null })
  const late: Receipt = {
    ...receipt(2, 'failed'),
    providerMessageId: '',
    failure: busy,
    part: refusedPart(2),
    attempt: { messageId: 1, number: 1 },
  }
  const doubted = { messageStatus: 'uncertain', attemptStatus: 'uncertain' } as const
  const first = { ...refusedPart(1), status: 'failed', reason: 'busy' } as const
  const none = decideReceipt(late, { ...sent(0), ...doubted, parts: [first] }, 0)
  expect(none).toMatchObject({ messageStatus: null, resendMs: 1_000, clear: 'all' })
  const some = decideReceipt(late, { ...sent(0), ...doubted, parts: [part(1, 2)] }, 0)
  expect(some).toMatchObject({ messageStatus: 'sent', resendMs: 1_000 })
})

test('an older part that is lost says nothing about a message that was sent anew as one', () => {
  const anew = sent(2, { newestAttempt: 2, newestStatus: 'sent' })
  const lost = decideReceipt(receipt(1, 'undelivered', 'unreachable'), anew, 0)
  expect(lost).toMatchObject({ messageStatus: null, attemptStatus: 'undelivered', part: { status: 'undelivered' } })
  const refusedSince = sent(2, { newestAttempt: 2, newestStatus: 'failed' })
  expect(decideReceipt(receipt(1, 'undelivered', 'unreachable'), refusedSince, 0)).toMatchObject({
    messageStatus: 'undelivered',
  })
  const almost = { ...anew, parts: [part(1, 2), { ...part(2, 2), status: 'delivered' as const }] }
  expect(decideReceipt(receipt(1, 'delivered'), almost, 0)).toMatchObject({ messageStatus: 'delivered' })
})

test('one part that is lost of a message whose answer was, too, ends it', () => {
  const doubted = { segments: 2, messageStatus: 'uncertain', attemptStatus: 'uncertain' } as const
  const one = { ...receipt(1, 'undelivered', 'unreachable'), attempt: { messageId: 1, number: 1 }, perPart: true }
  expect(decideReceipt(one, sent(0, doubted), 0)).toMatchObject({
    messageStatus: 'undelivered',
    reason: 'unreachable',
    part: { number: 1, total: 2 },
  })
  // A message of one segment has no parts, nor has one that the provider took as one.
  const asOne = sent(0, { ...doubted, attemptStatus: 'sent' })
  expect(decideReceipt({ ...one, ...receipt(1, 'delivered') }, asOne, 0)).toMatchObject({ messageStatus: 'delivered' })
  expect(decideReceipt({ ...one, ...receipt(1, 'delivered') }, sent(0, { ...doubted, segments: 1 }), 0)).toMatchObject({
    messageStatus: 'delivered',
    part: null,
  })
})

test('a provider that lost sight of a message ends it a day after its validity, and not before', () => {
  const unknown = { ...receipt(1, 'sent'), failure: failure('permanent', 'unknown', { status: 'undelivered' }) }
  expect(decideReceipt(unknown, sent(0), 0)).toMatchObject({ messageStatus: null, attemptStatus: 'sent' })
  expect(decideReceipt(unknown, sent(0, { remainingMs: -DAY_MS + 1 }), 0)).toMatchObject({ messageStatus: null })
  expect(decideReceipt(unknown, sent(0, { remainingMs: -DAY_MS - 1 }), 0)).toMatchObject({
    messageStatus: 'undelivered',
    attemptStatus: 'undelivered',
    reason: 'unknown',
  })
})

test('what was taken and then refused for our account (30002) or a sender (30034) goes on at once, or waits as long as it is valid', () => {
  for (const code of [30002, 30034]) {
    const late = { ...receipt(1, 'failed'), failure: failureOfCode(code) }
    const onward = { messageStatus: 'sent', nextProvider: 'other', resendMs: 0, clear: 'all' }
    expect(decideReceipt(late, sent(0), 0, () => 'other')).toMatchObject(onward)
    const waits = [1, 2, 3, 4, 9].map(
      (attemptsCounted) => decideReceipt(late, sent(0, { attemptsCounted }), 0).resendMs,
    )
    expect(waits).toEqual([60_000, 300_000, 900_000, 3_600_000, 3_600_000])
    expect(decideReceipt(late, sent(0, { remainingMs: 59_000 }), 0)).toMatchObject({ messageStatus: 'failed' })
  }
})

test('what no cause is given for (30008) goes to another provider after five minutes, and ends where there is none', () => {
  const late = { ...receipt(1, 'undelivered'), failure: failureOfCode(30008) }
  const moved = decideReceipt(late, sent(0), 0, () => 'other')
  expect(moved).toMatchObject({ messageStatus: 'sent', nextProvider: 'other', resendMs: 300_000, clear: 'all' })
  const end = { messageStatus: 'undelivered', reason: 'unknown', nextProvider: null, resendMs: null }
  expect(decideReceipt(late, sent(0), 0)).toMatchObject(end)
  expect(decideReceipt(late, sent(0, { remainingMs: 299_000 }), 0, () => 'other')).toMatchObject(end)
  expect(decideReceipt(late, sent(0, { mayGoOn: false }), 0, () => 'other')).toMatchObject(end)
  // It comes twice, and the message has gone on.
  const again = decideReceipt(late, sent(0, { provider: 'other' }), 0, () => 'third')
  expect(again).toMatchObject({ messageStatus: null, nextProvider: null, clear: 'none' })
})

test('what has no words any more ends, where it would be sent again or go on to another provider', () => {
  for (const code of [30001, 30002, 30008, 30034]) {
    const late = { ...receipt(1, 'undelivered'), failure: failureOfCode(code) }
    const move = decideReceipt(late, sent(0, { text: '' }), 0, () => 'other')
    expect(move).toMatchObject({ nextProvider: null, resendMs: null, clear: 'all' })
    expect(['undelivered', 'failed']).toContain(move.messageStatus)
  }
  const one = { ...receipt(1, 'undelivered'), failure: failureOfCode(30001) }
  expect(decideReceipt(one, sent(2), 0)).toMatchObject({ messageStatus: 'sent', resendMs: 60_000 })
  const emptied = decideReceipt(one, sent(2, { text: '' }), 0)
  expect(emptied).toMatchObject({ messageStatus: 'undelivered', resendMs: null })
  const redirected = decideReceipt(one, sent(0, { sentTo: 'erased' as Msisdn }), 0, () => 'other')
  expect(redirected).toMatchObject({ nextProvider: null, resendMs: null })
})
