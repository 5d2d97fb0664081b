import type { FastifyRequest } from 'fastify'
import { TidingsError } from '../domain/errors.ts'
import type { Session, SessionSecret } from '../flows/keys/sessions.ts'
import { isFromOtherSite } from './other-sites.ts'
import type { HttpParts } from './parts.ts'

/** A browser takes a `__Host-` cookie only over TLS, for this host alone and all of its paths. Source: RFC 6265bis §4.1.3.2. */
const SECURE_NAME = '__Host-sid'
const PLAIN_NAME = 'sid'

const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Strict'

export type CookieParts = Pick<HttpParts, 'sessions' | 'publicUrl' | 'addressOf' | 'now'>

/** Who is signed in in the browser that calls; null: nobody. Throws for what a page of another site makes it send. */
export function sessionOf(request: FastifyRequest, parts: CookieParts): Promise<Session | null> | null {
  const secret = secretIn(request, parts.publicUrl)
  return secret === null ? null : find(secret, request, parts)
}

async function find(
  secret: SessionSecret,
  request: FastifyRequest,
  { sessions, publicUrl, addressOf, now }: CookieParts,
): Promise<Session | null> {
  const session = await sessions.find(secret, now())
  if (session === null) return null
  if (session.from !== null && !session.from.has(addressOf(request.raw))) return null
  if (!isSafe(request.method) && isFromOtherSite(request, publicUrl))
    throw new TidingsError('cross_site', 'Pages of other sites cannot do this')
  return session
}

/** Null: the call brings none. */
export function secretIn({ headers }: FastifyRequest, publicUrl: string | null): SessionSecret | null {
  const { cookie } = headers
  if (cookie === undefined) return null
  const start = `${nameFor(publicUrl)}=`
  const pair = cookie.split('; ').find((one) => one.startsWith(start))
  return pair === undefined ? null : pair.slice(start.length)
}

/** The header that gives the browser its session. It goes with the browser; when it ends is decided here. */
export function cookieWith(secret: SessionSecret, publicUrl: string | null): string {
  return `${nameFor(publicUrl)}=${secret}; ${ATTRIBUTES}${isTls(publicUrl) ? '; Secure' : ''}`
}

/** The header that takes it away. */
export function cookieGone(publicUrl: string | null): string {
  return `${cookieWith('', publicUrl)}; Max-Age=0`
}

function nameFor(publicUrl: string | null): string {
  return isTls(publicUrl) ? SECURE_NAME : PLAIN_NAME
}

function isTls(publicUrl: string | null): boolean {
  return publicUrl?.startsWith('https:') ?? false
}

function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}
