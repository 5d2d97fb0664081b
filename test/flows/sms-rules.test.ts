import { expect, test } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import type { Msisdn } from '../../src/domain/contact.ts'
import { TidingsError } from '../../src/domain/errors.ts'
import { nextStep } from '../../src/domain/retry.ts'
import { createSmsFlow, toKept, type SmsFlow, type SmsFlowParts, type SmsInput } from '../../src/flows/sms/sms.ts'
import { createPushHold, createQuietHold, NO_RULES, type SmsRules } from '../../src/flows/sms/sms-rules.ts'

const NIGHT = { from: 21 * 60, until: 8 * 60 }
/** Half past eleven in the evening in Cairo, which has summer time. */
const EVENING = new Date('2026-06-01T20:30:00Z')

/** What a call alone decides needs nothing else of a flow. */
function flow(rules: Partial<SmsRules>, provider = 'twilio'): SmsFlow {
  const choice = { provider, sender: null, pricePerSegment: 0.03, price: { amount: 0.06, currency: 'EUR' }, reason: '' }
  const parts: unknown = {
    router: { choose: () => choice },
    rules: { ...NO_RULES, ...rules },
    defaultCountry: null,
    textFormat: '{message}',
    staging: null,
    clock: () => EVENING,
  }
  return createSmsFlow(parts as SmsFlowParts)
}

const CODE: SmsInput = { contact: '+201009129288', subject: 'Hello', message: 'It’s 482913' }
const OFFER: SmsInput = { ...CODE, category: 'marketing' }

function refusal(work: () => unknown): TidingsError | null {
  try {
    work()
    return null
  } catch (error) {
    if (error instanceof TidingsError) return error
    throw error
  }
}

test('a text is made plain where its caller or the service says so, and the answer tells what was replaced', () => {
  const kept = flow({}).prepare(CODE, ANYONE)
  expect([kept.message.text, kept.message.encoding, kept.replaced]).toEqual([null, 'ucs2', []])
  for (const plain of [
    flow({}).prepare({ ...CODE, plain: true }, ANYONE),
    flow({ plain: true }).prepare(CODE, ANYONE),
  ]) {
    expect(plain.message).toMatchObject({ body: 'It’s 482913', text: "It's 482913", encoding: 'gsm7' })
    expect(toKept(plain)).toMatchObject({ replaced: [{ character: '’', by: "'", count: 1 }] })
  }
  expect(flow({ plain: true }).prepare({ ...CODE, plain: false }, ANYONE).message.encoding).toBe('ucs2')
})

test('a number where messages cost far more is refused, unless the service lets it through', () => {
  const satellite = { ...CODE, contact: '+8821612345678' }
  const refused = refusal(() => flow({ allowPremium: false }).prepare(satellite, ANYONE))
  expect(refused).toMatchObject({ code: 'premium_number', details: [{ path: 'contact' }] })
  expect(refused?.message).toContain('ALLOW_PREMIUM')
  expect(refused?.message).not.toContain('12345')
  expect(refusal(() => flow({ allowPremium: true }).prepare(satellite, ANYONE))).toBeNull()
  expect(refusal(() => flow({ allowPremium: false }).prepare(CODE, ANYONE))).toBeNull()
})

test('marketing waits for the morning where its recipient is, and the answer says until when', () => {
  const offer = flow({ quietHours: NIGHT }).prepare(OFFER, ANYONE)
  expect(offer.message.extras?.sendAt).toEqual(new Date('2026-06-02T05:00:00Z'))
  expect(toKept(offer)).toMatchObject({ status: 'scheduled', quiet_hours_until: '2026-06-02T05:00:00.000Z' })
})

test('codes and other messages never wait, nor does what is captured, nor anything without quiet hours', () => {
  const rules = { quietHours: NIGHT }
  expect(flow(rules).prepare(CODE, ANYONE).quietUntil).toBeNull()
  expect(flow(rules).prepare({ ...CODE, category: 'otp' }, ANYONE).quietUntil).toBeNull()
  expect(flow(rules, 'sandbox').prepare(OFFER, ANYONE).quietUntil).toBeNull()
  expect(flow(rules).prepare(OFFER, { ...ANYONE, mode: 'test' }).quietUntil).toBeNull()
  expect(flow({}).prepare(OFFER, ANYONE).quietUntil).toBeNull()
})

test('the caller knows better than the number where somebody is', () => {
  const prepare = (timeZone: string) => flow({ quietHours: NIGHT }).prepare({ ...OFFER, time_zone: timeZone }, ANYONE)
  expect(prepare('America/New_York').quietUntil).toBeNull()
  expect(prepare('America/New_York').message.extras).toMatchObject({ timeZone: 'America/New_York' })
  expect(prepare('Europe/London').quietUntil).toEqual(new Date('2026-06-02T07:00:00Z'))
  expect(refusal(() => prepare('Berlin'))).toMatchObject({ code: 'invalid_request', details: [{ path: 'time_zone' }] })
})

test('a time that its caller names moves to the end of the quiet hours only if it lies in them', () => {
  const sendAt = (at: string): Date | null | undefined =>
    flow({ quietHours: NIGHT }).prepare({ ...OFFER, send_at: at }, ANYONE).message.extras?.sendAt
  expect(sendAt('2026-06-02T10:00:00Z')).toEqual(new Date('2026-06-02T10:00:00Z'))
  expect(sendAt('2026-06-02T23:00:00Z')).toEqual(new Date('2026-06-03T05:00:00Z'))
})

test('a message is charged to its key at the price of its route, and nothing that is captured is', () => {
  const caller = { ...ANYONE, name: 'key:ab12CD34ef', keyId: 7, spendLimit: 2.5 }
  expect(flow({}).prepare(CODE, caller).bill).toEqual({
    cost: 60_000,
    who: 'key:ab12CD34ef',
    keyId: 7,
    limit: 2_500_000,
  })
  expect(flow({}).prepare(CODE, { ...caller, mode: 'test' }).bill).toBeNull()
})

test('what is about to leave at night is held until the morning, and costs no attempt', () => {
  const hold = createQuietHold(NIGHT, () => EVENING)
  const offer = { provider: 'twilio', category: 'marketing', contact: '+201009129288' as Msisdn } as const
  const failure = hold(offer)
  expect(failure).toMatchObject({ class: 'transient', reason: 'quiet_hours', counted: false })
  if (failure === null) throw new Error('it was let go')
  const tried = { attemptsCounted: 0, ageMs: 0, remainingMs: 86_400_000 }
  expect(nextStep(failure, tried, 0)).toEqual({ kind: 'retry', waitMs: 8.5 * 3_600_000 })
  expect(hold({ ...offer, timeZone: 'America/New_York' })).toBeNull()
  expect(hold({ ...offer, category: 'otp' })).toBeNull()
  expect(hold({ ...offer, provider: 'sandbox' })).toBeNull()
  expect(createQuietHold(NIGHT, () => new Date('2026-06-01T12:00:00Z'))(offer)).toBeNull()
})

test('a time by the recipient’s own clock is the moment at which it is that late where he is', () => {
  const leaves = (call: Partial<SmsInput>): Date | null | undefined =>
    flow({}).prepare({ ...CODE, local: true, send_at: '2026-06-02T18:00', ...call }, ANYONE).message.extras?.sendAt
  expect(leaves({})).toEqual(new Date('2026-06-02T15:00:00Z'))
  expect(leaves({ time_zone: 'America/New_York' })).toEqual(new Date('2026-06-02T22:00:00Z'))
  // An area code of two time zones: the later of both.
  expect(leaves({ contact: '+18505550123' })).toEqual(new Date('2026-06-02T23:00:00Z'))
  // Satellites are nowhere.
  expect(leaves({ contact: '+8821612345678' })).toEqual(new Date('2026-06-02T18:00:00Z'))
})

test('a time that is local and has an offset, or is neither, is refused, as is one that is past where its recipient is', () => {
  const refused = (call: Partial<SmsInput>): string | undefined =>
    refusal(() => flow({}).prepare({ ...CODE, ...call }, ANYONE))?.message
  expect(refused({ local: true, send_at: '2026-06-02T18:00:00Z' })).toContain('without an offset')
  expect(refused({ send_at: '2026-06-02T18:00' })).toContain('with its zone')
  expect(refused({ send_at: '2026-02-30T18:00:00Z' })).toContain('no time that exists')
  expect(refused({ local: true })).toContain('is missing')
  expect(refused({ local: true, send_at: '2026-06-01T20:00' })).toContain('in the past')
  expect(refused({ local: true, send_at: '2026-06-01T20:00', time_zone: 'America/New_York' })).toBeUndefined()
  expect(refused({ local: true, send_at: '2027-06-04T20:00' })).toContain('366 days')
})

test('a chunk of a push is held from the first quiet minute to the last, however often it is asked for', () => {
  let now = new Date('2026-06-01T17:59:59.500Z')
  const hold = createPushHold(NIGHT, () => now)
  const zones = ['Africa/Cairo']
  expect(hold({ zones })).toBeNull()
  expect(hold({ zones })).toBeNull()
  // It is nine in Cairo, and eleven hours are left.
  now = new Date('2026-06-01T18:00:00.000Z')
  expect(hold({ zones })).toMatchObject({ reason: 'quiet_hours', waitMs: 11 * 3_600_000 })
  now = new Date('2026-06-01T18:00:30.000Z')
  expect(hold({ zones })).toMatchObject({ waitMs: 11 * 3_600_000 - 30_000 })
  now = new Date('2026-06-02T04:59:59.999Z')
  expect(hold({ zones })).toMatchObject({ waitMs: 1 })
  now = new Date('2026-06-02T05:00:00.000Z')
  expect(hold({ zones })).toBeNull()
  expect(hold({ zones: ['Europe/London', 'Africa/Cairo'] })).toMatchObject({ reason: 'quiet_hours' })
  expect(hold({ zones: null })).toBeNull()
})
