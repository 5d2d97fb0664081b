import type { FastifyReply } from 'fastify'
import { NEWEST_ID, type HistoryPage, type HistoryQuery } from '../flows/history.ts'
import type { RouteDocs } from './documentation.ts'
import { readParameters } from './inbox-parameters.ts'
import { LARGEST_PAGE, readCursor, readLimit, toCursor, USUAL_PAGE } from './paging.ts'

/** `q`, `limit` and `cursor`; throws a TidingsError that names each fault. */
export function readHistoryQuery(query: unknown): HistoryQuery {
  const parameters = readParameters(query, ['q', 'limit', 'cursor'])
  const limit = readLimit(parameters.text('limit') ?? undefined)
  const cursor = readCursor(parameters.text('cursor') ?? undefined)
  if (limit === null) parameters.fault('limit', `\`limit\` must be 1 to ${LARGEST_PAGE}`)
  if (cursor === null) parameters.fault('cursor', '`cursor` must be the `next` of an earlier page')
  parameters.check()
  return { q: parameters.text('q'), limit: limit ?? USUAL_PAGE, before: cursor || NEWEST_ID }
}

/** The end of a list's answer; says also in the header where the next page is. */
export function pageEnd(
  reply: FastifyReply,
  url: string,
  { next, searchedUntil }: HistoryPage<unknown>,
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

/** `limit` and `cursor` in the document. */
export const PAGE_PARAMETERS = {
  limit: { type: 'integer', minimum: 1, maximum: LARGEST_PAGE, default: USUAL_PAGE },
  cursor: { type: 'string', description: '`next` of the page before.' },
}

export const LINK: NonNullable<RouteDocs['ok']['headers']> = {
  Link: { type: 'string', description: 'The next page (RFC 8288).' },
}
