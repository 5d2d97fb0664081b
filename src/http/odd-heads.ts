import type { IncomingMessage } from 'node:http'
import { TidingsError } from '../domain/errors.ts'
import { HEADERS } from './limits.ts'

/** An authority without user information. Source: RFC 3986 §3.2.2, §3.2.3. */
const HOST = /^[\w.~!$&'()*+,;=%:[\]-]*$/

/**
 * Why a request's head is refused that Node's parser lets pass; null: it isn't. Each is something that a proxy before us may read in another
 * way than we do. Sources: RFC 9112 §2.3 (version), §3.2 (Host), §6.1 (transfer codings).
 */
export function oddHead({ headers, rawHeaders, httpVersion }: IncomingMessage): TidingsError | null {
  // Names and values one after the other.
  if (rawHeaders.length > 2 * HEADERS) return new TidingsError('headers_too_large', `More than ${HEADERS} headers`)
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return malformed('Tidings speaks HTTP/1.1 and HTTP/1.0')
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    return malformed('The only transfer coding that is read is chunked')
  const { host } = headers
  if (host === undefined) return httpVersion === '1.1' ? malformed('HTTP/1.1 needs a Host header') : null
  if (!HOST.test(host)) return malformed('The Host header names no host')
  return countHosts(rawHeaders) > 1 ? malformed('There is more than one Host header') : null
}

/** Node keeps the first of several. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count
}

function malformed(message: string): TidingsError {
  return new TidingsError('malformed_http', message)
}
