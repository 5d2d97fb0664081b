import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive, processWorld, startMark } from './processes.ts'
import { StartRefusal } from './refusal.ts'

interface Owner {
  readonly pid: number
  /** See `startMark` and `processWorld`. */
  readonly mark: string | null
  readonly world: string
}

export interface Ownership {
  release(): void
}

/** How often an owner shows that it lives, for those in another container, who can't see its process. */
const BEAT_MS = 2_000
/** After this long without a beat it is dead. */
const SILENCE_MS = 7_000

/** The process in this container that uses the data directory now; null when there is none. */
export function livingOwner(dataDir: string): number | null {
  const owner = readOwner(join(dataDir, 'owner.json'))
  return owner !== null && isVisible(owner) && lives(owner) ? owner.pid : null
}

/**
 * Makes this process the only one that uses the data directory. What a dead process left is taken over; while another
 * one lives, throws a StartRefusal that names it.
 */
export async function takeOwnership(dataDir: string): Promise<Ownership> {
  const file = join(dataDir, 'owner.json')
  const mine = `${file}.${process.pid}`
  const me: Owner = { pid: process.pid, mark: startMark(process.pid), world: processWorld() }
  try {
    for (let round = 0; round < 10; round += 1) {
      writeFileSync(mine, JSON.stringify(me), { mode: 0o600 })
      // A link appears with its whole content, or not at all.
      if (linked(mine, file)) return keep(file)
      const owner = readOwner(file)
      if (owner !== null && (isVisible(owner) ? lives(owner) : await beats(file, mine))) {
        throw new StartRefusal(refused(dataDir, owner))
      }
      discard(file, owner)
    }
    throw new StartRefusal(`${file} changes hands all the time; see which processes use this directory.`)
  } finally {
    rmSync(mine, { force: true })
  }
}

function refused(dataDir: string, owner: Owner): string {
  const where = isVisible(owner) ? '' : ' in another container or on another machine'
  return `${dataDir} is in use by another Tidings (process ${owner.pid}${where}). Stop that one, or give this one its own DATA_DIR.`
}

function isVisible(owner: Owner): boolean {
  return owner.world === processWorld()
}

function lives(owner: Owner): boolean {
  if (!isAlive(owner.pid)) return false
  return owner.mark === null ? owner.pid !== process.pid : startMark(owner.pid) === owner.mark
}

/** Whether the owner's file was touched lately, or is while we wait. Both times are the file system's own. */
async function beats(file: string, mine: string): Promise<boolean> {
  const first = changedAt(file)
  const waitMs = first + SILENCE_MS - changedAt(mine)
  for (let waitedMs = 0; waitedMs < waitMs; waitedMs += 100) {
    await delay(100)
    if (changedAt(file) > first) return true
  }
  return false
}

function keep(file: string): Ownership {
  const beat = setInterval(() => touch(file), BEAT_MS).unref()
  return {
    release() {
      clearInterval(beat)
      if (readOwner(file)?.pid === process.pid) rmSync(file, { force: true })
    },
  }
}

/** The same first byte again, so that the file system notes the time and a reader never sees half of it. */
function touch(file: string): void {
  try {
    const handle = openSync(file, 'r+')
    writeSync(handle, '{', 0)
    closeSync(handle)
  } catch {
    // It was removed, or the disk is full: the database will tell.
  }
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
  if (moved !== null && JSON.stringify(moved) !== JSON.stringify(dead)) linked(aside, file)
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

function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function readOwner(file: string): Owner | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof value !== 'object' || value === null) return null
    if (!('pid' in value) || typeof value.pid !== 'number') return null
    if (!('world' in value) || typeof value.world !== 'string') return null
    return {
      pid: value.pid,
      mark: 'mark' in value && typeof value.mark === 'string' ? value.mark : null,
      world: value.world,
    }
  } catch {
    return null
  }
}
