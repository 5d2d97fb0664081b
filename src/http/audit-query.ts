import type { AuditFilter } from '../store/keys/read-audit.ts'
import { momentOf, readPaging } from './history-parameters.ts'
import { readParameters, type Parameters } from './inbox-parameters.ts'

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
  const paging = readPaging(parameters)
  const filter = auditFilter(parameters)
  parameters.check()
  return { ...paging, filter }
}

/** Its faults are left to whoever checks the parameters. */
export function auditFilter(parameters: Parameters): AuditFilter {
  const [caller, act, what] = [parameters.text('caller'), parameters.text('act'), parameters.text('what')]
  return { caller, act, what, since: momentOf(parameters, 'since'), until: momentOf(parameters, 'until') }
}
