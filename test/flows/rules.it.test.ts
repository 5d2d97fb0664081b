import { expect, test } from 'vitest'
import { rulesCheck } from '../../src/checks/rules.ts'
import { TidingsError } from '../../src/domain/errors.ts'
import { eventBody } from '../../src/domain/event.ts'
import { createConversions } from '../../src/flows/sms/conversions.ts'
import type { Judged, Rules } from '../../src/flows/rules/rules.ts'
import { eraseNumber } from '../../src/store/past/erase.ts'
import { readEventsAfter } from '../../src/store/events/events.ts'
import { forgetCounts } from '../../src/store/rules/rules.ts'
import { until } from '../support/until.ts'
import { code, left, useRulesStage } from './rules-rig.ts'

const { db, raised, node, ask } = useRulesStage()

const endOf = (one: Judged | TidingsError): string =>
  one instanceof TidingsError ? one.code : (one.message.extras?.ended?.reason ?? 'goes')

test('no more codes pass to one recipient than the cap allows, however many come at once on however many nodes', async () => {
  const nodes = [node(), node(), node()]
  const calls = Array.from({ length: 30 }, async (_, index) => nodes[index % 3]?.judge([code('+15005550006')]) ?? [])
  const judged = (await Promise.all(calls)).flat()
  expect(judged.filter((one) => endOf(one) === 'goes')).toHaveLength(5)
  expect(judged.filter((one) => endOf(one) === 'recipient_cap')).toHaveLength(25)
  // The others have caps of their own.
  expect((await node().judge([code('+15005550007')])).map(endOf)).toEqual(['goes'])
  expect(raised().filter((one) => one === 'recipient_cap rejected')).toHaveLength(25)
})

test('in one batch each recipient has as many as he may, in their order', async () => {
  const batch = [1, 2, 3, 4, 5, 6, 7].flatMap(() => [code('+15005550006'), code('+15005550007')])
  const judged = await node().judge(batch)
  expect(judged.map(endOf)).toEqual([
    ...Array.from({ length: 10 }, () => 'goes'),
    ...Array.from({ length: 4 }, () => 'recipient_cap'),
  ])
})

test('a cap of ten minutes ends with them, the one of a day with the day', async () => {
  const rules = node()
  const pass = async (): Promise<number> =>
    (await rules.judge(Array.from({ length: 30 }, () => code('+15005550006')))).filter((one) => endOf(one) === 'goes')
      .length
  const wait = (minutes: number): Promise<unknown> =>
    ask(
      `update recipient_counts set times = array(select t - interval '${minutes} minutes' from unnest(times) as u (t))`,
    )
  const passed = [await pass()]
  for (const minutes of [9, 2, 11, 11, 11, 11]) {
    await wait(minutes)
    passed.push(await pass())
  }
  expect(passed).toEqual([5, 0, 5, 5, 5, 0, 0])
  await wait(24 * 60)
  expect(await pass()).toBe(5)
})

test('a code that was not stored after all does not count', async () => {
  const rules = node()
  const five = left(await rules.judge(Array.from({ length: 5 }, () => code('+15005550006'))))
  rules.giveBack(five.slice(0, 2))
  await until(async () => (await ask('select from recipient_counts where cardinality(times) = 3')).length === 1)
  expect((await rules.judge([1, 2, 3].map(() => code('+15005550006')))).map(endOf)).toEqual([
    'goes',
    'goes',
    'recipient_cap',
  ])
})

test('what is captured, and what is no code, is not held back; a warning tells', async () => {
  const rules = node()
  const captured = Array.from({ length: 9 }, () => {
    const one = code('+15005550006')
    return { ...one, message: { ...one.message, provider: 'sandbox' } }
  })
  expect((await rules.judge(captured)).map(endOf)).not.toContain('recipient_cap')
  const other = Array.from({ length: 6 }, () => {
    const one = code('+15005550006')
    return { ...one, message: { ...one.message, category: 'transactional' as const } }
  })
  const judged = left(await rules.judge(other))
  expect(judged.map(endOf)).not.toContain('recipient_cap')
  expect(judged.map(({ warnings }) => warnings.length)).toEqual([0, 0, 0, 0, 0, 1])
  expect(judged.at(-1)?.warnings[0]).toContain('more than 5 messages within ten minutes')
  // A dry run of a code says so before, and counts nothing.
  await rules.judge(Array.from({ length: 5 }, () => code('+15005550008')))
  const foreseen = await rules.foresee([code('+15005550008'), code('+15005550009')])
  expect(foreseen.map((warnings) => warnings.length)).toEqual([1, 0])
})

/** Twenty neighbours, half of them asked for on each node. */
async function neighbours(nodes: readonly Rules[]): Promise<void> {
  for (let place = 0; place < 20; place++) await nodes[place % nodes.length]?.judge([code(`+2010091292${10 + place}`)])
  for (const rules of nodes) await rules.look()
}

test('codes to number after number raise one alarm, though each node has seen only some of them', async () => {
  await ask(`insert into event_listeners (kind, types) values ('reader', '{*}')`)
  const nodes = [node(), node()]
  // Ten minutes by the clock may end in between.
  await until(async () => {
    await neighbours(nodes)
    return (await ask(`select from rule_alarms where rule = 'number_sequence'`)).length > 0
  })
  for (const rules of nodes) await rules.look()
  expect(await ask(`select type, reason, what from events where type = 'rule.alarm'`)).toEqual([
    { type: 'rule.alarm', reason: 'number_sequence', what: '+2010091' },
  ])
  // Whoever follows events reads it like this.
  const row = await until(async () => (await readEventsAfter(db(), { xid: '0', id: 0 }, 10)).events[0])
  expect(eventBody(row, 'full')).toMatchObject({
    type: 'rule.alarm',
    data: { rule: 'number_sequence', what: '+2010091' },
  })
  expect(raised().filter((one) => one === 'number_sequence alarm')).toHaveLength(1)
  expect((await nodes[0]?.judge([code('+201009129999')]))?.map(endOf)).toEqual(['goes'])
})

test('where pumping is held back codes to such numbers are rejected, and all others go', async () => {
  const enforcing = { pumping: { mode: 'enforce', perPrefix: 100, perCountry: 1_000 } } as const
  const rules = node(enforcing)
  await until(async () => {
    await neighbours([rules])
    return rules.alarms.now().length > 0
  })
  const others = [code('+201009199999'), code('+201119129288')]
  expect((await rules.judge(others)).map(endOf)).toEqual(['pumping', 'goes'])
  const invoice = code('+201009199998')
  const [transactional] = await rules.judge([
    { ...invoice, message: { ...invoice.message, category: 'transactional' } },
  ])
  expect(transactional === undefined ? '' : endOf(transactional)).toBe('goes')
  expect((await rules.foresee(others)).map((warnings) => warnings.length)).toEqual([1, 0])
})

test('whoever pumps from many prefixes is held back at the newest of them, too', async () => {
  await ask(`
    insert into rule_alarms (rule, what, at, until)
    select 'prefix_rate', '+20' || 10000 + n, now() - interval '1 minute' + n * interval '1 ms', now() + interval '1 hour' from generate_series(1, 300) n`)
  const rules = node({ pumping: { mode: 'enforce', perPrefix: 100, perCountry: 1_000 } })
  await rules.look()
  const others = [code('+201000112345'), code('+201030012345'), code('+201030112345')]
  expect((await rules.judge(others)).map(endOf)).toEqual(['pumping', 'pumping', 'goes'])
  const { what } = rulesCheck(rules.alarms.now())
  expect(what.match(/since/g)).toHaveLength(100)
  expect(what).toMatch(/ And 200 more\.$/)
})

test('a code that was typed in is noted once, and counts for its numbers', async () => {
  const rules = node()
  const conversions = createConversions(db(), rules.traffic)
  const [{ id } = { id: 0 }] = await ask(
    `with c as (insert into clients (contact) values ('+201009129288') returning id)
     insert into messages (client_id, subject, body, category) select id, '', 'x', 'otp' from c returning id::integer as id`,
  )
  const first = await conversions.mark(Number(id))
  expect(await conversions.mark(Number(id))).toEqual(first)
  await expect(conversions.mark(999_999)).rejects.toMatchObject({ code: 'not_found' })
  await rules.look()
  expect(await ask('select kind, key, converted from code_traffic order by kind')).toEqual([
    { kind: 'all-day', key: '*', converted: 1 },
    { kind: 'prefix-day', key: '+2010091', converted: 1 },
  ])
})

test('codes that nobody types in raise an alarm once others are typed in', async () => {
  const rules = node()
  await ask(`insert into code_traffic (kind, key, at, codes, converted) select k, key, date_trunc('day', now() at time zone 'utc') at time zone 'utc', codes, converted
    from (values ('prefix-day', '+2010091', 60, 1), ('all-day', '*', 900, 500)) as t (k, key, codes, converted)`)
  await rules.judge([code('+201009129288')])
  await until(async () => {
    await rules.look()
    return rules.alarms.now().some(({ rule, what }) => rule === 'conversion' && what === '+2010091')
  })
})

test('what a rule counts while the database is away is told later', async () => {
  const rules = node()
  await rules.judge([code('+201009129288')])
  await ask('alter table code_traffic rename to away')
  await expect(rules.look()).rejects.toThrow()
  await ask('alter table away rename to code_traffic')
  await rules.look()
  expect(await ask(`select codes from code_traffic where kind = 'all-day'`)).toEqual([{ codes: 1 }])
})

test('nothing is left of how often somebody was sent something once he is erased', async () => {
  await node().judge([code('+15005550006'), code('+15005550007')])
  await eraseNumber(db(), '+15005550006')
  expect(await ask('select contact from recipient_counts')).toEqual([{ contact: '+15005550007' }])
})

test('counts that no rule looks at any more are removed', async () => {
  const rules = node()
  await rules.judge([code('+201009129288')])
  await rules.look()
  await ask(`update recipient_counts set updated_at = now() - interval '25 hours'`)
  await ask(`update code_traffic set at = at - interval '3 days'`)
  await forgetCounts(db())
  expect(await ask('select from recipient_counts')).toEqual([])
  expect(await ask('select from code_traffic')).toEqual([])
})
