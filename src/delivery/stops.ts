import type { Db } from '../store/db.ts'
import { readGlance, type Glance, type GlanceLanes } from '../store/nodes/glance.ts'
import type { PauseScope } from '../store/nodes/read-pauses.ts'
import type { Lease } from './lease.ts'

/** What somebody has paused or cancelled, as this node knows it: it asks the database again and again. */
export interface Stops {
  isPaused(lane: string): boolean
  /** By itself, whatever its lane. */
  isPushPaused(notificationId: number): boolean
  /** Empty: nothing is paused. */
  pauses(): readonly PauseScope[]
}

export interface StopsWatch extends Stops {
  /** Others run, or left something behind. */
  hasNeighbours(): boolean
  /** Asks, also what there is to do. A failure leaves what was known. */
  look(): Promise<Glance>
}

export interface StopsParts {
  readonly db: Db
  readonly lease: () => Lease
  readonly lanes: GlanceLanes
  /** Pauses have begun or ended. */
  readonly onChange: () => void
  /** Chunks of this node that were cancelled, again each time until they have ended. */
  readonly onCancelled: (chunkIds: readonly number[]) => void
}

/** Has asked once when it resolves: what was paused before this process began stays so. */
export async function openStops({ db, lease, lanes, onChange, onCancelled }: StopsParts): Promise<StopsWatch> {
  let { pauses, pushes, neighbours } = await readGlance(db, lease().owner(), lanes)
  let known = JSON.stringify([pauses, pushes])
  return {
    pauses: () => pauses,
    hasNeighbours: () => neighbours,
    isPushPaused: (notificationId) => pushes.includes(notificationId),
    isPaused: (lane) => pauses.some((pause) => covers(pause, lane)),
    async look() {
      const read = await readGlance(db, lease().owner(), lanes)
      neighbours = read.neighbours
      if (read.cancelled.length > 0) onCancelled(read.cancelled)
      const found = JSON.stringify([read.pauses, read.pushes])
      if (found === known) return read
      known = found
      pauses = read.pauses
      pushes = read.pushes
      onChange()
      return read
    },
  }
}

function covers({ provider, category }: PauseScope, lane: string): boolean {
  const of = lane.lastIndexOf(':')
  return (provider === null || provider === lane.slice(0, of)) && (category === null || category === lane.slice(of + 1))
}
