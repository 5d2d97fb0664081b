import { setTimeout as delay } from 'node:timers/promises'
import { onDatabase } from './on-database.ts'

/** What was seen of locks while somebody looked. */
export interface Locks {
  /** How often it was looked. */
  readonly looks: number
  /** Sessions that waited for a lock, over all looks. */
  readonly waiting: number
  /** Locks that were asked for and not granted, over all looks, by what they are on: `extend tokens`. */
  readonly ungranted: Readonly<Record<string, number>>
  readonly deadlocks: number
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
    const readDeadlocks = async (): Promise<number> => {
      const { rows } = await db.query<{ deadlocks: number }>(
        `select deadlocks::integer from pg_stat_database where datname = current_database()`,
      )
      return rows[0]?.deadlocks ?? 0
    }
    const before = await readDeadlocks()
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
    return (await readDeadlocks()) - before
  })
  return {
    async stop() {
      stopped = true
      const deadlocks = await watching
      return { looks, waiting, ungranted, deadlocks }
    },
  }
}
