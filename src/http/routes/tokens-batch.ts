import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  DeviceItem,
  DevicesCommon,
  DevicesShape,
  type DeviceAnswerItem,
  type DevicesAnswer,
} from '../../contract/tokens.ts'
import type { Device } from '../../domain/push/device.ts'
import { TidingsError } from '../../domain/errors.ts'
import { refuseAll } from '../../flows/sms/batch-faults.ts'
import { ITEM_LISTS, toItemError, tooManyItems } from '../batch-items.ts'
import { answerLines } from '../batch-stream.ts'
import { refuse, refuseSchemaFaults } from '../faults.ts'
import type { Leavings } from '../leavings.ts'
import { BATCH_BYTES, createGate, LARGE_BODIES_UNDER_WAY, MOST_STREAMS } from '../limits.ts'
import { isNdjson, openBody, readLine, refuseNoBody } from '../ndjson.ts'
import { refuseOtherSites } from '../other-sites.ts'
import { limitLargeBodies } from '../overload.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { PUT_ALL_DOCS } from '../token-documentation.ts'

/** Devices read in one turn of the event loop: about a millisecond. */
const BLOCK = 200

/** Lines that are stored with one commit. */
const GROUP = 1_000

type Entry = Device | TidingsError
type ReadItem = (value: unknown) => Entry

/** In a scope that takes NDJSON. */
export function tokenBatchRoutes(app: Server, parts: HttpParts, leavings: Leavings): void {
  const large = limitLargeBodies(createGate(LARGE_BODIES_UNDER_WAY), parts.chance)
  const streams = limitLargeBodies(createGate(MOST_STREAMS), parts.chance)
  const ours = refuseOtherSites(parts.publicUrl)
  app.put(
    '/tokens',
    {
      bodyLimit: BATCH_BYTES,
      schema: { body: { content: { 'application/json': { schema: DevicesShape } } } },
      config: { docs: PUT_ALL_DOCS, scope: 'tokens:write', touches: 'devices', longLists: ITEM_LISTS },
      onRequest: [
        ours,
        (request, reply, done) => (isNdjson(request) ? streams : large).call(app, request, reply, done),
      ],
    },
    async (request, reply) => {
      refuseParameters(request.query)
      if (isNdjson(request)) return stream(request, reply, parts, leavings)
      refuseNoBody(request)
      // Checked by the schema of its content type, which carries no type.
      return whole(request, request.body as DevicesShape, parts)
    },
  )
}

async function whole(request: FastifyRequest, body: DevicesShape, parts: HttpParts): Promise<DevicesAnswer> {
  const { items, partial = false, ...common } = body
  if (items.length > ITEM_LISTS.mostMembers) throw tooManyItems()
  const read = createReader(request, common, parts)
  const entries: Entry[] = []
  for (const [index, item] of items.entries()) {
    entries.push(read(item))
    if (index % BLOCK === BLOCK - 1) await nextTurn()
  }
  if (!partial) refuseAll(entries)
  const data = await store(entries, 0, parts)
  const accepted = data.filter(({ success }) => success).length
  return { success: true, accepted, rejected: data.length - accepted, data: [...data] }
}

async function stream(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: HttpParts,
  leavings: Leavings,
): Promise<FastifyReply> {
  const body = await openBody<DevicesCommon>(request, reply, DevicesCommon, leavings)
  const read = createReader(request, body.common, parts)
  return answerLines<Entry>(request, reply, {
    log: parts.log,
    lines: body.lines,
    most: GROUP,
    refusalOf: (entry) => (entry instanceof TidingsError ? entry : null),
    prepare: async (lines) => lines.map((line) => readLine(line, read)),
    store: (group, from) => store(group, from, parts),
  })
}

/** What an item has itself, and the rest from what all have in common. */
function createReader(request: FastifyRequest, common: DevicesCommon, { tokens }: HttpParts): ReadItem {
  const validate = request.compileValidationSchema(DeviceItem)
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return refuse([{ path: '', message: 'an item must be an object' }])
    const merged: unknown = { ...common, ...value }
    if (!validate(merged)) return refuseSchemaFaults(validate.errors ?? [])
    const { token, ...call } = merged as DeviceItem
    try {
      return tokens.read(token, call)
    } catch (error) {
      if (error instanceof TidingsError) return error
      throw error
    }
  }
}

/** The good ones with one commit; `from` is the place of the first. */
async function store(
  entries: readonly Entry[],
  from: number,
  { tokens }: HttpParts,
): Promise<readonly DeviceAnswerItem[]> {
  const good = entries.filter((entry): entry is Device => !(entry instanceof TidingsError))
  const ids = good.length === 0 ? [] : await tokens.putAll(good)
  let next = 0
  return entries.map((entry, place) => {
    const index = from + place
    if (entry instanceof TidingsError) return { index, success: false, error: toItemError(entry) }
    return { index, success: true, token_id: ids[next++] ?? 0 }
  })
}
