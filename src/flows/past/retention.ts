import type { Logger } from 'pino'
import type { Db, DbClient } from '../../store/db.ts'
import { forgetEvents } from '../../store/events/event-places.ts'
import {
  dropPartition,
  findOldPartition,
  forgetInbound,
  forgetPushBodies,
  forgetPushes,
  forgetSms,
  lockRetention,
  type RetentionStep,
} from '../../store/past/retention.ts'
import { inTransaction } from '../../store/transaction.ts'

export interface RetentionParts {
  readonly db: Db
  readonly log: Logger
  /** Days that texts are kept; 0: for ever. */
  readonly keepBodiesDays: number
  /** Days that messages are kept, with all that belongs to them; 0: for ever. */
  readonly keepMessagesDays: number
  /** Days that events are kept; 0: for ever. */
  readonly keepEventsDays: number
}

/** Steps of one kind in one round: 50,000 messages. */
const MOST_STEPS = 50

/**
 * Forgets what is older than it may be: texts, whole messages, and events. Never one that has not come to its end. In small transactions, a bounded
 * number of them; several nodes share the work, one at a time. False: there was nothing, and there is no more.
 */
export async function forgetOld(parts: RetentionParts): Promise<boolean> {
  const { db, log, keepBodiesDays, keepMessagesDays, keepEventsDays } = parts
  const kinds: readonly [number, string, (client: DbClient, days: number) => Promise<RetentionStep>][] = [
    [keepMessagesDays, 'sms', (client, days) => forgetSms(client, 'sms', days)],
    [keepMessagesDays, 'push', forgetPushes],
    [keepBodiesDays, 'sms_bodies', (client, days) => forgetSms(client, 'sms_bodies', days)],
    [keepBodiesDays, 'push_bodies', forgetPushBodies],
    [keepMessagesDays, 'inbound', (client, days) => forgetInbound(client, 'inbound', days)],
    [keepBodiesDays, 'inbound_bodies', (client, days) => forgetInbound(client, 'inbound_bodies', days)],
    [keepEventsDays, 'events', forgetEvents],
  ]
  let found = keepMessagesDays > 0 && (await dropOld(db, log, keepMessagesDays))
  for (const [days, kind, forget] of kinds) {
    if (days === 0) continue
    const { done, more } = await repeat(db, (client) => forget(client, days))
    if (done > 0) log.info({ event: 'retention.forgot', kind, count: done }, 'what is old was forgotten')
    found ||= done > 0 || more
  }
  return found
}

/** A push with many targets is forgotten in steps, of which the last one counts. */
async function repeat(db: Db, forget: (client: DbClient) => Promise<RetentionStep>): Promise<RetentionStep> {
  let done = 0
  let more = false
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const step = await inTransaction(db, async (client) => ((await lockRetention(client)) ? forget(client) : null))
    done += step?.done ?? 0
    more = step?.more === true
    if (!more) break
  }
  return { done, more }
}

/** Whether there was one. */
async function dropOld(db: Db, log: Logger, days: number): Promise<boolean> {
  const partition = await findOldPartition(db, days)
  if (partition === null) return false
  await dropPartition(db, partition)
  log.info({ event: 'retention.dropped', part: partition.part }, 'a partition of old messages was dropped')
  return true
}
