import type { FastifyRequest } from 'fastify'
import { TidingsError } from '../domain/errors.ts'
import { readJson } from './json.ts'
import { readLargeJson, type LongLists } from './large-json.ts'
import { originOf } from './origin.ts'
import type { Accepts } from './overload.ts'
import type { Server } from './parts.ts'
import { shellQuotes } from './shell-quotes.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of a route that takes large bodies. */
    longLists?: LongLists
  }
}

/** Beyond this a body is read in blocks; few routes take such. */
const LARGE_BYTES = 64 * 1024

const NO_LISTS: LongLists = {
  names: new Set(),
  objects: false,
  mostMembers: 0,
  mostOtherBytes: LARGE_BYTES,
  tooMany: () => new Error('a list that is not there has too many members'),
}

/** JSON is the only body we take, and we read it ourselves: nothing may be dropped or changed on the way. */
export function addJsonParser(app: Server, publicUrl: string | null, accepts: Pick<Accepts, 'knock'>): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done: (error: null, value: unknown) => void) => {
      accepts.knock(request, body)
      const encoding = request.headers['content-encoding']
      if (encoding !== undefined && encoding !== 'identity') {
        throw new TidingsError('unsupported_media_type', 'Send the body uncompressed')
      }
      if (body.length > LARGE_BYTES) return readLargeJson(body, request.routeOptions.config.longLists ?? NO_LISTS)
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
