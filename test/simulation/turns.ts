import type { Tables } from './model/tables.ts'
import type { Process, World } from './world.ts'

/** Whose turn would find something, and from when on. */
export type Outlook = (loop: string) => number

export interface TurnsParts {
  readonly world: World
  readonly process: Process
  /** The earliest moment at which this loop's statements would do anything, as the tables are now; `Infinity`: never. */
  readonly outlook: Outlook
  /** Whether statements reach the database at once now, and nobody waits for that in vain. */
  readonly isCalm: () => boolean
}

/**
 * The turns of a process's loops. One that would find nothing is not taken: nine in ten turns of a life are such. A loop's next turn is put
 * off by whole periods until there may be something for it, which is looked at again after every COMMIT that wrote something. Where the
 * weather is rough every turn is taken, since a statement that finds nothing when it is sent may find something when it arrives.
 */
export interface Turns {
  after(ms: number, run: () => void, loop: string): () => void
  /** The tables have changed. */
  look(): void
  /** The weather changes: from now on each turn is taken. */
  wake(): void
}

interface Turn {
  readonly loop: string
  readonly run: () => void
  readonly periodMs: number
  /** When its first turn would be. */
  readonly from: number
  at: number
  callOff: () => void
}

export function createTurns({ world, process, outlook, isCalm }: TurnsParts): Turns {
  const putOff = new Set<Turn>()

  /** The first of its turns that is not before `moment`. */
  function turnAt({ from, periodMs }: Turn, moment: number): number {
    return from + Math.max(0, Math.ceil((moment - from) / periodMs)) * periodMs
  }

  function move(turn: Turn, at: number): void {
    if (at === turn.at) return
    turn.callOff()
    turn.at = at
    turn.callOff = at === Infinity ? nothing : process.after(at - world.now(), () => take(turn))
  }

  function take(turn: Turn): void {
    putOff.delete(turn)
    turn.run()
  }

  return {
    after(ms, run, loop) {
      const from = world.now() + ms
      const moment = isCalm() ? outlook(loop) : from
      if (moment <= from) return process.after(ms, run)
      const turn: Turn = { loop, run, periodMs: ms, from, at: -1, callOff: nothing }
      putOff.add(turn)
      move(turn, turnAt(turn, moment))
      return () => {
        putOff.delete(turn)
        turn.callOff()
      }
    },
    look() {
      for (const turn of putOff) move(turn, turnAt(turn, Math.max(world.now(), outlook(turn.loop))))
    },
    wake() {
      for (const turn of putOff) move(turn, turnAt(turn, world.now()))
      putOff.clear()
    },
  }
}

const nothing = (): void => undefined

const LEASE_MS = 30_000
const QUIET_MS = 10_000

export interface OutlookParts {
  readonly tables: Tables
  readonly now: () => number
  /** This process's owner mark; null: it has none yet. */
  readonly owner: () => number | null
  /** Whether the process of that node is known to be gone. */
  readonly isGone: (node: { readonly machine: string | null; readonly pid: number }) => boolean
}

/** What the loops of `src/delivery/delivery.ts` and of receipts look for. A loop that is not named here takes each of its turns. */
export function createOutlook({ tables, now, owner, isGone }: OutlookParts): Outlook {
  const { due, chunks, messages, nodes, notifications, parked } = tables

  function earliestDue(fits: (action: string) => boolean): number {
    let earliest = Infinity
    for (const row of due.rows.values()) {
      if (row.owner === null && row.runAt < earliest && fits(row.action)) earliest = row.runAt
    }
    return earliest
  }

  function claims(): number {
    let earliest = earliestDue((action) => action === 'send')
    for (const chunk of chunks.rows.values()) {
      if (chunk.owner === null && chunk.doneAt === null) earliest = Math.min(earliest, chunk.runAt)
    }
    return earliest
  }

  function expire(): number {
    let earliest = Infinity
    for (const row of due.rows.values()) if (row.owner === null) earliest = Math.min(earliest, row.expiresAt)
    for (const { owner: of, doneAt, notificationId } of chunks.rows.values()) {
      if (of !== null || doneAt !== null) continue
      earliest = Math.min(earliest, notifications.rows.get(notificationId)?.expiresAt ?? 0)
    }
    return earliest
  }

  function takeOver(me: number): number {
    let earliest = Infinity
    for (const node of nodes.rows.values()) {
      if (node.emptiedAt !== null || (node.id === me && node.endedAt === null)) continue
      if (node.endedAt !== null || isGone(node)) return now()
      earliest = Math.min(earliest, node.heartbeatAt + LEASE_MS)
    }
    return earliest
  }

  function sweep(me: number): number {
    let earliest = Infinity
    for (const row of messages.rows.values()) {
      if (row.owner === me) earliest = Math.min(earliest, row.updatedAt + QUIET_MS)
    }
    for (const chunk of chunks.rows.values()) {
      if (chunk.owner === me) earliest = Math.min(earliest, chunk.updatedAt + QUIET_MS)
    }
    for (const row of due.rows.values()) {
      if (row.owner === me && messages.rows.get(row.messageId)?.owner !== me) return now()
    }
    return earliest
  }

  /** What it knows of pauses is not seen here: once there was one it looks each time. */
  function stops(me: number): number {
    if (tables.everPaused) return now()
    for (const chunk of chunks.rows.values()) {
      if (chunk.owner === me && chunk.doneAt === null && chunk.cancelledAt !== null) return now()
    }
    return Infinity
  }

  return (loop) => {
    const me = owner()
    if (me === null) return now()
    switch (loop) {
      case 'claims':
        return claims()
      case 'asks':
        return earliestDue((action) => action !== 'send')
      case 'expire':
        return expire()
      case 'take-over':
        return takeOver(me)
      case 'sweep':
        return sweep(me)
      case 'parked':
        return parked.rows.size === 0 ? Infinity : now()
      case 'look':
        return Math.min(stops(me), claims(), takeOver(me))
      case 'partitions':
      case 'forget':
        return Infinity
      default:
        return now()
    }
  }
}
