import {
  DeviceRequest,
  TokensDelete,
  TokensRestore,
  type TokenAnswer,
  type TokensDeleted,
  type TokensRestored,
} from '../../contract/tokens.ts'
import { TidingsError } from '../../domain/errors.ts'
import { refuseOtherSites } from '../other-sites.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { toToken } from '../records.ts'
import {
  DELETE_ALL_DOCS,
  DELETE_DOCS,
  PUT_DOCS,
  READ_DOCS,
  RESTORE_ALL_DOCS,
  RESTORE_DOCS,
} from '../token-documentation.ts'

/** The registry of devices, one at a time; the list of them is history’s. */
export function tokenRoutes(app: Server, { tokens, topics, publicUrl }: HttpParts): void {
  const onRequest = refuseOtherSites(publicUrl)
  app.get('/tokens/:token', { config: { docs: READ_DOCS, scope: 'messages:read' } }, async (request) => {
    refuseParameters(request.query)
    const record = await tokens.get(knownOf(request.params))
    const data = { ...toToken(record), topics: [...(await topics.ofDevice(record.sentAs ?? record.id))] }
    return { success: true, data } satisfies TokenAnswer
  })

  app.put(
    '/tokens/:token',
    {
      onRequest,
      schema: { body: DeviceRequest },
      config: { docs: PUT_DOCS, scope: 'tokens:write', touches: 'devices' },
    },
    async (request) => {
      refuseParameters(request.query)
      const record = await tokens.put(tokenOf(request.params), request.body)
      return { success: true, data: toToken(record) } satisfies TokenAnswer
    },
  )

  app.delete(
    '/tokens/:token',
    { onRequest, config: { docs: DELETE_DOCS, scope: 'tokens:write', touches: 'devices' } },
    async (request) => {
      refuseParameters(request.query)
      const [there] = await tokens.remove([knownOf(request.params)])
      if (there !== true) throw new TidingsError('not_found', 'Not Found')
      return { success: true, deleted: 1 } satisfies TokensDeleted
    },
  )

  app.delete(
    '/tokens',
    {
      onRequest,
      schema: { body: TokensDelete },
      config: { docs: DELETE_ALL_DOCS, scope: 'tokens:write', touches: 'devices' },
    },
    async (request) => {
      refuseParameters(request.query)
      const there = await tokens.remove([...new Set(request.body.tokens)])
      return { success: true, deleted: there.filter(Boolean).length } satisfies TokensDeleted
    },
  )
  restoreRoutes(app, { tokens, publicUrl })
}

function restoreRoutes(app: Server, { tokens, publicUrl }: Pick<HttpParts, 'tokens' | 'publicUrl'>): void {
  const onRequest = refuseOtherSites(publicUrl)
  app.post(
    '/tokens/:token/restore',
    { onRequest, config: { docs: RESTORE_DOCS, scope: 'tokens:write', touches: 'devices' } },
    async (request) => {
      refuseParameters(request.query)
      const record = await tokens.restore(knownOf(request.params), request.caller)
      return { success: true, data: toToken(record) } satisfies TokenAnswer
    },
  )

  app.post(
    '/tokens/restore',
    { onRequest, schema: { body: TokensRestore }, config: { docs: RESTORE_ALL_DOCS, scope: 'admin' } },
    async (request) => {
      refuseParameters(request.query)
      const { since, reason = null } = request.body
      return {
        success: true,
        restored: await tokens.restoreSince(since, reason, request.caller),
      } satisfies TokensRestored
    },
  )
}

/** As it stands in the path. */
function tokenOf(params: unknown): string {
  const text = typeof params === 'object' && params !== null && 'token' in params ? params.token : ''
  return typeof text === 'string' ? text : ''
}

/** The same of one that is to be there: no record has U+0000, which the database can't even be asked for. */
function knownOf(params: unknown): string {
  const token = tokenOf(params)
  if (token.includes('\u0000')) throw new TidingsError('not_found', 'Not Found')
  return token
}
