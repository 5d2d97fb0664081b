import type { FastifyReply, FastifyRequest } from 'fastify'
import { MOST_IN_JSON, TopicDevicesCommon, TopicDevicesShape, type TopicChanged } from '../../contract/topics.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { TopicWish } from '../../domain/push/topics.ts'
import type { LineTarget } from '../../flows/push/long-push.ts'
import type { TopicChange, TopicOrder, Topics } from '../../flows/push/topics.ts'
import { toItemError } from '../batch-items.ts'
import { answerLines } from '../batch-stream.ts'
import { refuse } from '../faults.ts'
import type { LongLists } from '../large-json.ts'
import type { Leavings } from '../leavings.ts'
import { BATCH_BYTES, createGate, LARGE_BODIES_UNDER_WAY, MOST_STREAMS } from '../limits.ts'
import { dropping, isNdjson, openBody, readLine, refuseNoBody } from '../ndjson.ts'
import { refuseOtherSites } from '../other-sites.ts'
import { limitLargeBodies } from '../overload.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { preferWait } from '../prefer.ts'
import { toTarget } from '../target-lines.ts'
import { readTargets, TARGET_LISTS } from '../targets.ts'
import { SUBSCRIBE_DOCS, UNSUBSCRIBE_DOCS } from '../topic-documentation.ts'
import type { Waits } from '../waits.ts'
import { topicOf } from './topics.ts'

/** Lines that are stored with one commit. */
const GROUP = 1_000

const LISTS: LongLists = { ...TARGET_LISTS, mostMembers: MOST_IN_JSON, tooMany }

interface Served {
  readonly parts: HttpParts
  readonly waits: Waits
  readonly leavings: Leavings
}

/** In a scope that takes NDJSON. */
export function topicChangeRoutes(app: Server, served: Served): void {
  const { chance, publicUrl } = served.parts
  const large = limitLargeBodies(createGate(LARGE_BODIES_UNDER_WAY), chance)
  const streams = limitLargeBodies(createGate(MOST_STREAMS), chance)
  const ours = refuseOtherSites(publicUrl)
  const routes = [
    { method: 'POST', wish: 'subscribe', docs: SUBSCRIBE_DOCS },
    { method: 'DELETE', wish: 'unsubscribe', docs: UNSUBSCRIBE_DOCS },
  ] as const
  for (const { method, wish, docs } of routes) {
    app.route({
      method,
      url: '/topics/:topic/subscriptions',
      bodyLimit: BATCH_BYTES,
      schema: { body: { content: { 'application/json': { schema: TopicDevicesShape } } } },
      config: { docs, scope: 'tokens:write', touches: 'devices', longLists: LISTS },
      onRequest: [
        ours,
        (request, reply, done) => (isNdjson(request) ? streams : large).call(app, request, reply, done),
      ],
      handler: async (request, reply) => {
        refuseParameters(request.query)
        if (isNdjson(request)) return stream(wish, request, reply, served)
        refuseNoBody(request)
        // Checked by the schema of its content type, which carries no type.
        return whole(wish, request, reply, request.body as TopicDevicesShape, served)
      },
    })
  }
}

async function whole(
  wish: TopicWish,
  request: FastifyRequest,
  reply: FastifyReply,
  body: TopicDevicesShape,
  { parts, waits }: Served,
): Promise<TopicChanged> {
  const { topics } = parts
  const order = orderOf(wish, request, body)
  const waitMs = preferWait(request, reply)
  const stored =
    body.to === undefined ? await topics.change(order, await listed(body)) : await topics.changeReached(order, body.to)
  if (waitMs === null || stored.waiting === 0) return toAnswer(stored)
  return toAnswer(await waits.until((ms) => topics.settled(stored, ms), waitMs))
}

function orderOf(wish: TopicWish, { params, caller }: FastifyRequest, { project }: TopicDevicesCommon): TopicOrder {
  return { wish, topic: topicOf(params), caller, ...(project === undefined ? {} : { project }) }
}

async function listed(lists: Pick<TopicDevicesShape, 'tokens' | 'fids'>): Promise<readonly LineTarget[]> {
  if ((lists.tokens?.length ?? 0) + (lists.fids?.length ?? 0) > MOST_IN_JSON) throw tooMany()
  const { tokens, fids } = await readTargets(lists)
  return [
    ...tokens.map((value) => ({ kind: 'token' as const, value })),
    ...fids.map((value) => ({ kind: 'fid' as const, value })),
  ]
}

function tooMany(): TidingsError {
  const most = MOST_IN_JSON.toLocaleString('en')
  return refuse([
    { path: 'tokens', message: `at most ${most} tokens and fids fit into one call: stream them as NDJSON` },
  ])
}

type Entry = LineTarget | TidingsError

/** Only what failed is answered by a line of its own. */
async function stream(
  wish: TopicWish,
  request: FastifyRequest,
  reply: FastifyReply,
  { parts, leavings }: Served,
): Promise<FastifyReply> {
  const { topics } = parts
  const body = await openBody<TopicDevicesCommon>(request, reply, TopicDevicesCommon, leavings)
  const order = orderOf(wish, request, body.common)
  await dropping(request, reply, async () => topics.check(order))
  const read = (value: unknown): Entry => {
    const target = toTarget(value)
    return topics.faultOf(order, target) ?? target
  }
  return answerLines<Entry>(request, reply, {
    log: parts.log,
    lines: body.lines,
    most: GROUP,
    onlyFailures: true,
    refusalOf: (entry) => (entry instanceof TidingsError ? entry : null),
    prepare: async (lines) => lines.map((line) => readLine(line, read)),
    store: (group, from) => store(topics, order, group, from),
  })
}

/** The good ones with one commit; `from` is the place of the first. */
async function store(
  topics: Topics,
  order: TopicOrder,
  entries: readonly Entry[],
  from: number,
): Promise<readonly (object & { readonly success: boolean })[]> {
  const good = entries.filter((entry): entry is LineTarget => !(entry instanceof TidingsError))
  const failed = good.length === 0 ? [] : (await topics.change(order, good)).failed
  const reasons = new Map(failed.map(({ kind, value, reason }) => [`${kind}:${value}`, reason]))
  return entries.map((entry, place) => {
    const index = from + place
    if (entry instanceof TidingsError) return { index, success: false, error: toItemError(entry) }
    const reason = reasons.get(`${entry.kind}:${entry.value}`)
    return reason === undefined ? { index, success: true } : { index, success: false, reason }
  })
}

function toAnswer({ topic, devices, waiting, failed }: TopicChange): TopicChanged {
  return {
    success: true,
    topic,
    devices,
    waiting,
    failed: failed.map(({ value, reason }) => ({ token: value, reason })),
  }
}
