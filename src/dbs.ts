import type { Log } from './log.ts'
import { createDb, type Db } from './store/db.ts'

/** Pools by what they are for, so that none waits for another's slow statement. */
export interface Dbs {
  /** For accepting SMS: never shared with anything slow. */
  readonly accept: Db
  /** For the lease, and for what is started and settled. */
  readonly ledger: Db
  readonly work: Db
  readonly read: Db
  /** For whoever looks at the inbox: many may, at once and for long. */
  readonly inbox: Db
}

export function openDbs(url: string, log: Log): Dbs {
  const open = (name: string, max: number, statementTimeoutMs: number, queryTimeoutMs: number): Db =>
    createDb(url, { max, name: `tidings ${name}`, statementTimeoutMs, queryTimeoutMs }, (error) =>
      log.warn({ event: 'database.lost', err: error }, 'a connection to the database broke'),
    )
  return {
    accept: open('accept', 4, 2_000, 2_000),
    ledger: open('ledger', 2, 10_000, 11_000),
    work: open('work', 6, 10_000, 11_000),
    read: open('read', 4, 5_000, 6_000),
    inbox: open('inbox', 3, 5_000, 6_000),
  }
}
