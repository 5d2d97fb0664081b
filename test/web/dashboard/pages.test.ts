// Nobody awaits a route.
/* oxlint-disable unicorn/no-thenable */
import { expect, test } from 'vitest'
import { readTroubles } from '../../../web/dashboard/frame/troubles.ts'
import { addressOf, filterOf } from '../../../web/dashboard/inbound/address.ts'
import { keywordLook, missingOf } from '../../../web/dashboard/inbound/words.ts'
import { addressOfList, addressOfPerson, placeOf } from '../../../web/dashboard/messages/address.ts'
import { tallyOfParts } from '../../../web/dashboard/messages/words.ts'
import { addressOfAdding, placeOf as placeOfOptOuts } from '../../../web/dashboard/opt-outs/address.ts'
import {
  choicesOf,
  conditionOf,
  orderOf,
  providerLook,
  receiptsOf,
  wayOf,
} from '../../../web/dashboard/providers/route-words.ts'
import type { SmsProviderState, SmsRoute } from '../../../web/dashboard/providers/routes-client.ts'

const CONTACT = '+201009129288'

test('what an address says is what was written into it; what can’t be read is the list', () => {
  expect(placeOf(addressOfPerson(CONTACT))).toEqual({ kind: 'person', contact: CONTACT })
  expect(placeOf(addressOfList('to:+2010 "on its way"'))).toEqual({ kind: 'list', q: 'to:+2010 "on its way"' })
  expect(placeOf('/dashboard/messages/12/')).toEqual({ kind: 'one', id: 12 })
  for (const path of ['/dashboard/messages/0', '/dashboard/messages/1e3', '/dashboard/people/%E0%A4%A'])
    expect(placeOf(path)).toEqual({ kind: 'list', q: '' })
  const filter = { contact: CONTACT, review: true, days: 7 }
  expect(filterOf(addressOf(filter))).toEqual(filter)
  expect(filterOf('/dashboard/inbound?days=x&review=yes')).toEqual({ contact: '', review: false, days: null })
  expect(placeOfOptOuts(addressOfAdding(CONTACT))).toEqual({ kind: 'add', contact: CONTACT })
})

test('a keyword is marked before what only sounds like one', () => {
  expect(keywordLook({ action: 'help', review: false })?.word).toBe('HELP')
  expect(keywordLook({ action: null, review: true })?.word).toBe('Sounds like a STOP')
  expect(keywordLook({ action: null, review: false })).toBeNull()
  expect(missingOf({ segments: 3, missing_segments: 1 })).toBe('1 of 3 segments never came')
})

test('parts that are not known yet count among all', () => {
  const part = { number: 1, total: 3, provider_message_id: null, reason: null }
  expect(
    tallyOfParts([
      { ...part, status: 'delivered' },
      { ...part, number: 2, status: 'sent' },
    ]),
  ).toBe('1 of 3 parts delivered')
})

const WELL: SmsProviderState = {
  provider: 'carrier-a',
  troubles: [],
  choices: { first: 60, detour: 2, none_well: 0 },
  receipts: [
    { country: 'EG', messages: 40, receipts: 36 },
    { country: 'DE', messages: 100, receipts: 38 },
  ],
}

const OPEN = { state: 'open', since: '2026-03-01T14:02:11.000Z', tried_again_at: null } as const

test('how a provider does is said by its worst, and no more than is known', () => {
  expect(providerLook(WELL).word).toBe('Well')
  const held = { ...OPEN, country: null, sender: '' }
  expect(providerLook({ ...WELL, troubles: [held] }).word).toBe('Well but for 1 way')
  expect(providerLook({ ...WELL, troubles: [held, { ...OPEN, country: null, sender: null }] }).word).toBe(
    'Takes nothing',
  )
  expect([wayOf(held), wayOf({ ...OPEN, country: 'EG', sender: null })]).toEqual(['Its own sender', 'To Egypt'])
  expect(choicesOf(WELL, 100)).toBe('It was given 62 of the last 100 messages, 2 since those before it were not well.')
  expect(choicesOf(WELL, 0)).toBe('No message was given a way since the service started.')
  expect(receiptsOf(WELL)).toBe('Receipts came for 4 of 10 messages to Germany, 9 of 10 to Egypt.')
  expect(receiptsOf({ ...WELL, receipts: [] })).toBeNull()
})

test('a route is said as its file has it', () => {
  const via = { provider: 'carrier-a', weight: 2, sender: null, prices: {} }
  const rest = { countries: ['EG'], prefixes: null, senders: null, categories: ['otp'], failover_on: [] }
  const route: SmsRoute = { ...rest, order: 'weight', via: [via], then: [] }
  expect(conditionOf(route)).toBe('To Egypt, of the category otp')
  expect(orderOf(route)).toBe('carrier-a (2)')
  expect(conditionOf({ ...route, countries: null, categories: null })).toBe('Everything else')
})

test('the warnings of the service are told by kind, each kind once', () => {
  const warning = (name: string, detail: string): object => ({ name, detail, fix: null })
  const warnings = [warning('routes', 'One.'), warning('rules', 'Two.'), warning('routes', 'Three.')]
  expect(readTroubles({ success: true, checks: [], warnings })).toEqual([
    { word: 'Route in trouble', detail: 'One. Three.' },
    { word: 'Rule alarm', detail: 'Two.' },
  ])
  expect(readTroubles({ success: false, message: 'This node is not ready: lease' })).toEqual([
    { word: 'Not ready', detail: 'This node is not ready: lease' },
  ])
  expect(readTroubles({ success: true, checks: [], warnings: [warning('twilio: credentials', 'No.')] })).toMatchObject([
    { word: 'Provider in trouble' },
  ])
  expect(readTroubles('<html>')).toEqual([])
})
