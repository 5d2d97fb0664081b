import type { Caller } from '../../domain/caller.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { EventId } from '../../domain/event.ts'
import { doneBy, writeAudit } from '../../store/keys/audit.ts'
import type { Db } from '../../store/db.ts'
import { findPlace, readEventsNow } from '../../store/events/event-places.ts'
import { writeEvent } from '../../store/events/events.ts'
import { refusing } from '../../store/faults.ts'
import { readWebhookDelivery, type WebhookAttemptRecord } from '../../store/webhooks/read-webhook-deliveries.ts'
import { readWebhook } from '../../store/webhooks/read-webhooks.ts'
import { inTransaction } from '../../store/transaction.ts'
import { replayDelivery, replaySince, type Replay } from '../../store/webhooks/webhook-replay.ts'
import { readTestCall, storeTest } from '../../store/webhooks/webhook-tests.ts'
import type { WebhookBodies } from './webhook-bodies.ts'
import type { WebhookTries } from './webhook-try.ts'

/** What came back of a test. */
export interface WebhookTest {
  readonly attempt: WebhookAttemptRecord
  /** What was sent. */
  readonly body: Buffer
}

/** What a person does with a webhook. All throw TidingsError. */
export interface WebhookDeeds {
  /** Sends an event of its own at once, once, whether the webhook is enabled or not. */
  test(id: number, signal: AbortSignal): Promise<WebhookTest>
  /** Makes all events since a time due again, in steps; breaking off leaves what was done. Resolves with how many. */
  replaySince(id: number, replay: Replay, by: Caller, signal: AbortSignal): Promise<number>
  /** Makes one delivery due again. */
  replay(deliveryId: number, by: Caller): Promise<void>
}

export interface WebhookDeedsParts {
  readonly db: Db
  readonly tries: WebhookTries
  readonly bodies: WebhookBodies
  /** After COMMIT: something is due. */
  readonly onDue: () => void
}

/** Tests at once: each may wait for a receiver for 15 s. */
export const MOST_TESTS = 16

export function createWebhookDeeds({ db, tries, bodies, onDue }: WebhookDeedsParts): WebhookDeeds {
  let testing = 0

  async function test(id: number, signal: AbortSignal): Promise<WebhookTest> {
    if ((await refusing(() => readWebhook(db, id))) === null) throw notFound()
    const event = await refusing(() => writeEvent(db, { type: 'webhook.test', endpointId: id, reason: null }))
    const call = await refusing(() => readTestCall(db, id, event))
    if (call === null) throw notFound()
    const body = (await refusing(() => bodies([call]))).get(call.id)
    if (body === undefined) throw new Error('the event of a test was not found')
    const tried = await tries.call(call, body, signal)
    if (tried === null) throw new TidingsError('shutting_down', 'The service is stopping.', { retryAfterSeconds: 1 })
    const { startedAt, finishedAt, status, failure, excerpt } = tried
    const attempt = { number: 1, startedAt, finishedAt, status, failure, excerpt }
    await refusing(() => storeTest(db, call, attempt))
    return { attempt, body }
  }

  return {
    async test(id, signal) {
      if (testing >= MOST_TESTS)
        throw new TidingsError('overloaded', 'Too many tests at once.', { retryAfterSeconds: 2 })
      testing += 1
      try {
        return await test(id, signal)
      } finally {
        testing -= 1
      }
    },
    async replaySince(id, replay, by, signal) {
      const told = await refusing(() =>
        inTransaction(db, async (client) => {
          if ((await readWebhook(client, id)) === null) return false
          const details = { since: replay.since, types: replay.types, only_failed: replay.onlyFailed }
          await writeAudit(client, { ...doneBy(by), act: 'webhook.replayed', what: `webhook:${id}`, details })
          return true
        }),
      )
      if (!told) throw notFound()
      let queued = 0
      const start = await refusing(async () => findPlace(db, replay.since, await readEventsNow(db)))
      for (let place: EventId | null = start; place !== null && !signal.aborted;) {
        const after: EventId = place
        const step = await refusing(() => replaySince(db, id, replay, after))
        queued += step.queued
        place = step.next
        if (step.queued > 0) onDue()
      }
      return queued
    },
    async replay(deliveryId, by) {
      const result = await refusing(() =>
        inTransaction(db, async (client) => {
          if ((await readWebhookDelivery(client, deliveryId)) === null) return 'unknown'
          const what = `webhook-delivery:${deliveryId}`
          await writeAudit(client, { ...doneBy(by), act: 'webhook.replayed', what })
          // One that is being tried at this moment needs no replay.
          await replayDelivery(client, deliveryId)
          return 'queued'
        }),
      )
      if (result === 'unknown') throw notFound()
      onDue()
    },
  }
}

function notFound(): TidingsError {
  return new TidingsError('not_found', 'Not Found')
}
