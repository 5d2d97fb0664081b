import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** The user a Postgres runs as. */
export interface Identity {
  readonly uid: number
  readonly gid: number
}

/** `nobody` on most systems, for machines without a `postgres` user. */
const NOBODY: Identity = { uid: 65_534, gid: 65_534 }

/**
 * Postgres refuses to run as root, so root gives it another user: the owner of `cluster` if that is there already, else
 * `postgres`, else nobody. Null when we are not root: it runs as we do.
 */
export function postgresIdentity(cluster: string): Identity | null {
  if (process.getuid?.() !== 0) return null
  const owner = statSync(cluster, { throwIfNoEntry: false })
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  return passwdEntry('postgres') ?? NOBODY
}

/** Whether this user may enter a directory and every one above it, judged by the permission bits. */
export function canEnter(identity: Identity, directory: string): boolean {
  const here = allows(identity, directory, 1)
  const above = dirname(directory)
  return here && (above === directory || canEnter(identity, above))
}

/** Whether this user may read a file, given that it may enter its directory. */
export function canRead(identity: Identity, file: string): boolean {
  return allows(identity, file, 4)
}

function allows(identity: Identity, path: string, bit: 1 | 4): boolean {
  const entry = statSync(path)
  if (entry.uid === identity.uid) return (entry.mode & (bit << 6)) !== 0
  if (entry.gid === identity.gid) return (entry.mode & (bit << 3)) !== 0
  return (entry.mode & bit) !== 0
}

function passwdEntry(name: string): Identity | null {
  const line = readPasswd().find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined || gid === undefined || uid === '0' ? null : { uid: Number(uid), gid: Number(gid) }
}

function readPasswd(): readonly string[] {
  try {
    return readFileSync('/etc/passwd', 'utf8').split('\n')
  } catch {
    return []
  }
}
