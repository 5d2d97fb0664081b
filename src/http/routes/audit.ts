import type { AuditEntry, AuditList } from '../../contract/keys.ts'
import type { AuditRecord } from '../../store/keys/read-audit.ts'
import { readAuditQuery } from '../audit-query.ts'
import { pageEnd } from '../history-parameters.ts'
import { AUDIT_DOCS } from '../key-documentation.ts'
import type { HttpParts, Server } from '../parts.ts'

export function auditRoute(app: Server, { keys }: HttpParts): void {
  app.get('/audit', { config: { docs: AUDIT_DOCS, scope: 'admin' } }, async (request, reply): Promise<AuditList> => {
    const { limit, before, filter } = readAuditQuery(request.query)
    const found = await keys.audit(limit + 1, before, filter)
    const page = found.slice(0, limit)
    const last = page.at(-1)
    const more = found.length > limit && last !== undefined ? last.id : null
    const { next } = pageEnd(reply, request.url, { next: more, searchedUntil: null })
    return { success: true, data: page.map(toEntry), next }
  })
}

export function toEntry({ id, at, caller, address, act, what, details }: AuditRecord): AuditEntry {
  return { id, at: at.toISOString(), caller, address, act, what, details }
}
