import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { SmsDryRunData } from '../../contract/dry-run.ts'
import {
  SmsBatchCommon,
  SmsBatchShape,
  type SmsBatchAnswer,
  type SmsBatchAnswerItem,
} from '../../contract/sms-batch.ts'
import { TidingsError } from '../../domain/errors.ts'
import { refusalOf, type BatchEntry, type BatchItem, type PreparedItem } from '../../flows/sms/batch.ts'
import { createItemReader, cutAtRepeats, hasOwnKey, ITEM_LISTS, toAnswerItem, tooManyItems } from '../batch-items.ts'
import { answerLines } from '../batch-stream.ts'
import { json, RATE_HEADERS, SEND_ANSWER_HEADERS, SEND_ERRORS, SMS_ERRORS, type RouteDocs } from '../documentation.ts'
import { toSmsDryRun } from '../dry-runs.ts'
import { refuse } from '../faults.ts'
import { markReplayed, readIdempotency, readKey } from '../idempotency.ts'
import type { Leavings } from '../leavings.ts'
import {
  BATCH_BYTES,
  createGate,
  LARGE_BODIES_UNDER_WAY,
  MOST_STREAMS,
  rateHeaders,
  type RateDecision,
} from '../limits.ts'
import { isNdjson, NDJSON, openBody, readLine, refuseNoBody } from '../ndjson.ts'
import { limitLargeBodies } from '../overload.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { nameOf } from '../rate-limit.ts'
import { createRatePace } from '../rate-pace.ts'

const ROUTE = 'POST /smss/batch'

/** Items read in one turn of the event loop: about a millisecond. */
const BLOCK = 200

/** In a scope that takes NDJSON. */
export function smsBatchRoutes(app: Server, parts: HttpParts, leavings: Leavings): void {
  const { chance, rateLimiter } = parts
  const large = limitLargeBodies(createGate(LARGE_BODIES_UNDER_WAY), chance)
  const streams = limitLargeBodies(createGate(MOST_STREAMS), chance)
  app.post(
    '/smss/batch',
    {
      bodyLimit: BATCH_BYTES,
      schema: { body: { content: { 'application/json': { schema: SmsBatchShape } } } },
      config: {
        docs: rateLimiter === null ? DOCS : LIMITED_DOCS,
        scope: 'sms:send',
        touches: 'none',
        longLists: ITEM_LISTS,
      },
      onRequest: (request, reply, done) => (isNdjson(request) ? streams : large).call(app, request, reply, done),
    },
    async (request, reply) => {
      refuseParameters(request.query)
      if (isNdjson(request)) return stream(request, reply, parts, leavings)
      refuseNoBody(request)
      // Checked by the schema of its content type, which carries no type.
      return whole(request, reply, request.body as SmsBatchShape, parts)
    },
  )
}

async function whole(
  request: FastifyRequest,
  reply: FastifyReply,
  body: SmsBatchShape,
  parts: HttpParts,
): Promise<SmsBatchAnswer> {
  const { items, partial = false, dry_run: dryRun = false, ...common } = body
  if (items.length > ITEM_LISTS.mostMembers) throw tooManyItems()
  const idempotency = dryRun ? null : await readIdempotency(request, ROUTE)
  if (!dryRun) await limitItems(request, reply, parts, items.length)
  const read = createItemReader(request, common)
  const readings: (BatchItem | TidingsError)[] = []
  for (const [index, item] of items.entries()) {
    readings.push(read(item, null))
    if (index % BLOCK === BLOCK - 1) await nextTurn()
  }
  const prepared = await parts.batches.prepare(refuseTwice(readings), request.caller)
  if (dryRun) return { success: true, dry_run: true, ...counted(await explain(request, parts, prepared, 0)) }
  const { answer, replayed } = await parts.batches.store(prepared, { partial, idempotency })
  markReplayed(reply, replayed)
  const data: SmsBatchAnswerItem[] = []
  for (const [index, item] of answer.entries()) {
    data.push(toAnswerItem(item, index))
    if (index % BLOCK === BLOCK - 1) await nextTurn()
  }
  return { success: true, ...counted(data) }
}

function counted(data: SmsBatchAnswerItem[]): Pick<SmsBatchAnswer, 'accepted' | 'rejected' | 'data'> {
  const accepted = data.filter((one) => one.success).length
  return { accepted, rejected: data.length - accepted, data }
}

/** What would become of each; `from` is the place of the first one. */
async function explain(
  request: FastifyRequest,
  { dryRuns, rateLimiter, addressOf }: HttpParts,
  items: readonly BatchEntry[],
  from: number,
): Promise<SmsBatchAnswerItem[]> {
  const good = items.filter((item): item is PreparedItem => refusalOf(item) === null)
  const reports = await dryRuns.sms(
    good.map((item) => item.sms),
    request.caller,
  )
  const limit = rateLimiter === null ? null : await rateLimiter(nameOf(request, addressOf), 0)
  let next = 0
  return items.map((item, index) => {
    const refusal = refusalOf(item)
    if (refusal !== null) return toAnswerItem({ kind: 'refused', refusal }, from + index)
    const report = reports[next++]
    if (report === undefined) throw new Error(`${reports.length} reports for ${items.length} items`)
    const data = toSmsDryRun(report)
    if (limit !== null && from + next > limit.remaining) data.waits.push(overTheLimit(limit))
    return { index: from + index, success: true, dry_run: true, data }
  })
}

function overTheLimit({ limit, resetSeconds }: RateDecision): SmsDryRunData['waits'][number] {
  const message = `SMS_RATE_LIMIT_PER_MINUTE is ${limit}, and that many are before it.`
  return { reason: 'rate_limited', message, seconds: resetSeconds }
}

/** The same key twice in one call: which of them is the first, nobody can say. */
function refuseTwice(readings: readonly (BatchItem | TidingsError)[]): readonly (BatchItem | TidingsError)[] {
  const seen = new Map<string, number>()
  return readings.map((item, index) => {
    if (item instanceof TidingsError || item.idempotency === null) return item
    const { key } = item.idempotency
    const first = seen.get(key)
    seen.set(key, first ?? index)
    if (first === undefined) return item
    return refuse([{ path: 'key', message: `\`key\` is that of items[${first}], too` }])
  })
}

/** All of the items count, or none of them does. */
async function limitItems(
  request: FastifyRequest,
  reply: FastifyReply,
  { rateLimiter, addressOf }: HttpParts,
  items: number,
): Promise<void> {
  if (rateLimiter === null) return
  const decision = await rateLimiter(nameOf(request, addressOf), items)
  if (items > decision.limit) throw neverAllowed(decision.limit)
  reply.headers(rateHeaders(decision))
  if (decision.allowed) return
  throw new TidingsError('rate_limited', 'Too Many Requests', { retryAfterSeconds: decision.resetSeconds })
}

function neverAllowed(limit: number): TidingsError {
  const message = `at most ${limit} items fit into one call while SMS_RATE_LIMIT_PER_MINUTE is ${limit}: send several, or stream them as NDJSON`
  return refuse([{ path: 'items', message }])
}

async function stream(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: HttpParts,
  leavings: Leavings,
): Promise<FastifyReply> {
  const header = readKey(request)
  const body = await openBody<SmsBatchCommon>(request, reply, SmsBatchCommon, leavings)
  const { dry_run: dryRun = false, ...common } = body.common
  const read = createItemReader(request, common)
  const { most, untilAllowed } = await createRatePace(request, parts, body.lines)
  const keyOf = (index: number): string | null => (header === null ? null : `${header}:${index}`)
  let paced = Promise.resolve()
  /** One after the other, as they came. */
  const passed = (items: number): Promise<void> => (paced = paced.then(() => untilAllowed(items)))
  return answerLines(request, reply, {
    log: parts.log,
    lines: body.lines,
    most,
    refusalOf,
    isApart: (group) => !group.some(hasOwnKey),
    prepare: async (lines, from) =>
      parts.batches.prepare(
        lines.map((line, index) => readLine(line, (value) => read(value, keyOf(from + index)))),
        request.caller,
      ),
    store: async (group, from) => {
      if (dryRun) return explain(request, parts, group, from)
      // It may have begun long before there was no room any more.
      const refusal = parts.room?.refusal(request.caller.keyId, 'marketing') ?? null
      if (refusal !== null) throw refusal
      const answers = []
      for (const items of cutAtRepeats(group)) {
        await passed(items.length)
        const { answer } = await parts.batches.store(items, { partial: true, idempotency: null })
        answers.push(...answer)
      }
      return answers.map((one, index) => toAnswerItem(one, from + index))
    },
  })
}

const BODY = {
  content: {
    'application/json': { schema: { $ref: 'SmsBatchRequest#' } },
    ...NDJSON,
  },
}

const DOCS: RouteDocs = {
  operationId: 'sendSmsBatch',
  summary: 'Send many SMS',
  description:
    'In JSON up to 10,000 items, stored with one commit: all of them, or with `partial` those that are good. As NDJSON without an end: the first line is an object with what all have in common, each other line one item (`SmsBatchItem`, up to 64 KiB); each is answered with a line (`SmsBatchAnswerItem`) after its commit, in order, and the last line has the counts: `{"done": true, "accepted": 2, "rejected": 0}`. Read while you send.',
  tag: 'sms',
  requestHeaders: {
    type: 'object',
    properties: {
      'Idempotency-Key': {
        type: 'string',
        minLength: 1,
        maxLength: 255,
        pattern: '^[!-~]+$',
        description:
          'A repeated call in JSON is answered as the first one was. In NDJSON each item without a `key` of its own is known by this one and its place.',
      },
    },
  },
  body: BODY,
  ok: {
    description: 'What became of each item.',
    content: { ...json('SmsBatchAnswer'), ...NDJSON },
    headers: { 'Idempotent-Replayed': SEND_ANSWER_HEADERS['Idempotent-Replayed'] ?? {} },
  },
  errors: [...SEND_ERRORS, ...SMS_ERRORS, 'unknown_template', 'invalid_variables'],
}

const LIMITED_DOCS: RouteDocs = {
  ...DOCS,
  ok: { ...DOCS.ok, headers: { ...DOCS.ok.headers, ...RATE_HEADERS } },
  errors: [...DOCS.errors, 'rate_limited'],
}
