import type { PoolClient } from 'pg'
import { TidingsError } from '../domain/errors.ts'
import { connectionsOf, type Db } from './db.ts'
import { unavailable } from './faults.ts'

/** Whoever is to be accepted does not wait longer for others to give a connection back. */
const WAIT_MS = 500

/**
 * Resolves when there is a connection. Throws `database_unavailable` where none can be made, told apart from one that broke off: nothing was
 * sent; and `overloaded` where others keep all of them for half a second.
 */
export async function reach(db: Db): Promise<void> {
  if (db.idleCount > 0) return
  const isFull = connectionsOf(db) >= db.options.max
  const connecting = db.connect().catch((cause: unknown) => {
    throw unavailable(cause)
  })
  const client = isFull ? await within(connecting) : await connecting
  client.release()
}

async function within(connecting: Promise<PoolClient>): Promise<PoolClient> {
  let giveUp: (nobody: null) => void = () => undefined
  const over = new Promise<null>((resolve) => (giveUp = resolve))
  const timer = setTimeout(() => giveUp(null), WAIT_MS)
  const client = await Promise.race([connecting, over]).finally(() => clearTimeout(timer))
  if (client !== null) return client
  // It comes later, and is nobody's then.
  void connecting.then(
    (late) => late.release(),
    () => undefined,
  )
  throw new TidingsError('overloaded', 'All connections to the database are in use. Nothing was stored.', {
    retryAfterSeconds: 1,
  })
}
