import { TokensRequestShape, TopicRequest, type NotificationAccepted } from '../../contract/notifications.ts'
import { named } from '../../contract/words.ts'
import type { PushFlow, PushAnswer } from '../../flows/push.ts'
import type { Accepted } from '../../flows/idempotent.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { jsonEither, SEND_ANSWER_HEADERS, SEND_ERRORS, SEND_REQUEST_HEADERS, type RouteDocs } from '../documentation.ts'
import { sendDryRun, toPushDryRun } from '../dry-runs.ts'
import { markReplayed, readIdempotency } from '../idempotency.ts'
import { createGate, LARGE_BODIES_UNDER_WAY, SEND_BYTES, TOKENS_BYTES, type Gate } from '../limits.ts'
import { summarise } from '../notification-status.ts'
import { limitLargeBodies, overloaded } from '../overload.ts'
import type { HttpParts, Server } from '../parts.ts'
import { refuseParameters } from '../paging.ts'
import { preferWait } from '../prefer.ts'
import { readTargets, TARGET_LISTS } from '../targets.ts'
import type { Waits } from '../waits.ts'

const ANSWER = { 200: named<NotificationAccepted>('NotificationAccepted') }

export function notificationRoutes(app: Server, parts: HttpParts, gate: Gate, waits: Waits): void {
  const { push, chance } = parts
  app.post(
    '/notifications/tokens',
    {
      bodyLimit: TOKENS_BYTES,
      schema: { body: TokensRequestShape, response: ANSWER },
      config: { docs: TOKENS_DOCS, scope: 'push:send', longLists: TARGET_LISTS },
      onRequest: limitLargeBodies(createGate(LARGE_BODIES_UNDER_WAY), chance),
    },
    async (request, reply) => {
      refuseParameters(request.query)
      const { tokens, fids } = await readTargets(request.body)
      if (request.body.dry_run === true) {
        const prepared = await push.prepareTokens(request.body, tokens, fids, request.caller)
        return sendDryRun(reply, toPushDryRun(await parts.dryRuns.push(prepared, request.caller)))
      }
      const idempotency = await readIdempotency(request, 'POST /notifications/tokens')
      const { tokens: _tokens, fids: _fids, ...input } = request.body
      if (!gate.enter()) throw overloaded(chance)
      const accepted = push.acceptTokens(input, tokens, fids, request.caller, idempotency)
      return toAnswer(push, waits, await leaving(gate, accepted), request, reply)
    },
  )

  app.post(
    '/notifications/topic',
    {
      bodyLimit: SEND_BYTES,
      schema: { body: TopicRequest, response: ANSWER },
      config: { docs: TOPIC_DOCS, scope: 'push:send' },
    },
    async (request, reply) => {
      refuseParameters(request.query)
      const { topic, ...input } = request.body
      if (input.dry_run === true) {
        const prepared = await push.prepareTopic(input, topic, request.caller)
        return sendDryRun(reply, toPushDryRun(await parts.dryRuns.push(prepared, request.caller)))
      }
      const idempotency = await readIdempotency(request, 'POST /notifications/topic')
      if (!gate.enter()) throw overloaded(chance)
      const accepted = push.acceptTopic(input, topic, request.caller, idempotency)
      return toAnswer(push, waits, await leaving(gate, accepted), request, reply)
    },
  )
}

async function leaving<Result>(gate: Gate, work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } finally {
    gate.leave()
  }
}

async function toAnswer(
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

const TOKENS_DOCS: RouteDocs = {
  operationId: 'pushToTokens',
  summary: 'Notify devices',
  description: 'Answers when the notification and its targets are committed to disk.',
  tag: 'push',
  requestHeaders: SEND_REQUEST_HEADERS,
  body: { $ref: 'TokensRequest#' },
  ok: {
    description: 'Accepted.',
    content: jsonEither('NotificationAccepted', 'PushDryRun'),
    headers: SEND_ANSWER_HEADERS,
  },
  errors: [...SEND_ERRORS, 'push_too_large'],
}

const TOPIC_DOCS: RouteDocs = {
  ...TOKENS_DOCS,
  operationId: 'pushToTopic',
  summary: 'Notify everyone who follows a topic',
  body: { $ref: 'TopicRequest#' },
}
