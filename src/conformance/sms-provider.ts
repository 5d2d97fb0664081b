import assert from 'node:assert/strict'
import type { Failure } from '../domain/failure.ts'
import type { CheckStep, Outcome, SmsProvider } from '../domain/provider.ts'
import { CALLBACK_PROMISES } from './callbacks.ts'
import { smsTo, type SmsPromise, type SmsStage } from './stage.ts'

const REASON = /^[a-z][a-z0-9_]*$/
const forever = new AbortController().signal

const SUBMISSIONS: readonly SmsPromise[] = [
  {
    name: 'has a name that can stand in a path, and a window of at least one',
    async keep({ provider }) {
      assert.match(provider.name, /^[a-z][a-z0-9-]{0,31}$/)
      assert.ok(Number.isInteger(provider.window) && provider.window >= 1, 'the window is a whole number from 1 on')
      return null
    },
  },
  {
    name: 'gives every accepted message an id of its own, also of those under way at once',
    async keep({ provider, contacts, accepted }) {
      const several = Array.from({ length: Math.min(provider.window, 8) }, (_, index) =>
        provider.submit(smsTo(contacts.accepted, index + 1), forever),
      )
      const ids = (await Promise.all(several)).map((outcome) => idOf(outcome, accepted))
      if (accepted === 'sent') assert.equal(new Set(ids).size, ids.length, 'an id came twice')
      return null
    },
  },
  {
    name: 'resolves with a failure for a message that is refused for good',
    async keep({ provider, contacts }) {
      if (contacts.refusedForGood === null) return 'this provider refuses nothing'
      const failure = refused(await provider.submit(smsTo(contacts.refusedForGood, 11), forever))
      assert.ok(['permanent', 'recipient-gone'].includes(failure.class), `its class is ${failure.class}`)
      assert.match(failure.reason, REASON)
      assert.notEqual(failure.status, 'uncertain')
      return null
    },
  },
  {
    name: 'counts no attempt while it is throttled, and knows how long to wait',
    async keep({ provider, contacts }) {
      if (contacts.throttled === null) return 'this provider never throttles'
      const failure = refused(await provider.submit(smsTo(contacts.throttled, 12), forever))
      assert.deepEqual(
        { class: failure.class, counted: failure.counted, pause: failure.pause },
        { class: 'throttled', counted: false, pause: 'lane' },
      )
      const waits = [failure.waitMs, ...(failure.waitsMs ?? [])].filter((wait) => wait !== null)
      assert.ok(waits.length > 0 && waits.every((wait) => wait >= 0), 'it says how long to wait')
      return null
    },
  },
  {
    name: 'holds its route while its key is refused',
    async keep({ withWrongKey, contacts }) {
      if (withWrongKey === undefined) return 'there is no key to get wrong'
      const provider = withWrongKey()
      try {
        const failure = refused(await provider.submit(smsTo(contacts.accepted, 13), forever))
        assert.deepEqual({ class: failure.class, counted: failure.counted }, { class: 'blocked', counted: false })
      } finally {
        await provider.close()
      }
      return null
    },
  },
]

const DOUBTS: readonly SmsPromise[] = [
  {
    name: 'is uncertain of a message whose answer was lost, and does not send it a second time by itself',
    async keep({ provider, contacts, submissions }) {
      if (contacts.uncertain === null) return 'this provider loses no answers'
      const before = submissions?.() ?? 0
      assertUncertain(await provider.submit(smsTo(contacts.uncertain, 21), forever))
      if (submissions !== undefined) assert.equal(submissions() - before, 1, 'submissions that were read')
      return null
    },
  },
  {
    name: 'is not uncertain of a message that could not be written',
    async keep({ withNobody, contacts }) {
      if (withNobody === undefined) return 'the stage has no place where nobody listens'
      const provider = withNobody()
      try {
        assert.equal(refused(await provider.submit(smsTo(contacts.accepted, 23), forever)).class, 'transient')
      } finally {
        await provider.close()
      }
      return null
    },
  },
  {
    name: 'has sent nothing when it is stopped before it starts',
    async keep({ provider, contacts, accepted, submissions }) {
      const before = submissions?.() ?? 0
      const outcome = await provider.submit(smsTo(contacts.accepted, 24), AbortSignal.abort())
      if (accepted === 'captured' && outcome.kind === 'accepted') return null
      const { class: kind, reason, counted } = refused(outcome)
      assert.deepEqual({ kind, reason, counted }, { kind: 'transient', reason: 'not_sent', counted: false })
      if (submissions !== undefined) assert.equal(submissions(), before, 'submissions that were read')
      return null
    },
  },
  {
    name: 'is uncertain of a message when it is stopped while it waits for the answer',
    async keep({ provider, contacts, submissions }) {
      if (contacts.hanging === null) return 'this provider never hangs'
      const stop = new AbortController()
      const before = submissions?.() ?? 0
      const outcome = provider.submit(smsTo(contacts.hanging, 25), stop.signal)
      if (submissions === undefined) await passed(1_000)
      else while (submissions() === before) await passed(5)
      stop.abort()
      assertUncertain(await outcome)
      return null
    },
  },
  // The last one: what was given up may still be read by the far side, and would be counted with what comes after it.
  {
    name: 'is uncertain of a message that is not answered in time',
    async keep({ impatient, contacts }) {
      if (impatient === undefined || contacts.hanging === null) return 'the stage has nobody who is impatient'
      const provider = impatient()
      try {
        assertUncertain(await provider.submit(smsTo(contacts.hanging, 22), forever))
      } finally {
        await provider.close()
      }
      return null
    },
  },
]

const MANNERS: readonly SmsPromise[] = [
  {
    name: 'tells neither texts nor numbers nor keys in what becomes of a message',
    async keep({ provider, contacts, secrets = [] }) {
      const all = [contacts.refusedForGood, contacts.throttled, contacts.uncertain].filter((one) => one !== null)
      for (const [index, contact] of all.entries()) {
        const sms = smsTo(contact, 31 + index)
        const told = JSON.stringify(await provider.submit(sms, forever))
        for (const word of [sms.text, contact, contact.slice(1), ...secrets]) assert.ok(!told.includes(word), 'it told')
      }
      return null
    },
  },
  {
    name: 'says of each check that fails how to mend it, and tells no key',
    async keep({ provider, withWrongKey, secrets = [] }) {
      const steps = await stepsOf(provider)
      assert.ok(steps.length > 0, 'it looks at nothing')
      const wrong = withWrongKey?.()
      try {
        const failing = wrong === undefined ? [] : await stepsOf(wrong)
        if (wrong !== undefined)
          assert.ok(
            failing.some(({ ok }) => !ok),
            'a wrong key is not found',
          )
        const mute = [...steps, ...failing].filter(({ ok, fix }) => !ok && fix === null)
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
export const SMS_PROMISES: readonly SmsPromise[] = [...SUBMISSIONS, ...DOUBTS, ...CALLBACK_PROMISES, ...MANNERS]

async function stepsOf(provider: SmsProvider): Promise<CheckStep[]> {
  const steps: CheckStep[] = []
  for await (const step of provider.check(forever)) steps.push(step)
  return steps
}

function idOf(outcome: Outcome, accepted: SmsStage['accepted']): string | null {
  assert.equal(outcome.kind, 'accepted')
  if (outcome.kind !== 'accepted') return null
  assert.equal(outcome.status, accepted)
  return outcome.providerMessageId
}

function refused(outcome: Outcome): Failure {
  if (outcome.kind === 'refused') return outcome.failure
  throw new assert.AssertionError({ message: `expected a refusal, got ${outcome.kind}` })
}

function assertUncertain(outcome: Outcome): void {
  const { class: kind, status, reason } = refused(outcome)
  assert.deepEqual({ kind, status }, { kind: 'uncertain', status: 'uncertain' })
  assert.match(reason, REASON)
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
