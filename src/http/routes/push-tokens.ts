import type { FastifyReply, FastifyRequest } from 'fastify'
import { TokensCommon, TokensRequestShape } from '../../contract/notifications.ts'
import type { PushAnswer } from '../../flows/push/push-call.ts'
import type { Accepted } from '../../flows/sending/idempotent.ts'
import { jsonEither, SEND_ANSWER_HEADERS, SEND_ERRORS, SEND_REQUEST_HEADERS, type RouteDocs } from '../documentation.ts'
import { sendDryRun, toPushDryRun } from '../dry-runs.ts'
import { readIdempotency } from '../idempotency.ts'
import type { Leavings } from '../leavings.ts'
import { createGate, LARGE_BODIES_UNDER_WAY, MOST_TARGET_STREAMS, TOKENS_BYTES } from '../limits.ts'
import { dropping, isNdjson, NDJSON, openBody, refuseNoBody } from '../ndjson.ts'
import { limitLargeBodies, type Accepts } from '../overload.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { answerPush, leaving, PUSH_ANSWER } from '../push-answer.ts'
import { limitFallback } from '../rate-limit.ts'
import { readTargetLines } from '../target-lines.ts'
import { readTargets, TARGET_LISTS } from '../targets.ts'
import type { Waits } from '../waits.ts'

const ROUTE = 'POST /notifications/tokens'

interface Served {
  readonly parts: HttpParts
  readonly gate: Accepts
  readonly waits: Waits
  readonly leavings: Leavings
}

/** In a scope that takes NDJSON. */
export function pushTokenRoutes(app: Server, served: Served): void {
  const { chance, push } = served.parts
  const large = limitLargeBodies(createGate(LARGE_BODIES_UNDER_WAY), chance)
  const streams = limitLargeBodies(createGate(MOST_TARGET_STREAMS), chance)
  app.post(
    '/notifications/tokens',
    {
      bodyLimit: TOKENS_BYTES,
      schema: { body: { content: { 'application/json': { schema: TokensRequestShape } } }, response: PUSH_ANSWER },
      config: { docs: DOCS, scope: 'push:send', touches: 'none', longLists: TARGET_LISTS, categoryInBody: true },
      onRequest: (request, reply, done) => (isNdjson(request) ? streams : large).call(app, request, reply, done),
    },
    async (request, reply) => {
      refuseParameters(request.query)
      refuseNoBody(request)
      // Checked by the schema of its content type, which carries no type.
      const accepted = isNdjson(request)
        ? await byLine(request, reply, served)
        : await whole(request, reply, request.body as TokensRequestShape, served)
      if (accepted !== null) return answerPush(push, served.waits, accepted, request, reply)
      return undefined
    },
  )
}

/** Null: it was a dry run, and has been answered. */
async function whole(
  request: FastifyRequest,
  reply: FastifyReply,
  body: TokensRequestShape,
  { parts, gate }: Served,
): Promise<Accepted<PushAnswer> | null> {
  const { push } = parts
  await limitFallback(request, reply, parts, body)
  const { tokens, fids } = await readTargets(body)
  if (body.dry_run === true) return explain(request, reply, parts, body, tokens, fids)
  const idempotency = await readIdempotency(request, ROUTE)
  const { tokens: _tokens, fids: _fids, ...input } = body
  gate.enter(input.category, request.caller)
  return leaving(gate, push.acceptTokens(input, tokens, fids, request.caller, idempotency))
}

/** Nothing is stored before the last line; a list that would fit into JSON is treated as if it had come so. */
async function byLine(
  request: FastifyRequest,
  reply: FastifyReply,
  { parts, gate, leavings }: Served,
): Promise<Accepted<PushAnswer> | null> {
  const { push } = parts
  const body = await openBody<TokensCommon>(request, reply, TokensCommon, leavings)
  const input = body.common
  const { dry_run: dryRun = false } = input
  const openLong = dryRun ? null : () => push.openLong(input, request.caller)
  const store = async (): Promise<Accepted<PushAnswer> | null> => {
    const read = await readTargetLines(request, body, ROUTE, openLong)
    if (read.kind === 'long') return read.push.accept(read.idempotency)
    const { tokens, fids, idempotency } = read
    if (dryRun) return explain(request, reply, parts, input, tokens, fids)
    return push.acceptTokens(input, tokens, fids, request.caller, idempotency)
  }
  return dropping(request, reply, async () => {
    await limitFallback(request, reply, parts, input)
    if (dryRun) return store()
    gate.enter(input.category, request.caller)
    return leaving(gate, store())
  })
}

async function explain(
  request: FastifyRequest,
  reply: FastifyReply,
  { push, dryRuns }: HttpParts,
  input: TokensCommon,
  tokens: readonly string[],
  fids: readonly string[],
): Promise<null> {
  const prepared = await push.prepareTokens(input, tokens, fids, request.caller)
  // Resolves when it is sent.
  await sendDryRun(reply, toPushDryRun(await dryRuns.push(prepared, request.caller)))
  return null
}

const DOCS: RouteDocs = {
  operationId: 'pushToTokens',
  summary: 'Notify devices',
  description:
    'Answers when the notification and its targets are committed to disk. In JSON up to 100,000 targets; as NDJSON up to 5,000,000: the first line is an object with everything but the targets, each other line one of them: `"token"`, `{"token": "…"}` or `{"fid": "…"}`. Nothing is sent before the last line has come, and one bad line refuses the whole.',
  tag: 'push',
  requestHeaders: SEND_REQUEST_HEADERS,
  body: { content: { 'application/json': { schema: { $ref: 'TokensRequest#' } }, ...NDJSON } },
  ok: {
    description: 'Accepted.',
    content: jsonEither('NotificationAccepted', 'PushDryRun'),
    headers: SEND_ANSWER_HEADERS,
  },
  errors: [...SEND_ERRORS, 'push_too_large', 'rate_limited', 'upgrading', 'unknown_template', 'invalid_variables'],
}
