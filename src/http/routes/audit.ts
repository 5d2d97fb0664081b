import type { AuditEntry, AuditList } from '../../contract/keys.ts'
import type { AuditRecord } from '../../store/read-api-keys.ts'
import { AUDIT_DOCS } from '../key-documentation.ts'
import { readPage, toCursor } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'

export function auditRoute(app: Server, { keys }: HttpParts): void {
  app.get('/audit', { config: { docs: AUDIT_DOCS, scope: 'admin' } }, async (request, reply): Promise<AuditList> => {
    const { limit, after } = readPage(request.query)
    const found = await keys.audit(limit + 1, after === 0 ? Number.MAX_SAFE_INTEGER : after)
    const page = found.slice(0, limit)
    const last = page.at(-1)
    const next = found.length > limit && last !== undefined ? toCursor(last.id) : null
    if (next !== null) reply.header('Link', `</audit?limit=${limit}&cursor=${next}>; rel="next"`)
    return { success: true, data: page.map(toEntry), next }
  })
}

function toEntry({ id, at, caller, act, what, details }: AuditRecord): AuditEntry {
  return { id, at: at.toISOString(), caller, act, what, details }
}
