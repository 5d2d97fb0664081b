import { expect, test } from 'vitest'
import { routesCheck } from '../../src/checks/routes.ts'

test('without a routes file nothing is said of routes', () => {
  expect(routesCheck(0, [])).toEqual([])
})

test('each way that is not well is told, with what becomes of it', () => {
  expect(routesCheck(2, [])).toMatchObject([{ state: 'ok', what: 'Every way of the 2 routes is well.' }])
  const [check] = routesCheck(1, [
    { provider: 'a', country: null, state: 'open', waitMs: 23_400 },
    { provider: 'b', country: 'EG', state: 'half-open', waitMs: 0 },
    { provider: 'b', country: 'FR', state: 'ramp', waitMs: 0 },
  ])
  expect(check).toMatchObject({
    check: 'routes',
    state: 'warn',
    what: 'a takes nothing; it is tried again in 24 s. b to EG is being tried again, one message at a time. b to FR is coming back, and takes a part of its messages.',
    more: 'docs/routing.md#when-a-provider-fails',
  })
})
