import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, startMark } from './processes.ts'
import { StartRefusal } from './refusal.ts'

interface Owner {
  readonly pid: number
  /** See `startMark`; null where the system doesn't tell. */
  readonly mark: string | null
}

export interface Ownership {
  release(): void
}

/** The process that uses this data directory now; null when there is none. */
export function livingOwner(dataDir: string): number | null {
  const owner = readOwner(join(dataDir, 'owner.json'))
  return owner !== null && lives(owner) ? owner.pid : null
}

/**
 * Makes this process the only one that uses the data directory. What a dead process left is taken over; while another
 * one lives, throws a StartRefusal that names it.
 */
export function takeOwnership(dataDir: string): Ownership {
  const file = join(dataDir, 'owner.json')
  const mine = `${file}.${process.pid}`
  writeFileSync(mine, JSON.stringify({ pid: process.pid, mark: startMark(process.pid) }), { mode: 0o600 })
  try {
    for (let round = 0; round < 10; round += 1) {
      // A link appears with its whole content, or not at all.
      if (linked(mine, file)) return { release: () => release(file) }
      const owner = readOwner(file)
      if (owner !== null && lives(owner)) throw new StartRefusal(refused(dataDir, owner.pid))
      discard(file, owner)
    }
    throw new StartRefusal(`${file} changes hands all the time; see which processes use this directory.`)
  } finally {
    rmSync(mine, { force: true })
  }
}

function refused(dataDir: string, pid: number): string {
  return `${dataDir} is in use by another Tidings (process ${pid}). Stop that one, or give this one its own DATA_DIR.`
}

function lives(owner: Owner): boolean {
  if (owner.pid === process.pid || !isAlive(owner.pid)) return false
  return owner.mark === null || startMark(owner.pid) === owner.mark
}

/** Two that find the same dead owner must not remove each other's new file: it is moved aside, looked at, and put back if it is another. */
function discard(file: string, dead: Owner | null): void {
  const aside = `${file}.old.${process.pid}`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  const moved = readOwner(aside)
  if (moved !== null && (moved.pid !== dead?.pid || moved.mark !== dead.mark)) linked(aside, file)
  rmSync(aside, { force: true })
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function release(file: string): void {
  if (readOwner(file)?.pid === process.pid) rmSync(file, { force: true })
}

function readOwner(file: string): Owner | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof value !== 'object' || value === null || !('pid' in value) || typeof value.pid !== 'number') return null
    return { pid: value.pid, mark: 'mark' in value && typeof value.mark === 'string' ? value.mark : null }
  } catch {
    return null
  }
}
