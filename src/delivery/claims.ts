import { CATEGORIES } from '../domain/category.ts'
import { laneOf, type Lane } from '../domain/lane.ts'
import type { Db } from '../store/db.ts'
import { claimChunks } from '../store/push-work.ts'
import { claimDue } from '../store/sms-work.ts'
import type { Lease } from './lease.ts'
import type { PushLane } from './push-lane.ts'
import type { SmsLane } from './sms-lane.ts'

/** Fills the lanes' free places with what is due. Resolves with how much that was; null: there was no room. */
export async function claimMessages(db: Db, lease: Lease, lanes: readonly SmsLane[]): Promise<number | null> {
  return withRooms(lanes, async (rooms) => {
    const owner = lease.owner()
    const works = await claimDue(db, owner, rooms)
    // Declared dead meanwhile: they were taken under a mark that is not ours any more, and others have them.
    if (lease.owner() !== owner) return 0
    for (const work of works) {
      // An offered message takes its place itself.
      const lane = laneOf(work.provider, work.category)
      rooms.set(lane, (rooms.get(lane) ?? 0) - 1)
    }
    const taken = lanes.flatMap((lane) => lane.offer(works.filter((work) => work.provider === lane.provider.name)))
    // One whose last settlement has no answer yet is held already: its row has been lost sight of, and the sweep finds it.
    lease.open().adopt(taken.map((work) => work.id))
    return works.length
  })
}

/** The same for chunks of pushes. `now` is monotonic, in milliseconds. */
export async function claimPushes(
  db: Db,
  lease: Lease,
  lanes: readonly PushLane[],
  now: () => number,
): Promise<number | null> {
  return withRooms(lanes, async (rooms) => {
    const askedAt = now()
    const rows = await claimChunks(db, lease.owner(), rooms)
    for (const lane of lanes)
      lane.offer(
        rows.filter((row) => row.provider === lane.provider.name),
        askedAt,
      )
    return rows.length
  })
}

/** Keeps all free places for `fill`, and gives back those it leaves in the map, also when it throws. */
async function withRooms(
  lanes: readonly (SmsLane | PushLane)[],
  fill: (rooms: Map<Lane, number>) => Promise<number>,
): Promise<number | null> {
  const rooms = new Map(lanes.flatMap((lane) => [...lane.rooms()]))
  if (rooms.size === 0) return null
  try {
    return await fill(rooms)
  } finally {
    giveBack(lanes, rooms)
  }
}

function giveBack(lanes: readonly (SmsLane | PushLane)[], rooms: ReadonlyMap<Lane, number>): void {
  for (const lane of lanes) {
    for (const category of CATEGORIES) {
      const places = rooms.get(laneOf(lane.provider.name, category))
      if (places !== undefined) lane.unreserve(category, places)
    }
  }
}
