import type { FaultDetail } from '../domain/errors.ts'
import { meantBy, refuse } from './faults.ts'

export const USUAL_PAGE = 50
export const LARGEST_PAGE = 200

export interface Page {
  readonly limit: number
  /** What comes after this id; 0: from the start. */
  readonly after: number
}

/** `limit` and `cursor` of a query; throws a TidingsError that names each fault. */
export function readPage(query: unknown): Page {
  const fields = typeof query === 'object' && query !== null ? Object.entries(query) : []
  const faults = fields.map(([name]) => unknownParameter(name, ['limit', 'cursor'])).filter((fault) => fault !== null)
  const given = new Map<string, unknown>(fields)
  const limit = readLimit(given.get('limit'))
  const after = readCursor(given.get('cursor'))
  if (limit === null) faults.push({ path: 'limit', message: `\`limit\` must be 1 to ${LARGEST_PAGE}` })
  if (after === null) faults.push({ path: 'cursor', message: '`cursor` must be the `next` of an earlier page' })
  if (limit === null || after === null || faults.length > 0) throw refuse(faults)
  return { limit, after }
}

/** Callers pass it on as it is; what it holds may change. */
export function toCursor(id: number): string {
  return Buffer.from(String(id)).toString('base64url')
}

/** 1 to LARGEST_PAGE, USUAL_PAGE where it isn't given; null: it can't be read. */
export function readLimit(text: unknown): number | null {
  if (text === undefined) return USUAL_PAGE
  if (typeof text !== 'string' || !/^\d{1,3}$/.test(text)) return null
  const limit = Number(text)
  return limit >= 1 && limit <= LARGEST_PAGE ? limit : null
}

/** The id in a cursor, 0 where none is given; null: it is none of ours. */
export function readCursor(text: unknown): number | null {
  if (text === undefined) return 0
  if (typeof text !== 'string') return null
  const id = Buffer.from(text, 'base64url').toString('latin1')
  const known = /^[1-9]\d{0,15}$/.test(id) && Number.isSafeInteger(Number(id))
  return known && toCursor(Number(id)) === text ? Number(id) : null
}

/** The fault of a parameter that is none of these; null: it is. */
export function unknownParameter(name: string, known: readonly string[]): FaultDetail | null {
  if (known.includes(name)) return null
  const short = name.slice(0, 64)
  const meant = meantBy(short, known)
  if (meant === null) return { path: short, message: `unknown parameter \`${short}\`` }
  return { path: short, message: `unknown parameter \`${short}\`, did you mean \`${meant}\`?`, suggestion: meant }
}

/** For routes that take none: what is sent stands in the body, and nothing may be dropped. */
export function refuseParameters(query: unknown): void {
  const names = typeof query === 'object' && query !== null ? Object.keys(query) : []
  if (names.length === 0) return
  throw refuse(
    names.map((name) => {
      const path = name.slice(0, 64)
      return { path, message: `unknown parameter \`${path}\`: this route takes its fields in the body` }
    }),
  )
}
