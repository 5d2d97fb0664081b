import { setMaxListeners } from 'node:events'
import type { Logger } from 'pino'
import { startLoop, type LoopParts } from '../../delivery/loop.ts'
import type { Lease } from '../../delivery/lease.ts'
import { WEBHOOK_FAILING_SECONDS } from '../../domain/webhooks/webhook-attempt.ts'
import type { Db } from '../../store/db.ts'
import { countEnabled } from '../../store/webhooks/read-webhooks.ts'
import {
  claimDeliveries,
  fanOut,
  freeDeliveries,
  leaveDeliveries,
  settleDeliveries,
  type ClaimedDelivery,
  type SettledDelivery,
} from '../../store/webhooks/webhook-work.ts'
import { createWebhookPaces } from './webhook-paces.ts'
import type { WebhookTries } from './webhook-try.ts'

/** Hands events out to webhooks, and delivers them. */
export interface WebhookSending {
  /** Looks for work now: something happened. While no webhook is enabled it is left to the next look. */
  hint(): void
  /** Looks for work now: webhooks were changed, or something was made due for one. */
  wake(): void
  /** Whether any webhook is enabled, as was just seen: while none is, it is seldom looked for one here. */
  seen(anyEnabled: boolean): void
  /** Tries under way. */
  inFlight(): number
  /** No new tries; those under way have `graceMs`. What is left is anybody's. */
  close(graceMs: number): Promise<void>
}

export interface WebhookSendingParts extends LoopParts {
  readonly db: Db
  readonly log: Logger
  readonly lease: Pick<Lease, 'owner' | 'mayWrite'>
  readonly tries: WebhookTries
}

/** For what happens on other nodes, and comes due; what happens here is a hint. */
const LOOK_MS = 1_000
/** Looks that are left out, all but one in so many, while no webhook is enabled. */
const LOOKS_LEFT_OUT = 60
/** What happens in this time is looked for together. */
const HINT_MS = 50
/** Every so many looks: what nobody holds any more is found again. */
const LOOKS_BEFORE_SWEEP = 4
/** Steps of handing out in one look; then what is due goes out first. */
const MOST_STEPS = 10
/** Deliveries that one step may make, and events that it may read. */
const MADE_AT_ONCE = 20_000
const EVENTS_AT_ONCE = 1_000

/**
 * Tries at once on this node, and of them to one webhook that answers fast. Any other has one: those that fail together a quarter of all at
 * most, those that are slow half of them.
 */
export const PLACES = 128
const PER_WEBHOOK = 8
const FAILING_PLACES = 32
const SLOW_PLACES = 64

const SETTLED_AT_ONCE = 500

/** No call was made: they say nothing of how fast a webhook is. */
const NO_CALL: ReadonlySet<string | null> = new Set([
  'event_forgotten',
  'internal',
  'secret_unreadable',
  'refused_address',
])

interface Busy {
  readonly webhookId: number
  readonly failing: boolean
}

interface Result {
  readonly owner: number
  /** As it was claimed: when this node was taken for dead it may hold the same one again by now. */
  readonly delivery: ClaimedDelivery
  readonly settled: SettledDelivery
}

export function createWebhookSending(parts: WebhookSendingParts): WebhookSending {
  const { db, lease, tries, log } = parts
  const busy = new Map<number, Busy>()
  const paces = createWebhookPaces()
  const ending = new AbortController()
  // Every try listens.
  setMaxListeners(0, ending.signal)
  let results: Result[] = []
  let looks = 0
  let closing = false
  let isFull = false
  let hinted = false
  /** No webhook was enabled when this node last looked: what happens is for nobody. */
  let isIdle = false
  let isAwake = false
  let leftOut = 0

  const work = startLoop('webhooks', LOOK_MS, look, parts)
  const settling = startLoop('webhook results', LOOK_MS, settle, parts)

  async function look(): Promise<boolean> {
    if (closing || !lease.mayWrite()) return false
    if (isIdle && !isAwake && ++leftOut < LOOKS_LEFT_OUT) return false
    leftOut = 0
    isAwake = false
    const webhooks = await countEnabled(db)
    isIdle = webhooks === 0
    if (isIdle) return false
    if (looks++ % LOOKS_BEFORE_SWEEP === 0) await freeDeliveries(db, lease.owner(), [...busy.keys()])
    let more = true
    for (let steps = 0; more && steps < MOST_STEPS; steps += 1) more = (await fanOut(db, eventsAtOnce(webhooks))).more
    await claim()
    return more
  }

  async function claim(): Promise<void> {
    const room = PLACES - busy.size
    isFull = room <= 0
    if (isFull || closing) return
    const owner = lease.owner()
    const under = [...busy.values()]
    const claimed = await claimDeliveries(db, owner, {
      perWebhook: PER_WEBHOOK,
      room,
      failingRoom: FAILING_PLACES - under.filter(({ failing }) => failing).length,
      slowRoom: SLOW_PLACES - under.filter((one) => !one.failing && paces.slow.get(one.webhookId) === true).length,
      slow: paces.slow,
      busy: countBy(under.map(({ webhookId }) => webhookId)),
    })
    isFull = claimed.length > 0
    for (const delivery of claimed) busy.set(delivery.id, delivery)
    void tries
      .sendAll(claimed, ending.signal, (delivery, settled) => take(owner, delivery, settled))
      .catch(lost(claimed))
  }

  /** Null: it was not tried, and whoever looks next may. */
  function take(owner: number, delivery: ClaimedDelivery, settled: SettledDelivery | null): void {
    if (settled === null) {
      release(delivery)
      return
    }
    if (!NO_CALL.has(settled.failure)) {
      paces.note(delivery.webhookId, settled.finishedAt.getTime() - settled.startedAt.getTime())
    }
    results.push({ owner, delivery, settled })
    settling.hurry()
  }

  function lost(claimed: readonly ClaimedDelivery[]): (error: unknown) => void {
    return (error) => {
      log.warn({ event: 'webhooks.unread', err: error }, 'events could not be read for their webhooks; they come again')
      for (const delivery of claimed) release(delivery)
    }
  }

  function release(delivery: ClaimedDelivery): void {
    if (busy.get(delivery.id) === delivery) busy.delete(delivery.id)
  }

  async function settle(): Promise<boolean> {
    const [first] = results
    if (first === undefined) return false
    const { owner } = first
    const batch = oncePerDelivery(results.filter((result) => result.owner === owner)).slice(0, SETTLED_AT_ONCE)
    const settled = batch.map((result) => result.settled)
    // Should the database be away they stay, and come again.
    for (const { id, reason } of await settleDeliveries(db, owner, settled, WEBHOOK_FAILING_SECONDS)) {
      log.warn({ event: 'webhook.disabled', webhook: id, reason }, 'a webhook was disabled')
    }
    const done = new Set(batch)
    results = results.filter((result) => !done.has(result))
    for (const { delivery } of batch) release(delivery)
    if (isFull) work.hurry()
    return results.length > 0
  }

  function wake(): void {
    if (hinted || closing) return
    hinted = true
    parts.after(HINT_MS, () => {
      hinted = false
      isAwake = true
      if (!closing) work.hurry()
    })
  }

  return {
    hint() {
      if (!isIdle) wake()
    },
    wake,
    seen(anyEnabled) {
      if (isIdle && anyEnabled) wake()
    },
    inFlight: () => busy.size,
    async close(graceMs) {
      closing = true
      await work.stop()
      await until(parts, () => busy.size === 0, graceMs)
      ending.abort()
      await until(parts, () => busy.size === 0, graceMs)
      await settling.stop()
      // Should the database be away, the others find what is left when the lease runs out.
      await leaveDeliveries(db, lease.owner()).catch((error: unknown) =>
        log.warn({ event: 'close.failed', err: error }, 'this node’s webhook calls could not be handed over'),
      )
    },
  }
}

/** What one statement can store: a second result of a delivery has its turn in the next. */
function oncePerDelivery(results: readonly Result[]): Result[] {
  const seen = new Set<number>()
  return results.filter(({ delivery: { id } }) => !seen.has(id) && seen.add(id))
}

/** Every webhook may want every event. */
function eventsAtOnce(webhooks: number): number {
  return Math.min(EVENTS_AT_ONCE, Math.ceil(MADE_AT_ONCE / webhooks))
}

/** Asks every 20 ms, for `ms` at most. */
async function until({ after }: LoopParts, isTrue: () => boolean, ms: number): Promise<void> {
  for (let waited = 0; !isTrue() && waited < ms; waited += 20)
    await new Promise<void>((resolve) => void after(20, resolve))
}

function countBy(ids: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}
