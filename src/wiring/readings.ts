import type { Dbs } from './dbs.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { Log } from './log.ts'
import type { Sample } from '../metrics/cells.ts'
import { watchEventLoop, type Lag } from '../metrics/event-loop.ts'
import type { Meters, Readings } from '../metrics/meters.ts'
import type { Db } from '../store/db.ts'
import { readQueue, type QueueLook } from '../store/nodes/read-queue.ts'
import { readWebhookLag, type WebhookLag } from '../store/webhooks/read-webhook-lag.ts'

export interface ReadingParts {
  readonly dbs: Dbs
  readonly delivery: Pick<Delivery, 'inFlight' | 'lease' | 'pauses'>
  readonly log: Log
  readonly version: string
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  readonly every: (ms: number, run: () => void) => () => void
  readonly machine: ProcessReadings
}

/** What the operating system and Node tell of this process. */
export interface ProcessReadings {
  readonly node: string
  /** Microseconds. */
  readonly cpu: () => { readonly user: number; readonly system: number }
  /** Bytes. */
  readonly memory: () => { readonly rss: number; readonly heapUsed: number; readonly heapLimit: number }
  /** Null where the system does not tell. */
  readonly openFiles: () => Promise<number | null>
  /** Seconds since 1970. */
  readonly startedAt: number
}

/** A loop that comes this late has kept somebody waiting. */
const LATE_SECONDS = 0.2

/** Gives the page what nobody counts: how things stand when it is asked for. Watches the event loop, and says at `warn` when it was late. */
export function openReadings(meters: Meters, parts: ReadingParts): { close(): void } {
  const loop = watchEventLoop({ every: parts.every, onLag: (lag) => warnOf(lag, parts.log) })
  const look = createQueueLook(parts)
  meters.read(() => ofDelivery(parts.delivery))
  meters.read(() => ofPools(parts.dbs))
  meters.read(async () => ofQueue(await look()))
  meters.read(() => ofProcess(parts, loop.lag()))
  return { close: () => loop.close() }
}

function warnOf({ p99, most }: Lag, log: Log): void {
  if (p99 < LATE_SECONDS) return
  log.warn(
    { event: 'event_loop.late', p99_ms: Math.round(p99 * 1000), max_ms: Math.round(most * 1000) },
    'this process is late: calls and submissions wait for it',
  )
}

/** One look serves every page for so long, and is shown until it is so old. */
const FRESH_MS = 5_000
const OLDEST_MS = 15_000

/** A page does not wait longer for the database. */
const PATIENCE_MS = 1_000

interface Look {
  readonly queue: QueueLook
  readonly webhooks: WebhookLag
}

/** However often pages are asked for, one look is under way at most. Null: the last one is too old. */
function createQueueLook({ dbs, now, sleep }: ReadingParts): () => Promise<Look | null> {
  let last: { readonly look: Look; readonly at: number } | null = null
  let looking: Promise<void> | null = null

  async function refresh(): Promise<void> {
    try {
      const [queue, webhooks] = await Promise.all([readQueue(dbs.read), readWebhookLag(dbs.read)])
      last = { look: { queue, webhooks }, at: now() }
    } catch {
      // Shown by the metric itself; whoever needs the database says so in the log.
    }
    looking = null
  }

  return async () => {
    if (last === null || now() - last.at >= FRESH_MS) await Promise.race([(looking ??= refresh()), sleep(PATIENCE_MS)])
    return last !== null && now() - last.at < OLDEST_MS ? last.look : null
  }
}

function ofQueue(look: Look | null): Readings {
  if (look === null) return { queueRead: 0 }
  const { queue, webhooks } = look
  const each = (number: (lane: QueueLook['lanes'][number]) => number): readonly Sample[] =>
    queue.lanes.map((lane) => ({ values: [lane.channel, lane.lane], number: number(lane) }))
  return {
    queueRead: 1,
    waiting: each(({ waiting }) => waiting),
    later: each(({ later }) => later),
    oldest: each(({ oldestSeconds }) => oldestSeconds),
    doubtful: queue.uncertain,
    webhookWaiting: webhooks.waiting,
    webhookOldest: webhooks.oldestSeconds,
    webhookBehind: webhooks.behindSeconds,
    webhooksDisabled: webhooks.disabled,
  }
}

function ofDelivery({ inFlight, lease, pauses }: ReadingParts['delivery']): Readings {
  return {
    inFlight: inFlight(),
    nodes: lease.nodes(),
    maySend: lease.mayWrite() ? 1 : 0,
    paused: pauses().map(({ provider, category }) => ({ values: [provider ?? '*', category ?? '*'], number: 1 })),
  }
}

function ofPools(dbs: Dbs): Readings {
  const pools = Object.entries<Db>({ ...dbs })
  return {
    poolConnections: pools.flatMap(([name, { totalCount, idleCount }]) => [
      { values: [name, 'busy'], number: totalCount - idleCount },
      { values: [name, 'idle'], number: idleCount },
    ]),
    poolWaiting: pools.map(([name, { waitingCount }]) => ({ values: [name], number: waitingCount })),
  }
}

async function ofProcess({ machine, version }: ReadingParts, lag: Lag): Promise<Readings> {
  const { user, system } = machine.cpu()
  const { rss, heapUsed, heapLimit } = machine.memory()
  return {
    build: [{ values: [version, machine.node], number: 1 }],
    lagP99: lag.p99,
    lagMost: lag.most,
    cpu: (user + system) / 1e6,
    memory: rss,
    heap: heapUsed,
    heapLimit,
    openFiles: (await machine.openFiles()) ?? [],
    started: machine.startedAt,
  }
}
