import { TopicRequest } from '../../contract/notifications.ts'
import { conditionText } from '../../flows/push-words.ts'
import { jsonEither, SEND_ANSWER_HEADERS, SEND_ERRORS, SEND_REQUEST_HEADERS, type RouteDocs } from '../documentation.ts'
import { sendDryRun, toPushDryRun } from '../dry-runs.ts'
import { readIdempotency } from '../idempotency.ts'
import { SEND_BYTES } from '../limits.ts'
import type { Accepts } from '../overload.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { answerPush, leaving, PUSH_ANSWER } from '../push-answer.ts'
import type { Waits } from '../waits.ts'

export function notificationRoutes(app: Server, parts: HttpParts, gate: Accepts, waits: Waits): void {
  const { push } = parts
  app.post(
    '/notifications/topic',
    {
      bodyLimit: SEND_BYTES,
      schema: { body: TopicRequest, response: PUSH_ANSWER },
      config: { docs: TOPIC_DOCS, scope: 'push:send', categoryInBody: true },
    },
    async (request, reply) => {
      refuseParameters(request.query)
      const { topic = '', condition, ...input } = request.body
      const address = condition === undefined ? topic : conditionText(condition)
      if (input.dry_run === true) {
        const prepared = await push.prepareTopic(input, address, request.caller)
        return sendDryRun(reply, toPushDryRun(await parts.dryRuns.push(prepared, request.caller)))
      }
      const idempotency = await readIdempotency(request, 'POST /notifications/topic')
      gate.enter(input.category, request.caller)
      const accepted = push.acceptTopic(input, address, request.caller, idempotency)
      return answerPush(push, waits, await leaving(gate, accepted), request, reply)
    },
  )
}

const TOPIC_DOCS: RouteDocs = {
  operationId: 'pushToTopic',
  summary: 'Notify everyone who follows a topic',
  description:
    'Answers when the notification is committed to disk. `condition` in place of `topic` puts up to five topics together, with `&&`, `||`, `!` and parentheses.',
  tag: 'push',
  requestHeaders: SEND_REQUEST_HEADERS,
  body: { $ref: 'TopicRequest#' },
  ok: {
    description: 'Accepted.',
    content: jsonEither('NotificationAccepted', 'PushDryRun'),
    headers: SEND_ANSWER_HEADERS,
  },
  errors: [...SEND_ERRORS, 'push_too_large', 'unknown_template', 'invalid_variables'],
}
