import type { FaultDetail } from '../domain/errors.ts'
import { NEWEST, type InboxCursor } from '../flows/inbox/inbox-pages.ts'
import type { InboxQuery } from '../flows/inbox/inbox-query.ts'
import { refuse } from './faults.ts'
import { LARGEST_PAGE, readLimit, unknownParameter, USUAL_PAGE } from './paging.ts'

/** Longer than any value these parameters take. */
const LONGEST_VALUE = 4_096

/** What a person searches for; everywhere else a value that got lost would mean every message. */
const MAY_BE_EMPTY = 'q'

export interface Parameters {
  /** Null: it isn't given, or empty. */
  text(name: string): string | null
  fault(path: string, message: string): void
  /** Throws a TidingsError that names each fault. */
  check(): void
}

/** The parameters of a query, each at most once; others than `known` are faults. */
export function readParameters(query: unknown, known: readonly string[]): Parameters {
  const fields = typeof query === 'object' && query !== null ? Object.entries(query) : []
  const faults: FaultDetail[] = fields.map(([name]) => unknownParameter(name, known)).filter((fault) => fault !== null)
  const given = new Map<string, string>()
  for (const [name, value] of fields) {
    if (!known.includes(name)) continue
    if (typeof value !== 'string') faults.push({ path: name, message: `\`${name}\` must stand once` })
    else if (value === '' && name !== MAY_BE_EMPTY) faults.push({ path: name, message: `\`${name}\` is empty` })
    else if (value.length > LONGEST_VALUE || value.includes('\u0000')) {
      faults.push({ path: name, message: `\`${name}\` cannot be` })
    } else given.set(name, value)
  }
  return {
    text: (name) => given.get(name) || null,
    fault: (path, message) => void faults.push({ path, message }),
    check() {
      if (faults.length > 0) throw refuse(faults)
    },
  }
}

/** `to`, `tag`, `channel` and `since`. */
export function inboxQuery(parameters: Parameters): InboxQuery {
  const channel = parameters.text('channel')
  if (channel !== null && channel !== 'sms' && channel !== 'push') {
    parameters.fault('channel', '`channel` must be one of sms, push')
    return { to: null, tag: null, channel: null, since: null }
  }
  return { to: parameters.text('to'), tag: parameters.text('tag'), channel, since: parameters.text('since') }
}

/** `limit` and `cursor`. */
export function inboxPage(parameters: Parameters): { readonly limit: number; readonly before: InboxCursor } {
  const limit = readLimit(parameters.text('limit') ?? undefined)
  const before = readCursor(parameters.text('cursor'))
  if (limit === null) parameters.fault('limit', `\`limit\` must be 1 to ${LARGEST_PAGE}`)
  if (before === null) parameters.fault('cursor', '`cursor` must be the `next` of an earlier page')
  return { limit: limit ?? USUAL_PAGE, before: before ?? NEWEST }
}

/** Callers pass it on as it is; what it holds may change. */
export function toInboxCursor({ sms, push }: InboxCursor): string {
  return Buffer.from(`${sms}.${push}`).toString('base64url')
}

function readCursor(text: string | null): InboxCursor | null {
  if (text === null) return NEWEST
  const [, sms, push] = /^(\d{1,16})\.(\d{1,16})$/.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? []
  if (sms === undefined || push === undefined) return null
  const cursor = { sms: Number(sms), push: Number(push) }
  const known = Number.isSafeInteger(cursor.sms) && Number.isSafeInteger(cursor.push)
  return known && toInboxCursor(cursor) === text ? cursor : null
}
