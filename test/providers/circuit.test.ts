import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createCircuit, type Circuit, type CircuitState, type Sign } from '../../src/providers/circuit.ts'

interface Rig {
  readonly circuit: Circuit
  readonly changes: readonly { readonly state: CircuitState; readonly waitMs: number; readonly at: number }[]
  at(): number
  pass(ms: number): void
  submit(...signs: readonly Sign[]): void
}

/** `chance` 0.5: every wait is as long as it is on average. */
function rig(chance = 0.5): Rig {
  let now = 1_000_000
  const changes: { state: CircuitState; waitMs: number; at: number }[] = []
  const circuit = createCircuit({
    now: () => now,
    chance: () => chance,
    onChange: (state, waitMs) => changes.push({ state, waitMs, at: now }),
  })
  return {
    circuit,
    changes,
    at: () => now,
    pass: (ms) => void (now += ms),
    submit: (...signs) => signs.forEach((sign) => circuit.begin()(sign)),
  }
}

const times = (count: number, sign: Sign): readonly Sign[] => Array.from({ length: count }, () => sign)

/** Half-open. */
function opened(): Rig {
  const one = rig()
  one.submit(...times(20, 'fault'))
  one.pass(30_000)
  return one
}

/** Letting a part through. */
function rising(): Rig {
  const one = opened()
  one.submit(...times(5, 'well'))
  return one
}

describe('a way opens', () => {
  test('when half of the last 20 submissions failed, and not before there are 20', () => {
    const { circuit, submit } = rig()
    submit(...times(19, 'fault'))
    expect(circuit.state()).toBe('closed')
    submit('fault')
    expect(circuit.state()).toBe('open')
    expect(circuit.welcomes(0)).toBe(false)
    expect(circuit.admits()).toBe(false)
    expect(circuit.waitMs()).toBe(30_000)
  })

  test('at half, not below it', () => {
    const { circuit, submit } = rig()
    submit(...times(21, 'well'), ...times(20, 'fault'))
    expect(circuit.state()).toBe('closed')
    submit('fault')
    expect(circuit.state()).toBe('open')
  })

  test('not for refusals of messages, nor for faults of more than half a minute ago', () => {
    const { circuit, submit, pass } = rig()
    submit(...times(15, 'fault'), ...times(100, 'nothing'))
    pass(31_000)
    submit(...times(15, 'fault'))
    expect(circuit.state()).toBe('closed')
  })

  test('for what receipts say, over five minutes', () => {
    const { circuit, pass } = rig()
    for (let index = 0; index < 20; index += 1) {
      expect(circuit.state()).toBe('closed')
      circuit.reported('fault')
      pass(10_000)
    }
    expect(circuit.state()).toBe('open')
  })

  test('for a wait that is up to a fifth shorter or longer', () => {
    for (const [chance, waitMs] of [
      [0, 24_000],
      [0.999_999, 36_000],
    ] as const) {
      const { submit, circuit } = rig(chance)
      submit(...times(20, 'fault'))
      expect(circuit.waitMs()).toBeCloseTo(waitMs, -1)
    }
  })
})

describe('a way that was open', () => {
  test('is tried by one message at a time', () => {
    const { circuit } = opened()
    expect(circuit.state()).toBe('half-open')
    expect(circuit.welcomes(0.9)).toBe(true)
    circuit.chosen()
    expect(circuit.welcomes(0)).toBe(false)
    // The one that chose it comes to be submitted.
    expect(circuit.admits()).toBe(true)
    circuit.admitted()
    const end = circuit.begin()
    expect(circuit.admits()).toBe(false)
    end('well')
  })

  test('asks again after a second, and after a minute for a probe that had no answer', () => {
    const { circuit, pass } = opened()
    circuit.chosen()
    pass(1_000)
    expect(circuit.welcomes(0)).toBe(true)
    circuit.begin()
    pass(59_000)
    expect(circuit.welcomes(0)).toBe(false)
    pass(1_000)
    expect(circuit.welcomes(0)).toBe(true)
  })

  test('takes a growing part after five good ones, from a tenth to all of it within a minute', () => {
    const { circuit, submit, pass } = opened()
    submit(...times(4, 'well'), 'nothing')
    expect(circuit.state()).toBe('half-open')
    submit('well')
    expect(circuit.state()).toBe('ramp')
    expect([0.09, 0.11].map(circuit.welcomes)).toEqual([true, false])
    pass(30_000)
    expect([0.54, 0.56].map(circuit.welcomes)).toEqual([true, false])
    expect(circuit.admits()).toBe(true)
    pass(30_000)
    expect(circuit.state()).toBe('closed')
    expect(circuit.welcomes(0.999)).toBe(true)
  })

  test('is open again after one bad probe, for twice as long', () => {
    const { circuit, submit } = opened()
    submit('well', 'well', 'fault')
    expect(circuit.state()).toBe('open')
    expect(circuit.waitMs()).toBe(60_000)
  })

  test('waits a quarter of an hour at most', () => {
    const one = opened()
    const waits: number[] = []
    for (let index = 0; index < 8; index += 1) {
      one.submit('fault')
      waits.push(one.circuit.waitMs())
      one.pass(one.circuit.waitMs())
    }
    expect(waits).toEqual([60_000, 120_000, 240_000, 480_000, 900_000, 900_000, 900_000, 900_000])
  })

  test('is forgiven once it was well for ten minutes', () => {
    const soon = rising()
    soon.pass(500_000)
    soon.submit(...times(20, 'fault'))
    expect(soon.circuit.waitMs()).toBe(60_000)
    const late = rising()
    late.pass(600_001)
    late.submit(...times(20, 'fault'))
    expect(late.circuit.waitMs()).toBe(30_000)
  })

  test('is not judged by answers to what was submitted before', () => {
    const { circuit, submit, pass } = rig()
    const before = Array.from({ length: 50 }, () => circuit.begin())
    submit(...times(20, 'fault'))
    pass(30_000)
    const probe = circuit.begin()
    before.slice(0, 25).forEach((end) => end('fault'))
    expect(circuit.state()).toBe('half-open')
    probe('well')
    submit(...times(4, 'well'))
    expect(circuit.state()).toBe('ramp')
    before.slice(25).forEach((end) => end('fault'))
    expect(circuit.state()).toBe('ramp')
  })
})

type Step =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'submit'; readonly sign: Sign }
  | { readonly kind: 'report'; readonly sign: Sign }

const sign = fc.constantFrom<Sign>('well', 'fault', 'nothing')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 40_000 }).map((ms) => ({ kind: 'pass' as const, ms })) },
  { weight: 6, arbitrary: sign.map((one) => ({ kind: 'submit' as const, sign: one })) },
  { weight: 1, arbitrary: sign.map((one) => ({ kind: 'report' as const, sign: one })) },
)

/** From one state only these follow. */
const FOLLOWS: Readonly<Record<CircuitState, readonly CircuitState[]>> = {
  closed: ['open'],
  open: ['half-open'],
  'half-open': ['open', 'ramp'],
  ramp: ['closed', 'open'],
}

test('whatever happens: states follow in their order, and nothing goes through before a wait is over', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 300 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (steps, chance) => {
        const { circuit, changes, pass, at } = rig(chance)
        let openUntil = -Infinity
        let faults = 0
        for (const one of steps) {
          if (one.kind === 'pass') pass(one.ms)
          const before = changes.length
          const state = circuit.state()
          if (at() < openUntil) expect([state, circuit.welcomes(0), circuit.admits()]).toEqual(['open', false, false])
          if (one.kind === 'submit') circuit.begin()(one.sign)
          if (one.kind === 'report') circuit.reported(one.sign)
          if (one.kind !== 'pass' && one.sign === 'fault') faults += 1
          const opening = changes.slice(before).findLast((change) => change.state === 'open')
          if (opening === undefined) continue
          // From closed it takes ten faults, from half-open one; and a wait is never longer than a quarter of an hour.
          expect(faults).toBeGreaterThan(state === 'closed' ? 9 : 0)
          expect(opening.waitMs).toBeGreaterThanOrEqual(24_000)
          expect(opening.waitMs).toBeLessThanOrEqual(900_000)
          openUntil = at() + opening.waitMs
          faults = 0
        }
        changes.reduce<CircuitState>((last, { state }) => {
          expect(FOLLOWS[last]).toContain(state)
          return state
        }, 'closed')
      },
    ),
    { numRuns: 200 },
  )
})
