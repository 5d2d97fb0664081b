import { readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { isLockTimeout } from './faults.ts'
import type { Adopted } from './nodes/adopt-rows.ts'
import { takeOver, type AdoptionParts, type Takeover } from './nodes/adoption.ts'
import { halfProblem } from './original.ts'

/** The same place seen from src/store and from dist/store. */
const DIRECTORY = fileURLToPath(new URL('../../migrations/', import.meta.url))
const TABLE = 'schema_migrations'
/** Any number, the same for every node: whoever holds it migrates, the others wait. */
const LOCK = 7_402_911
/** Another node's migration may be long; a lock on a table that is in use must not hold up everybody behind it. */
const TURN_MS = 600_000
const TABLE_LOCK_MS = 2_000
const ROUNDS = 10

/** What was done, or the one line that says why nothing could be. */
export type Migration =
  | {
      readonly kind: 'migrated'
      readonly applied: readonly string[]
      /** What was taken over, where the database was the original application's. */
      readonly adopted?: Adopted
    }
  | { readonly kind: 'refused'; readonly problem: string }

/**
 * Why this server can't hold Tidings' data, in one line with the fix; null when it can: Postgres 14 to 18, writable,
 * UTF-8, and a commit that is on disk when it is answered.
 */
export async function checkServer(url: string): Promise<string | null> {
  const client = connection(url)
  try {
    await client.connect()
    const { rows } = await client.query<Facts>(`
      select current_setting('server_version_num')::integer / 10000 as version,
             current_setting('server_encoding') as encoding,
             current_setting('fsync') as fsync,
             current_setting('synchronous_commit') as commit,
             pg_is_in_recovery() as standby`)
    const facts = rows[0]
    return facts === undefined ? 'The database server does not answer as Postgres does.' : serverProblem(facts)
  } catch (error) {
    return `The database can't be used: ${describe(error)}. See DATABASE_URL.`
  } finally {
    await close(client)
  }
}

/**
 * Brings the schema up to this program's version. Of several nodes that start together one does it and the others wait.
 * Nothing is half done: all that is missing goes into one transaction. `upTo`: the last one to do; null: all.
 * A database of the original application is taken over on the way; its contacts without a country code are read in `defaultCountry`
 * (ISO 3166-1 alpha-2).
 */
export async function migrate(
  url: string,
  directory: string = DIRECTORY,
  upTo: string | null = null,
  defaultCountry: string | null = null,
): Promise<Migration> {
  const known = migrationNames(directory)
  if (upTo !== null && !known.includes(upTo)) return newer(upTo)
  const ours = known.slice(0, upTo === null ? known.length : known.indexOf(upTo) + 1)
  const client = connection(url)
  try {
    await client.connect()
    const done = await compare(client, ours)
    if (done !== null) return done
    await client.query(`set lock_timeout = ${TURN_MS}`)
    await client.query('select pg_advisory_lock($1)', [LOCK])
    return (
      (await compare(client, ours)) ??
      (await apply(client, { directory, names: ours, noted: TABLE, whole: upTo === null, defaultCountry }))
    )
  } finally {
    // The lock goes with the connection.
    await close(client)
  }
}

interface Facts {
  readonly version: number
  readonly encoding: string
  readonly fsync: string
  readonly commit: string
  readonly standby: boolean
}

/** Pure. */
export function serverProblem(facts: Facts): string | null {
  const { version, encoding, fsync, commit, standby } = facts
  if (version < 14 || version > 18) return `The database is Postgres ${version}; Tidings needs 14 to 18.`
  if (standby) return 'The database is a read-only standby; point DATABASE_URL at the primary.'
  if (encoding !== 'UTF8') {
    return `The database's encoding is ${encoding}; make one with: create database tidings encoding 'UTF8' template template0`
  }
  if (fsync !== 'on') return 'The database runs with fsync = off and may lose what it confirmed; set fsync = on.'
  if (commit === 'off') {
    return 'The database confirms before it has written (synchronous_commit = off); set it to on, at least for this role or database.'
  }
  return null
}

/** Null when something is missing. */
async function compare(client: pg.Client, ours: readonly string[]): Promise<Migration | null> {
  const theirs = await appliedNames(client)
  const unknown = theirs.find((name) => !ours.includes(name))
  if (unknown !== undefined) return newer(unknown)
  const problem = theirs.length === 0 ? null : await halfProblem(client)
  if (problem !== null) return { kind: 'refused', problem }
  return ours.length === theirs.length ? { kind: 'migrated', applied: [] } : null
}

function newer(name: string): Migration {
  return { kind: 'refused', problem: `The database was migrated by a newer Tidings (${name}); start that version.` }
}

async function appliedNames(client: pg.Client): Promise<readonly string[]> {
  // Other programs have a table of this name, too.
  const { rows } = await client.query<{ there: boolean }>(
    `select exists (select from pg_attribute where attrelid = to_regclass($1) and attname = 'name') as there`,
    [`public.${TABLE}`],
  )
  if (rows[0]?.there !== true) return []
  const applied = await client.query<{ name: string }>(`select name from public.${TABLE} order by id`)
  return applied.rows.map((row) => row.name)
}

/** What of `names` was not done yet. */
async function apply(client: pg.Client, parts: AdoptionParts): Promise<Migration> {
  const { directory, names } = parts
  // Only here: a start that finds the schema current does without it.
  const { runner } = await import('node-pg-migrate')
  const done = await appliedNames(client)
  const count = names.length - done.length
  await client.query(`set lock_timeout = ${TABLE_LOCK_MS}`)
  const taken = done.length === 0 ? await takeOver(client, parts) : NOTHING_TAKEN
  if (taken.kind === 'refused') return taken
  if (taken.kind === 'adopted') return { kind: 'migrated', applied: names, adopted: taken.adopted }
  for (let round = 1; ; round += 1) {
    try {
      const applied = await runner({
        dbClient: client,
        dir: directory,
        migrationsTable: TABLE,
        direction: 'up',
        count,
        noLock: true,
        // Documented as the default, which it isn't: without it a failed migration leaves its transaction open.
        singleTransaction: true,
        logger: { debug: silent, info: silent, warn: silent, error: silent },
      })
      return { kind: 'migrated', applied: applied.map((migration) => migration.name) }
    } catch (error) {
      if (!isLockTimeout(error) || round === ROUNDS) throw error
      await delay(1_000)
    }
  }
}

const NOTHING_TAKEN: Takeover = { kind: 'none' }

/** What this version brings, in its order. */
export function migrationNames(directory: string = DIRECTORY): readonly string[] {
  const files = readdirSync(directory).filter((name) => name.endsWith('.sql'))
  return files.map((name) => name.slice(0, -'.sql'.length)).toSorted()
}

function connection(url: string): pg.Client {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'tidings migrate',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  })
  // A connection that breaks rejects the query under way; without a listener it would also end the process.
  return client.on('error', silent)
}

async function close(client: pg.Client): Promise<void> {
  await client.end().catch(silent)
}

/** The driver's message names host and port, never the password; a failure to reach several addresses has its words inside. */
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join('; ')
  return error instanceof Error ? error.message : String(error)
}

function silent(): void {
  return undefined
}
