import { expect, test } from 'vitest'
import { routesCheck, troubleSentence, type RouteTrouble } from '../../src/checks/routes.ts'

test('without a routes file nothing is said of routes', () => {
  expect(routesCheck(0, [])).toEqual([])
})

test('each way that is not well is told, with what becomes of it', () => {
  expect(routesCheck(2, [])).toMatchObject([{ state: 'ok', what: 'Every way of the 2 routes is well.' }])
  const [check] = routesCheck(1, [
    { provider: 'a', country: null, sender: null, state: 'open', waitMs: 23_400 },
    { provider: 'b', country: 'EG', sender: null, state: 'half-open', waitMs: 0 },
    { provider: 'b', country: 'FR', sender: null, state: 'ramp', waitMs: 0 },
  ])
  expect(check).toMatchObject({
    check: 'routes',
    state: 'warn',
    what: 'a takes nothing; it is tried again in 24 s. b to EG is being tried again, one message at a time. b to FR is coming back, and takes a part of its messages.',
    more: 'docs/routing.md#when-a-provider-fails',
  })
})

test('a sender that is held is named only to those who look closely', () => {
  const held: RouteTrouble = { provider: 'a', country: null, sender: '+15005550006', state: 'open', waitMs: 1_000 }
  expect(JSON.stringify(routesCheck(1, [held]))).toContain('One sender of a takes nothing')
  expect(JSON.stringify(routesCheck(1, [held]))).toContain('The sender is +15005550006.')
  expect(troubleSentence(held)).toBe('One sender of a takes nothing; it is tried again in 1 s.')
})
