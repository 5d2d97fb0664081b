import { expect, it } from 'vitest'
import { gatherCalls, type Counted } from '../../src/http/gathered-calls.ts'
import { until } from '../support/until.ts'

interface Statement {
  readonly caller: string
  readonly calls: number
  answer(): void
  fail(error: unknown): void
}

/** A database that answers when it is told to. */
function createCounts(): { statements: Statement[]; count: (caller: string, calls: number) => Promise<Counted> } {
  const totals = new Map<string, number>()
  const statements: Statement[] = []
  const count = (caller: string, calls: number): Promise<Counted> =>
    new Promise((resolve, reject) => {
      const answer = (): void => {
        const total = (totals.get(caller) ?? 0) + calls
        totals.set(caller, total)
        resolve({ total, msBeforeNext: 30_000 })
      }
      statements.push({ caller, calls, answer, fail: reject })
    })
  return { statements, count }
}

const asked = (statements: readonly Statement[]): string[] =>
  statements.map(({ caller, calls }) => `${caller} ${calls}`)

it('calls that come while others of the caller are counted are counted by one statement, each in its place', async () => {
  const { statements, count } = createCounts()
  const countOne = gatherCalls(count)
  const first = countOne('shop')
  const next = [countOne('shop'), countOne('shop'), countOne('shop')]
  expect(asked(statements)).toEqual(['shop 1'])
  statements[0]?.answer()
  await first
  await until(() => statements.length > 1)
  expect(asked(statements)).toEqual(['shop 1', 'shop 3'])
  statements[1]?.answer()
  const totals = (await Promise.all([first, ...next])).map(({ total }) => total)
  expect(totals).toEqual([1, 2, 3, 4])
})

it('calls that are read in the turn in which a count is answered are counted with those that waited for it', async () => {
  const { statements, count } = createCounts()
  const countOne = gatherCalls(count)
  const first = countOne('shop')
  const waited = countOne('shop')
  statements[0]?.answer()
  await first
  // Past whatever else is due at once, before the turn ends.
  await new Promise(process.nextTick)
  const read = countOne('shop')
  await until(() => statements.length > 1)
  expect(asked(statements)).toEqual(['shop 1', 'shop 2'])
  statements[1]?.answer()
  expect((await Promise.all([waited, read])).map(({ total }) => total)).toEqual([2, 3])
})

it('callers do not wait for each other', () => {
  const { statements, count } = createCounts()
  const countOne = gatherCalls(count)
  void countOne('shop')
  void countOne('bank')
  expect(asked(statements)).toEqual(['shop 1', 'bank 1'])
})

it('where counting fails it fails for those counted together, and the next are counted again', async () => {
  const { statements, count } = createCounts()
  const countOne = gatherCalls(count)
  const first = countOne('shop')
  const next = countOne('shop')
  statements[0]?.fail(new Error('the link broke'))
  await expect(first).rejects.toThrow('the link broke')
  await until(() => statements.length > 1)
  statements[1]?.answer()
  expect(await next).toEqual({ total: 1, msBeforeNext: 30_000 })
})

it('a caller who comes back later begins a statement of his own', async () => {
  const { statements, count } = createCounts()
  const countOne = gatherCalls(count)
  const first = countOne('shop')
  statements[0]?.answer()
  await first
  // The one that has answered has let go of him by then.
  await new Promise(setImmediate)
  const later = countOne('shop')
  expect(asked(statements)).toEqual(['shop 1', 'shop 1'])
  statements[1]?.answer()
  expect(await later).toMatchObject({ total: 2 })
})

it('calls refused without a count are refused, all of them', async () => {
  const countOne = gatherCalls(async () => ({ total: Infinity, msBeforeNext: 1_000 }))
  const all = await Promise.all([countOne('shop'), countOne('shop')])
  expect(all.map(({ total }) => total)).toEqual([Infinity, Infinity])
})
