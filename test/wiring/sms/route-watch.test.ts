import { expect, test } from 'vitest'
import { createRouteLook } from '../../../src/wiring/route-look.ts'
import { accept, CAIRO, refused, rig, rule, via } from '../../support/routing.ts'

const NOW = new Date('2026-03-01T14:02:11.000Z')

function lookAt({ routing }: Pick<ReturnType<typeof rig>, 'routing'>) {
  const rules = [rule({ countries: new Set(['EG']), via: [via('a', { prices: new Map([['*', 0.1]]) }), via('b')] })]
  const routes = { currency: 'EUR', rules, senderGroups: new Map(), allowedSenders: null, maxPrice: null }
  const sms = ['a', 'b'].map((name) => ({
    name,
    type: 'twilio' as const,
    settings: {
      accountSid: 'AC1',
      authToken: 't',
      apiKey: null,
      sender: { kind: 'from', from: CAIRO } as const,
      baseUrl: '',
    },
  }))
  const shares = [{ provider: 'b', country: 'EG', messages: 40, receipts: 36 }]
  return createRouteLook({ sms, routes }, { routing, shares: { list: async () => shares }, now: () => NOW }).look()
}

test('a way that fails is told with when it was noticed and when it is tried again, a well one not at all', async () => {
  const one = rig()
  await one.submit('a', 20, refused('transient'))
  one.pass(10_000)
  const { providers } = await lookAt(one)
  expect(providers).toMatchObject([
    {
      provider: 'a',
      troubles: [
        { country: null, sender: null, state: 'open', since: '2026-03-01T14:02:01.000Z' },
        { country: 'EG', sender: null, state: 'open', since: '2026-03-01T14:02:01.000Z' },
      ],
    },
    { provider: 'b', troubles: [], receipts: [{ country: 'EG', messages: 40, receipts: 36 }] },
  ])
  expect(Date.parse(providers[0]?.troubles[0]?.tried_again_at ?? '')).toBeGreaterThan(NOW.getTime())
  one.pass(60_000)
  const [later] = (await lookAt(one)).providers
  expect(later?.troubles[0]).toMatchObject({ state: 'half-open', since: NOW.toISOString(), tried_again_at: null })
})

test('of the choices the last hundred count, by why they were made', async () => {
  const one = rig()
  for (let count = 0; count < 90; count += 1) accept(one.routing)
  await one.submit('a', 20, refused('transient'))
  for (let count = 0; count < 30; count += 1) accept(one.routing)
  const { chosen, providers } = await lookAt(one)
  expect(chosen).toBe(100)
  expect(providers.map(({ choices }) => choices)).toEqual([
    { first: 70, detour: 0, none_well: 0 },
    { first: 0, detour: 30, none_well: 0 },
  ])
})

test('a route is told as the file has it', async () => {
  const { routes, currency } = await lookAt(rig())
  expect(currency).toBe('EUR')
  expect(routes).toMatchObject([
    {
      countries: ['EG'],
      prefixes: null,
      order: 'listed',
      via: [{ provider: 'a', prices: { '*': 0.1 } }, { provider: 'b' }],
    },
  ])
})
