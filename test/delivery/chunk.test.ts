import { expect, test } from 'vitest'
import { createChunk, type Chunk } from '../../src/delivery/chunk.ts'
import { failure } from '../../src/domain/failure.ts'
import { MOST_ATTEMPTS } from '../../src/domain/retry.ts'
import type { ChunkRow } from '../../src/store/push/push-work.ts'

function chunk(more: Partial<ChunkRow>, pauseMs = 0): Chunk {
  const row: ChunkRow = {
    id: 5,
    owner: 1,
    notificationId: 7,
    lane: 'scripted:transactional',
    provider: 'scripted',
    title: 'Hello',
    body: 'There',
    content: {},
    topic: null,
    ttlSeconds: null,
    onUncertain: 'retry',
    tokenIds: [1],
    targets: [{ kind: 'token', value: 'token-1' }],
    started: 0,
    settled: Buffer.alloc(1),
    tally: {},
    attemptsCounted: 0,
    uncertainAttempts: 0,
    crashes: 0,
    cancelled: false,
    ageMs: 0,
    remainingMs: 86_400_000,
    zones: null,
    ...more,
  }
  return createChunk(row, { window: 8, now: () => 0, askedAt: 0, chance: () => 0, pauseMs: () => pauseMs })
}

function afterDoubt(one: Chunk, waitMs: number | null = null): ReturnType<Chunk['flush']> {
  one.flush(true, () => true)
  one.settle(0, { kind: 'refused', failure: failure('uncertain', 'timeout', { waitMs }) })
  return one.flush(false, () => true)
}

test('a push whose answer is lost again and again is repeated ever later, and not without end', () => {
  const waits = [0, 1, 2, 3, 4, 5, 6].map(
    (attemptsCounted) => afterDoubt(chunk({ attemptsCounted })).retries[0]?.waitMs ?? null,
  )
  expect(waits).toEqual([10_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 3_600_000])
  const last = afterDoubt(chunk({ attemptsCounted: MOST_ATTEMPTS - 1, uncertainAttempts: MOST_ATTEMPTS - 1 }))
  expect(last.retries).toEqual([])
  expect(last.outcomes).toMatchObject([{ status: 'uncertain', reason: 'exhausted', uncertainAttempts: MOST_ATTEMPTS }])
  expect(last.move).toMatchObject({ done: true, tally: { uncertain: 1 } })
})

test('a repeat comes not before the provider wants it, nor before its lane may send again', () => {
  expect(afterDoubt(chunk({}), 45_000).retries[0]?.waitMs).toBe(45_000)
  expect(afterDoubt(chunk({}, 60_000)).retries[0]?.waitMs).toBe(60_000)
})

test('targets that were in flight at two crashes are repeated one by one', () => {
  const inFlight = { size: 3, tokenIds: [1, 2, 3], started: 3 }
  const first = chunk(inFlight).flush(false, () => true)
  expect(first.retries).toMatchObject([{ size: 3, tokenIds: [1, 2, 3], crashes: 1, waitMs: 10_000 }])
  const second = chunk({ ...inFlight, crashes: 1 }).flush(false, () => true)
  expect(second.retries).toMatchObject([
    { size: 1, tokenIds: [1], crashes: 2, waitMs: 10_000 },
    { size: 1, tokenIds: [2], crashes: 2, waitMs: 10_250 },
    { size: 1, tokenIds: [3], crashes: 2, waitMs: 10_500 },
  ])
})
