import fc from 'fast-check'
import { expect, test } from 'vitest'
import { topicProblem } from '../../src/domain/permissions.ts'
import { broadcastOf, parseCondition, topicsOf } from '../../src/domain/push/push-topics.ts'
import { topicWarning } from '../../src/domain/staging.ts'

const NAMED = "'news' in topics"

test('a condition names up to five topics, put together with && || ! and parentheses', () => {
  const five = ['a', 'b', 'c', 'd', 'e'].map((name) => `'${name}' in topics`)
  expect(parseCondition(five.join(' && '))).toEqual({ topics: ['a', 'b', 'c', 'd', 'e'], negates: false })
  expect(parseCondition(`${five.join('||')} || ${NAMED}`)).toMatchObject({
    path: 'condition',
    message: 'A condition names 6 topics; FCM takes 5.',
  })
  expect(parseCondition("('a' in topics || 'b' in topics) && !('c' in topics)")).toEqual({
    topics: ['a', 'b', 'c'],
    negates: true,
  })
})

test.each([
  ['', 'wants a topic'],
  ["'news' in topic", 'wants "in topics" at character 8'],
  ["'news' in topicsx", 'wants "in topics"'],
  ["'news'", 'wants "in topics"'],
  ["'news'\u00a0in topics", 'wants "in topics" at character 7'],
  ['"news" in topics', 'wants a topic'],
  ["'new s' in topics", 'names no topic at character 1'],
  ["'' in topics", 'names no topic'],
  [`${NAMED} ${NAMED}`, 'wants && or || at character 18'],
  [`${NAMED} &&`, 'wants a topic'],
  [`${NAMED} & ${NAMED}`, 'wants && or ||'],
  [`(${NAMED}`, 'wants ) at character 18'],
  [`${NAMED})`, 'wants && or ||'],
  [`${'('.repeat(40)}${NAMED}${')'.repeat(40)}`, 'more than 32 levels'],
  [`'${'a'.repeat(2_000)}' in topics`, 'at most 2,000 characters'],
])('%j is no condition, and it is told where it ends to be one', (text, complaint) => {
  const read = parseCondition(text)
  expect('message' in read ? read.message : read).toContain(complaint)
  expect(read).toMatchObject({ path: 'condition' })
})

test('a bare name is no condition, and is told how it becomes one', () => {
  expect(parseCondition('news')).toMatchObject({ suggestion: NAMED })
})

type Tree = string | { readonly not: Tree } | readonly [Tree, '&&' | '||', Tree]

test('every condition that is put together by its rules is read, with each topic that it names', () => {
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 2 },
      fc.constantFrom('a', 'b-1', 'c.d', '~%'),
      fc.record({ not: tie('tree') }),
      fc.tuple(tie('tree'), fc.constantFrom('&&', '||'), tie('tree')),
    ),
  }))
  fc.assert(
    fc.property(tree, fc.constantFrom('', ' ', '  '), (drawn, space) => {
      const read = parseCondition(write(drawn, space))
      expect(read).toEqual({ topics: namesOf(drawn), negates: JSON.stringify(drawn).includes('"not"') })
    }),
  )
})

test('a key for some topics, and a list of those who may be reached, hold for all topics of a condition; one with ! is for everybody', () => {
  const caller = { keyId: 1, mode: 'live', scopes: null, countries: null, topics: ['news', 'sport*'] } as never
  const rules = { onlyTo: ['topic:news', 'topic:sport*'], redirectTo: [] } as never
  const reached = (condition: string): boolean[] => [
    topicProblem(caller, condition) === null,
    topicWarning(rules, condition) === null,
  ]
  expect(reached("'news' in topics && 'sport-1' in topics")).toEqual([true, true])
  expect(reached("'news' in topics || 'other' in topics")).toEqual([false, false])
  expect(reached("!('news' in topics)")).toEqual([false, false])
  expect(topicsOf('news')).toEqual({ topics: ['news'], negates: false })
  expect([broadcastOf('news').kind, broadcastOf(NAMED).kind]).toEqual(['topic', 'condition'])
})

function write(tree: Tree, space: string): string {
  if (typeof tree === 'string') return `'${tree}' in topics`
  if ('not' in tree) return `!${space}(${write(tree.not, space)})`
  const [left, operator, right] = tree
  return `(${write(left, space)}${space}${operator}${space}${write(right, space)})`
}

function namesOf(tree: Tree): string[] {
  if (typeof tree === 'string') return [tree]
  return 'not' in tree ? namesOf(tree.not) : [...namesOf(tree[0]), ...namesOf(tree[2])]
}
