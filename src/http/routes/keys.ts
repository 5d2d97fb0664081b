import {
  KeyChange,
  KeyRequest,
  KeyRotation,
  USUAL_OVERLAP_SECONDS,
  type KeyAnswer,
  type KeyList,
  type KeyMade,
} from '../../contract/keys.ts'
import { named } from '../../contract/words.ts'
import { isKeyId } from '../../domain/api-key.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { MadeKey } from '../../flows/keys/keys.ts'
import { CHANGE_DOCS, CREATE_DOCS, LIST_DOCS, READ_DOCS, REVOKE_DOCS, ROTATE_DOCS } from '../key-documentation.ts'
import { refuseOtherSites } from '../other-sites.ts'
import { readPage, refuseParameters, toCursor } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { toKey } from '../records.ts'

const scope = 'admin'

export function keyRoutes(app: Server, { keys, publicUrl }: HttpParts): void {
  const onRequest = refuseOtherSites(publicUrl)
  const answer = { 200: named<KeyAnswer>('KeyAnswer') }
  const made = { 200: named<KeyMade>('KeyMade') }

  app.get('/keys', { config: { docs: LIST_DOCS, scope } }, async (request, reply): Promise<KeyList> => {
    const { limit, after } = readPage(request.query)
    const found = await keys.list(limit + 1, after)
    const page = found.slice(0, limit)
    const last = page.at(-1)
    const next = found.length > limit && last !== undefined ? toCursor(last.rowId) : null
    if (next !== null) reply.header('Link', `</keys?limit=${limit}&cursor=${next}>; rel="next"`)
    return { success: true, data: page.map(toKey), next }
  })

  app.post(
    '/keys',
    { onRequest, schema: { body: KeyRequest, response: made }, config: { docs: CREATE_DOCS, scope } },
    async (request): Promise<KeyMade> => {
      refuseParameters(request.query)
      const { mode = 'live', name, scopes, countries = null, topics = null, cidrs = null, ...more } = request.body
      const { spend_limit: spendLimit = null, expires_at: expiresAt = null } = more
      const limits = { countries: upperCase(countries), topics, cidrs, spendLimit, expiresAt: toTime(expiresAt) }
      return toMade(await keys.flow.create({ mode, name, scopes, ...limits }, request.caller))
    },
  )

  app.get('/keys/:key', { config: { docs: READ_DOCS, scope } }, async (request): Promise<KeyAnswer> => {
    const record = await keys.read(readKeyId(request.params))
    if (record === null) throw new TidingsError('not_found', 'Not Found')
    return { success: true, data: toKey(record) }
  })

  app.patch(
    '/keys/:key',
    { onRequest, schema: { body: KeyChange, response: answer }, config: { docs: CHANGE_DOCS, scope } },
    async (request): Promise<KeyAnswer> => {
      refuseParameters(request.query)
      const { expires_at, spend_limit: spendLimit, countries, ...rest } = request.body
      const fields = {
        ...rest,
        ...(countries === undefined ? {} : { countries: upperCase(countries) }),
        ...(spendLimit === undefined ? {} : { spendLimit }),
        ...(expires_at === undefined ? {} : { expiresAt: toTime(expires_at) }),
      }
      return { success: true, data: toKey(await keys.flow.change(readKeyId(request.params), fields, request.caller)) }
    },
  )

  app.delete('/keys/:key', { onRequest, config: { docs: REVOKE_DOCS, scope } }, async (request): Promise<KeyAnswer> => {
    refuseParameters(request.query)
    return { success: true, data: toKey(await keys.flow.revoke(readKeyId(request.params), request.caller)) }
  })

  app.post(
    '/keys/:key/rotate',
    { onRequest, schema: { body: KeyRotation, response: made }, config: { docs: ROTATE_DOCS, scope } },
    async (request): Promise<KeyMade> => {
      refuseParameters(request.query)
      const overlap = request.body.overlap_seconds ?? USUAL_OVERLAP_SECONDS
      return toMade(await keys.flow.rotate(readKeyId(request.params), overlap, request.caller))
    },
  )
}

/** Anything that can't be a key's id is one that doesn't exist. */
function readKeyId(params: unknown): string {
  const id = typeof params === 'object' && params !== null && 'key' in params ? params.key : null
  if (typeof id !== 'string' || !isKeyId(id)) throw new TidingsError('not_found', 'Not Found')
  return id
}

function upperCase(countries: readonly string[] | null): readonly string[] | null {
  return countries?.map((country) => country.toUpperCase()) ?? null
}

function toTime(text: string | null): Date | null {
  return text === null ? null : new Date(text)
}

function toMade({ key, record }: MadeKey): KeyMade {
  return { success: true, key, data: toKey(record) }
}
