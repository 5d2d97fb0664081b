import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ANYONE } from '../domain/caller.ts'
import { TidingsError } from '../domain/errors.ts'
import type { Paths } from './allow.ts'
import { URL_LENGTH } from './limits.ts'
import type { HttpParts, Server } from './parts.ts'
import { oddHead } from './odd-heads.ts'
import { isRebound } from './rebinding.ts'
import { safeHeaders } from './safe-headers.ts'

/** What is asked of every request before its route is. */
export function guard(app: Server, parts: HttpParts, paths: Paths): void {
  const safe = safeHeaders(parts.publicUrl)
  const doubtful = new WeakSet<Socket>()
  app.addHook('onRequest', (request, reply, done) => {
    request.arrivedAt = parts.now()
    request.caller = ANYONE
    reply.header('Request-Id', request.id)
    reply.headers(safe)
    if (parts.isStopping()) reply.header('Connection', 'close')
    const { url, socket } = request.raw
    const odd = doubtful.has(socket) ? givenUp() : oddHead(request.raw)
    if (odd !== null) {
      // What comes behind it is in doubt, and may have been read by now.
      doubtful.add(socket)
      reply.raw.shouldKeepAlive = false
      return done(odd)
    }
    if (url !== undefined && url.length > URL_LENGTH) return done(tooLong())
    if (isRebound(request, parts)) return done(notOurName())
    if (!request.is404) return done()
    elsewhere(request, reply, paths, done)
  })
}

/** JSON ends its line, so that a terminal's prompt does not stick to it. Costs less than can be measured beside the rest of a call. */
export function endLines(app: Server): void {
  app.addHook('onSend', (_request, _reply, payload, done) => {
    done(null, typeof payload === 'string' && payload.endsWith('}') ? `${payload}\n` : payload)
  })
}

/**
 * Where a path led nowhere: what was probably meant. `/notifications/tokens` also fits `/notifications/:id`, so a GET of it comes here
 * from that route, and is told that the path takes POST.
 */
export function directions(
  refusal: TidingsError,
  request: FastifyRequest,
  reply: FastifyReply,
  paths: Paths,
): TidingsError {
  if (refusal.code !== 'not_found' || refusal.details.length > 0) return refusal
  const path = pathOf(request)
  const methods = paths.methodsOf(path)
  if (methods.length === 0) return noRoute(paths.near(request.method, path))
  if (methods.includes(request.method)) return refusal
  reply.header('Allow', methods.join(', '))
  return wrongMethod(methods)
}

/** The path is unknown, or known with other methods. OPTIONS asks for those, and gets them. */
function elsewhere(request: FastifyRequest, reply: FastifyReply, paths: Paths, done: (error: Error) => void): void {
  const path = pathOf(request)
  const methods = path === '*' ? ['GET', 'HEAD', 'POST', 'OPTIONS'] : paths.methodsOf(path)
  if (methods.length === 0) return done(noRoute(paths.near(request.method, path)))
  reply.header('Allow', methods.join(', '))
  if (request.method !== 'OPTIONS') return done(wrongMethod(methods))
  reply.code(204).send()
}

function pathOf(request: FastifyRequest): string {
  return request.raw.url?.split('?', 1)[0] ?? ''
}

function noRoute(near: readonly string[]): TidingsError {
  const [first] = near
  const detail =
    first === undefined
      ? { path: '', message: 'no route has this path; /openapi.json lists them all' }
      : { path: '', message: `no route has this path, did you mean \`${near.join('` or `')}\`?`, suggestion: first }
  return new TidingsError('not_found', 'Not Found', { details: [detail] })
}

function wrongMethod(methods: readonly string[]): TidingsError {
  const useful = methods.filter((method) => method !== 'HEAD' && method !== 'OPTIONS')
  return new TidingsError('method_not_allowed', 'Method Not Allowed', {
    details: [{ path: '', message: `this path takes ${useful.join(' and ')}`, suggestion: useful.join(', ') }],
  })
}

function givenUp(): TidingsError {
  return new TidingsError('malformed_http', 'An earlier request on this connection was not HTTP')
}

function notOurName(): TidingsError {
  return new TidingsError(
    'cross_site',
    'The Host header names another site; PUBLIC_URL tells Tidings by which name it is reached',
  )
}

function tooLong(): TidingsError {
  return new TidingsError('uri_too_long', `The URL is longer than ${URL_LENGTH.toLocaleString('en')} characters`)
}
