import pg from 'pg'
import { TransferRefusal } from './refusal.ts'

/** Values are written alike by every server, so that rows can be compared as text; no statement is too long. */
const SESSION = `
set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set lock_timeout = 10000;
set datestyle = 'ISO'; set timezone = 'UTC'; set intervalstyle = 'postgres'; set extra_float_digits = 1; set bytea_output = 'hex';
set application_name = 'tidings transfer'; select set_config('tidings.transfer', 'on', false)`

/** Not connected yet. */
export function createClient(url: string): pg.Client {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, keepAlive: true })
  // One that breaks rejects the statement under way; without a listener it would also end the process.
  client.on('error', () => undefined)
  return client
}

/** Runs `work` on one connection, and closes it. Throws a TransferRefusal where there is nobody to connect to. */
export async function withConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = createClient(url)
  try {
    await client.connect()
  } catch (error) {
    throw new TransferRefusal(`The database at ${place(url)} can't be reached: ${wordsOf(error)}.`)
  }
  try {
    await client.query(SESSION)
    return await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Any number, the same for every restore and move. */
const LOCK = 7_402_912

/**
 * From here on this connection alone restores or moves this database. Waits a moment first: the server may not have noticed yet that a process
 * was killed.
 */
export async function refuseOthers(client: pg.Client): Promise<void> {
  await client.query('select pg_advisory_lock($1)', [LOCK]).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === LOCK_NOT_AVAILABLE)) throw error
    throw new TransferRefusal('Another restore or move is at work on this database.')
  })
}

/** Source: PostgreSQL documentation, appendix A. */
const LOCK_NOT_AVAILABLE = '55P03'

/** Runs `work` between BEGIN and COMMIT; a throw rolls back. */
export async function transaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

/** `db.example.com:5432/tidings`: host and database, no user, no password. */
export function place(url: string): string {
  const { hostname, port, pathname, searchParams } = new URL(url)
  const host = decodeURIComponent(hostname) || (searchParams.get('host') ?? 'localhost')
  return `${host}${port === '' ? '' : `:${port}`}${decodeURIComponent(pathname)}`
}

/** The driver's message names host and port, never the password; a failure to reach several addresses has its words inside. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
