import type { FastifyRequest } from 'fastify'
import {
  MOST_ITEMS,
  type ItemError,
  type SmsBatchAnswerItem,
  type SmsBatchCommon,
  type SmsBatchMessage,
} from '../contract/sms-batch.ts'
import { TidingsError, type FaultDetail } from '../domain/errors.ts'
import type { ItemAnswer } from '../flows/sms/batch-answers.ts'
import type { BatchEntry, BatchItem } from '../flows/sms/batch.ts'
import type { Idempotency } from '../flows/sending/idempotent.ts'
import { retryAfterOf } from './errors.ts'
import { refuse, refuseSchemaFaults } from './faults.ts'
import { hashSmall } from './idempotency.ts'
import type { LongLists } from './large-json.ts'
import { SEND_BYTES } from './limits.ts'

/** The list of items in a large body. */
export const ITEM_LISTS: LongLists = {
  names: new Set(['items']),
  objects: true,
  mostMembers: MOST_ITEMS,
  mostOtherBytes: SEND_BYTES,
  tooMany: tooManyItems,
}

export function tooManyItems(): TidingsError {
  const most = MOST_ITEMS.toLocaleString('en')
  return refuse([
    { path: 'items', message: `at most ${most} items fit into one call: send several, or stream them as NDJSON` },
  ])
}

/** Reads one item: what it has itself, and the rest from what all have in common. */
export type ReadItem = (value: unknown, key: string | null) => BatchItem | TidingsError

/** Where the keys of items are remembered: one that an item brings is the same as on `POST /smss`. */
const OWN_KEYS = 'POST /smss'
const NUMBERED_KEYS = 'POST /smss/batch, line by line'

const MESSAGE = { $ref: 'SmsBatchMessage#' }

/** `key`, with which the reader is called, is that of an item which brings none. */
export function createItemReader(request: FastifyRequest, common: SmsBatchCommon): ReadItem {
  const validate = request.compileValidationSchema(MESSAGE)
  const { name: caller } = request.caller

  return (value, key) => {
    if (!isObject(value)) return refuse([{ path: '', message: 'an item must be an object' }])
    const merged: unknown = mergeTemplates(common, value)
    if (!validate(merged)) return refuseSchemaFaults(validate.errors ?? [])
    const { key: own, ...call } = merged as SmsBatchMessage
    if (own !== undefined) return { call, idempotency: { caller, route: OWN_KEYS, key: own, fields: hashSmall(call) } }
    if (key === null) return { call, idempotency: null }
    return { call, idempotency: { caller, route: NUMBERED_KEYS, key, fields: hashSmall(call) } }
  }
}

/** An item's template may leave out what stands in the common one, its name above all. */
function mergeTemplates(common: SmsBatchCommon, item: Readonly<Record<string, unknown>>): object {
  if (common.template === undefined || !isObject(item['template'])) return { ...common, ...item }
  return { ...common, ...item, template: { ...common.template, ...item['template'] } }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A group in pieces, none of which names a key twice: who comes second is answered as the first was. */
export function cutAtRepeats(group: readonly BatchEntry[]): BatchEntry[][] {
  const pieces: BatchEntry[][] = [[]]
  let seen = new Set<string>()
  for (const item of group) {
    const name = item instanceof TidingsError || item.idempotency === null ? null : nameOfKey(item.idempotency)
    if (name !== null && seen.has(name)) {
      pieces.push([])
      seen = new Set()
    }
    if (name !== null) seen.add(name)
    pieces.at(-1)?.push(item)
  }
  return pieces
}

/** A key that another item of the stream may have, too. */
export function hasOwnKey(item: BatchEntry): boolean {
  return !(item instanceof TidingsError) && item.idempotency?.route === OWN_KEYS
}

function nameOfKey({ route, key }: Idempotency): string {
  return `${route} ${key}`
}

/** As it stands in the answer; its fields always in the same order, so that a repeated call gets the same bytes. */
export function toAnswerItem(one: ItemAnswer, index: number): SmsBatchAnswerItem {
  if (one.kind === 'refused') return { index, success: false, error: toItemError(one.refusal) }
  const { message_id, status, reason, segments, encoding, price, quiet_hours_until, replaced, warnings } = one.answer
  return {
    index,
    success: true,
    message_id,
    status,
    ...(reason === undefined ? {} : { reason }),
    segments,
    encoding,
    ...(price === undefined ? {} : { price: { ...price } }),
    ...(quiet_hours_until === undefined ? {} : { quiet_hours_until }),
    ...(replaced === undefined ? {} : { replaced }),
    ...(warnings === undefined ? {} : { warnings }),
    ...(one.replayed ? { replayed: true } : {}),
  }
}

export function toItemError(refusal: TidingsError): ItemError {
  const retryAfter = retryAfterOf(refusal)
  return {
    code: refusal.code,
    message: refusal.message,
    docs: `/errors/${refusal.code}`,
    ...(retryAfter === null ? {} : { retry_after: retryAfter }),
    ...(refusal.details.length === 0 ? {} : { details: refusal.details.map(toDetail) }),
  }
}

function toDetail({ path, message, suggestion }: FaultDetail): FaultDetail {
  return { path, message, ...(suggestion === undefined ? {} : { suggestion }) }
}
