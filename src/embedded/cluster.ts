import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { canEnter, type Identity } from './identity.ts'
import { StartRefusal } from './refusal.ts'

/** What Tidings remembers of its Postgres, in `postgres.json` in the data directory, readable by its owner only. */
export interface ClusterNotes {
  readonly password: string
  /** Tried first at the next start, so that a printed DSN stays good; 0 before the first. */
  readonly port: number
  /** Where its files are; null: in the data directory. */
  readonly home: string | null
}

export const DATABASE = 'tidings'

/** What a new cluster takes, its first write-ahead log included; measured, Postgres 18. */
const CLUSTER_MB = 70

/** Homes for data that the Postgres user could not reach where DATA_DIR is: for root alone, who may write here. */
const FAR_HOMES = '/var/lib/tidings'

/** Null before the first start. */
export function readNotes(dataDir: string): ClusterNotes | null {
  const file = join(dataDir, 'postgres.json')
  if (!existsSync(file)) return null
  const notes: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (isNotes(notes)) return notes
  throw new StartRefusal(`${file} is damaged. Restore it, or move ${dataDir} away to begin anew.`)
}

export function writeNotes(dataDir: string, notes: ClusterNotes): void {
  const file = join(dataDir, 'postgres.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(notes, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** The directory that holds, or will hold, `cluster/` and, if need be, a copy of the programs. */
export function chooseHome(dataDir: string, identity: Identity | null): string {
  if (identity === null || canEnter(identity, dataDir)) return dataDir
  return join(FAR_HOMES, randomBytes(6).toString('hex'))
}

/**
 * Makes the cluster if there is none: UTF-8, the locale that is the same on every machine, passwords by SCRAM, and an
 * empty database. True when it did. It appears whole or not at all.
 */
export async function ensureCluster(
  home: string,
  binaries: Binaries,
  identity: Identity | null,
  notes: ClusterNotes,
): Promise<boolean> {
  const cluster = join(home, 'cluster')
  if (existsSync(cluster)) {
    refuseOtherVersion(cluster, binaries.version)
    return false
  }
  if (notes.port !== 0) throw new StartRefusal(`${cluster} is gone. Restore it, or remove postgres.json to begin anew.`)
  const half = join(home, 'cluster.half')
  const passwordFile = join(home, 'cluster.password')
  rmSync(half, { recursive: true, force: true })
  mkdirSync(half, { mode: 0o700 })
  rmSync(passwordFile, { force: true })
  writeFileSync(passwordFile, notes.password, { mode: 0o600 })
  try {
    if (identity !== null) for (const path of [half, passwordFile]) chownSync(path, identity.uid, identity.gid)
    await initialize(half, passwordFile, binaries, identity)
  } catch (error) {
    rmSync(half, { recursive: true, force: true })
    throw error
  } finally {
    rmSync(passwordFile)
  }
  renameSync(half, cluster)
  return true
}

/** A directory that only its owner can list; where Postgres has a user of its own, that one can pass through. */
export function makeDirectory(path: string, identity: Identity | null): void {
  if (existsSync(path)) return
  mkdirSync(path, { recursive: true })
  chmodSync(path, identity === null ? 0o700 : 0o711)
}

async function initialize(
  cluster: string,
  passwordFile: string,
  binaries: Binaries,
  identity: Identity | null,
): Promise<void> {
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const access = ['--auth=scram-sha-256', `--pwfile=${passwordFile}`, `--username=${DATABASE}`]
  await run(binaries.initdb, ['-D', cluster, ...locale, ...access, '--no-instructions'], identity)
  // The single-user mode asks for no password and opens no port.
  await run(binaries.postgres, ['--single', '-D', cluster, 'postgres'], identity, `create database ${DATABASE}\n`)
}

/** In a session of its own: a Ctrl-C meant for us must not break it off half way. */
async function run(program: string, args: readonly string[], identity: Identity | null, input = ''): Promise<void> {
  const child = spawn(program, args, {
    ...identity,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
    windowsHide: true,
  })
  const said: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
  const code = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  // One that can't start doesn't read; that it could not start is told by `code`.
  child.stdin.on('error', () => undefined).end(input)
  if ((await code) === 0) return
  throw new StartRefusal(notMade(said.join('')))
}

/** Pure: the line for the operator, of what initdb or postgres wrote to stderr. */
export function notMade(said: string): string {
  if (said.includes('No space left on device')) {
    return `The disk is full: the embedded Postgres takes ${CLUSTER_MB} MB to begin with. Make room, or set DATA_DIR to another place.`
  }
  const lines = said.trim().split('\n')
  const fatal = lines.filter((line) => /\b(?:FATAL|PANIC|error):/.test(line))
  return `The embedded Postgres could not be made: ${(fatal.length > 0 ? fatal : lines).slice(0, 3).join(' ')}`
}

function refuseOtherVersion(cluster: string, version: string): void {
  const made = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim()
  if (made === version) return
  throw new StartRefusal(
    `${cluster} was made by Postgres ${made}, this Tidings brings ${version}: pg_dump with the Tidings that made it, and restore into a new DATA_DIR.`,
  )
}

function isNotes(value: unknown): value is ClusterNotes {
  if (typeof value !== 'object' || value === null) return false
  if (!('password' in value) || typeof value.password !== 'string') return false
  if (!('port' in value) || typeof value.port !== 'number') return false
  return 'home' in value && (value.home === null || typeof value.home === 'string')
}
