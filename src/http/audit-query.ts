import { readMoment } from '../domain/search-times.ts'
import type { AuditFilter } from '../store/read-audit.ts'
import { readParameters, type Parameters } from './inbox-parameters.ts'
import { LARGEST_PAGE, readCursor, readLimit, USUAL_PAGE } from './paging.ts'

export interface AuditQuery {
  readonly limit: number
  /** Only acts whose id is below this. */
  readonly before: number
  readonly filter: AuditFilter
}

export const AUDIT_WORDS = ['caller', 'act', 'what', 'since', 'until'] as const

/** A page of the audit; throws a TidingsError that names each fault. */
export function readAuditQuery(query: unknown): AuditQuery {
  const parameters = readParameters(query, [...AUDIT_WORDS, 'limit', 'cursor'])
  const limit = readLimit(parameters.text('limit') ?? undefined)
  const cursor = readCursor(parameters.text('cursor') ?? undefined)
  if (limit === null) parameters.fault('limit', `\`limit\` must be 1 to ${LARGEST_PAGE}`)
  if (cursor === null) parameters.fault('cursor', '`cursor` must be the `next` of an earlier page')
  const filter = auditFilter(parameters)
  parameters.check()
  return { limit: limit ?? USUAL_PAGE, before: cursor || Number.MAX_SAFE_INTEGER, filter }
}

/** Its faults are left to whoever checks the parameters. */
export function auditFilter(parameters: Parameters): AuditFilter {
  const moment = (name: string): Date | null => {
    const text = parameters.text(name)
    const read = text === null ? null : readMoment(text)
    if (text !== null && read === null)
      parameters.fault(name, `\`${name}\` must be a day (2026-03-01) or a time (2026-03-01T14:02:11Z)`)
    return read
  }
  const [caller, act, what] = [parameters.text('caller'), parameters.text('act'), parameters.text('what')]
  return { caller, act, what, since: moment('since'), until: moment('until') }
}
