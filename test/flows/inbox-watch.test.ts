import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWatch, type Announcement } from '../../src/flows/inbox/inbox-watch.ts'
import type { Gap, Horizon, Sighting } from '../../src/store/inbox/read-inbox-look.ts'

function row(id: number, more: Partial<Sighting> = {}): Sighting {
  return { id, ours: true, waiting: false, settled: true, version: '1', ...more }
}

/** Nobody writes. */
const QUIET: Horizon = { oldest: 9, next: 9 }

const told = (...ids: number[]): Announcement[] => ids.map((id) => ({ id, kind: 'message' }))

describe('a look at the inbox', () => {
  it('tells of what is new, once, and of nothing that was there before', () => {
    const watch = createWatch([3, 1, 2], () => 0)
    expect(watch.known()).toEqual({ high: 3, asked: [], gaps: [] })
    expect(watch.see([], QUIET)).toEqual([])
    expect(watch.see([row(4), row(5)], QUIET)).toEqual(told(4, 5))
    expect(watch.known()).toEqual({ high: 5, asked: [], gaps: [] })
    expect(watch.see([row(5)], QUIET)).toEqual([])
  })

  it('never skips a row that commits behind others with higher ids, also not from before it began', () => {
    const watch = createWatch([1, 4], () => 0)
    expect(watch.known().gaps).toEqual([{ from: 2, to: 3 }])
    expect(watch.see([row(7)], QUIET)).toEqual(told(7))
    expect(watch.known()).toMatchObject({
      high: 7,
      gaps: [
        { from: 2, to: 3 },
        { from: 5, to: 6 },
      ],
    })
    expect(watch.see([row(3), row(6)], QUIET)).toEqual(told(3, 6))
    expect(watch.known().gaps).toEqual([
      { from: 2, to: 2 },
      { from: 5, to: 5 },
    ])
    expect(watch.see([row(2), row(5), row(8)], QUIET)).toEqual(told(2, 5, 8))
    expect(watch.known().gaps).toEqual([])
  })

  it('tells of a batch of 10,000 that commits behind newer ones, however long it takes', () => {
    let now = 0
    const watch = createWatch([1], () => now)
    const batch = Array.from({ length: 10_000 }, (_, index) => row(index + 2))
    expect(watch.see([row(10_002)], { oldest: 3, next: 5 })).toEqual(told(10_002))
    now = 120_000
    expect(watch.see([row(10_003)], { oldest: 3, next: 8 })).toEqual(told(10_003))
    expect(watch.see(batch, { oldest: 5, next: 8 })).toHaveLength(10_000)
    expect(watch.known().gaps).toEqual([])
  })

  it('tells also of what stands below all that was there when it began', () => {
    const watch = createWatch([500], () => 0)
    expect(watch.see([row(3), row(499)], QUIET)).toEqual(told(3, 499))
    const full = createWatch(
      Array.from({ length: 20_000 }, (_, index) => index + 1_000),
      () => 0,
    )
    // There was more: who knows what is new below?
    expect(full.known()).toMatchObject({ high: 20_999, gaps: [] })
  })

  it('gives up ids whose insert was rolled back when no transaction runs that was there before they were missed', () => {
    let now = 0
    const watch = createWatch([1], () => now)
    const gap: Gap[] = [{ from: 2, to: 2 }]
    watch.see([row(3)], { oldest: 3, next: 5 })
    now = 15_001
    watch.see([], { oldest: 4, next: 9 })
    expect(watch.known().gaps).toEqual(gap)
    // A full look may have left some of them out.
    watch.see(
      Array.from({ length: 1_000 }, (_, index) => row(index + 4)),
      { oldest: 5, next: 9 },
    )
    expect(watch.known().gaps).toEqual(gap)
    watch.see([], { oldest: 5, next: 9 })
    expect(watch.known().gaps).toEqual([])
  })

  it('asks after no more than 5,000 gaps, however wide one is', () => {
    const watch = createWatch([1], () => 0)
    expect(watch.see([row(1_000_000)], QUIET)).toEqual(told(1_000_000))
    expect(watch.known().gaps).toEqual([{ from: 2, to: 999_999 }])
    watch.see(
      Array.from({ length: 6_000 }, (_, index) => row(1_000_002 + 2 * index)),
      QUIET,
    )
    watch.see([], QUIET)
    expect(watch.known().gaps).toHaveLength(5_000)
    expect(watch.known().gaps.at(-1)).toEqual({ from: 1_011_999, to: 1_011_999 })
  })

  it('follows a row until it has come to its end, and tells when it moved', () => {
    const watch = createWatch([], () => 0)
    expect(watch.see([row(1, { settled: false })], QUIET)).toEqual(told(1))
    expect(watch.known().asked).toEqual([1])
    expect(watch.see([row(1, { settled: false })], QUIET)).toEqual([])
    expect(watch.see([row(1, { version: '2' })], QUIET)).toEqual([{ id: 1, kind: 'updated' }])
    expect(watch.known().asked).toEqual([])
  })

  it('holds a row back until it was taken, but not longer than a second', () => {
    let now = 0
    const watch = createWatch([], () => now)
    const waiting = { waiting: true, settled: false }
    expect(watch.see([row(1, waiting), row(2, waiting)], QUIET)).toEqual([])
    expect(watch.see([row(1, { version: '2' }), row(2, waiting)], QUIET)).toEqual(told(1))
    now = 1_000
    expect(watch.see([row(2, waiting)], QUIET)).toEqual(told(2))
    expect(watch.see([row(2, { version: '2' })], QUIET)).toEqual([{ id: 2, kind: 'updated' }])
  })

  it('forgets a row that was deleted, and one that does not move for a quarter of an hour', () => {
    let now = 0
    const watch = createWatch([], () => now)
    watch.see([row(1, { settled: false }), row(2, { settled: false })], QUIET)
    watch.see([row(2, { settled: false })], QUIET)
    expect(watch.known().asked).toEqual([2])
    now = 900_001
    watch.see([row(2, { settled: false })], QUIET)
    expect(watch.known().asked).toEqual([])
  })

  it('tells again of a row that somebody set going', () => {
    const watch = createWatch([1], () => 0)
    watch.reopen(1)
    expect(watch.see([row(1, { version: '5' })], QUIET)).toEqual([{ id: 1, kind: 'updated' }])
    expect(watch.known().asked).toEqual([])
  })

  it('passes over what was sent for real, and remembers nothing of it', () => {
    const watch = createWatch([], () => 0)
    expect(watch.see([row(1, { ours: false, settled: false }), row(2)], QUIET)).toEqual(told(2))
    expect(watch.known()).toEqual({ high: 2, asked: [], gaps: [] })
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
          const start = before + steps.slice(0, turn).reduce((sum, one) => sum + one, 0)
          for (const id of ids.slice(start, start + step)) visible.add(id)
          const { high, asked, gaps } = watch.known()
          const rows = [...visible]
            .filter((id) => id > high || asked.includes(id) || gaps.some(({ from, to }) => from <= id && id <= to))
            .map((id) => row(id))
          seen.push(...watch.see(rows, QUIET).map(({ id }) => id))
        }
        const expected = ids.slice(before)
        expect(seen.toSorted((one, other) => one - other)).toEqual(expected.toSorted((one, other) => one - other))
      }),
    )
  })
})
