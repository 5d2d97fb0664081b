import { expect, test } from 'vitest'
import { failure } from '../../../src/domain/failure.ts'
import { failureOfCode } from '../../../src/providers/twilio/codes.ts'
import { accept, FACTS, refused, rig, rule, via, work } from '../../support/routing.ts'

test('a message goes on when its provider gives it up, refuses our account, or is open', async () => {
  const { routing, choices, submit } = rig()
  const transient = failure('transient', 'timeout')
  expect(routing.onward(work('a'), transient, false)).toBeNull()
  expect(routing.onward(work('a'), transient, true)).toBe('b')
  expect(routing.onward(work('b', { tried: ['a'] }), transient, true)).toBe('c')
  expect(routing.onward(work('c', { tried: ['a', 'b'] }), transient, true)).toBeNull()
  expect(routing.onward(work('a'), failure('blocked', 'bad_credentials'), false)).toBe('b')
  expect(routing.onward(work('a'), failure('transient', 'not_sent', { counted: false }), true)).toBeNull()
  await submit('a', 20, refused('transient'))
  expect(routing.onward(work('a'), transient, false)).toBe('b')
  expect(routing.detour(work('a'), false)).toBe('b')
  expect(routing.detour(work('b'), false)).toBeNull()
  expect(choices).toEqual(['a to b', 'b to c', 'a to b', 'a to b', 'a to b'])
})

test('a refusal of the message sends it on for the reasons of its route alone, and what is uncertain never', () => {
  const { routing } = rig()
  expect(routing.onward(work('a'), failure('permanent', 'unroutable'), true)).toBe('b')
  expect(routing.onward(work('a'), failure('permanent', 'invalid_number'), true)).toBeNull()
  expect(routing.onward(work('a'), failure('uncertain', 'timeout'), true)).toBeNull()
})

test('what is captured has no other way', () => {
  const { routing } = rig()
  expect(routing.onward(work('sandbox'), failure('transient', 'timeout'), true)).toBeNull()
  expect(routing.detour(work('sandbox'), true)).toBeNull()
})

test('a provider that cannot be reached loses what waits for it, and is open after twenty', () => {
  const { routing } = rig()
  for (let index = 0; index < 20; index += 1) expect(routing.detour(work('a'), true)).toBe('b')
  expect(routing.standing()).toMatchObject([
    { provider: 'a', country: null, state: 'open' },
    { provider: 'a', country: 'EG', state: 'open' },
  ])
})

test('one message at a time tries a provider that failed, and those that wait for it go on', async () => {
  const { routing, submit, pass } = rig()
  await submit('a', 20, refused('transient'))
  pass(30_000)
  expect([routing.router.choose(FACTS), routing.router.choose(FACTS)]).toMatchObject([
    { provider: 'a' },
    { provider: 'a' },
  ])
  expect([accept(routing), accept(routing)]).toEqual(['a', 'b'])
  expect(routing.detour(work('a'), false)).toBeNull()
  expect(routing.detour(work('a'), false)).toBe('b')
})

test('a message keeps to the route it was accepted by, though its sender would fit another', () => {
  const { routing } = rig([
    rule({ senders: new Set(['Acme']), via: [via('x'), via('y')], fallbacks: [] }),
    rule({ via: [via('a', { sender: 'Acme' }), via('b')], fallbacks: [] }),
  ])
  expect(routing.onward(work('a'), failure('transient', 'timeout'), true)).toBe('b')
  expect(routing.onward(work('x'), failure('transient', 'timeout'), true)).toBe('y')
})

test('what Twilio says of a way (21612) or gives no cause for (30008) is worth one other provider, marketing the first alone', () => {
  const { routing } = rig([rule({ failoverOn: new Set() })])
  const onward = (code: number, more: Parameters<typeof work>[1] = {}): string | null =>
    routing.onward(work('a', more), failureOfCode(code) ?? expect.unreachable(), true)
  expect([onward(21612), onward(30008), onward(30008, { category: 'otp' })]).toEqual(['b', 'b', 'b'])
  expect([onward(21612, { category: 'marketing' }), onward(30008, { category: 'marketing' })]).toEqual(['b', null])
  expect([onward(21612, { tried: ['c'] }), onward(30008, { tried: ['c'] })]).toEqual([null, null])
  expect([30004, 30005, 30007].map((code) => onward(code))).toEqual([null, null, null])
})

test('a sender that is refused (30034) is passed by at that provider, and the others are not', async () => {
  const { routing, choices, submit } = rig([rule({ via: [via('a'), via('b')], fallbacks: [] })])
  const unregistered = failureOfCode(30034) ?? expect.unreachable()
  await submit('a', 1, { kind: 'refused', failure: unregistered }, 'Shop')
  expect(accept(routing, { ...FACTS, sender: 'Shop' })).toBe('b')
  expect(accept(routing, { ...FACTS, sender: 'Other' })).toBe('a')
  expect(routing.detour(work('a', { sender: 'Shop' }), false)).toBe('b')
  expect(routing.detour(work('a', { sender: 'Other' }), false)).toBeNull()
  expect(routing.standing()).toMatchObject([{ provider: 'a', country: null, sender: 'Shop', state: 'open' }])
  expect(choices[0]).toBe('a refuses a sender')
})
