import { eventBody, writeEventId } from '../../domain/event.ts'
import { readEvents } from '../../store/events/events.ts'
import type { DbClient } from '../../store/db.ts'
import type { ClaimedDelivery } from '../../store/webhooks/webhook-work.ts'

/** What is sent, by the delivery's id. An event that is no more has none. */
export type WebhookBodies = (deliveries: readonly ClaimedDelivery[]) => Promise<ReadonlyMap<number, Buffer>>

/** Made of events and of what they happened to, as that is now: who was erased since is in none. */
export function createWebhookBodies(db: DbClient): WebhookBodies {
  return async (deliveries) => {
    const placeOf = ({ eventXid, eventId }: ClaimedDelivery): string => writeEventId({ xid: eventXid, id: eventId })
    const ids = deliveries.map(({ eventXid, eventId }) => ({ xid: eventXid, id: eventId }))
    const rows = new Map((await readEvents(db, ids)).map((row) => [writeEventId(row), row]))
    const bodies = new Map<number, Buffer>()
    for (const delivery of deliveries) {
      const row = rows.get(placeOf(delivery))
      if (row !== undefined) bodies.set(delivery.id, Buffer.from(JSON.stringify(eventBody(row, delivery.payload))))
    }
    return bodies
  }
}
