import { setTimeout as delay } from 'node:timers/promises'
import { onDatabase } from './on-database.ts'

/** What was seen of locks, and of transactions, while somebody looked. */
export interface Locks {
  /** How often it was looked. */
  readonly looks: number
  /** Sessions that waited for a lock, over all looks. */
  readonly waiting: number
  /** Locks that were asked for and not granted, over all looks, by what they are on: `extend tokens`. */
  readonly ungranted: Readonly<Record<string, number>>
  readonly deadlocks: number
  /** Transactions that were committed, reading ones included. */
  readonly commits: number
}

export interface LockWatch {
  stop(): Promise<Locks>
}

const EVERY_MS = 100

/** Looks ten times a second which sessions wait for a lock. */
export function watchLocks(url: string): LockWatch {
  let [looks, waiting, stopped] = [0, 0, false]
  const ungranted: Record<string, number> = {}
  const watching = onDatabase(url, async (db) => {
    const readTotals = async (): Promise<{ deadlocks: number; commits: number }> => {
      const { rows } = await db.query<{ deadlocks: number; commits: number }>(
        `select deadlocks::integer, xact_commit::integer as commits from pg_stat_database where datname = current_database()`,
      )
      return rows[0] ?? { deadlocks: 0, commits: 0 }
    }
    const before = await readTotals()
    while (!stopped) {
      const { rows } = await db.query<{ waiting: number; ungranted: string[] }>(
        `select (select count(*) from pg_stat_activity where wait_event_type = 'Lock')::integer as waiting,
           array(select concat_ws(' ', locktype, relation::regclass::text) from pg_locks where not granted) as ungranted`,
      )
      looks += 1
      waiting += rows[0]?.waiting ?? 0
      for (const what of rows[0]?.ungranted ?? []) ungranted[what] = (ungranted[what] ?? 0) + 1
      await delay(EVERY_MS)
    }
    const after = await readTotals()
    return { deadlocks: after.deadlocks - before.deadlocks, commits: after.commits - before.commits - looks }
  })
  return {
    async stop() {
      stopped = true
      const totals = await watching
      return { looks, waiting, ungranted, ...totals }
    },
  }
}

export interface LockWaitWatch {
  /** The longest that a session waited for a lock, in whole milliseconds, within what is between two looks. */
  stop(): Promise<number>
}

const WAITS_EVERY_MS = 50

/** Looks how long sessions wait for locks; who migrates waits by itself, and is left out. Needs Postgres 14 (`waitstart`). */
export function watchLockWaits(url: string): LockWaitWatch {
  let [longest, stopped] = [0, false]
  const watching = onDatabase(url, async (db) => {
    while (!stopped) {
      const { rows } = await db.query<{ ms: number }>(
        `select coalesce(max(extract(epoch from clock_timestamp() - l.waitstart) * 1000), 0)::float8 as ms
         from pg_locks l join pg_stat_activity a on a.pid = l.pid where not l.granted and a.application_name <> 'tidings migrate'`,
      )
      longest = Math.max(longest, rows[0]?.ms ?? 0)
      await delay(WAITS_EVERY_MS)
    }
  })
  // Nobody listens where the experiment fails before it asks.
  watching.catch(() => undefined)
  return {
    async stop() {
      stopped = true
      await watching
      return Math.round(longest)
    },
  }
}
