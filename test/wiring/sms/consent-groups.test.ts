import { expect, test } from 'vitest'
import { consentGroupOf, type ConsentConfig } from '../../../src/wiring/sms/consent-groups.ts'
import type { Category } from '../../../src/domain/category.ts'
import type { Msisdn } from '../../../src/domain/contact.ts'
import type { RouteRule, Via } from '../../../src/domain/routing.ts'
import { optOutFaults } from '../../../src/settings/opt-out-values.ts'
import type { SmsProviderSettings } from '../../../src/settings/provider-settings.ts'

const [NEWS, ORDERS] = ['+15005550001', '+15005550002']

function via(provider: string, sender: string | null): Via {
  return { provider, weight: 1, sender, prices: new Map() }
}

const RULE: RouteRule = {
  countries: null,
  prefixes: null,
  senders: null,
  categories: null,
  via: [via('first', NEWS)],
  order: 'listed',
  fallbacks: [via('second', ORDERS)],
  failoverOn: new Set(),
}

function twilio(name: string, from: string): SmsProviderSettings {
  const sender = { kind: 'from', from } as const
  const settings = { accountSid: 'AC', authToken: 'x', apiKey: null, sender, baseUrl: 'http://127.0.0.1:9' }
  return { name, type: 'twilio', settings }
}

function group(
  sender: string | null,
  provider: string,
  more: {
    readonly category?: Category
    readonly coversCodes?: boolean
    readonly routes?: ConsentConfig['routes']
  } = {},
): string | null {
  const { category = 'transactional', coversCodes = false } = more
  const routes = more.routes === undefined ? { rules: [RULE], senderGroups: new Map([[NEWS, 'news']]) } : more.routes
  const of = consentGroupOf({
    sms: [twilio('first', NEWS), twilio('second', ORDERS)],
    routes,
    optOuts: { coversCodes },
  })
  return of({ contact: '+201009129288' as Msisdn, sender, provider, category })
}

test('a message has the group of the sender that it goes out with', () => {
  expect(group(NEWS, 'first')).toBe('news')
  expect(group(ORDERS, 'second')).toBe('default')
  expect(group('Acme', 'first')).toBe('default')
})

test('one that names no sender has the group of its provider’s own', () => {
  expect(group(null, 'first')).toBe('news')
  expect(group(null, 'second')).toBe('default')
  expect(group(null, 'sandbox')).toBe('default')
})

test('one that went on to another provider has the group of the sender that it has there', () => {
  expect(group(NEWS, 'second')).toBe('default')
})

test('without groups all senders are one, and codes are in none unless they are to be kept back', () => {
  expect(group(NEWS, 'first', { routes: null })).toBe('default')
  expect(group(NEWS, 'first', { category: 'otp' })).toBeNull()
  expect(group(NEWS, 'first', { category: 'otp', coversCodes: true })).toBe('news')
})

test('an answer that is itself a keyword is a fault', () => {
  const texts = { stop: 'Stop.', start: 'Welcome back.', help: null }
  expect(optOutFaults({ answerer: 'gateway', coversCodes: false, texts })).toMatchObject([{ variable: 'OPT_OUT_TEXT' }])
})
