import type { FastifyReply } from 'fastify'
import { NotificationResend, SmsResend } from '../../contract/resend.ts'
import type { NotificationAccepted } from '../../contract/notifications.ts'
import type { SmsAccepted } from '../../contract/sms.ts'
import type { Caller } from '../../domain/caller.ts'
import type { Resends } from '../../flows/sending/resend.ts'
import type { SmsInput } from '../../flows/sms/sms.ts'
import {
  jsonEither,
  SEND_ANSWER_HEADERS,
  SEND_ERRORS,
  SMS_ERRORS,
  SEND_REQUEST_HEADERS,
  type RouteDocs,
} from '../documentation.ts'
import { sendDryRun, toPushDryRun, toSmsDryRun } from '../dry-runs.ts'
import { markReplayed, readIdempotency } from '../idempotency.ts'
import { ID_PARAMETER, readId } from '../ids.ts'
import type { Accepts } from '../overload.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { limitRate } from '../rate-limit.ts'

export function resendRoutes(app: Server, parts: HttpParts, gate: Accepts): void {
  resendSms(app, parts, gate)
  resendPush(app, parts, gate)
}

function resendSms(app: Server, parts: HttpParts, gate: Accepts): void {
  const { resends, sms, dryRuns, rateLimiter } = parts
  app.post(
    '/smss/:id/resend',
    {
      schema: { body: SmsResend },
      config: { docs: SMS_DOCS, scope: 'sms:send', touches: 'none' },
      ...(rateLimiter === null ? {} : { onRequest: limitRate(rateLimiter, parts.addressOf) }),
    },
    async (request, reply): Promise<SmsAccepted | FastifyReply> => {
      refuseParameters(request.query)
      const id = readId(request.params)
      const read = (): Promise<SmsInput> => resends.sms(id, request.body.contact ?? null)
      if (request.body.dry_run === true) {
        const [report] = await dryRuns.sms([sms.prepare(await read(), request.caller)], request.caller)
        if (report === undefined) throw new Error('a dry run came to nothing')
        return sendDryRun(reply, toSmsDryRun(report))
      }
      const idempotency = await readIdempotency(request, `POST /smss/${id}/resend`)
      const accepted = await entering(gate, request.caller, () => sms.acceptRead(read, request.caller, idempotency))
      markReplayed(reply, accepted.replayed)
      return { success: true, ...accepted.answer }
    },
  )
}

function resendPush(app: Server, parts: HttpParts, gate: Accepts): void {
  const { resends, push, dryRuns } = parts
  app.post(
    '/notifications/:id/resend',
    {
      schema: { body: NotificationResend },
      config: { docs: PUSH_DOCS, scope: 'push:send', touches: 'none' },
    },
    async (request, reply): Promise<NotificationAccepted | FastifyReply> => {
      refuseParameters(request.query)
      const id = readId(request.params)
      const read = (): ReturnType<Resends['push']> => resends.push(id, request.body.only ?? null)
      if (request.body.dry_run === true) {
        const { input, targets } = await read()
        const prepared =
          targets.kind === 'topic'
            ? await push.prepareTopic(input, targets.topic, request.caller)
            : await push.prepareFound(input, targets, request.caller)
        return sendDryRun(reply, toPushDryRun(await dryRuns.push(prepared, request.caller)))
      }
      const idempotency = await readIdempotency(request, `POST /notifications/${id}/resend`)
      const accepted = await entering(gate, request.caller, () => push.acceptRead(read, request.caller, idempotency))
      markReplayed(reply, accepted.replayed)
      return { success: true, ...accepted.answer }
    },
  )
}

async function entering<Result>(gate: Accepts, caller: Caller, work: () => Promise<Result>): Promise<Result> {
  gate.enter('transactional', caller)
  try {
    return await work()
  } finally {
    gate.leave()
  }
}

const SMS_DOCS: RouteDocs = {
  operationId: 'resendSms',
  summary: 'Send an SMS once more',
  description: 'A new message with the same words. The first one stays as it is.',
  tag: 'sms',
  params: ID_PARAMETER,
  requestHeaders: SEND_REQUEST_HEADERS,
  body: { $ref: 'SmsResend#' },
  ok: { description: 'Accepted.', content: jsonEither('SmsAccepted', 'SmsDryRun'), headers: SEND_ANSWER_HEADERS },
  errors: [...SEND_ERRORS, 'not_found', 'still_open', 'content_gone', ...SMS_ERRORS, 'rate_limited'],
}

const PUSH_DOCS: RouteDocs = {
  operationId: 'resendNotification',
  summary: 'Send a notification once more',
  description: 'A new notification with the same words, to all targets of the first one or to some of them.',
  tag: 'push',
  params: ID_PARAMETER,
  requestHeaders: SEND_REQUEST_HEADERS,
  body: { $ref: 'NotificationResend#' },
  ok: {
    description: 'Accepted.',
    content: jsonEither('NotificationAccepted', 'PushDryRun'),
    headers: SEND_ANSWER_HEADERS,
  },
  errors: [...SEND_ERRORS, 'not_found', 'still_open', 'content_gone', 'push_too_large', 'upgrading'],
}
