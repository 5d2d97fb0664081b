import { expect, test } from 'vitest'
import { senderGroups } from '../../../src/wiring/sms/consent-groups.ts'
import { failure, type Failure } from '../../../src/domain/failure.ts'
import type { SmsProvider } from '../../../src/domain/provider.ts'
import { createLog } from '../../../src/wiring/log.ts'
import { openSmsRouting, signOf } from '../../../src/wiring/sms/routing.ts'
import {
  ACCEPTED,
  accept,
  CAIRO,
  FACTS,
  providerStandIn,
  refused,
  rig,
  rule,
  sms,
  via,
  work,
} from '../../support/routing.ts'

test('a message goes through the first candidate, at its price, and the reason tells which route it took', () => {
  const { routing, choices } = rig()
  expect(routing.router.choose(FACTS)).toMatchObject({
    provider: 'a',
    sender: 'Acme',
    pricePerSegment: 0.1,
    price: { amount: 0.2, currency: 'EUR' },
    reason: 'routes[0] of the routes file takes this message, and this provider comes first.',
  })
  expect(choices).toEqual([])
  const choice = routing.router.choose(FACTS)
  if (choice !== null) routing.router.take(choice)(false)
  expect(choices).toEqual([])
  accept(routing)
  expect(choices).toEqual(['a first'])
})

test('one that fails is passed by, and said to be, in one line', async () => {
  const { routing, lines, choices, submit } = rig()
  await submit('a', 30, refused('uncertain'))
  const choice = routing.router.choose(FACTS)
  expect(choice).toMatchObject({ provider: 'b', sender: 'AcmeB', price: null })
  expect(choice?.reason).toContain('a would come first, but is not well now')
  accept(routing)
  expect(choices).toEqual(['b detour'])
  expect(
    lines.filter((line) => line.includes('route.health')).map((line) => (JSON.parse(line) as { msg: string }).msg),
  ).toEqual([
    'a fails: messages take other routes, where there are any',
    'a to EG fails: messages take other routes, where there are any',
  ])
})

test('one that refuses our account is passed by at once', async () => {
  const { routing, submit } = rig()
  await submit('a', 1, refused('blocked', 'bad_credentials'))
  expect(routing.router.choose(FACTS)?.provider).toBe('b')
  expect(routing.standing()).toMatchObject([{ provider: 'a', country: null, state: 'open' }])
})

test('where none is well a message waits for the first one', async () => {
  const { routing, choices, submit } = rig()
  for (const name of ['a', 'b', 'c']) await submit(name, 20, refused('transient'))
  expect(accept(routing)).toBe('a')
  expect(choices).toEqual(['a none-well'])
  expect(routing.router.next(FACTS, ['a'])).toBeNull()
})

test('refusals of messages, of a rate, and what was never tried say nothing about a provider', () => {
  const signs = (
    [
      ACCEPTED,
      refused('permanent', 'invalid_number'),
      refused('recipient-gone'),
      refused('throttled', 'rate_exceeded'),
      refused('transient', 'not_sent', { counted: false }),
      refused('transient'),
      refused('blocked', 'bad_credentials'),
      refused('uncertain'),
    ] as const
  ).map(signOf)
  expect(signs).toEqual(['well', 'nothing', 'nothing', 'nothing', 'nothing', 'fault', 'shut', 'fault'])
})

test('receipts that speak of the route count, those about people do not', () => {
  const { routing } = rig()
  const receipt = (reason: string, class_: Failure['class'] = 'permanent') => ({
    provider: 'a',
    providerMessageId: '1',
    attempt: null,
    status: 'undelivered' as const,
    failure: failure(class_, reason),
    at: null,
  })
  for (let index = 0; index < 50; index += 1) routing.received(receipt('unreachable'), CAIRO, null)
  expect(routing.standing()).toEqual([])
  for (let index = 0; index < 20; index += 1) routing.received(receipt('unroutable'), CAIRO, null)
  expect(routing.standing()).toMatchObject([{ provider: 'a', country: 'EG', state: 'open' }])
})

test('a sender that belongs to other providers alone is not taken along', async () => {
  const { submit } = rig()
  const [atA] = await submit('a', 1, ACCEPTED)
  const [atB] = await submit('b', 1, ACCEPTED)
  const [atC] = await submit('c', 1, ACCEPTED)
  expect([atA?.sender, atB?.sender, atC?.sender]).toEqual(['Acme', 'AcmeB', null])
  // One of its own stays, though this route has another.
  const rules = [rule({ countries: new Set(['FR']), via: [via('a', { sender: 'AcmeFR' })] }), rule({})]
  expect((await rig(rules).submit('a', 1, ACCEPTED, 'AcmeFR'))[0]?.sender).toBe('AcmeFR')
})

test('the window of a provider stays what it is at each moment', () => {
  const { routing } = rig()
  const state = { window: 3 }
  const changing: SmsProvider = Object.defineProperty(providerStandIn('a', ACCEPTED, []), 'window', {
    get: () => state.window,
    enumerable: true,
  })
  const through = routing.through(changing)
  state.window = 0
  expect(through.window).toBe(0)
})

test('a sender is in its group, and all others in one', () => {
  const groupOf = senderGroups({ senderGroups: new Map([['Acme', 'acme']]) })
  expect([groupOf('Acme'), groupOf('Other'), groupOf(null)]).toEqual(['acme', 'default', 'default'])
})

test('without a routes file there is one provider, whatever becomes of it', () => {
  const twilio = {
    accountSid: 'AC1',
    authToken: 't',
    apiKey: null,
    sender: { kind: 'from', from: '+15005550006' },
    baseUrl: '',
  } as const
  const parts = {
    log: createLog('silent'),
    now: () => 0,
    chance: () => 0,
    onChoice: () => undefined,
    onFailover: () => undefined,
    onSenderRefused: () => undefined,
  }
  const one = openSmsRouting(
    { sms: [{ name: 'twilio', type: 'twilio', settings: twilio }], routes: null, allowedCountries: null },
    parts,
  )
  expect(one.router.choose({ ...FACTS, sender: '12345' })).toMatchObject({
    provider: 'twilio',
    sender: '12345',
    price: null,
  })
  expect(one.onward(work('twilio'), failure('blocked', 'bad_credentials'), true)).toBeNull()
  const allowedCountries = new Set(['EG'])
  const none = openSmsRouting({ sms: [], routes: null, allowedCountries }, parts)
  expect(none.router.choose(FACTS)?.provider).toBe('sandbox')
  expect(none.limits).toEqual({ countries: allowedCountries, senders: null, maxPrice: null, currency: null })
})

test('an adapter that throws is a way that fails', async () => {
  const { routing, lines } = rig()
  const broken = { ...providerStandIn('a', ACCEPTED, []), submit: () => Promise.reject(new Error('a bug')) }
  const through = routing.through(broken)
  for (let index = 0; index < 20; index += 1) {
    await expect(through.submit(sms(), new AbortController().signal)).rejects.toThrow('a bug')
  }
  expect(lines.join('')).toContain('a fails: messages take other routes, where there are any')
})
