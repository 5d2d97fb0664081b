import { randomBytes } from 'node:crypto'
import type { Config } from '../settings/config.ts'
import type { Dbs } from './dbs.ts'
import { guardOf } from './guarded.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { Lease } from '../delivery/lease.ts'
import { startLoop, type LoopParts } from '../delivery/loop.ts'
import type { Sealer } from '../domain/sealed.ts'
import { createWebhookBodies } from '../flows/webhooks/webhook-bodies.ts'
import { createWebhookDeeds, MOST_TESTS } from '../flows/webhooks/webhook-deeds.ts'
import { createWebhookSending, PLACES } from '../flows/webhooks/webhook-sending.ts'
import { createWebhookTries, type WebhookTries } from '../flows/webhooks/webhook-try.ts'
import { createWebhooks } from '../flows/webhooks/webhooks.ts'
import type { HttpParts } from '../http/parts.ts'
import { createOutboundCall } from '../outbound/call.ts'
import { readWebhookDeliveries, readWebhookDelivery } from '../store/webhooks/read-webhook-deliveries.ts'
import { readWebhook, readWebhooks } from '../store/webhooks/read-webhooks.ts'
import { clearRemoved, forgetDeliveries } from '../store/webhooks/webhook-past.ts'

/** Those who are told of events over HTTP. */
export interface WebhookSide {
  readonly http: Pick<HttpParts, 'webhooks'>
  /** Something happened that they may want to know. */
  hint(): void
  close(): Promise<void>
}

export interface WebhookSideParts extends LoopParts, Pick<Delivery, 'onSeen'> {
  readonly dbs: Dbs
  readonly lease: Lease
  /** Where this node listens. */
  readonly port: () => number
  /** Null where no SECRET_KEY is set. */
  readonly sealer: Sealer | null
  readonly version: string
  /** In milliseconds. */
  readonly monotonic: () => number
  /** The same tries, counted and traced. */
  readonly watched: (tries: WebhookTries) => WebhookTries
}

/** To one scheme, host and port: all webhooks may share one, and none waits for another's calls. */
const CONNECTIONS = PLACES + MOST_TESTS
const FORGET_MS = 30_000
/** For tries that are under way when told to stop; then they are broken off, and come again elsewhere. */
const GRACE_MS = 5_000

export function openWebhooks(config: Config, parts: WebhookSideParts): WebhookSide {
  const { dbs, lease, port, sealer, log, version, monotonic, after, chance } = parts
  const rules = config.webhooks
  const outbound = createOutboundCall({ ...guardOf(config, port), connections: CONNECTIONS })
  const bodies = createWebhookBodies(dbs.work)
  const open = (sealed: Buffer, place: string): Buffer | null => sealer?.open(sealed, place) ?? null
  const clock = (): Date => lease.clock()
  const tries = parts.watched(
    createWebhookTries({ log, outbound, open, rules, bodies, version, clock, now: monotonic, chance }),
  )
  const sending = createWebhookSending({ db: dbs.work, log, lease, tries, after, chance })
  parts.onSeen((seen) => sending.seen(seen.webhooks))
  const onChange = (): void => sending.wake()
  const past = startLoop(
    'webhooks past',
    FORGET_MS,
    async () => (await forgetDeliveries(dbs.work)) || (await clearRemoved(dbs.work)),
    parts,
  )
  return {
    http: {
      webhooks: {
        flow: createWebhooks({ db: dbs.work, rules, sealer, draw: randomBytes, onChange }),
        deeds: createWebhookDeeds({ db: dbs.work, tries, bodies, onDue: onChange }),
        read: (id) => readWebhook(dbs.read, id),
        list: (limit, afterId) => readWebhooks(dbs.read, limit, afterId),
        deliveries: (id, query, limit, before) => readWebhookDeliveries(dbs.read, id, query, limit, before),
        delivery: (id) => readWebhookDelivery(dbs.read, id),
      },
    },
    hint: () => sending.hint(),
    async close() {
      await past.stop()
      await sending.close(GRACE_MS)
      await outbound.close()
    },
  }
}
