import type { Logger } from 'pino'
import type { Db } from '../store/db.ts'
import { beat, endNode, listNeighbours, registerNode, type NodeIdentity } from '../store/nodes/nodes.ts'
import { createOpenRows, type OpenRows } from './open-rows.ts'

/** A node that has not renewed its lease for this long is dead to the others. */
export const LEASE_SECONDS = 30

/** How often the lease is renewed. */
export const BEAT_MS = 5_000

/** Nothing is written to a provider with less than this left. */
const MARGIN_MS = 5_000

export interface Lease {
  /** The owner mark of this process's rows; a new one after it was declared dead. */
  owner(): number
  open(): OpenRows
  /** Whether a provider may be written to now. */
  mayWrite(): boolean
  /**
   * The database's clock, which alone decides what is early or late; this machine's own may be wrong. Learnt with each heartbeat: never ahead,
   * and behind by no more than the last one took.
   */
  clock(): Date
  /** Nodes alive at the last beat, this one included; rates are shared among them. */
  nodes(): number
  /** Renews; re-enters as a new node when this one was declared dead meanwhile, and says so by resolving with false. */
  renew(): Promise<boolean>
  /** Declares neighbours dead whose lease lapsed, or whose process is known to be gone. */
  reap(): Promise<void>
}

export interface LeaseParts {
  readonly db: Db
  readonly identity: NodeIdentity
  readonly log: Logger
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** Whether a process of this machine runs; asked only for nodes of the same boot and process namespace. */
  readonly isRunning: (pid: number) => boolean
}

export async function openLease(parts: LeaseParts): Promise<Lease> {
  const { db, log, now } = parts
  let renewedAt = now()
  let node = await registerNode(db, parts.identity)
  let aheadMs = node.clock - now()
  let open = createOpenRows(node.lowMessageId, now)
  let alive = 1
  let renewing: Promise<boolean> | null = null
  // Others are judged only by what could have been seen for a full lease: after an outage every heartbeat looks old.
  let seenSince = now()

  async function renew(): Promise<boolean> {
    const asked = now()
    const beaten = await beat(db, node.id, open.low(), LEASE_SECONDS).catch((error: unknown) => {
      seenSince = now()
      throw error
    })
    if (beaten !== null) {
      renewedAt = asked
      alive = beaten.alive
      aheadMs = beaten.clock - now()
      return true
    }
    log.warn({ event: 'node.fenced', node: node.id }, 'this node was declared dead by others; it goes on as a new one')
    node = await registerNode(db, parts.identity)
    aheadMs = node.clock - now()
    open = createOpenRows(node.lowMessageId, now)
    renewedAt = asked
    return false
  }

  async function reap(): Promise<void> {
    const watched = now() - seenSince >= LEASE_SECONDS * 1000
    for (const other of await listNeighbours(db, node.id, LEASE_SECONDS)) {
      const gone = other.machine !== null && other.machine === parts.identity.machine && !parts.isRunning(other.pid)
      if (!gone && !(other.lapsed && watched)) continue
      log.warn({ event: 'node.dead', node: other.id, gone }, 'a node is dead; its messages are taken over')
      await endNode(db, other.id)
    }
  }

  return {
    owner: () => node.id,
    open: () => open,
    mayWrite: () => now() - renewedAt < LEASE_SECONDS * 1000 - MARGIN_MS,
    clock: () => new Date(now() + aheadMs),
    nodes: () => alive,
    renew: () => (renewing ??= renew().finally(() => (renewing = null))),
    reap,
  }
}
