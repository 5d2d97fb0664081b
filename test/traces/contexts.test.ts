import { expect, test } from 'vitest'
import { createContexts, type Contexts, type Subject } from '../../src/traces/contexts.ts'

interface Stage {
  readonly contexts: Contexts
  readonly asked: [Subject, readonly number[]][]
}

/** The database knows the even ones. */
function stage(lookUp: (ids: readonly number[]) => ReadonlyMap<number, string> = evenOnes): Stage {
  const asked: [Subject, readonly number[]][] = []
  const contexts = createContexts({
    lookUp: async (subject, ids) => {
      asked.push([subject, ids])
      return lookUp(ids)
    },
    after: (_ms, run) => setImmediate(run),
  })
  return { contexts, asked }
}

function evenOnes(ids: readonly number[]): ReadonlyMap<number, string> {
  return new Map(ids.filter((id) => id % 2 === 0).map((id) => [id, `span-${id}`]))
}

test('what is remembered is known at once, and nobody is asked', () => {
  const { contexts, asked } = stage()
  const found: string[] = []
  contexts.remember('sms', 1, 'span-1')
  contexts.find('sms', 1, (span) => found.push(span))
  expect(found).toEqual(['span-1'])
  expect(asked).toEqual([])
})

test('what is not is asked for together, each once; a push is no SMS', async () => {
  const { contexts, asked } = stage()
  const found: string[] = []
  for (const id of [2, 2, 3, 4]) contexts.find('sms', id, (span) => found.push(span))
  contexts.find('push', 2, (span) => found.push(`push ${span}`))
  await contexts.idle()
  expect(found.toSorted((a, b) => a.localeCompare(b))).toEqual(['push span-2', 'span-2', 'span-2', 'span-4'])
  expect(asked).toEqual([
    ['sms', [2, 3, 4]],
    ['push', [2]],
  ])
  expect(contexts.known('sms', 4)).toBe('span-4')
  expect(contexts.known('sms', 3)).toBeNull()
})

test('what belongs to no span is remembered as well, and nobody is asked twice', async () => {
  const { contexts, asked } = stage()
  const found: string[] = []
  contexts.remember('sms', 2, null)
  contexts.find('sms', 2, (span) => found.push(span))
  contexts.find('sms', 3, (span) => found.push(span))
  await contexts.idle()
  contexts.find('sms', 3, (span) => found.push(span))
  await contexts.idle()
  expect(found).toEqual([])
  expect(asked).toEqual([['sms', [3]]])
})

test('a database that does not answer costs spans, and nothing else', async () => {
  const { contexts } = stage(() => {
    throw new Error('away')
  })
  const found: string[] = []
  contexts.find('sms', 2, (span) => found.push(span))
  await contexts.idle()
  expect(found).toEqual([])
})

test('memory is bounded, however many are remembered or waited for', async () => {
  const { contexts, asked } = stage()
  for (let id = 0; id < 25_000; id++) contexts.remember('sms', id, 'span')
  expect(contexts.known('sms', 0)).toBeNull()
  expect(contexts.known('sms', 24_999)).toBe('span')
  for (let id = 30_000; id < 40_000; id++) contexts.find('sms', id, () => undefined)
  await contexts.idle()
  expect(asked.flatMap(([, ids]) => ids)).toHaveLength(4_096)
})
