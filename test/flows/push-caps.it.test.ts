import { expect, test } from 'vitest'
import { recipientOf, type CappedPush } from '../../src/flows/push/push-caps.ts'
import type { Rules } from '../../src/flows/rules/rules.ts'
import { until } from '../support/until.ts'
import { code, left, useRulesStage } from './rules-rig.ts'

const { raised, node, ask } = useRulesStage()

const PERSON = '+15005550006'
const DEVICE = recipientOf(7, null)

function push(recipients: readonly string[], category: CappedPush['category'] = 'otp'): CappedPush {
  return { recipients, category }
}

async function passed(rules: Rules, pushes: number, what: CappedPush): Promise<number> {
  let count = 0
  for (let each = 0; each < pushes; each++) if ((await rules.pushes.count(what)).size === 0) count += 1
  return count
}

test('SMS and pushes to one person count together, over all nodes; a device of nobody counts for itself', async () => {
  const [one, other] = [node(), node()]
  const sms = await one.judge([1, 2, 3].map(() => code(PERSON)))
  expect(left(sms).map(({ message }) => message.extras)).toEqual([null, null, null])
  expect(await passed(other, 4, push([PERSON]))).toBe(2)
  expect(await passed(one, 9, push([DEVICE]))).toBe(5)
  const late = left(await other.judge([code(PERSON)]))
  expect(late[0]?.message.extras?.ended).toEqual({ status: 'rejected', reason: 'recipient_cap' })
  expect(raised().filter((each) => each === 'recipient_cap rejected')).toHaveLength(7)
})

test('of a long push those alone are left out who were sent too much, and what was not stored is given back', async () => {
  const rules = node({ caps: { mode: 'enforce', perTenMinutes: 1, perDay: 9 } })
  const all = Array.from({ length: 12_000 }, (_, index) => recipientOf(index, null))
  expect(await rules.pushes.count(push(['device:5', 'device:11000'], 'marketing'))).toEqual(new Set())
  expect(await rules.pushes.foresee(push(all, 'marketing'))).toEqual(new Set(['device:5', 'device:11000']))
  expect(await rules.pushes.count(push(all, 'marketing'))).toEqual(new Set(['device:5', 'device:11000']))
  rules.pushes.giveBack(push(['device:0', 'device:1'], 'marketing'))
  await until(async () => (await ask('select from recipient_counts where times = array[]::timestamptz[]')).length === 2)
  expect((await rules.pushes.count(push(all.slice(0, 3), 'marketing'))).size).toBe(1)
})

test('a push counts as no code: the code by SMS after it need not wait', async () => {
  const rules = node({ codeDelaySeconds: 30 })
  expect(await passed(rules, 2, push([PERSON]))).toBe(2)
  expect(left(await rules.judge([code(PERSON)]))).toHaveLength(1)
})

test('where caps do not hold nothing is counted, and what a node has seen of SMS and pushes is told', async () => {
  const rules = node()
  const tell = () => rules.pushes.watch(push([PERSON], 'transactional'))
  expect(rules.pushes.holds('transactional')).toBe(false)
  const sms = await rules.judge([1, 2, 3, 4].map(() => ({ ...code(PERSON), ...transactional() })))
  expect(left(sms).flatMap(({ warnings }) => warnings)).toEqual([])
  expect(tell()).toBeNull()
  expect(tell()).toBe('This recipient was sent more than 5 messages within ten minutes.')
  expect(rules.pushes.watch(push([PERSON, DEVICE], 'marketing'))).toBe(
    '1 of its 2 recipients were sent more than the caps allow.',
  )
  expect(rules.pushes.watch(push([PERSON]))).toBeNull()
  expect(await ask('select from recipient_counts')).toEqual([])
  expect(node({ caps: { mode: 'off', perTenMinutes: 1, perDay: 1 } }).pushes.watch(push([PERSON]))).toBeNull()
})

function transactional() {
  return { message: { ...code(PERSON).message, category: 'transactional' as const } }
}
