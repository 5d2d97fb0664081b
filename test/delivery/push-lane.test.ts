import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Lease } from '../../src/delivery/lease.ts'
import { createOpenRows } from '../../src/delivery/open-rows.ts'
import { createPushLane, type FlushedChunk, type PushLane } from '../../src/delivery/push-lane.ts'
import { createRetirement } from '../../src/delivery/retirement.ts'
import { failure } from '../../src/domain/failure.ts'
import type { Gate, Outcome, PushProvider } from '../../src/domain/provider.ts'
import type { ChunkRow, MovedChunk } from '../../src/store/push-work.ts'

/** A provider that keeps what it is given, and asks the gate when the test says so: as one would whose pace makes targets wait. */
interface Handed {
  readonly targets: readonly string[]
  readonly gate: Gate
  readonly answer: (index: number, outcome: Outcome) => void
}

interface Rig {
  readonly lane: PushLane
  readonly handed: Handed[]
  readonly clock: { ms: number; owner: number; mayWrite: boolean; nodes: number; paused: string | null }
}

function rig(window = 4): Rig {
  const handed: Handed[] = []
  const clock = { ms: 0, owner: 1, mayWrite: true, nodes: 1, paused: null as string | null }
  const open = createOpenRows(1, () => clock.ms)
  const lease: Lease = {
    owner: () => clock.owner,
    mayWrite: () => clock.mayWrite,
    open: () => open,
    nodes: () => clock.nodes,
    renew: async () => true,
    reap: async () => undefined,
  }
  const provider: PushProvider = {
    name: 'held',
    window,
    submitMany: (_content, targets, answer, _signal, gate) =>
      new Promise(() => handed.push({ targets: targets.map(({ value }) => value), gate, answer })),
    async *check() {},
    close: async () => undefined,
  }
  const lane = createPushLane({
    provider,
    lease: () => lease,
    stops: { isPaused: (lane) => lane === clock.paused, pauses: () => [] },
    log: pino({ level: 'silent' }),
    now: () => clock.ms,
    chance: () => 0,
    after: () => undefined,
    kick: () => undefined,
    retirement: createRetirement(
      () => clock.ms,
      () => undefined,
    ),
  })
  return { lane, handed, clock }
}

function chunk(more: Partial<ChunkRow> = {}): ChunkRow {
  const targets = Array.from({ length: 8 }, (_, index) => ({ kind: 'token', value: `token-${index}` }) as const)
  return {
    id: 5,
    owner: 1,
    notificationId: 7,
    lane: 'held:transactional',
    provider: 'held',
    title: 'Hello',
    body: 'There',
    content: {},
    topic: null,
    ttlSeconds: null,
    onUncertain: 'retry',
    tokenIds: targets.map((_, index) => index + 1),
    targets,
    started: 0,
    settled: Buffer.alloc(1),
    tally: {},
    attemptsCounted: 0,
    uncertainAttempts: 0,
    crashes: 0,
    cancelled: false,
    ageMs: 0,
    remainingMs: 60_000,
    ...more,
  }
}

/** As the ledger does, when the database takes it. */
function commit(lane: PushLane, flushed: readonly FlushedChunk[] = lane.collect()): void {
  lane.committed(flushed, kept(...flushed.map(({ chunk: { row } }) => row.id)))
}

/** These are still the node's. */
function kept(...ids: readonly number[]): ReadonlyMap<number, MovedChunk> {
  return new Map(ids.map((id) => [id, { id, cancelled: false }]))
}

const ACCEPTED: Outcome = { kind: 'accepted', providerMessageId: 'theirs', status: 'sent' }

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
    const places = lane.rooms().get('held:transactional') ?? 0
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
  expect(lane.spill()).toEqual([5])
  lane.committed(flushed, kept(5))
  lane.released([5])
  expect(lane.has(5)).toBe(false)
  expect(handed).toHaveLength(1)
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
  expect([...lane.rooms().keys()]).toEqual(['held:otp', 'held:marketing'])
  expect(lane.serves()).toEqual(['held:otp', 'held:marketing'])
  for (const index of [0, 1, 2, 3]) handed[0]?.answer(index, ACCEPTED)
  commit(lane)
  expect(handed).toHaveLength(1)
  expect(lane.spill()).toEqual([5])
  lane.released([5])
  expect(lane.has(5)).toBe(false)
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
