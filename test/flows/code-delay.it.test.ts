import { expect, test } from 'vitest'
import { TidingsError } from '../../src/domain/errors.ts'
import type { Judged, Rules } from '../../src/flows/rules/rules.ts'
import { countRecipients, type Counted, type RecipientCount } from '../../src/store/rules/recipient-counts.ts'
import { until } from '../support/until.ts'
import { code, left, useRulesStage } from './rules-rig.ts'

const { db, raised, node, ask } = useRulesStage()

const WAITING = { codeDelaySeconds: 30 }

const endOf = (one: Judged | TidingsError | undefined): string =>
  one instanceof TidingsError
    ? `${one.code} ${String(one.retryAfterSeconds)}`
    : (one?.message.extras?.ended?.reason ?? 'goes')

async function judge(rules: Rules, contact = '+15005550006'): Promise<string> {
  return endOf((await rules.judge([code(contact)]))[0])
}

/** Everything that was counted is so much older. */
async function wait(seconds: number): Promise<void> {
  const older = (column: string): string =>
    `${column} = array(select t - interval '${seconds} seconds' from unnest(${column}) as u (t) order by t)`
  await ask(`update recipient_counts set ${older('times')}, ${older('codes')}`)
}

test('the third code to a number is refused until half a minute is over, and each further one for twice as long', async () => {
  const [rules, other] = [node(WAITING), node(WAITING)]
  expect([await judge(rules), await judge(other), await judge(rules)]).toEqual(['goes', 'goes', 'code_too_soon 30'])
  await wait(29)
  expect(await judge(other)).toMatch(/^code_too_soon [01]$/)
  await wait(2)
  expect([await judge(rules), await judge(rules)]).toEqual(['goes', 'code_too_soon 60'])
  await wait(31)
  expect(await judge(rules)).toMatch(/^code_too_soon 2\d$/)
  await wait(30)
  expect([await judge(rules), await judge(rules)]).toEqual(['goes', 'code_too_soon 120'])
  // Beyond a cap it is rejected, as waiting a little helps nobody; and after ten minutes all begins anew.
  await wait(121)
  expect([await judge(rules), await judge(rules)]).toEqual(['goes', 'recipient_cap'])
  await wait(600)
  expect([await judge(rules), await judge(rules), await judge(rules, '+15005550007')]).toEqual(['goes', 'goes', 'goes'])
  expect(raised().filter((one) => one === 'code_delay refused')).toHaveLength(5)
})

test('of codes that come at once, on whichever node, two go', async () => {
  const nodes = [node(WAITING), node(WAITING), node(WAITING)]
  const calls = Array.from({ length: 12 }, async (_, index) => nodes[index % 3]?.judge([code('+15005550006')]) ?? [])
  const verdicts = (await Promise.all(calls)).flat().map(endOf)
  expect(verdicts.filter((one) => one === 'goes')).toHaveLength(2)
  expect(verdicts.filter((one) => one.startsWith('code_too_soon'))).toHaveLength(10)
  const batch = [1, 2, 3].flatMap(() => [code('+15005550007'), code('+15005550008')])
  expect((await node(WAITING).judge(batch)).map(endOf)).toEqual([
    ...Array.from({ length: 4 }, () => 'goes'),
    ...Array.from({ length: 2 }, () => 'code_too_soon 30'),
  ])
})

test('what is no code neither waits nor makes a code wait', async () => {
  const rules = node({ ...WAITING, caps: { mode: 'enforce', perTenMinutes: 5, perDay: 20 } })
  const invoice = (): Judged => {
    const one = code('+15005550006')
    return { ...one, message: { ...one.message, category: 'transactional' } }
  }
  expect((await rules.judge([invoice(), invoice(), invoice()])).map(endOf)).toEqual(['goes', 'goes', 'goes'])
  expect((await rules.judge([code('+15005550006'), invoice()])).map(endOf)).toEqual(['goes', 'goes'])
  expect(await judge(rules)).toBe('recipient_cap')
})

test('a cap holds for codes and others of one statement together', async () => {
  const caps = { perTenMinutes: 5, perDay: 20 }
  const to = (isCode: boolean): Counted => ({ contact: '+15005550006', isCode })
  const count = async (...kinds: readonly boolean[]): Promise<RecipientCount | undefined> =>
    (await countRecipients(db(), kinds.map(to), caps, 30)).get('+15005550006')
  expect(await count(false, false, false, true)).toMatchObject({ codes: 1, others: 3, isFull: false })
  expect(await count(true, false)).toMatchObject({ codes: 0, others: 1, isFull: true })
  expect(await ask('select cardinality(times) as times, cardinality(codes) as codes from recipient_counts')).toEqual([
    { times: 5, codes: 1 },
  ])
})

test('a code that was not stored after all makes none wait, and a dry run tells who would', async () => {
  const rules = node(WAITING)
  const two = left(await rules.judge([code('+15005550006'), code('+15005550006')]))
  const [foreseen] = await rules.foresee([code('+15005550006')])
  expect(foreseen).toEqual(['It would be refused: this recipient may be sent another code in 30 seconds.'])
  rules.giveBack(two.slice(0, 1))
  await until(async () => (await ask('select from recipient_counts where cardinality(codes) = 1')).length === 1)
  expect(await rules.foresee([code('+15005550006')])).toEqual([[]])
  expect([await judge(rules), await judge(rules)]).toEqual(['goes', 'code_too_soon 30'])
})

test('a wait of none is none, and where caps are only observed a warning tells', async () => {
  const rules = node({ codeDelaySeconds: 0 })
  expect((await rules.judge([1, 2, 3, 4].map(() => code('+15005550006')))).map(endOf)).not.toContain('code_too_soon 30')
  const watching = node({ ...WAITING, caps: { mode: 'observe', perTenMinutes: 5, perDay: 20 } })
  const seen = left(await watching.judge([1, 2, 3].map(() => code('+15005550007'))))
  expect(seen.map(({ warnings }) => warnings.length)).toEqual([0, 0, 1])
  expect(seen[2]?.warnings[0]).toContain('30 seconds too soon')
})
