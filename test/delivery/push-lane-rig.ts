import { pino } from 'pino'
import type { Lease } from '../../src/delivery/lease.ts'
import { createOpenRows } from '../../src/delivery/open-rows.ts'
import { createPushLane, type FlushedChunk, type PushLane } from '../../src/delivery/push-lane.ts'
import { createRetirement } from '../../src/delivery/retirement.ts'
import type { Gate, Outcome, PushProvider } from '../../src/domain/provider.ts'
import type { ChunkRow, MovedChunk } from '../../src/store/push/push-work.ts'

interface Handed {
  readonly targets: readonly string[]
  readonly gate: Gate
  readonly answer: (index: number, outcome: Outcome) => void
}

export interface Rig {
  readonly lane: PushLane
  readonly lease: Lease
  readonly handed: Handed[]
  readonly clock: {
    ms: number
    owner: number
    mayWrite: boolean
    nodes: number
    paused: string | null
    pausedPush: number | null
  }
}

/** A provider that keeps what it is given, and asks the gate when the test says so: as one would whose pace makes targets wait. */
export function rig(window = 4, kick: () => void = () => undefined): Rig {
  const handed: Handed[] = []
  const clock = {
    ms: 0,
    owner: 1,
    mayWrite: true,
    nodes: 1,
    paused: null as string | null,
    pausedPush: null as number | null,
  }
  const open = createOpenRows(1, () => clock.ms)
  const lease: Lease = {
    owner: () => clock.owner,
    mayWrite: () => clock.mayWrite,
    open: () => open,
    clock: () => new Date(clock.ms),
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
  const made = createPushLane({
    provider,
    lease: () => lease,
    stops: { isPaused: (one) => one === clock.paused, isPushPaused: (id) => id === clock.pausedPush, pauses: () => [] },
    log: pino({ level: 'silent' }),
    now: () => clock.ms,
    chance: () => 0,
    after: () => undefined,
    kick,
    retirement: createRetirement(
      () => clock.ms,
      () => undefined,
    ),
  })
  return { lane: made, lease, handed, clock }
}

export function chunk(more: Partial<ChunkRow> = {}): ChunkRow {
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
    zones: null,
    ...more,
  }
}

/** As the ledger does, when the database takes it. */
export function commit(lane: PushLane, flushed: readonly FlushedChunk[] = lane.collect()): void {
  lane.committed(flushed, kept(...flushed.map(({ chunk: { row } }) => row.id)))
}

/** These are still the node's. */
export function kept(...ids: readonly number[]): ReadonlyMap<number, MovedChunk> {
  return new Map(ids.map((id) => [id, { id, cancelled: false }]))
}

export const ACCEPTED: Outcome = { kind: 'accepted', providerMessageId: 'theirs', status: 'sent' }
