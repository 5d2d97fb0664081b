import type { FastifyRequest } from 'fastify'
import type { HttpParts } from './parts.ts'

/** Names that no public name server answers for. Sources: RFC 6761, RFC 6762, RFC 8375, and ICANN's reservation of `internal`. */
const PRIVATE_NAME = /(?:^|\.)(?:localhost|local|internal|test|home\.arpa)$/i
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/
const PORT = /:\d{1,5}$/

/**
 * Whether a call may come from a page of another site whose name was made to point here (DNS rebinding): to the browser such a page is
 * our own, so that it could read one-time codes and send. It gives itself away by its name in `Host`, which is a public one that nobody
 * told us of. Where only this machine reaches us that is refused to everybody; elsewhere, where a name server may well know us, only to
 * browsers.
 */
export function isRebound(request: FastifyRequest, { publicUrl, loopbackOnly }: HttpParts): boolean {
  const name = (request.headers.host ?? '').replace(PORT, '')
  if (!name.includes('.') || name.startsWith('[') || IPV4.test(name) || PRIVATE_NAME.test(name)) return false
  if (publicUrl !== null && new URL(publicUrl).hostname === name.toLowerCase()) return false
  // What a provider reports is signed.
  if (request.routeOptions.url?.startsWith('/callbacks/') === true) return false
  return loopbackOnly || isBrowser(request)
}

function isBrowser({ headers }: FastifyRequest): boolean {
  return (
    headers.origin !== undefined ||
    headers['sec-fetch-site'] !== undefined ||
    headers['user-agent']?.startsWith('Mozilla/') === true
  )
}
