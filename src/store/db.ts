import pg from 'pg'

/** Ids stay far below 2^53, so a bigint is read as a number. */
const types = new pg.TypeOverrides()
types.setTypeParser(pg.types.builtins.INT8, Number)
const INT8_ARRAY = 1016
types.setTypeParser(INT8_ARRAY, (text) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(Number)))

export type Db = pg.Pool
/** What runs statements: a connection, inside a transaction or out of one, or any connection of a pool. */
export type DbClient = pg.ClientBase | pg.Pool

export interface DbOptions {
  /** Connections at most. */
  readonly max: number
  /** Shown in pg_stat_activity, so that an operator sees which part is at work. */
  readonly name: string
  /** After this the server ends a statement, in milliseconds. */
  readonly statementTimeoutMs: number
  /** After this we hang up: for a server that does not even answer that it gave up. */
  readonly queryTimeoutMs: number
  /** More settings for each connection, as `-c name=value`. */
  readonly session?: string
}

/**
 * Settings for every connection: plans are made once per statement, not per call, always through the indexes (a plan made while a table was
 * nearly empty would go on scanning it), and never compiled: these statements run for milliseconds.
 */
const SESSION = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off'

/**
 * For searches, whose values the planner never sees: rows come from an index in their order and end with the limit. A plan that gathers first
 * and sorts then would read all that has a tag, or was sent to a number.
 */
export const IN_ORDER =
  '-c enable_bitmapscan=off -c enable_sort=off -c enable_incremental_sort=off -c enable_hashjoin=off -c enable_mergejoin=off'

/** Whoever waits for a connection to accept a message is owed an answer within 2 s: what is left is for the way there and back. */
const CONNECT_MS = 1_800

const made = new WeakMap<Db, number>()

/** Connections that were made, those in use among them; not those still being made, as `totalCount` counts them. */
export function connectionsOf(pool: Db): number {
  return made.get(pool) ?? 0
}

/** A pool. A connection that breaks while idle is dropped and reported through `onIdleError`; the next query opens another. */
export function createDb(url: string, options: DbOptions, onIdleError: (error: Error) => void): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max,
    application_name: options.name,
    statement_timeout: options.statementTimeoutMs,
    query_timeout: options.queryTimeoutMs,
    lock_timeout: 1_000,
    idle_in_transaction_session_timeout: 10_000,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    // Statements of one transaction are written together, without waiting for each other's answer.
    pipeline: true,
    options: options.session === undefined ? SESSION : `${SESSION} ${options.session}`,
    types,
  })
  // One that breaks while somebody holds it says so twice: its statement fails, and it emits an error, which nobody else would take.
  pool.on('connect', (client) => {
    client.on('error', () => undefined)
    made.set(pool, connectionsOf(pool) + 1)
  })
  pool.on('remove', () => void made.set(pool, connectionsOf(pool) - 1))
  // end() resolves before the sockets are closed; a server that stops then breaks connections nobody needs any more.
  pool.on('error', (error) => {
    if (!pool.ending) onIdleError(error)
  })
  return pool
}
