import type { PoolClient } from 'pg'
import type { Db, DbClient } from './db.ts'

/** One connection of a pool, kept: what is handed to it is sent at once, in order, without waiting for a turn of the event loop. */
export interface Pinned {
  /** The connection, if there is one; null: `open` it. */
  ready(): DbClient | null
  /** Rejects when the database can't be reached: nothing was sent to it. */
  open(): Promise<DbClient>
  /** After a broken link: the next `open` gets another connection. */
  drop(): void
  /** Gives the connection back to the pool. */
  release(): void
}

export function pin(db: Db): Pinned {
  let client: PoolClient | null = null

  function letGo(broken: boolean): void {
    const held = client
    client = null
    held?.release(broken)
  }

  return {
    ready: () => client,
    async open() {
      const opened = await db.connect()
      // Two may have asked at once.
      if (client !== null) opened.release()
      else {
        client = opened
        const mine = opened
        opened.once('end', () => {
          if (client === mine) letGo(true)
        })
      }
      return client
    },
    drop: () => letGo(true),
    release: () => letGo(false),
  }
}
