import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWatch, type Announcement } from '../../src/flows/inbox-watch.ts'
import type { Sighting } from '../../src/store/read-inbox-look.ts'

function row(id: number, more: Partial<Sighting> = {}): Sighting {
  return { id, ours: true, waiting: false, settled: true, version: '1', ...more }
}

const told = (...ids: number[]): Announcement[] => ids.map((id) => ({ id, kind: 'message' }))

describe('a look at the inbox', () => {
  it('tells of what is new, once, and of nothing that was there before', () => {
    const watch = createWatch([3, 1, 2], () => 0)
    expect(watch.known()).toEqual({ high: 3, asked: [] })
    expect(watch.see([])).toEqual([])
    expect(watch.see([row(4), row(5)])).toEqual(told(4, 5))
    expect(watch.known()).toEqual({ high: 5, asked: [] })
    expect(watch.see([row(5)])).toEqual([])
  })

  it('never skips a row that commits behind others with higher ids, also not from before it began', () => {
    const watch = createWatch([1, 4], () => 0)
    expect(watch.known().asked).toEqual([2, 3])
    expect(watch.see([row(7)])).toEqual(told(7))
    expect(watch.known()).toEqual({ high: 7, asked: [2, 3, 5, 6] })
    expect(watch.see([row(3), row(6)])).toEqual(told(3, 6))
    expect(watch.see([row(2), row(5), row(8)])).toEqual(told(2, 5, 8))
    expect(watch.known().asked).toEqual([])
  })

  it('gives up an id after a minute, since its insert was rolled back', () => {
    let now = 0
    const watch = createWatch([1], () => now)
    watch.see([row(3)])
    now = 60_000
    watch.see([])
    expect(watch.known().asked).toEqual([2])
    now = 60_001
    watch.see([])
    expect(watch.known().asked).toEqual([])
  })

  it('asks after no more than 5,000 ids where a sequence jumps', () => {
    const watch = createWatch([1], () => 0)
    expect(watch.see([row(1_000_000)])).toEqual(told(1_000_000))
    expect(watch.known().asked).toHaveLength(5_000)
    expect(watch.known().asked.at(-1)).toBe(999_999)
  })

  it('follows a row until it has come to its end, and tells when it moved', () => {
    const watch = createWatch([], () => 0)
    expect(watch.see([row(1, { settled: false })])).toEqual(told(1))
    expect(watch.known().asked).toEqual([1])
    expect(watch.see([row(1, { settled: false })])).toEqual([])
    expect(watch.see([row(1, { version: '2' })])).toEqual([{ id: 1, kind: 'updated' }])
    expect(watch.known().asked).toEqual([])
  })

  it('holds a row back until it was taken, but not longer than a second', () => {
    let now = 0
    const watch = createWatch([], () => now)
    const waiting = { waiting: true, settled: false }
    expect(watch.see([row(1, waiting), row(2, waiting)])).toEqual([])
    expect(watch.see([row(1, { version: '2' }), row(2, waiting)])).toEqual(told(1))
    now = 1_000
    expect(watch.see([row(2, waiting)])).toEqual(told(2))
    expect(watch.see([row(2, { version: '2' })])).toEqual([{ id: 2, kind: 'updated' }])
  })

  it('forgets a row that was deleted, and one that does not move for a quarter of an hour', () => {
    let now = 0
    const watch = createWatch([], () => now)
    watch.see([row(1, { settled: false }), row(2, { settled: false })])
    watch.see([row(2, { settled: false })])
    expect(watch.known().asked).toEqual([2])
    now = 900_001
    watch.see([row(2, { settled: false })])
    expect(watch.known().asked).toEqual([])
  })

  it('tells again of a row that somebody set going', () => {
    const watch = createWatch([1], () => 0)
    watch.reopen(1)
    expect(watch.see([row(1, { version: '5' })])).toEqual([{ id: 1, kind: 'updated' }])
    expect(watch.known().asked).toEqual([])
  })

  it('passes over what was sent for real, and remembers nothing of it', () => {
    const watch = createWatch([], () => 0)
    expect(watch.see([row(1, { ours: false, settled: false }), row(2)])).toEqual(told(2))
    expect(watch.known()).toEqual({ high: 2, asked: [] })
  })

  it('tells of every row exactly once, in whatever order they become visible', () => {
    const order = fc
      .uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 100 })
      .chain((ids) =>
        fc.tuple(fc.constant(ids), fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 100, maxLength: 100 })),
      )
    fc.assert(
      fc.property(order, fc.integer({ min: 0, max: 20 }), ([ids, steps], before) => {
        const visible = new Set(ids.slice(0, before))
        const watch = createWatch([...visible], () => 0)
        const seen: number[] = []
        for (const [turn, step] of steps.entries()) {
          const from = before + steps.slice(0, turn).reduce((sum, one) => sum + one, 0)
          for (const id of ids.slice(from, from + step)) visible.add(id)
          const { high, asked } = watch.known()
          const rows = [...visible].filter((id) => id > high || asked.includes(id)).map((id) => row(id))
          seen.push(...watch.see(rows).map(({ id }) => id))
        }
        const expected = ids.slice(before)
        expect(seen.toSorted((one, other) => one - other)).toEqual(expected.toSorted((one, other) => one - other))
      }),
    )
  })
})
