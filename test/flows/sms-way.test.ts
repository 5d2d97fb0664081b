import { expect, test } from 'vitest'
import { ANYONE, type Caller } from '../../src/domain/caller.ts'
import type { Msisdn } from '../../src/domain/contact.ts'
import { TidingsError } from '../../src/domain/errors.ts'
import type { Choice, RouteFacts } from '../../src/domain/routing.ts'
import { wayOf, type SmsLimits, type Way, type WayParts } from '../../src/flows/sms/sms-way.ts'

const CAIRO: RouteFacts = {
  contact: '+201009129288' as Msisdn,
  country: 'EG',
  sender: null,
  category: 'transactional',
  segments: 2,
}
const FREEPHONE: RouteFacts = { ...CAIRO, contact: '+80012345678' as Msisdn, country: null }
const TEST_KEY: Caller = { ...ANYONE, name: 'key:ab12CD34ef', mode: 'test' }
const NONE: SmsLimits = { countries: null, senders: null, maxPrice: null, currency: 'EUR' }

/** Carries everything, but to Germany; a message costs 0.2. */
const router = {
  choose: ({ country, sender }: RouteFacts): Choice | null =>
    country === 'DE'
      ? null
      : {
          provider: 'carrier',
          sender: sender ?? 'Acme',
          country,
          kind: 'first',
          pricePerSegment: 0.1,
          price: { amount: 0.2, currency: 'EUR' },
          reason: 'It comes first.',
        },
}

const way = (facts: RouteFacts, more: Partial<WayParts> = {}, most: number | null = null, caller = ANYONE): Way =>
  wayOf({ router, staging: null, limits: NONE, ...more }, caller, facts, most)

function refusal(...words: Parameters<typeof way>): string | null {
  try {
    way(...words)
    return null
  } catch (error) {
    if (error instanceof TidingsError) return `${error.code} ${error.details[0]?.path}`
    throw error
  }
}

test('a message goes through the provider that was chosen, with the sender of its route', () => {
  expect(way(CAIRO)).toMatchObject({ provider: 'carrier', sender: 'Acme', detour: null })
  expect(way({ ...CAIRO, sender: '12345' })).toMatchObject({ sender: '12345' })
  expect(refusal({ ...CAIRO, country: 'DE' })).toBe('no_route contact')
})

test('only to the countries that are allowed, and to no number that belongs to none of them', () => {
  const limits = { ...NONE, countries: new Set(['FR']) }
  expect(refusal(CAIRO, { limits })).toBe('country_not_allowed contact')
  expect(refusal(FREEPHONE, { limits })).toBe('country_not_allowed contact')
  expect(refusal({ ...CAIRO, country: 'FR' }, { limits })).toBeNull()
})

test('only from the senders that may be named', () => {
  const limits = { ...NONE, senders: new Set(['12345']) }
  expect(refusal({ ...CAIRO, sender: 'Bank' }, { limits })).toBe('sender_not_allowed sender')
  expect(refusal({ ...CAIRO, sender: '12345' }, { limits })).toBeNull()
  expect(refusal(CAIRO, { limits })).toBeNull()
})

test('for no more than its caller would pay, and no more than anybody may', () => {
  expect(refusal(CAIRO, {}, 0.19)).toBe('too_expensive max_price')
  expect(refusal(CAIRO, {}, 0.2)).toBeNull()
  expect(refusal(CAIRO, { limits: { ...NONE, maxPrice: 0.1 } })).toBe('too_expensive contact')
  expect(refusal(CAIRO, { limits: { ...NONE, maxPrice: 0.1 } }, 5)).toBe('too_expensive max_price')
  // Nobody could keep that promise.
  expect(refusal(CAIRO, { limits: { ...NONE, currency: null } }, 5)).toBe('invalid_request max_price')
})

test('what a test key sends is captured, and limited by nothing', () => {
  const limits = { countries: new Set(['FR']), senders: new Set(['x']), maxPrice: 0, currency: 'EUR' }
  expect(way({ ...CAIRO, sender: 'Bank' }, { limits }, null, TEST_KEY)).toMatchObject({
    provider: 'sandbox',
    choice: null,
  })
})

test('a message that is redirected is judged by where it goes', () => {
  const staging = { onlyTo: [], redirectNumber: '+33612345678' as Msisdn, redirectToken: null }
  const limits = { ...NONE, countries: new Set(['FR']) }
  expect(way(CAIRO, { staging, limits })).toMatchObject({ provider: 'carrier', detour: { kind: 'redirect' } })
  const captured = way({ ...CAIRO, country: 'DE' }, { staging: { ...staging, redirectNumber: null }, limits })
  expect(captured).toMatchObject({ provider: 'sandbox', detour: { kind: 'capture' } })
})
