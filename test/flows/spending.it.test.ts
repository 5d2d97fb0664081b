import { expect, test } from 'vitest'
import type { Bill } from '../../src/flows/rules/spending.ts'
import { until } from '../support/until.ts'
import { code, left, SETTINGS, useRulesStage } from './rules-rig.ts'

const { node, ask } = useRulesStage()

const bill = (cost: number, more: Partial<Bill> = {}): Bill => ({
  cost,
  who: 'key:ab12CD34ef',
  keyId: 7,
  limit: null,
  ...more,
})

test('a day’s limit lets through what fits into it, to the last message, on all nodes together', async () => {
  const nodes = [node({ spendLimit: 1_000_000 }), node({ spendLimit: 1_000_000 })]
  let passed = 0
  for (let turn = 0; turn < 40; turn++) {
    const calls = nodes.map(async (rules, index) =>
      rules.judge([code(`+1500555${index}${100 + turn}`, { bill: bill(30_000) })]),
    )
    for (const call of await Promise.allSettled(calls)) if (call.status === 'fulfilled') passed += 1
  }
  expect(passed).toBe(33)
  await expect(nodes[0]?.judge([code('+15005550199', { bill: bill(30_000) })])).rejects.toMatchObject({
    code: 'spend_limit',
  })
  const [refused] = await Promise.allSettled([nodes[0]?.judge([code('+15005550198', { bill: bill(30_000) })])])
  expect(refused).toMatchObject({ reason: { retryAfterSeconds: expect.any(Number) as unknown } })
  // What fits still goes, and costs nothing is free.
  expect(await nodes[1]?.judge([code('+15005550197', { bill: bill(0) })])).toHaveLength(1)
})

test('callers who come at once are all let through as long as the day’s limit is not reached', async () => {
  // So little is taken in advance that each of them needs a portion of its own.
  const rules = node({ spendLimit: 10_000_000 })
  const calls = Array.from({ length: 60 }, async (_, index) =>
    rules.judge([code(`+150055502${index + 10}`, { bill: bill(50_000) })]),
  )
  expect((await Promise.allSettled(calls)).filter(({ status }) => status === 'rejected')).toEqual([])
  expect(await ask('select taken::integer as taken from spending')).toEqual([{ taken: 3_000_000 }])
})

test('a key has a limit of its own, and a refusal takes nothing from anybody', async () => {
  const rules = node({ spendLimit: 1_000_000 })
  const mine = { limit: 100_000 }
  await rules.judge([code('+15005550101', { bill: bill(100_000, mine) })])
  await expect(rules.judge([code('+15005550102', { bill: bill(10_000, mine) })])).rejects.toMatchObject({
    code: 'spend_limit',
  })
  await rules.judge([code('+15005550103', { bill: bill(900_000, { who: 'key:other', keyId: 8 }) })])
  const counted = `select from recipient_counts where contact = '+15005550102' and cardinality(times) > 0`
  await until(async () => (await ask(counted)).length === 0)
})

test('somebody is told once when half, four fifths and all of a limit are spent, on whichever node', async () => {
  await ask(`insert into event_listeners (kind, types) values ('reader', '{rule.alarm}')`)
  const settings = { spendLimit: 1_000_000, pumping: { ...SETTINGS.pumping, mode: 'off' } } as const
  const nodes = [node(settings), node(settings)]
  for (let turn = 0; turn < 50; turn++) {
    const rules = nodes[turn % 2]
    await Promise.allSettled([rules?.judge([code(`+15005552${100 + turn}`, { bill: bill(25_000) })])])
    await rules?.look()
  }
  for (const rules of nodes) await rules.look()
  expect(await ask('select type, reason, what from events order by id')).toEqual(
    ['spend_50', 'spend_80', 'spend_100'].map((reason) => ({ type: 'rule.alarm', reason, what: '*' })),
  )
  expect(nodes[1]?.alarms.now().map(({ rule }) => rule)).toContain('spend_50')
})

test('what a node took in advance it returns when it ends', async () => {
  const rules = node({ spendLimit: 100_000_000 })
  await rules.judge([code('+15005550101', { bill: bill(10_000) })])
  expect(await ask('select taken::integer as taken from spending')).toEqual([{ taken: 500_000 }])
  await rules.close()
  expect(await ask('select taken::integer as taken from spending')).toEqual([{ taken: 10_000 }])
})

test('a node whose clock has not come to midnight yet takes no portion of the new day for each message', async () => {
  const rules = node({ spendLimit: 100_000_000 }, () => new Date(Date.now() - 86_400_000))
  for (let turn = 0; turn < 5; turn++) await rules.judge([code(`+1500555010${turn}`, { bill: bill(10_000) })])
  expect(await ask('select taken::integer as taken from spending')).toEqual([{ taken: 500_000 }])
  await rules.close()
  expect(await ask('select taken::integer as taken from spending')).toEqual([{ taken: 50_000 }])
})

test('what was counted before midnight and not stored after it goes back to the day it came from', async () => {
  let now = new Date()
  const rules = node({ spendLimit: 1_000_000 }, () => now)
  const kept = left(await rules.judge([code('+15005550101', { bill: bill(300_000, { limit: 400_000 }) })]))
  expect(await ask('select taken::integer as taken from spending')).toEqual([{ taken: 300_000 }, { taken: 300_000 }])
  now = new Date(now.getTime() + 86_400_000)
  rules.giveBack(kept)
  await until(async () => (await ask('select from spending where taken = 0')).length === 2)
  // The new day has nothing of it: whoever spends asks for it.
  await rules.judge([code('+15005550102', { bill: bill(300_000) })])
  expect(await ask('select taken::integer as taken from spending where key_id = 0')).toEqual([{ taken: 300_000 }])
})

test('a batch dearer than what is left is refused, and nobody is told that the limit is reached', async () => {
  const rules = node({ spendLimit: 1_000_000 })
  await rules.judge([code('+15005550101', { bill: bill(100_000) })])
  const batch = Array.from({ length: 11 }, (_, index) => code(`+1500555${index + 1_000}`, { bill: bill(100_000) }))
  await expect(rules.judge(batch)).rejects.toMatchObject({
    code: 'spend_limit',
    message: expect.stringContaining('less than this costs') as unknown,
  })
  await rules.look()
  expect(rules.alarms.now()).toEqual([])
  await rules.judge(batch.slice(0, 9))
  await expect(rules.judge(batch.slice(0, 1))).rejects.toMatchObject({ code: 'spend_limit' })
  await until(async () => {
    await rules.look()
    return rules.alarms.now().some(({ rule }) => rule === 'spend_100')
  })
})
