import type { FastifyReply, FastifyRequest } from 'fastify'
import type { NotificationAccepted } from '../contract/notifications.ts'
import { named } from '../contract/words.ts'
import type { Accepted } from '../flows/sending/idempotent.ts'
import type { PushAnswer } from '../flows/push/push-call.ts'
import type { PushFlow } from '../flows/push/push.ts'
import { markReplayed } from './idempotency.ts'
import type { Gate } from './limits.ts'
import { summarise } from './notification-status.ts'
import { preferWait } from './prefer.ts'
import type { Waits } from './waits.ts'

export const PUSH_ANSWER = { 200: named<NotificationAccepted>('NotificationAccepted') }

/** Leaves the gate when the work is over. */
export async function leaving<Result>(gate: Pick<Gate, 'leave'>, work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } finally {
    gate.leave()
  }
}

/** As it stands in the answer, after the wait that was asked for. */
export async function answerPush(
  push: PushFlow,
  waits: Waits,
  { answer, replayed }: Accepted<PushAnswer>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<NotificationAccepted> {
  markReplayed(reply, replayed)
  const waitMs = preferWait(request, reply)
  if (waitMs === null) return { success: true, ...answer }
  const { counts } = await waits.until((ms) => push.waitFor(answer.notification_id, ms), waitMs)
  return { success: true, ...answer, ...summarise(counts), counts }
}
