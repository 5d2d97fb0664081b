import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { createRules, type Rules } from '../../src/fakes/rules.ts'
import { UsageError } from '../../src/fakes/usage.ts'

const PLAY = Type.Object({ status: Type.Integer(), link: Type.Optional(Type.Enum(['reset', 'hang'])) })

function rulesOf(script: unknown): Rules<{ status: number }> {
  return createRules(PLAY, ['to', 'body'], script)
}

test('the first rule that matches is played, and a star is anything', () => {
  const rules = rulesOf([
    { when: { to: '+1*06', body: 'a.c' }, play: { status: 1 } },
    { when: { to: '+1*' }, play: { status: 2 } },
  ])
  expect(rules.playFor({ to: '+15005550006', body: 'a.c' })).toEqual({ status: 1 })
  expect(rules.playFor({ to: '+15005550006', body: 'abc' })).toEqual({ status: 2 })
  expect(rules.playFor({ to: '+15005550006\nx', body: '' })).toEqual({ status: 2 })
  expect(rules.playFor({ to: '+201009129288', body: 'a.c' })).toBeNull()
})

test('a rule waits for its turn, is used up, and leaves the rest to those behind it', () => {
  const rules = rulesOf([
    { after: 1, times: 2, play: { status: 1 } },
    { when: { to: '*' }, after: 2, play: { status: 2 } },
  ])
  const played = Array.from({ length: 6 }, () => rules.playFor({ to: '+15005550006' })?.status ?? null)
  expect(played).toEqual([null, 1, 1, null, 2, 2])
  rules.replace([{ times: 1, play: { status: 3 } }])
  expect(rules.playFor({})).toEqual({ status: 3 })
  expect(rules.playFor({})).toBeNull()
})

test.each([
  [{}, 'The script must be array.'],
  [[{ play: { status: 1 } }, {}], 'Rule 2 must have required properties play.'],
  [[{ play: { status: 'x' } }], 'Rule 1, play.status, must be integer.'],
  [[{ play: { status: 1, link: 'rset' } }], 'Rule 1, play.link, must be one of reset, hang.'],
  [[{ when: { ot: '1' }, play: { status: 1 } }], 'Rule 1, when.ot, means nothing here.'],
  [[{ times: 0, play: { status: 1 } }], 'Rule 1, times, must be >= 1.'],
])('a wrong script %j is refused in one line', (script, problem) => {
  expect(() => rulesOf(script)).toThrow(new UsageError(problem))
})
