import type { FastifyReply } from 'fastify'
import { SmsRequest, type SmsAccepted } from '../../contract/sms.ts'
import { named } from '../../contract/words.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { Caller } from '../../domain/caller.ts'
import type { SmsAnswer } from '../../flows/sms/sms.ts'
import {
  json,
  jsonEither,
  RATE_HEADERS,
  SEND_ANSWER_HEADERS,
  SEND_ERRORS,
  SMS_ERRORS,
  SEND_REQUEST_HEADERS,
  type RouteDocs,
} from '../documentation.ts'
import { sendDryRun, toSmsDryRun } from '../dry-runs.ts'
import { markReplayed, readIdempotency } from '../idempotency.ts'
import { ID_PARAMETER, readId } from '../ids.ts'
import { SEND_BYTES } from '../limits.ts'
import type { Accepts } from '../overload.ts'
import type { HttpParts, Server } from '../parts.ts'
import { refuseParameters } from '../paging.ts'
import { preferWait } from '../prefer.ts'
import { limitRate } from '../rate-limit.ts'
import { toSms } from '../records.ts'
import type { Waits } from '../waits.ts'

const ROUTE = 'POST /smss'

export function smsRoutes(app: Server, parts: HttpParts, gate: Accepts, waits: Waits): void {
  const { sms, rateLimiter, addressOf } = parts
  app.post(
    '/smss',
    {
      bodyLimit: SEND_BYTES,
      schema: { body: SmsRequest, response: { 200: named<SmsAccepted>('SmsAccepted') } },
      config: {
        docs: rateLimiter === null ? SEND_DOCS : LIMITED_SEND_DOCS,
        scope: 'sms:send',
        touches: 'none',
        categoryInBody: true,
      },
      ...(rateLimiter === null ? {} : { onRequest: limitRate(rateLimiter, addressOf) }),
    },
    async (request, reply): Promise<SmsAccepted | undefined> => {
      refuseParameters(request.query)
      if (request.body.dry_run === true) {
        await dryRun(request, reply, parts)
        return undefined
      }
      const keyed = request.headers['idempotency-key'] !== undefined
      const idempotency = keyed ? await readIdempotency(request, ROUTE) : null
      gate.enter(request.body.category, request.caller)
      let answer: SmsAnswer
      try {
        const accepted = await sms.accept(request.body, request.caller, idempotency)
        answer = accepted.answer
        markReplayed(reply, accepted.replayed)
      } finally {
        gate.leave()
      }
      const waitMs = preferWait(request, reply)
      if (waitMs === null) return { success: true, ...answer }
      const known = await waits.until((ms) => sms.waitFor(answer.message_id, ms), waitMs)
      return { success: true, ...answer, ...known }
    },
  )
  readRoute(app, parts)
}

/** Answered by another serializer than the route's own. */
async function dryRun(
  { body, caller }: { readonly body: SmsRequest; readonly caller: Caller },
  reply: FastifyReply,
  { sms, dryRuns }: HttpParts,
): Promise<void> {
  const [report] = await dryRuns.sms([sms.prepare(await sms.words(body), caller)], caller)
  if (report === undefined) throw new Error('a dry run came to nothing')
  // Resolves when it is sent.
  await sendDryRun(reply, toSmsDryRun(report))
}

function readRoute(app: Server, { reads }: HttpParts): void {
  app.get('/smss/:id', { config: { docs: READ_DOCS, scope: 'messages:read' } }, async (request) => {
    const message = await reads.message(readId(request.params))
    if (message === null) throw new TidingsError('not_found', 'Not Found')
    return { success: true, data: toSms(message) }
  })
}

const SEND_DOCS: RouteDocs = {
  operationId: 'sendSms',
  summary: 'Send an SMS',
  description: 'Answers when the message is committed to disk. What the provider makes of it is read at `/smss/{id}`.',
  tag: 'sms',
  requestHeaders: SEND_REQUEST_HEADERS,
  body: { $ref: 'SmsRequest#' },
  ok: { description: 'Accepted.', content: jsonEither('SmsAccepted', 'SmsDryRun'), headers: SEND_ANSWER_HEADERS },
  errors: [...SEND_ERRORS, ...SMS_ERRORS, 'unknown_template', 'invalid_variables'],
}

const LIMITED_SEND_DOCS: RouteDocs = {
  ...SEND_DOCS,
  ok: { ...SEND_DOCS.ok, headers: { ...SEND_ANSWER_HEADERS, ...RATE_HEADERS } },
  errors: [...SEND_DOCS.errors, 'rate_limited'],
}

const READ_DOCS: RouteDocs = {
  operationId: 'readSms',
  summary: 'What became of an SMS',
  tag: 'sms',
  params: ID_PARAMETER,
  ok: { description: 'The message with its attempts.', content: json('SmsAnswer') },
  errors: ['not_found', 'database_unavailable'],
}
