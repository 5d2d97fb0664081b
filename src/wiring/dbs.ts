import type { Log } from './log.ts'
import { createDb, IN_ORDER, type Db } from '../store/db.ts'
import { forgetForeignEvents } from '../store/events/event-places.ts'
import { wantAgain } from '../store/webhooks/webhooks.ts'

/** A caller is owed an answer within 2 s: what is left is for the way there and back, and for a loop that is at its limit. */
const ACCEPT_MS = 1_800

/** Pools by what they are for, so that none waits for another's slow statement. */
export interface Dbs {
  /** For accepting SMS: never shared with anything slow. */
  readonly accept: Db
  /** For the lease, and for what is started and settled: two transactions of it at a time. */
  readonly ledger: Db
  readonly work: Db
  readonly read: Db
  /** For whoever looks at the inbox: many may, at once and for long. */
  readonly inbox: Db
  /** For searching and exporting what was sent. */
  readonly history: Db
}

/** What a database brought along from another server is in order before anything runs on it: where that fails, there is nothing to stop. */
export async function openDbs(url: string, log: Log): Promise<Dbs> {
  const dbs = openPools(url, log)
  try {
    await forgetForeignEvents(dbs.work)
    await wantAgain(dbs.work)
  } catch (error) {
    await closeDbs(dbs)
    throw error
  }
  return dbs
}

export async function closeDbs(dbs: Dbs): Promise<void> {
  await Promise.all(Object.values(dbs).map((db: Db) => db.end()))
}

function openPools(url: string, log: Log): Dbs {
  const open = (name: string, max: number, statementTimeoutMs: number, queryTimeoutMs: number, session = ''): Db =>
    createDb(url, { max, name: `tidings ${name}`, statementTimeoutMs, queryTimeoutMs, session }, (error) =>
      log.warn({ event: 'database.lost', err: error }, 'a connection to the database broke'),
    )
  return {
    accept: open('accept', 4, ACCEPT_MS, ACCEPT_MS),
    ledger: open('ledger', 3, 10_000, 11_000),
    work: open('work', 6, 10_000, 11_000),
    read: open('read', 4, 5_000, 6_000),
    inbox: open('inbox', 3, 5_000, 6_000),
    history: open('history', 3, 5_000, 6_000, IN_ORDER),
  }
}
