import { expect, test } from 'vitest'
import { ACCEPTED, chunk, commit, rig } from './push-lane-rig.ts'

test('of a cancelled push nothing more is started, and what was not written yet is not', () => {
  const { lane, handed } = rig()
  lane.offer([chunk()], 0)
  commit(lane)
  handed[0]?.answer(0, ACCEPTED)
  lane.callOff([5])
  expect(handed[0]?.gate()).toMatchObject({ reason: 'called_off', status: 'cancelled' })
  for (const index of [1, 2, 3]) handed[0]?.answer(index, ACCEPTED)
  const [last] = lane.collect()
  expect(last?.flush.move).toMatchObject({ started: 8, done: true, tally: { sent: 4, cancelled: 4 } })
  expect(last?.flush.outcomes.filter(({ status }) => status === 'cancelled').map(({ tokenId }) => tokenId)).toEqual([
    5, 6, 7, 8,
  ])
  commit(lane)
  expect(handed).toHaveLength(1)
})

test('what the database says was cancelled before it was started is not started', () => {
  const { lane, handed } = rig()
  lane.offer([chunk()], 0)
  lane.committed(lane.collect(), new Map([[5, { id: 5, cancelled: true }]]))
  expect(handed).toEqual([])
  expect(lane.inFlight()).toBe(0)
  const [last] = lane.collect()
  expect(last?.flush.move).toMatchObject({ started: 8, done: true, tally: { cancelled: 8 } })
  expect(last?.flush).toMatchObject({ from: 8, to: 8 })
})

test('a target that may have been sent is not called cancelled', () => {
  const { lane } = rig()
  lane.offer([chunk({ cancelled: true, uncertainAttempts: 1 })], 0)
  const [last] = lane.collect()
  expect(last?.flush.move.tally).toEqual({ uncertain: 8 })
  expect(last?.flush.outcomes[0]).toMatchObject({ status: 'uncertain', reason: 'called_off' })
})

test('a paused category starts nothing, holds back what is not written yet, and is left to whoever goes on with it', () => {
  const { lane, handed, clock } = rig()
  lane.offer([chunk()], 0)
  commit(lane)
  clock.paused = 'held:transactional'
  expect(handed[0]?.gate()).toMatchObject({ reason: 'not_sent', counted: false })
  expect(lane.reserve('transactional')).toBe(false)
  expect(lane.reserve('otp')).toBe(true)
  expect([...lane.rooms(null).keys()]).toEqual(['held:otp', 'held:marketing'])
  expect(lane.serves()).toEqual(['held:otp', 'held:marketing'])
  for (const index of [0, 1, 2, 3]) handed[0]?.answer(index, ACCEPTED)
  commit(lane)
  expect(handed).toHaveLength(1)
  expect(lane.spill()).toEqual([5])
  lane.released([5])
  expect(lane.has(5)).toBe(false)
})

test('a push that is paused by itself starts nothing, holds back what is not written yet, and is let go of; others go on', () => {
  const { lane, handed, clock } = rig()
  lane.offer([chunk()], 0)
  commit(lane)
  clock.pausedPush = 7
  expect(handed[0]?.gate()).toMatchObject({ reason: 'not_sent', counted: false })
  expect(lane.reserve('transactional')).toBe(true)
  for (const index of [0, 1, 2, 3]) handed[0]?.answer(index, ACCEPTED)
  lane.offer([chunk({ id: 6, notificationId: 1_000 })], 0)
  commit(lane)
  // Of the one that goes on.
  expect(handed).toHaveLength(2)
  expect(lane.spill()).toEqual([5])
})

test('a chunk that is let go of is not taken for lost before that is written', () => {
  const { lane, clock } = rig()
  lane.offer([chunk()], 0)
  clock.paused = 'held:transactional'
  expect(lane.spill()).toEqual([5])
  expect(lane.has(5)).toBe(true)
  lane.released([5])
  expect(lane.has(5)).toBe(false)
})
