import assert from 'node:assert/strict'
import { failure, type Failure } from '../domain/failure.ts'
import type { CheckStep, Gate, Outcome, PushProvider, PushTarget } from '../domain/provider.ts'
import { pushOf, type PushPromise, type PushStage } from './push-stage.ts'

const REASON = /^[a-z][a-z0-9_]*$/
const forever = new AbortController().signal
const open: Gate = () => null

const SUBMISSIONS: readonly PushPromise[] = [
  {
    name: 'has a name that can stand in a path, and a window of at least one',
    async keep({ provider }) {
      assert.match(provider.name, /^[a-z][a-z0-9-]{0,31}$/)
      assert.ok(Number.isInteger(provider.window) && provider.window >= 1, 'the window is a whole number from 1 on')
      return null
    },
  },
  {
    name: 'hands every target over once, and gives each one outcome',
    async keep(stage) {
      const before = stage.taken()
      const outcomes = await submit(stage.provider, many(stage, 300), 1)
      for (const outcome of outcomes) assert.equal(outcome.kind, 'accepted')
      assert.equal(stage.taken() - before, 300, 'pushes that were taken')
      return null
    },
  },
  {
    name: 'lets no device that is gone stop the others',
    async keep(stage) {
      const { gone } = stage.targets
      if (gone === null) return 'no device is ever gone here'
      const [first, ...others] = await submit(stage.provider, [gone, ...many(stage, 20)], 2)
      const { class: kind, address, reason } = refused(first)
      assert.deepEqual({ kind, address }, { kind: 'recipient-gone', address: 'retire' })
      assert.match(reason, REASON)
      for (const outcome of others) assert.equal(outcome.kind, 'accepted')
      return null
    },
  },
  {
    name: 'writes nothing while the gate is closed, and tells why',
    async keep(stage) {
      const closed = failure('permanent', 'called_off', { status: 'cancelled' })
      const before = stage.requests()
      const outcomes = await submit(stage.provider, many(stage, 20), 3, forever, () => closed)
      for (const outcome of outcomes) assert.deepEqual(refused(outcome), closed)
      assert.equal(stage.requests(), before, 'requests that were read')
      return null
    },
  },
  {
    name: 'sends again at once what the far side says it did not look at',
    async keep(stage) {
      const { turnedAway } = stage.targets
      if (turnedAway === null) return 'nothing is turned away here'
      const before = stage.taken()
      const outcomes = await submit(stage.provider, [...many(stage, 20), turnedAway, ...many(stage, 20, 20)], 4)
      for (const outcome of outcomes) assert.equal(outcome.kind, 'accepted')
      assert.equal(stage.taken() - before, 41, 'pushes that were taken')
      return null
    },
  },
  {
    name: 'holds its way while its key is refused, and blames no address',
    async keep(stage) {
      if (stage.withWrongKey === undefined) return 'there is no key to get wrong'
      const provider = stage.withWrongKey()
      try {
        const outcomes = await submit(provider, many(stage, 20), 5)
        const failures = outcomes.map(refused)
        assert.ok(
          failures.every(({ counted, address }) => !counted && address === 'keep'),
          'none is counted, and all addresses are kept',
        )
        assert.ok(
          failures.some((one) => one.class === 'blocked' && one.pause === 'lane'),
          'one of them says why',
        )
      } finally {
        await provider.close()
      }
      return null
    },
  },
]

const DOUBTS: readonly PushPromise[] = [
  {
    name: 'is not uncertain of a push that could not be written',
    async keep(stage) {
      if (stage.withNobody === undefined) return 'the stage has no place where nobody listens'
      const provider = stage.withNobody()
      try {
        const outcomes = await submit(provider, many(stage, 2), 21)
        for (const outcome of outcomes) {
          const { class: kind, counted } = refused(outcome)
          assert.deepEqual({ kind, counted }, { kind: 'transient', counted: false })
        }
      } finally {
        await provider.close()
      }
      return null
    },
  },
  {
    name: 'has sent nothing when it is stopped before it starts',
    async keep(stage) {
      const before = stage.requests()
      const outcomes = await submit(stage.provider, many(stage, 20), 22, AbortSignal.abort())
      for (const outcome of outcomes) {
        const { class: kind, reason, counted } = refused(outcome)
        assert.deepEqual({ kind, reason, counted }, { kind: 'transient', reason: 'not_sent', counted: false })
      }
      assert.equal(stage.requests(), before, 'requests that were read')
      return null
    },
  },
  {
    name: 'is uncertain of a push when it is stopped while it waits for the answer',
    async keep(stage) {
      const { hanging } = stage.targets
      if (hanging === null) return 'this provider never hangs'
      const stop = new AbortController()
      const before = stage.requests()
      const outcomes = submit(stage.provider, [hanging], 23, stop.signal)
      while (stage.requests() === before) await soon()
      stop.abort()
      assertUncertain((await outcomes)[0])
      return null
    },
  },
  {
    name: 'is uncertain of a push that is not answered in time, and does not send it a second time by itself',
    async keep(stage) {
      const { hanging } = stage.targets
      if (stage.impatient === undefined || hanging === null) return 'the stage has nobody who is impatient'
      const provider = stage.impatient()
      const before = stage.requests()
      try {
        assertUncertain((await submit(provider, [hanging], 24))[0])
        assert.equal(stage.requests() - before, 1, 'requests that were read')
      } finally {
        await provider.close()
      }
      return null
    },
  },
]

const MANNERS: readonly PushPromise[] = [
  {
    name: 'tells neither texts nor addresses nor keys in what becomes of a push',
    async keep(stage) {
      const { gone } = stage.targets
      const wrong = stage.withWrongKey?.()
      try {
        const targets = [...many(stage, 2), ...(gone === null ? [] : [gone])]
        const outcomes = [
          ...(await submit(stage.provider, targets, 31)),
          ...(wrong === undefined ? [] : await submit(wrong, targets, 32)),
        ]
        const told = JSON.stringify(outcomes.filter(({ kind }) => kind === 'refused'))
        const words = [pushOf(31).title, pushOf(31).body, ...targets.map(({ value }) => value)]
        for (const word of [...words, ...(stage.secrets ?? [])]) assert.ok(!told.includes(word), 'it told')
      } finally {
        await wrong?.close()
      }
      return null
    },
  },
  {
    name: 'says of each check that fails how to mend it, and tells no key',
    async keep({ provider, withWrongKey, secrets = [] }) {
      const steps = await stepsOf(provider)
      assert.ok(steps.length > 0, 'it looks at nothing')
      assert.deepEqual(
        steps.filter(({ ok }) => !ok),
        [],
        'all is well here',
      )
      const wrong = withWrongKey?.()
      try {
        const failing = wrong === undefined ? [] : await stepsOf(wrong)
        if (wrong !== undefined) assert.notEqual(failing.filter(({ ok }) => !ok).length, 0, 'a wrong key is not found')
        const mute = failing.filter(({ ok, fix }) => !ok && fix === null)
        assert.deepEqual(mute, [])
        const told = JSON.stringify([...steps, ...failing])
        for (const secret of secrets) assert.ok(!told.includes(secret), 'it told a key')
      } finally {
        await wrong?.close()
      }
      return null
    },
  },
  {
    name: 'can be closed twice',
    async keep({ provider }) {
      await provider.close()
      await provider.close()
      return null
    },
  },
]

/** All of them, in the order they are looked at: the last one closes the provider. */
export const PUSH_PROMISES: readonly PushPromise[] = [...SUBMISSIONS, ...DOUBTS, ...MANNERS]

function many({ targets }: PushStage, count: number, from = 0): PushTarget[] {
  return Array.from({ length: count }, (_, index) => targets.accepted(from + index))
}

/** One outcome for each target, in their order; fails where one has none or two. */
async function submit(
  provider: PushProvider,
  targets: readonly PushTarget[],
  notificationId: number,
  signal: AbortSignal = forever,
  gate: Gate = open,
): Promise<Outcome[]> {
  const outcomes = new Map<number, Outcome>()
  const onOutcome = (index: number, outcome: Outcome): void => {
    assert.ok(!outcomes.has(index), 'a target has two outcomes')
    outcomes.set(index, outcome)
  }
  await provider.submitMany(pushOf(notificationId), targets, onOutcome, signal, gate)
  return targets.map((_, index) => {
    const outcome = outcomes.get(index)
    assert.ok(outcome !== undefined, 'a target has no outcome')
    return outcome
  })
}

async function stepsOf(provider: PushProvider): Promise<CheckStep[]> {
  const steps: CheckStep[] = []
  for await (const step of provider.check(forever)) steps.push(step)
  return steps
}

function refused(outcome: Outcome | undefined): Failure {
  if (outcome?.kind === 'refused') return outcome.failure
  throw new assert.AssertionError({ message: `expected a refusal, got ${outcome?.kind ?? 'nothing'}` })
}

function assertUncertain(outcome: Outcome | undefined): void {
  const { class: kind, status, reason } = refused(outcome)
  assert.deepEqual({ kind, status }, { kind: 'uncertain', status: 'uncertain' })
  assert.match(reason, REASON)
}

function soon(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 5)
  })
}
