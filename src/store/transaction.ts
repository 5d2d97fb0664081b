import pg from 'pg'
import type { Db, DbClient } from './db.ts'

/** Runs `work` between BEGIN and COMMIT on one connection; a throw rolls back. The connection is dropped if it broke. */
export async function inTransaction<T>(db: Db, work: (client: DbClient) => Promise<T>): Promise<T> {
  const client = await db.connect()
  let broken = true
  try {
    const begun = client.query('begin')
    const [, result] = await Promise.all([begun, rollBackOnThrow(client, work)])
    const { command } = await client.query('commit')
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back')
    broken = false
    return result
  } catch (error) {
    broken = !isServerRefusal(error)
    throw error
  } finally {
    client.release(broken)
  }
}

/**
 * One transaction whose statements don't depend on each other's answers: all are written to the link at once, COMMIT included. `build` calls
 * its statements without awaiting them; nulls are left out. Nothing is committed when any of them fails.
 */
export async function pipelined<T extends readonly unknown[]>(
  db: Db,
  build: (client: DbClient) => readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const client = await db.connect()
  let broken = false
  try {
    const [begun, statements, committed] = together(client, () => [
      client.query('begin'),
      build(client),
      client.query('commit'),
    ])
    const answers = await Promise.allSettled([begun, Promise.all(statements), committed, ...statements])
    const failed = answers.find((answer) => answer.status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
    if ((await committed).command !== 'COMMIT') throw new Error('the transaction was rolled back')
    return await Promise.all(statements)
  } catch (error) {
    broken = !isServerRefusal(error)
    throw error
  } finally {
    client.release(broken)
  }
}

/** What is sent meanwhile leaves in one piece: one system call instead of one for each statement. */
function together<T>(client: DbClient, send: () => T): T {
  if (!(client instanceof pg.Client)) return send()
  const { stream } = client.connection
  stream.cork()
  try {
    return send()
  } finally {
    stream.uncork()
  }
}

/** The server answered with an error (it has a SQLSTATE): the connection itself is still good, unless the server is closing it. */
export function isServerRefusal(error: unknown): boolean {
  const code = sqlState(error)
  return code !== null && !code.startsWith('08') && !code.startsWith('57P')
}

/** The SQLSTATE of an error that the server sent; null for a broken link and anything else. */
export function sqlState(error: unknown): string | null {
  return error instanceof pg.DatabaseError && error.code !== undefined ? error.code : null
}

async function rollBackOnThrow<T>(client: DbClient, work: (client: DbClient) => Promise<T>): Promise<T> {
  try {
    return await work(client)
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}
