import type { FastifyReply, FastifyRequest } from 'fastify'
import { TopicRequest } from '../../contract/notifications.ts'
import { conditionText } from '../../flows/push/push-words.ts'
import type { PreparedTopicPush, TopicPush } from '../../flows/push/topic-push.ts'
import { jsonEither, SEND_ANSWER_HEADERS, SEND_ERRORS, SEND_REQUEST_HEADERS, type RouteDocs } from '../documentation.ts'
import { sendDryRun, toPushDryRun } from '../dry-runs.ts'
import { readIdempotency } from '../idempotency.ts'
import { createGate, LARGE_BODIES_UNDER_WAY, SEND_BYTES, type Gate } from '../limits.ts'
import { overloaded, type Accepts } from '../overload.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { answerPush, leaving, PUSH_ANSWER } from '../push-answer.ts'
import type { Waits } from '../waits.ts'

export function notificationRoutes(app: Server, parts: HttpParts, gate: Accepts, waits: Waits): void {
  const { push } = parts
  const broad = createGate(LARGE_BODIES_UNDER_WAY)
  app.post(
    '/notifications/topic',
    {
      bodyLimit: SEND_BYTES,
      schema: { body: TopicRequest, response: PUSH_ANSWER },
      config: { docs: TOPIC_DOCS, scope: 'push:send', touches: 'none', categoryInBody: true },
    },
    async (request, reply) => {
      refuseParameters(request.query)
      const { topic = '', condition, fan_out: fanOut = false, ...input } = request.body
      const address = condition === undefined ? topic : conditionText(condition)
      const way = fanOut ? oneByOne(parts, broad) : asTopic(parts, broad)
      if (input.dry_run === true)
        return explain(parts, await way.prepare(input, address, request.caller), request, reply)
      const idempotency = await readIdempotency(request, 'POST /notifications/topic')
      gate.enter(input.category, request.caller)
      const accepted = way.accept(input, address, request.caller, idempotency)
      return answerPush(push, waits, await leaving(gate, accepted), request, reply)
    },
  )
}

type TopicWay = Pick<TopicPush, 'prepare' | 'accept'>

/** To whom FCM knows. Those the ledger knows are counted for a dry run. */
function asTopic({ push, topicPush, chance }: HttpParts, broad: Gate): TopicWay {
  return {
    async prepare(input, address, caller) {
      const prepared = await push.prepareTopic(input, address, caller)
      return { prepared, subscribers: await within(broad, chance, () => topicPush.count(address, caller)) }
    },
    accept: (input, address, caller, idempotency) => push.acceptTopic(input, address, caller, idempotency),
  }
}

/** To whom the ledger knows, whose addresses are kept in memory as those of a long list are. */
function oneByOne({ topicPush, chance }: HttpParts, broad: Gate): TopicWay {
  return {
    prepare: async (input, address, caller) => within(broad, chance, () => topicPush.prepare(input, address, caller)),
    accept: async (input, address, caller, idempotency) =>
      within(broad, chance, () => topicPush.accept(input, address, caller, idempotency)),
  }
}

async function within<Result>(broad: Gate, chance: () => number, work: () => Promise<Result>): Promise<Result> {
  if (!broad.enter()) throw overloaded(chance)
  return leaving(broad, Promise.resolve().then(work))
}

async function explain(
  { dryRuns }: HttpParts,
  { prepared, subscribers }: PreparedTopicPush,
  { caller }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  return sendDryRun(reply, { ...toPushDryRun(await dryRuns.push(prepared, caller)), subscribers })
}

const TOPIC_DOCS: RouteDocs = {
  operationId: 'pushToTopic',
  summary: 'Notify everyone who follows a topic',
  description:
    'Answers when the notification is committed to disk. `condition` in place of `topic` puts up to five topics together, with `&&`, `||`, `!` and parentheses. `fan_out` sends to each device that this service subscribed.',
  tag: 'push',
  requestHeaders: SEND_REQUEST_HEADERS,
  body: { $ref: 'TopicRequest#' },
  ok: {
    description: 'Accepted.',
    content: jsonEither('NotificationAccepted', 'PushDryRun'),
    headers: SEND_ANSWER_HEADERS,
  },
  errors: [...SEND_ERRORS, 'no_devices', 'push_too_large', 'upgrading', 'unknown_template', 'invalid_variables'],
}
