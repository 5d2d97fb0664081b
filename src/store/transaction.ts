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

/** One statement of a transaction; null where there is nothing to do. */
export type Statement<T> = ((client: DbClient) => Promise<T>) | null

/**
 * One transaction whose statements don't depend on each other's answers: all are written to the link at once, COMMIT included; a single
 * one is its own transaction. Nothing is committed when any of them fails. Resolves with their answers, null for those left out.
 */
export async function pipelined<T extends readonly unknown[]>(
  db: Db,
  statements: { readonly [K in keyof T]: Statement<T[K]> },
): Promise<{ -readonly [K in keyof T]: T[K] | null }> {
  if (statements.filter((statement) => statement !== null).length <= 1) return runAll(db, statements)
  const client = await db.connect()
  let broken = true
  try {
    const [begun, answers, committed] = together(client, () => [
      client.query('begin'),
      runAll(client, statements),
      client.query('commit'),
    ])
    const failures = (await Promise.allSettled([begun, answers, committed])).filter((end) => end.status === 'rejected')
    // A statement may have been refused and COMMIT never answered.
    broken = failures.some(({ reason }) => !isServerRefusal(reason))
    if (failures[0] !== undefined) throw failures[0].reason
    broken = (await committed).command !== 'COMMIT'
    if (broken) throw new Error('the transaction was rolled back')
    return await answers
  } finally {
    client.release(broken)
  }
}

async function runAll<T extends readonly unknown[]>(
  client: DbClient,
  statements: { readonly [K in keyof T]: Statement<T[K]> },
): Promise<{ -readonly [K in keyof T]: T[K] | null }> {
  const running: Promise<unknown>[] = statements.map((statement) => statement?.(client) ?? Promise.resolve(null))
  // The first to fail is the cause; the others fail with it, in a transaction that is over.
  return (await Promise.all(running)) as { -readonly [K in keyof T]: T[K] | null }
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

/**
 * The server answered with an error (it has a SQLSTATE): the connection itself is still good, unless the server is closing it, or takes
 * no writes on it: one that was opened while the database was read-only stays so after the database is well.
 */
export function isServerRefusal(error: unknown): boolean {
  const code = sqlState(error)
  return code !== null && !code.startsWith('08') && !code.startsWith('57P') && code !== READ_ONLY
}

const READ_ONLY = '25006'

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
