import type { FastifyReply } from 'fastify'
import { readMoment } from '../domain/search/search-times.ts'
import { NEWEST_ID, type HistoryPage, type HistoryQuery } from '../flows/past/history.ts'
import type { RouteDocs } from './documentation.ts'
import { readParameters, type Parameters } from './inbox-parameters.ts'
import { LARGEST_PAGE, readCursor, readLimit, toCursor, USUAL_PAGE } from './paging.ts'

/** `q`, `limit` and `cursor`; throws a TidingsError that names each fault. */
export function readHistoryQuery(query: unknown): HistoryQuery {
  const parameters = readParameters(query, ['q', 'limit', 'cursor'])
  const paging = readPaging(parameters)
  parameters.check()
  return { q: parameters.text('q'), ...paging }
}

/** `limit`, and the id that `cursor` says to go on below. Faults are left to whoever checks the parameters. */
export function readPaging(parameters: Parameters): Pick<HistoryQuery, 'limit' | 'before'> {
  const limit = readLimit(parameters.text('limit') ?? undefined)
  const cursor = readCursor(parameters.text('cursor') ?? undefined)
  if (limit === null) parameters.fault('limit', `\`limit\` must be 1 to ${LARGEST_PAGE}`)
  if (cursor === null) parameters.fault('cursor', '`cursor` must be the `next` of an earlier page')
  return { limit: limit ?? USUAL_PAGE, before: cursor || NEWEST_ID }
}

/** A day or a time; null where it isn't given. Faults are left to whoever checks the parameters. */
export function momentOf(parameters: Parameters, name: string): Date | null {
  const text = parameters.text(name)
  const moment = text === null ? null : readMoment(text)
  if (text !== null && moment === null) parameters.fault(name, noMoment(name))
  return moment
}

/** What is said of a field that holds no day and no time. */
export function noMoment(name: string): string {
  return `\`${name}\` must be a day (2026-03-01) or a time (2026-03-01T14:02:11Z)`
}

/** The end of a list's answer; says also in the header where the next page is. */
export function pageEnd(
  reply: FastifyReply,
  url: string,
  { next, searchedUntil }: Pick<HistoryPage<unknown>, 'next' | 'searchedUntil'>,
): { next: string | null; searched_until: string | null } {
  if (next === null) return { next: null, searched_until: null }
  const cursor = toCursor(next)
  const at = url.indexOf('?')
  const parameters = new URLSearchParams(at < 0 ? '' : url.slice(at + 1))
  parameters.set('cursor', cursor)
  reply.header('Link', `<${at < 0 ? url : url.slice(0, at)}?${parameters.toString()}>; rel="next"`)
  return { next: cursor, searched_until: searchedUntil?.toISOString() ?? null }
}

/** How `q` stands in the document. */
export function searchParameter(words: readonly string[]): object {
  return {
    type: 'string',
    maxLength: 4_096,
    description: `A search: terms \`word:value\`, apart by blanks, that must all hold. Words: ${words.map((word) => `\`${word}:\``).join(' ')}. \`-\` negates, quotes keep blanks together.`,
  }
}

/** How a day or a time stands in the document. */
export function momentParameter(description: string): object {
  return {
    type: 'string',
    description: `${description}: a day (\`2026-03-01\`, in UTC) or a time (\`2026-03-01T14:02:11Z\`).`,
  }
}

/** `limit` and `cursor` in the document. */
export const PAGE_PARAMETERS = {
  limit: { type: 'integer', minimum: 1, maximum: LARGEST_PAGE, default: USUAL_PAGE },
  cursor: { type: 'string', description: '`next` of the page before.' },
}

export const LINK: NonNullable<RouteDocs['ok']['headers']> = {
  Link: { type: 'string', description: 'The next page (RFC 8288).' },
}
