import { statfs } from 'node:fs/promises'
import type { BacklogLimits } from '../settings/backlog-limits.ts'
import type { Config } from '../settings/config.ts'
import type { Category } from '../domain/category.ts'
import { TidingsError } from '../domain/errors.ts'
import type { Room } from '../http/room.ts'
import type { Readings } from '../metrics/meters.ts'
import type { Db } from '../store/db.ts'
import type { Watching } from './watching.ts'
import { readBacklog, readBacklogByKey } from '../store/nodes/read-backlog.ts'

export interface BacklogParts {
  readonly limits: BacklogLimits
  readonly db: Db
  /** Where the embedded Postgres has its files; null: Postgres is somewhere else. */
  readonly directory: string | null
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  readonly chance: () => number
  /** Bytes; rejects where the system does not tell. */
  readonly spaceOf?: (directory: string) => Promise<Space>
}

export interface Space {
  readonly free: number
  readonly size: number
}

export interface Backlog extends Room {
  readings(): Promise<Readings>
}

export function openBacklog(
  { config, databaseFiles = null }: { readonly config: Config; readonly databaseFiles?: string | null },
  parts: Omit<BacklogParts, 'limits' | 'directory'> & { readonly watching: Pick<Watching, 'readAlso'> },
): Backlog {
  const backlog = createBacklog({ ...parts, limits: config.backlog, directory: databaseFiles })
  parts.watching.readAlso(() => backlog.readings())
  return backlog
}

/** Between two looks, and as a multiple of what one took; never longer than that. */
const LOOK_MS = 1_000
const REST = 20
const LONGEST_REST_MS = 5_000

/** An older look says nothing any more. */
const OLDEST_MS = 15_000

/** A page of metrics does not wait longer for the database. */
const PATIENCE_MS = 1_000

/** Of the bound on what waits, and of the reserve of the disk: what is less urgent ends earlier. */
const QUEUE_SHARE = { marketing: 0.8, transactional: 0.9, otp: 1 } as const
const DISK_SHARE = { marketing: 1, transactional: 0.75, otp: 0.5 } as const

const MIB = 2 ** 20

interface Look {
  readonly at: number
  readonly waiting: number
  /** Null: all of them together are fewer than one may have. */
  readonly byKey: ReadonlyMap<number | null, number> | null
  readonly disk: (Space & { readonly reserve: number }) | null
}

/**
 * Knows what waits to be sent and what room the disk has, about a second late. It looks only while somebody asks, and nobody waits for a look:
 * asking costs a comparison.
 */
export function createBacklog(parts: BacklogParts): Backlog {
  const { limits, now, chance } = parts
  let last: Look | null = null
  let [looking, notBefore]: [Promise<void> | null, number] = [null, 0]

  async function look(): Promise<void> {
    const at = now()
    try {
      last = { at, ...(await lookNow(parts, last)) }
    } catch {
      // Whoever needs the database is told by it.
    }
    const end = now()
    notBefore = Math.max(at + LOOK_MS, end + Math.min(REST * (end - at), LONGEST_REST_MS))
    looking = null
  }

  function latest(): Look | null {
    if (looking === null && now() >= notBefore) looking = look()
    return last !== null && now() - last.at < OLDEST_MS ? last : null
  }

  return {
    refusal(keyId, category) {
      const seen = latest()
      return seen === null ? null : judge(seen, limits, keyId, category, chance)
    },
    async readings() {
      if (latest() === null && looking !== null) await Promise.race([looking, parts.sleep(PATIENCE_MS)])
      const seen = latest()
      return seen === null ? {} : toReadings(seen, limits)
    },
  }
}

async function lookNow(
  { limits, db, directory, spaceOf = askSystem }: BacklogParts,
  before: Look | null,
): Promise<Omit<Look, 'at'>> {
  const space = directory === null ? null : await spaceOf(directory).catch(() => null)
  // The disk is watched also while the database is slow: it may be slow because of it.
  const waiting = await readBacklog(db).catch((error: unknown) => {
    if (space === null) throw error
    return before?.waiting ?? 0
  })
  const { queueLimitPerKey: most } = limits
  // Estimated, so that a key may have some more than all seem to.
  const byKey = most > 0 && waiting >= most * 0.9 ? await readBacklogByKey(db).catch(() => before?.byKey ?? null) : null
  return { waiting, byKey, disk: space && { ...space, reserve: reserveOf(space, limits) } }
}

async function askSystem(directory: string): Promise<Space> {
  const { bavail, blocks, bsize } = await statfs(directory)
  return { free: bavail * bsize, size: blocks * bsize }
}

const USUAL_RESERVE = 2_048 * MIB
const USUAL_SHARE = 0.1

function reserveOf({ size }: Space, { diskReserveMb }: BacklogLimits): number {
  return diskReserveMb === null ? Math.min(USUAL_RESERVE, size * USUAL_SHARE) : diskReserveMb * MIB
}

function judge(
  { waiting, byKey, disk }: Look,
  { queueLimit, queueLimitPerKey }: BacklogLimits,
  keyId: number | null,
  category: Category,
  chance: () => number,
): TidingsError | null {
  const retryAfterSeconds = 10 + Math.floor(chance() * 20)
  if (disk !== null && disk.free < disk.reserve * DISK_SHARE[category]) {
    return new TidingsError('storage_full', 'The database’s disk is nearly full. Nothing was stored.', {
      retryAfterSeconds,
    })
  }
  const most = queueLimit * QUEUE_SHARE[category]
  if (queueLimit > 0 && waiting >= most) {
    const message = `${waiting.toLocaleString('en')} messages wait to be sent; ${category} ones are taken up to ${most.toLocaleString('en')}`
    return new TidingsError('overloaded', message, { retryAfterSeconds })
  }
  const mine = byKey?.get(keyId) ?? 0
  if (queueLimitPerKey === 0 || mine < queueLimitPerKey) return null
  const whose = keyId === null ? 'messages sent without a key' : 'messages of this key'
  return new TidingsError(
    'queue_full',
    `${mine.toLocaleString('en')} ${whose} wait to be sent; ${queueLimitPerKey.toLocaleString('en')} may`,
    { retryAfterSeconds },
  )
}

function toReadings({ waiting, disk }: Look, { queueLimit }: BacklogLimits): Readings {
  return {
    backlog: waiting,
    backlogLimit: queueLimit === 0 ? [] : queueLimit,
    ...(disk === null ? {} : { diskFree: disk.free, diskReserve: disk.reserve }),
  }
}
