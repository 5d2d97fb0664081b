import type { JsonObject, PushContent, PushTarget } from '../provider.ts'
import type { CheckedPushFields } from './push-fields.ts'
import { objectAt, underOwn } from './push-merge.ts'

/** Under this name `data` tells a device where to report; with `/received` or `/opened` behind it. */
export const TICKET_NAME = 'tidings'

/** Stands where a ticket goes. No text of a caller's has this character. */
const HOLE = '\u0000'

/** An app shows a notification itself, and can report that it came, only where Apple is told to let it. Source: Apple, "Modifying content in newly delivered notifications". */
const MUTABLE: JsonObject = { payload: { aps: { 'mutable-content': 1 } } }

/** Undefined: it is not asked to report, as topics never are. */
export function ticketOf(target: PushTarget): string | undefined {
  return 'ticket' in target ? target.ticket : undefined
}

/**
 * What `build` makes of the content, as JSON, for one target after the other: it is built once, and a target's ticket put where it belongs.
 * Undefined: a target that is not asked to report.
 */
export function perTicket(
  content: PushContent,
  build: (content: PushContent) => string,
): (ticket: string | undefined) => string {
  let plain: string | null = null
  let pieces: readonly string[] | null = null
  return (ticket) => {
    if (ticket === undefined) return (plain ??= build(content))
    pieces ??= build(withTicket(content, HOLE)).split(JSON.stringify(HOLE))
    return pieces.join(JSON.stringify(ticket))
  }
}

/** Wherever a device reads data: a block of a platform's own takes the place of what is common to all. */
function withTicket(content: PushContent, ticket: string): PushContent {
  const { data, android, androidV2, apns, webpush, dataOnly } = content
  return {
    ...content,
    data: { ...data, [TICKET_NAME]: ticket },
    android: inBlock(android, ticket),
    androidV2: inBlock(androidV2, ticket),
    webpush: inBlock(webpush, ticket),
    apns: dataOnly ? apns : underOwn(MUTABLE, apns ?? {}),
  }
}

/** The same of a call's fields, with as many characters as a ticket has: to see whether it fits. */
export function withRoom<Fields extends CheckedPushFields>(fields: Fields, ticketLength: number): Fields {
  const ticket = 'x'.repeat(ticketLength)
  const { data, android, android_v2: androidV2, webpush } = fields
  return {
    ...fields,
    data: { ...data, [TICKET_NAME]: ticket },
    ...(android === undefined ? {} : { android: inBlock(android, ticket) }),
    ...(androidV2 === undefined ? {} : { android_v2: inBlock(androidV2, ticket) }),
    ...(webpush === undefined ? {} : { webpush: inBlock(webpush, ticket) }),
  }
}

/** A platform's block that has `data` of its own; another one stays as it is. */
function inBlock<Block extends JsonObject | null>(block: Block, ticket: string): Block | JsonObject {
  if (block === null || block['data'] === undefined) return block
  return { ...block, data: { ...objectAt(block, 'data'), [TICKET_NAME]: ticket } }
}
