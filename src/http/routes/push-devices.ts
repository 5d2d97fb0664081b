import type { FastifyReply, FastifyRequest } from 'fastify'
import { DevicesPush, type DeviceFilter } from '../../contract/devices-push.ts'
import { jsonEither, SEND_ANSWER_HEADERS, SEND_ERRORS, SEND_REQUEST_HEADERS, type RouteDocs } from '../documentation.ts'
import { sendDryRun, toPushDryRun } from '../dry-runs.ts'
import { readIdempotency } from '../idempotency.ts'
import { createGate, LARGE_BODIES_UNDER_WAY } from '../limits.ts'
import { overloaded, type Accepts } from '../overload.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { answerPush, leaving, PUSH_ANSWER } from '../push-answer.ts'
import { limitFallback } from '../rate-limit.ts'
import type { Waits } from '../waits.ts'

const ROUTE = 'POST /notifications/devices'

export function pushDeviceRoutes(app: Server, parts: HttpParts, gate: Accepts, waits: Waits): void {
  const { devicePush, push, chance } = parts
  const broad = createGate(LARGE_BODIES_UNDER_WAY)

  /** Its devices are kept in memory, as those of a long list are: of what is not for some people alone there may be as many at once. */
  async function within<Result>({ client, clients }: DeviceFilter, work: () => Promise<Result>): Promise<Result> {
    if (client !== undefined || clients !== undefined) return work()
    if (!broad.enter()) throw overloaded(chance)
    return leaving(broad, Promise.resolve().then(work))
  }

  app.post(
    '/notifications/devices',
    {
      schema: { body: DevicesPush, response: PUSH_ANSWER },
      config: { docs: DOCS, scope: 'push:send', touches: 'none', categoryInBody: true },
    },
    async (request, reply) => {
      refuseParameters(request.query)
      const { to, ...input } = request.body
      await limitFallback(request, reply, parts, input)
      if (input.dry_run === true) return within(to, () => explain(request, reply, parts, request.body))
      const idempotency = await readIdempotency(request, ROUTE)
      const accepted = await within(to, () => {
        gate.enter(input.category, request.caller)
        return leaving(gate, devicePush.accept(input, to, request.caller, idempotency))
      })
      return answerPush(push, waits, accepted, request, reply)
    },
  )
}

async function explain(
  request: FastifyRequest,
  reply: FastifyReply,
  { devicePush, dryRuns }: HttpParts,
  { to, ...input }: DevicesPush,
): Promise<undefined> {
  const prepared = await devicePush.prepare(input, to, request.caller)
  // Resolves when it is sent.
  await sendDryRun(reply, toPushDryRun(await dryRuns.push(prepared, request.caller)))
  return undefined
}

const DOCS: RouteDocs = {
  operationId: 'pushToDevices',
  summary: 'Notify the devices of people, or of a kind',
  description:
    'Goes to the registered devices that are what `to` says, all of it, when it is accepted. Each gets it once, by the address it has then. Answers as `POST /notifications/tokens`.',
  tag: 'push',
  requestHeaders: SEND_REQUEST_HEADERS,
  body: { $ref: 'DevicesPush#' },
  ok: {
    description: 'Accepted.',
    content: jsonEither('NotificationAccepted', 'PushDryRun'),
    headers: SEND_ANSWER_HEADERS,
  },
  errors: [
    ...SEND_ERRORS,
    'no_devices',
    'push_too_large',
    'rate_limited',
    'upgrading',
    'unknown_template',
    'invalid_variables',
  ],
}
