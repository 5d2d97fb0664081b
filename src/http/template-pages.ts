import { TEMPLATE_NAME } from '../domain/templates/template.ts'
import { refuse } from './faults.ts'
import { LARGEST_PAGE, readLimit, readPage, toCursor, unknownParameter } from './paging.ts'

/** Before every version. */
const FIRST_PAGE = 2_147_483_647

/** `limit` and `cursor` of the list of templates; throws a TidingsError that names each fault. */
export function readNamePage(query: unknown): { readonly limit: number; readonly after: string } {
  const fields = typeof query === 'object' && query !== null ? Object.entries(query) : []
  const faults = fields.map(([name]) => unknownParameter(name, ['limit', 'cursor'])).filter((fault) => fault !== null)
  const given = new Map<string, unknown>(fields)
  const limit = readLimit(given.get('limit'))
  const after = readNameCursor(given.get('cursor'))
  if (limit === null) faults.push({ path: 'limit', message: `\`limit\` must be 1 to ${LARGEST_PAGE}` })
  if (after === null) faults.push({ path: 'cursor', message: '`cursor` must be the `next` of an earlier page' })
  if (limit === null || after === null || faults.length > 0) throw refuse(faults)
  return { limit, after }
}

/** `limit` and `cursor` of the list of a template's versions. */
export function readVersionPage(query: unknown): { readonly limit: number; readonly before: number } {
  const { limit, after } = readPage(query)
  return { limit, before: after === 0 ? FIRST_PAGE : Math.min(after, FIRST_PAGE) }
}

/** Callers pass them on as they are; what they hold may change. */
export function nameCursor(name: string): string {
  return Buffer.from(name).toString('base64url')
}

export const versionCursor = toCursor

function readNameCursor(text: unknown): string | null {
  if (text === undefined) return ''
  if (typeof text !== 'string') return null
  const name = Buffer.from(text, 'base64url').toString('latin1')
  return TEMPLATE_NAME.test(name) && nameCursor(name) === text ? name : null
}
