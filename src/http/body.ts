import type { FastifyRequest } from 'fastify'
import { MOST_TARGETS } from '../contract/notifications.ts'
import { TidingsError } from '../domain/errors.ts'
import { readJson } from './json.ts'
import { readLargeJson, type LongLists } from './large-json.ts'
import { SEND_BYTES } from './limits.ts'
import { originOf } from './origin.ts'
import type { Server } from './parts.ts'
import { shellQuotes } from './shell-quotes.ts'
import { tooManyTargets } from './targets.ts'

/** Beyond this a body is read in blocks; only one route takes such. */
const LARGE_BYTES = 64 * 1024

const TARGET_LISTS: LongLists = {
  names: new Set(['tokens', 'fids']),
  mostMembers: MOST_TARGETS,
  mostOtherBytes: SEND_BYTES,
  tooMany: tooManyTargets,
}

/** JSON is the only body we take, and we read it ourselves: nothing may be dropped or changed on the way. */
export function addJsonParser(app: Server, publicUrl: string | null): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done: (error: null, value: unknown) => void) => {
      const encoding = request.headers['content-encoding']
      if (encoding !== undefined && encoding !== 'identity') {
        throw new TidingsError('unsupported_media_type', 'Send the body uncompressed')
      }
      if (body.length > LARGE_BYTES) return readLargeJson(body, TARGET_LISTS)
      // A small body is not worth a promise.
      const value = readSmall(request, body, publicUrl)
      return done(null, value)
    },
  )
}

function readSmall(request: FastifyRequest, body: Buffer, publicUrl: string | null): unknown {
  try {
    return readJson(body)
  } catch (error) {
    const origin = originOf(request, publicUrl)
    throw shellQuotes(body.toString(), origin, request.routeOptions.url ?? '') ?? error
  }
}
