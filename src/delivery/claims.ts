import { CATEGORIES } from '../domain/category.ts'
import { laneOf, type Lane } from '../domain/lane.ts'
import type { Db } from '../store/db.ts'
import { claimChunks } from '../store/push/push-work.ts'
import { claimDue } from '../store/sms/sms-claims.ts'
import type { Lease } from './lease.ts'
import type { PushLane } from './push-lane.ts'
import type { SmsLane } from './sms-lane.ts'

/** Fills the lanes' free places with what is due in the database. */
export interface Claims {
  /** Looks for what is due: for all lanes in its turn or when told to, else for those of which more was left than they had room for. */
  look(): Promise<void>
  /** The next look is for all lanes. */
  lookForAll(): void
  /** Whether more was left for some lane than it had room for. */
  knowsOfMore(): boolean
}

export interface ClaimsParts {
  readonly db: Db
  readonly lease: Lease
  readonly smsLanes: readonly SmsLane[]
  readonly pushLanes: readonly PushLane[]
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** Between looks for all lanes, at least. */
  readonly everyMs: number
}

export function createClaims({ db, lease, smsLanes, pushLanes, now, everyMs }: ClaimsParts): Claims {
  /** Lanes whose last look filled all the places they had. */
  const more = new Set<Lane>()
  let allFrom = -Infinity

  async function claimMessages(owner: number, rooms: Map<Lane, number>): Promise<Lane[]> {
    const works = await claimDue(db, owner, rooms)
    // Declared dead meanwhile: they were taken under a mark that is not ours any more, and others have them.
    if (lease.owner() !== owner) return []
    // An offered message takes its place itself.
    const lanes = works.map((work) => laneOf(work.provider, work.category))
    for (const lane of lanes) rooms.set(lane, (rooms.get(lane) ?? 0) - 1)
    const taken = smsLanes.flatMap((lane) => lane.offer(works.filter((work) => work.provider === lane.provider.name)))
    // One whose last settlement has no answer yet is held already: its row has been lost sight of, and the sweep finds it.
    lease.open().adopt(taken.map((work) => work.id))
    return lanes
  }

  async function claimPushes(owner: number, rooms: Map<Lane, number>): Promise<Lane[]> {
    const askedAt = now()
    const rows = await claimChunks(db, owner, rooms)
    for (const lane of pushLanes)
      lane.offer(
        rows.filter((row) => row.provider === lane.provider.name),
        askedAt,
      )
    return rows.map((row) => row.lane as Lane)
  }

  /** Keeps the free places of `wanted` lanes for `fill`, and gives back those it leaves in the map, also when it throws. */
  async function withRooms(
    lanes: readonly (SmsLane | PushLane)[],
    wanted: ReadonlySet<Lane> | null,
    fill: (owner: number, rooms: Map<Lane, number>) => Promise<readonly Lane[]>,
  ): Promise<void> {
    const rooms = new Map(lanes.flatMap((lane) => [...lane.rooms(wanted)]))
    if (rooms.size === 0) return
    const asked = [...rooms]
    try {
      const found = await fill(lease.owner(), rooms)
      for (const [lane, room] of asked) {
        if (found.filter((one) => one === lane).length >= room) more.add(lane)
        else more.delete(lane)
      }
    } finally {
      giveBack(lanes, rooms)
    }
  }

  return {
    async look() {
      const all = now() >= allFrom
      if (all) allFrom = now() + everyMs
      const wanted = all ? null : new Set(more)
      await Promise.all([withRooms(smsLanes, wanted, claimMessages), withRooms(pushLanes, wanted, claimPushes)])
    },
    lookForAll: () => (allFrom = -Infinity),
    knowsOfMore: () => more.size > 0,
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
