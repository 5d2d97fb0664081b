import type { FastifyReply, FastifyRequest } from 'fastify'
import { TidingsError } from '../domain/errors.ts'
import type { Paths } from './allow.ts'
import { URL_LENGTH } from './limits.ts'
import type { HttpParts, Server } from './parts.ts'

/** What is asked of every request before its route is. */
export function guard(app: Server, { isStopping }: HttpParts, paths: Paths): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('Request-Id', request.id)
    // What a POST answers is not kept by anyone unless told to (RFC 9111 §3).
    if (request.method !== 'POST') reply.header('Cache-Control', 'no-store')
    reply.header('X-Content-Type-Options', 'nosniff')
    if (isStopping()) reply.header('Connection', 'close')
    const { url, headers, httpVersion } = request.raw
    if (headers.host === undefined && httpVersion === '1.1') return done(noHost())
    if (url !== undefined && url.length > URL_LENGTH) return done(tooLong())
    if (!request.is404) return done()
    elsewhere(request, reply, paths, done)
  })
}

/** The path is unknown, or known with other methods. OPTIONS asks for those, and gets them. */
function elsewhere(request: FastifyRequest, reply: FastifyReply, paths: Paths, done: (error: Error) => void): void {
  const path = request.raw.url?.split('?', 1)[0] ?? ''
  const methods = path === '*' ? ['GET', 'HEAD', 'POST', 'OPTIONS'] : paths.methodsOf(path)
  if (methods.length === 0) return done(new TidingsError('not_found', 'Not Found'))
  reply.header('Allow', methods.join(', '))
  if (request.method !== 'OPTIONS') return done(new TidingsError('method_not_allowed', 'Method Not Allowed'))
  reply.code(204).send()
}

function noHost(): TidingsError {
  return new TidingsError('malformed_http', 'HTTP/1.1 needs a Host header')
}

function tooLong(): TidingsError {
  return new TidingsError('uri_too_long', `The URL is longer than ${URL_LENGTH.toLocaleString('en')} characters`)
}
