import { expect, test } from 'vitest'
import { failure } from '../../src/domain/failure.ts'
import type { Outcome } from '../../src/domain/provider.ts'
import type { ChunkRow } from '../../src/store/push/push-work.ts'
import { ACCEPTED, chunk, commit, kept, rig } from './push-lane-rig.ts'

test('what is still to be written is held back when the lease has lapsed, and ends when its notification has', () => {
  const { lane, handed, clock } = rig()
  lane.offer([chunk()], 0)
  commit(lane)
  expect(handed[0]?.targets).toHaveLength(4)
  expect(handed[0]?.gate()).toBe(null)
  clock.mayWrite = false
  expect(handed[0]?.gate()).toMatchObject({ class: 'transient', reason: 'not_sent', counted: false })
  clock.mayWrite = true
  expect(handed[0]?.gate()).toBe(null)
  clock.ms = 60_000
  expect(handed[0]?.gate()).toMatchObject({ class: 'permanent', reason: 'expired', status: 'expired' })
})

test('what is still to be written is held back when the node closes, so that others go on with it at once', () => {
  const { lane, handed } = rig()
  lane.offer([chunk()], 0)
  commit(lane)
  lane.close()
  expect(handed[0]?.gate()).toMatchObject({ reason: 'not_sent', counted: false })
})

test('a lane that is paused for long leaves what it holds to others, and takes nothing', () => {
  const { lane, handed, clock } = rig()
  lane.offer([chunk()], 0)
  commit(lane)
  const pausing = (waitMs: number): Outcome => ({ kind: 'refused', failure: failure('throttled', 'quota', { waitMs }) })
  handed[0]?.answer(0, pausing(5_000))
  expect(lane.serves()).toEqual([])
  expect(lane.reserve('otp')).toBe(true)
  for (const index of [1, 2, 3]) handed[0]?.answer(index, ACCEPTED)
  commit(lane)
  expect(lane.spill()).toEqual([])
  clock.ms = 5_000
  commit(lane)
  handed[1]?.answer(0, pausing(60_000))
  expect(lane.reserve('otp')).toBe(false)
  // Three are still in flight.
  commit(lane)
  expect(lane.spill()).toEqual([])
  for (const index of [1, 2, 3]) handed[1]?.answer(index, ACCEPTED)
  expect(lane.spill()).toEqual([])
})

test('of several nodes each takes its part of a long push, so that it goes out at the pace of all of them', () => {
  const { lane, clock } = rig()
  const roomOf = (): number => {
    const places = lane.rooms(null).get('held:transactional') ?? 0
    lane.unreserve('transactional', places)
    return places
  }
  const alone = roomOf()
  clock.nodes = 4
  expect(roomOf()).toBe(alone / 4)
  lane.offer([chunk({ id: 5 }), chunk({ id: 6, started: 6 })], 0)
  // The second has no more left than goes out at once.
  expect(roomOf()).toBe(alone / 4 - 1)
  clock.nodes = 1_000
  expect(roomOf()).toBe(0)
  commit(lane)
  expect(roomOf()).toBe(1)
})

test('a chunk that waits out a long pause is let go of as far as it is', () => {
  const { lane, handed } = rig(2)
  lane.offer([chunk()], 0)
  commit(lane)
  handed[0]?.answer(0, ACCEPTED)
  handed[0]?.answer(1, { kind: 'refused', failure: failure('throttled', 'quota', { waitMs: 60_000 }) })
  expect(lane.spill()).toEqual([])
  const flushed = lane.collect()
  expect(flushed[0]?.flush.move).toMatchObject({ started: 2, done: false })
  // Whoever took it now would not know of what is on its way to the database.
  expect(lane.spill()).toEqual([])
  lane.committed(flushed, kept(5))
  expect(lane.spill()).toEqual([5])
  lane.released([5])
  expect(lane.has(5)).toBe(false)
  expect(handed).toHaveLength(1)
})

test('a chunk that is being written gathers what comes meanwhile for the next time', () => {
  const { lane, handed } = rig()
  lane.offer([chunk()], 0)
  commit(lane)
  handed[0]?.answer(0, ACCEPTED)
  const first = lane.collect()
  for (const index of [1, 2]) handed[0]?.answer(index, ACCEPTED)
  expect(lane.collect()).toEqual([])
  lane.committed(first, kept(5))
  const [second] = lane.collect()
  expect(second?.flush.outcomes).toMatchObject([{ tokenId: 2 }, { tokenId: 3 }])
})

test('pushes to one device each fill the windows, too', () => {
  const { lane, handed } = rig()
  const alone = { tokenIds: [1], targets: [{ kind: 'token', value: 'a' }] } as const
  const take = (id: number, more: Partial<ChunkRow>): boolean => {
    if (!lane.reserve('transactional')) return false
    lane.unreserve('transactional', 1)
    lane.offer([chunk({ id, ...more })], 0)
    commit(lane)
    return true
  }
  const taken = Array.from({ length: 100 }, (_, index) => take(index, alone)).filter((one) => one)
  // Eleven windows of four; the twelfth is for what may need all of it.
  expect([taken.length, lane.inFlight()]).toEqual([45, 45])
  handed[0]?.answer(0, ACCEPTED)
  commit(lane)
  expect([take(200, {}), take(201, {})]).toEqual([true, false])
  expect(lane.inFlight()).toBe(48)
})

test('a chunk that is on its way out is not taken anew before its release is committed', () => {
  const { lane, handed } = rig(2)
  lane.offer([chunk()], 0)
  commit(lane)
  handed[0]?.answer(0, ACCEPTED)
  handed[0]?.answer(1, { kind: 'refused', failure: failure('throttled', 'quota', { waitMs: 60_000 }) })
  commit(lane)
  expect(lane.spill()).toEqual([5])
  lane.offer([chunk({ started: 2 })], 0)
  expect(lane.collect()).toEqual([])
  lane.released([5])
  lane.offer([chunk({ started: 2 })], 0)
  expect(lane.collect()).toHaveLength(1)
})

test('a lane is pressed by two windows of outcomes that could be written now', () => {
  const { lane, handed } = rig()
  lane.offer([chunk({ id: 5 }), chunk({ id: 6 }), chunk({ id: 7 })], 0)
  commit(lane)
  const all = [0, 1, 2, 3]
  for (const index of all) handed[0]?.answer(index, ACCEPTED)
  const first = lane.collect()
  for (const index of all) handed[1]?.answer(index, ACCEPTED)
  expect(lane.isPressed()).toBe(false)
  lane.committed(first, kept(5))
  for (const index of all) handed[2]?.answer(index, ACCEPTED)
  expect(lane.isPressed()).toBe(true)
  const second = lane.collect()
  expect(lane.isPressed()).toBe(false)
  // What comes for a chunk that is being written can't be, until it was.
  for (const index of all) handed[3]?.answer(index, ACCEPTED)
  expect(lane.isPressed()).toBe(false)
  lane.committed(second, kept(6, 7))
  expect(lane.isPressed()).toBe(false)
})

test('a node that was declared dead writes nothing more of what it held, though it lives on under another mark', () => {
  const { lane, handed, clock } = rig()
  lane.offer([chunk()], 0)
  commit(lane)
  clock.owner = 2
  expect(handed[0]?.gate()).toMatchObject({ reason: 'not_sent' })
  handed[0]?.answer(0, ACCEPTED)
  expect(lane.has(5)).toBe(false)
  expect(lane.collect()).toEqual([])
  expect(lane.inFlight()).toBe(0)
})

test('a chunk taken anew is not touched by what the same process knew of it under its former mark', () => {
  const { lane, handed, clock } = rig()
  lane.offer([chunk()], 0)
  commit(lane)
  handed[0]?.answer(0, ACCEPTED)
  const old = lane.collect()
  // While that is on its way to the database: declared dead, taken over, claimed again with what was settled by then.
  clock.owner = 2
  lane.offer([chunk({ owner: 2, started: 4 })], 0)
  lane.committed(old, kept())
  expect(lane.has(5)).toBe(true)
  const [again] = lane.collect()
  expect(again?.flush.move).toMatchObject({ id: 5, owner: 2, started: 8 })
  // The four that were in flight are in doubt and tried again; the old answer, which came too late, counts nowhere.
  expect(again?.flush.outcomes).toEqual([])
  expect(again?.flush.retries).toMatchObject([{ tokenIds: [1, 2, 3, 4], uncertainAttempts: 1 }])
  lane.committed(again === undefined ? [] : [again], kept(5))
  handed[0]?.answer(1, ACCEPTED)
  handed[1]?.answer(0, ACCEPTED)
  const [last] = lane.collect()
  expect(handed[1]?.targets).toEqual(['token-4', 'token-5', 'token-6', 'token-7'])
  expect(last?.flush.outcomes).toMatchObject([{ tokenId: 5, status: 'sent' }])
})

test('a chunk that is offered twice under one mark stays as far as it is', () => {
  const { lane, handed } = rig()
  lane.offer([chunk()], 0)
  commit(lane)
  lane.offer([chunk()], 0)
  commit(lane)
  expect(handed).toHaveLength(1)
  expect(lane.inFlight()).toBe(4)
})

test('a claim whose answer comes after its mark was lost does not displace the claim made since', () => {
  const { lane, handed, clock } = rig()
  clock.owner = 2
  lane.offer([chunk({ owner: 2 })], 0)
  commit(lane)
  lane.offer([chunk()], 0)
  expect(handed).toHaveLength(1)
  expect(lane.has(5)).toBe(true)
  expect(lane.inFlight()).toBe(4)
})

test('a chunk whose row was long on its way has that much less of its validity left', () => {
  const { lane, handed, clock } = rig()
  clock.ms = 60_000
  lane.offer([chunk()], 0)
  commit(lane)
  expect(handed).toEqual([])
})
