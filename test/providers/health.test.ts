import { describe, expect, test } from 'vitest'
import { createHealth, type Way } from '../../src/providers/health.ts'

const to = (provider: string, country: string | null, sender: string | null = null): Way => ({
  provider,
  country,
  sender,
})

describe('the health of providers', () => {
  const health = () => {
    const changes: string[] = []
    const made = createHealth({
      now: () => 0,
      chance: () => 0.5,
      onChange: ({ provider, country, sender }, state) =>
        changes.push([provider, country, ...(sender === null ? [] : [sender]), state].join(' ')),
    })
    return { ...made, changes }
  }

  test('is judged for each country by itself', () => {
    const { begin, welcomes, isShut, standing, changes } = health()
    for (let index = 0; index < 30; index += 1) {
      begin(to('a', 'FR'))('well')
      begin(to('a', 'FR'))('well')
      begin(to('a', 'EG'))(index < 20 ? 'fault' : 'well')
    }
    expect(changes).toEqual(['a EG open'])
    expect([
      welcomes(to('a', 'EG')),
      welcomes(to('a', 'FR')),
      welcomes(to('a', null)),
      welcomes(to('b', 'EG')),
    ]).toEqual([false, true, true, true])
    expect(isShut(to('a', 'EG'))).toBe(true)
    expect(standing()).toEqual([{ provider: 'a', country: 'EG', sender: null, state: 'open', waitMs: 30_000 }])
  })

  test('of a whole provider holds for every country', () => {
    const { begin, welcomes, admits, changes } = health()
    for (const country of ['EG', 'FR', 'DE', null])
      for (let index = 0; index < 5; index += 1) begin(to('a', country))('fault')
    expect(changes).toEqual(['a  open'])
    expect([welcomes(to('a', 'US')), admits(to('a', 'EG'))]).toEqual([false, false])
  })

  test('of a country alone is what receipts tell', () => {
    const { reported, welcomes } = health()
    for (let index = 0; index < 20; index += 1) reported(to('a', 'EG'), 'fault')
    expect([welcomes(to('a', 'EG')), welcomes(to('a', 'FR'))]).toEqual([false, true])
  })

  test('of one sender is apart: what is refused for it says nothing of the provider', () => {
    const { begin, reported, welcomes, standing, changes } = health()
    begin(to('a', 'EG', 'Acme'))('sender-shut')
    reported(to('a', 'EG', null), 'sender-shut')
    expect(changes).toEqual(['a  Acme open', 'a   open'])
    expect(['Acme', null, 'Other'].map((sender) => welcomes(to('a', 'FR', sender)))).toEqual([false, false, true])
    expect(standing().map(({ country, sender }) => [country, sender])).toEqual([
      [null, 'Acme'],
      [null, ''],
    ])
  })

  test('of a whole provider is what a receipt says of our account, at once', () => {
    const { reported, welcomes } = health()
    reported(to('a', 'EG'), 'shut')
    expect([welcomes(to('a', 'FR')), welcomes(to('b', 'EG'))]).toEqual([false, true])
  })

  test('is changed by who takes a way, not by who asks for it, and not by who goes elsewhere after all', () => {
    let now = 0
    const made = createHealth({ now: () => now, chance: () => 0.5, onChange: () => undefined })
    made.begin(to('a', null))('shut')
    now = 30_000
    const asked = (): boolean => made.welcomes(to('a', 'EG'))
    expect([asked(), asked()]).toEqual([true, true])
    const giveBack = made.take(to('a', 'EG'))
    expect(asked()).toBe(false)
    giveBack()
    expect(asked()).toBe(true)
  })
})
