import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Msisdn } from '../../src/domain/contact.ts'
import {
  createSmsRoutes,
  priceFor,
  priceOf,
  unreachableRules,
  type RouteFacts,
  type RouteRule,
  type Via,
} from '../../src/domain/routing.ts'

const CAIRO: RouteFacts = {
  contact: '+201009129288' as Msisdn,
  country: 'EG',
  sender: null,
  category: 'transactional',
  segments: 1,
}

const via = (provider: string, more: Partial<Via> = {}): Via => ({
  provider,
  weight: 1,
  sender: null,
  prices: new Map(),
  ...more,
})

const rule = (more: Partial<RouteRule>): RouteRule => ({
  countries: null,
  prefixes: null,
  senders: null,
  categories: null,
  via: [via('a')],
  order: 'listed',
  fallbacks: [],
  failoverOn: new Set(),
  ...more,
})

const names = (rules: readonly RouteRule[], facts: RouteFacts = CAIRO, draw = 0): readonly string[] =>
  createSmsRoutes(rules)
    .candidates(facts, draw)
    .map(({ provider }) => provider)

describe('a route', () => {
  const rules = [
    rule({ countries: new Set(['FR']), via: [via('french')] }),
    rule({ senders: new Set(['Acme']), via: [via('acme')] }),
    rule({ categories: new Set(['otp']), via: [via('codes')] }),
    rule({ prefixes: ['+20100', '+20101'], via: [via('vodafone')] }),
    rule({ countries: new Set(['EG']), via: [via('egypt')] }),
  ]

  test('is the first whose conditions all hold', () => {
    expect(names(rules)).toEqual(['vodafone'])
    expect(names(rules, { ...CAIRO, contact: '+201209129288' as Msisdn })).toEqual(['egypt'])
    expect(names(rules, { ...CAIRO, category: 'otp' })).toEqual(['codes'])
    expect(names(rules, { ...CAIRO, sender: 'Acme', category: 'otp' })).toEqual(['acme'])
    expect(names(rules, { ...CAIRO, country: 'FR', sender: 'Acme' })).toEqual(['french'])
    expect(names(rules, { ...CAIRO, contact: '+4915112345678' as Msisdn, country: 'DE' })).toEqual([])
    expect(names(rules, { ...CAIRO, contact: '+80012345678' as Msisdn, country: null })).toEqual([])
  })

  test('gives its sender to messages that name none', () => {
    const routes = createSmsRoutes([rule({ via: [via('a', { sender: 'Acme' })] })])
    expect(routes.candidates(CAIRO, 0)[0]?.sender).toBe('Acme')
    expect(routes.candidates({ ...CAIRO, sender: '12345' }, 0)[0]?.sender).toBe('12345')
  })

  test('that only repeats what an earlier one takes is found', () => {
    const wide = rule({ countries: new Set(['EG', 'FR']) })
    expect(unreachableRules([wide, rule({ countries: new Set(['EG']), categories: new Set(['otp']) })])).toEqual([
      { place: 1, by: 0 },
    ])
    expect(unreachableRules([rule({ prefixes: ['+20'] }), rule({ prefixes: ['+20100'] })])).toHaveLength(1)
    expect(unreachableRules([rule({ prefixes: ['+20100'] }), rule({ prefixes: ['+20'] }), rule({})])).toEqual([])
    expect(unreachableRules([rule({}), wide])).toHaveLength(1)
    expect(unreachableRules([wide, rule({ countries: new Set(['DE']) })])).toEqual([])
  })

  test('asks another provider after a refusal of the message for its own reasons alone', () => {
    const routes = createSmsRoutes([
      rule({ countries: new Set(['EG']), failoverOn: new Set(['unroutable']) }),
      rule({}),
    ])
    expect(routes.failsOverOn(CAIRO, 'unroutable')).toBe(true)
    expect(routes.failsOverOn(CAIRO, 'filtered')).toBe(false)
    expect(routes.failsOverOn({ ...CAIRO, country: 'FR' }, 'unroutable')).toBe(false)
  })
})

describe('a price', () => {
  const prices = new Map([
    ['*', 0.1],
    ['EG', 0.05],
    ['+20', 0.04],
    ['+20100', 0.03],
  ])

  test('is that of the longest prefix, then of the country, then of all others', () => {
    expect(priceOf(prices, CAIRO)).toBe(0.03)
    expect(priceOf(prices, { ...CAIRO, contact: '+201209129288' as Msisdn })).toBe(0.04)
    expect(priceOf(prices, { contact: '+33612345678' as Msisdn, country: 'EG' })).toBe(0.05)
    expect(priceOf(prices, { contact: '+33612345678' as Msisdn, country: null })).toBe(0.1)
    expect(priceOf(new Map([['FR', 1]]), CAIRO)).toBeNull()
  })

  test('of several segments has no tail of binary digits', () => {
    expect(priceFor(0.1, 3)).toBe(0.3)
    expect(priceFor(0.0083, 7)).toBe(0.0581)
  })

  test('orders candidates where cost decides, those without one last', () => {
    const priced = (provider: string, price: number): Via => via(provider, { prices: new Map([['EG', price]]) })
    const all = [via('unknown'), priced('dear', 0.2), via('other'), priced('cheap', 0.1)]
    expect(names([rule({ order: 'cost', via: all })])).toEqual(['cheap', 'dear', 'unknown', 'other'])
  })
})

describe('weights', () => {
  test('share messages in their proportion, over 10,000 even draws within one in a hundred', () => {
    const rules = [
      rule({ order: 'weight', via: [via('a', { weight: 5 }), via('b', { weight: 3 }), via('c', { weight: 2 })] }),
    ]
    const first = { a: 0, b: 0, c: 0 }
    const pairs = new Map<string, number>()
    const routes = createSmsRoutes(rules)
    for (const draw of draws(10_000)) {
      const [one, two] = routes.candidates(CAIRO, draw).map(({ provider }) => provider)
      if (one === 'a' || one === 'b' || one === 'c') first[one] += 1
      pairs.set(`${one}${two}`, (pairs.get(`${one}${two}`) ?? 0) + 1)
    }
    expect(first.a / 10_000).toBeCloseTo(0.5, 1.9)
    expect(first.b / 10_000).toBeCloseTo(0.3, 1.9)
    expect(first.c / 10_000).toBeCloseTo(0.2, 1.9)
    // Whoever stands in for the first one is drawn by weight, too: of the messages of a, b has 3 in 5.
    expect((pairs.get('ab') ?? 0) / first.a).toBeCloseTo(0.6, 1.6)
  })

  test('of 0 wait until none of the others is left', () => {
    const rules = [rule({ order: 'weight', via: [via('spare', { weight: 0 }), via('a'), via('b')] })]
    for (const draw of [0, 0.3, 0.7, 0.999]) expect(names(rules, CAIRO, draw).at(-1)).toBe('spare')
  })
})

const words = (...all: readonly string[]): fc.Arbitrary<ReadonlySet<string> | null> =>
  fc.option(fc.subarray([...all], { minLength: 1 }).map((some) => new Set(some)))

const anyVia = fc.record({
  provider: fc.constantFrom('a', 'b', 'c', 'd'),
  weight: fc.constantFrom(0, 0.5, 1, 7),
  sender: fc.option(fc.constantFrom('Acme', '12345')),
  prices: fc.constantFrom(new Map([['*', 1]]), new Map([['EG', 2]]), new Map<string, number>()),
})

const anyRule: fc.Arbitrary<RouteRule> = fc.record({
  countries: words('EG', 'FR', 'DE'),
  prefixes: fc.option(fc.subarray(['+20', '+20100', '+33', '+4915'], { minLength: 1 })),
  senders: words('Acme', 'Other'),
  categories: fc.option(
    fc.subarray(['otp', 'transactional', 'marketing'] as const, { minLength: 1 }).map((some) => new Set(some)),
  ),
  via: fc.array(anyVia, { minLength: 1, maxLength: 5 }),
  order: fc.constantFrom('listed', 'weight', 'cost'),
  fallbacks: fc.array(anyVia, { maxLength: 2 }),
  failoverOn: fc.constant(new Set<string>()),
})

const anyFacts: fc.Arbitrary<RouteFacts> = fc.record({
  contact: fc
    .constantFrom('+201009129288', '+201209129288', '+33612345678', '+4915112345678', '+80012345678')
    .map((one) => one as Msisdn),
  country: fc.option(fc.constantFrom('EG', 'FR', 'DE')),
  sender: fc.option(fc.constantFrom('Acme', 'Other', '12345')),
  category: fc.constantFrom('otp', 'transactional', 'marketing'),
  segments: fc.integer({ min: 1, max: 5 }),
})

test('whatever the rules: candidates are those of the first rule that holds, all of them, none twice, and always the same', () => {
  fc.assert(
    fc.property(
      fc.array(anyRule, { maxLength: 4 }),
      anyFacts,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (rules, facts, draw) => {
        const found = createSmsRoutes(rules).candidates(facts, draw)
        expect(createSmsRoutes(rules).candidates(facts, draw)).toEqual(found)
        const mine = rules.find((one) => isFor(one, facts))
        const all = mine === undefined ? [] : [...mine.via, ...mine.fallbacks]
        const providers = found.map(({ provider }) => provider)
        expect(new Set(providers).size).toBe(providers.length)
        expect(providers.toSorted()).toEqual([...new Set(all.map(({ provider }) => provider))].toSorted())
        for (const { provider, sender, pricePerSegment } of found) {
          const own = all.filter((one) => one.provider === provider)
          expect(own.map((one) => facts.sender ?? one.sender)).toContain(sender)
          expect(own.map((one) => priceOf(one.prices, facts))).toContain(pricePerSegment)
        }
      },
    ),
    { numRuns: 500 },
  )
})

/** Written anew, so that it can disagree. */
function isFor({ countries, prefixes, senders, categories }: RouteRule, facts: RouteFacts): boolean {
  const conditions = [
    countries === null ? true : facts.country !== null && [...countries].includes(facts.country),
    prefixes === null ? true : prefixes.filter((prefix) => facts.contact.slice(0, prefix.length) === prefix).length > 0,
    senders === null ? true : facts.sender !== null && [...senders].includes(facts.sender),
    categories === null ? true : [...categories].includes(facts.category),
  ]
  return conditions.every(Boolean)
}

/** As even as numbers without chance can be: of the golden ratio. */
function draws(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => (index * 0.618_033_988_749_894_9) % 1)
}
