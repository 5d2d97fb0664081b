import { randomBytes } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findBinaries, installedNative } from './binaries.ts'
import {
  chooseHome,
  DATABASE,
  ensureCluster,
  makeDirectory,
  readNotes,
  writeNotes,
  type ClusterNotes,
} from './cluster.ts'
import { postgresIdentity } from './identity.ts'
import { keepRunning } from './keep-running.ts'
import { livingOwner, takeOwnership, type Ownership } from './owner.ts'
import { StartRefusal } from './refusal.ts'
import { startServer, stopLeftOver, type ServerOptions } from './server.ts'

export interface EmbeddedOptions {
  /** Made if it isn't there. */
  readonly dataDir: string
  /** Told one line when Postgres died and was started again. */
  readonly onRestart: (line: string) => void
}

export interface Embedded {
  /** A DSN with the password in it. */
  readonly url: string
  /** Made just now, and empty. */
  readonly fresh: boolean
  /** Its major version: `18`. */
  readonly version: string
  /** Where its files are when they could not be in the data directory, which the Postgres user may not enter; else null. */
  readonly elsewhere: string | null
  stop(): Promise<void>
}

/** Durable whatever postgresql.conf says; no line of its log shows what a statement held. */
const SETTINGS = [
  'fsync=on',
  'synchronous_commit=on',
  'full_page_writes=on',
  'cluster_name=tidings',
  'timezone=UTC',
  'log_timezone=UTC',
  'log_error_verbosity=terse',
  'log_min_error_statement=panic',
]

/**
 * Starts a Postgres of our own in `dataDir`, on 127.0.0.1 and the port it had before if that is free. One that an earlier
 * process left running is stopped first. Throws a StartRefusal when another Tidings uses the directory, and for whatever
 * else only the operator can mend.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  try {
    return await startOwned(options)
  } catch (error) {
    throw fileProblem(error) ?? error
  }
}

/** The DSN of the embedded Postgres that a living process runs in this directory; null when none does. */
export function runningUrl(dataDir: string): string | null {
  const notes = livingOwner(resolve(dataDir)) === null ? null : readNotes(resolve(dataDir))
  return notes === null ? null : dsn(notes.password, notes.port)
}

async function startOwned(options: EmbeddedOptions): Promise<Embedded> {
  // First of all: who has none can't use a directory either, and is told what else there is.
  installedNative()
  const asGiven = resolve(options.dataDir)
  makeDirectory(asGiven, postgresIdentity(join(asGiven, 'cluster')))
  const dataDir = realpathSync(asGiven)
  const ownership = await takeOwnership(dataDir)
  try {
    return await start(dataDir, ownership, options.onRestart)
  } catch (error) {
    ownership.release()
    throw error
  }
}

/** A file of another user, a full or a read-only disk: the system's own words name the file. Null for any other error. */
export function fileProblem(error: unknown): StartRefusal | null {
  if (!(error instanceof Error) || !('code' in error)) return null
  // Where a directory can't be made because the disk is read-only, Node says that the one above it isn't there.
  const isUnmade = error.code === 'ENOENT' && 'syscall' in error && error.syscall === 'mkdir'
  if (!isUnmade && !OF_FILES.has(String(error.code))) return null
  return new StartRefusal(
    `The embedded Postgres can't use its files: ${error.message}. Mend that, or set DATA_DIR to another place.`,
  )
}

const OF_FILES: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EDQUOT'])

async function start(dataDir: string, ownership: Ownership, onRestart: (line: string) => void): Promise<Embedded> {
  const notes = readNotes(dataDir) ?? firstNotes(dataDir)
  const home = notes.home ?? dataDir
  const cluster = join(home, 'cluster')
  const identity = postgresIdentity(cluster)
  const binaries = findBinaries(home, identity)
  const fresh = await ensureCluster(home, binaries, identity, notes)
  const server: ServerOptions = {
    binaries,
    identity,
    cluster,
    logFile: join(dataDir, 'postgres.log'),
    settings: SETTINGS,
  }
  await stopLeftOver(server)
  const running = await startServer(server, [notes.port, 0, 0])
  if (running.port !== notes.port) writeNotes(dataDir, { ...notes, port: running.port })
  const kept = keepRunning(running, server, onRestart)
  return {
    url: dsn(notes.password, running.port),
    fresh,
    version: binaries.version,
    elsewhere: notes.home,
    async stop() {
      await kept.stop()
      ownership.release()
    },
  }
}

/** Written before the cluster is made, so that there is never one whose password nobody knows. */
function firstNotes(dataDir: string): ClusterNotes {
  const identity = postgresIdentity(join(dataDir, 'cluster'))
  const home = chooseHome(dataDir, identity)
  makeDirectory(home, identity)
  const notes: ClusterNotes = {
    password: randomBytes(24).toString('base64url'),
    port: 0,
    home: home === dataDir ? null : home,
  }
  writeNotes(dataDir, notes)
  return notes
}

function dsn(password: string, port: number): string {
  return `postgres://${DATABASE}:${password}@127.0.0.1:${port}/${DATABASE}`
}
