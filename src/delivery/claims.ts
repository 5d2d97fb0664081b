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
  const rooms = new Map(lanes.flatMap((lane) => [...lane.rooms()]))
  if (rooms.size === 0) return null
  const works = await claimDue(db, lease.owner(), rooms).catch((error: unknown) => {
    giveBack(lanes, rooms)
    throw error
  })
  lease.open().adopt(works.map((work) => work.id))
  for (const lane of lanes) lane.offer(works.filter((work) => work.provider === lane.provider.name))
  giveBack(
    lanes,
    leftOver(
      rooms,
      works.map((work) => laneOf(work.provider, work.category)),
    ),
  )
  return works.length
}

/** The same for chunks of pushes. */
export async function claimPushes(db: Db, lease: Lease, lanes: readonly PushLane[]): Promise<number | null> {
  const rooms = new Map(lanes.flatMap((lane) => [...lane.rooms()]))
  if (rooms.size === 0) return null
  const rows = await claimChunks(db, lease.owner(), rooms).catch((error: unknown) => {
    giveBack(lanes, rooms)
    throw error
  })
  for (const lane of lanes) lane.offer(rows.filter((row) => row.provider === lane.provider.name))
  giveBack(lanes, rooms)
  return rows.length
}

function leftOver(rooms: ReadonlyMap<Lane, number>, taken: readonly string[]): Map<Lane, number> {
  const left = new Map(rooms)
  for (const [lane, places] of rooms) left.set(lane, places - taken.filter((name) => name === lane).length)
  return left
}

function giveBack(lanes: readonly (SmsLane | PushLane)[], rooms: ReadonlyMap<Lane, number>): void {
  for (const lane of lanes) {
    for (const category of CATEGORIES) {
      const places = rooms.get(laneOf(lane.provider.name, category))
      if (places !== undefined) lane.unreserve(category, places)
    }
  }
}
