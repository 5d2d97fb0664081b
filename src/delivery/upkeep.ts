import type { Db } from '../store/db.ts'
import { forgetOldAnswers } from '../store/idempotency.ts'
import { ensurePartitions } from '../store/past/partitions.ts'
import { BEAT_MS, type Lease } from './lease.ts'
import { startLoop, type Loop, type LoopParts } from './loop.ts'
import type { PushLane } from './push-lane.ts'
import { expireLate, sweepOwn, takeOver, type SweepParts } from './sweep.ts'

const TAKE_OVER_MS = 5_000
/** Who sees no neighbours looks for what one left in each such turn, should the look have failed. */
const ALONE_TURNS = 12
const SWEEP_MS = 10_000
const EXPIRE_MS = 5_000
const PARTITION_MS = 30_000
const FORGET_MS = 600_000

export interface UpkeepParts extends LoopParts {
  readonly workDb: Db
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** Others declared this node dead; it goes on as a new one. */
  readonly onFenced?: () => void
}

/** What a node does beside sending, from time to time: its heartbeat, taking over from the dead, finding what was lost, expiry. */
export function startUpkeep(
  parts: UpkeepParts,
  lease: Lease,
  sweep: SweepParts,
  pushLanes: readonly PushLane[],
  kick: () => void,
  hasNeighbours: () => boolean,
): Loop[] {
  const { workDb } = parts
  const served = (): string[] => pushLanes.flatMap((lane) => lane.serves())
  const firstPush = pushLanes[0]
  let turns = 0
  const loops = [
    startLoop(
      'lease',
      BEAT_MS,
      async () => {
        if (!(await lease.renew())) parts.onFenced?.()
        kick()
      },
      parts,
    ),
    startLoop(
      'take-over',
      TAKE_OVER_MS,
      async () => void ((hasNeighbours() || turns++ % ALONE_TURNS === 0) && (await takeOver(sweep))),
      parts,
    ),
    startLoop('sweep', SWEEP_MS, () => sweepOwn(sweep), parts),
    startLoop('partitions', PARTITION_MS, () => ensurePartitions(workDb), parts),
    startLoop('forget', FORGET_MS, async () => (await forgetOldAnswers(workDb)) > 0, parts),
  ]
  if (firstPush !== undefined)
    loops.push(startLoop('expire', EXPIRE_MS, () => expireLate(workDb, lease, served(), firstPush, parts.now), parts))
  return loops
}
