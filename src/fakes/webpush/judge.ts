import { createPublicKey, verify } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { FakeBrowser } from './subscriptions.ts'

/** What stands against a push; null: nothing. */
export interface Objection {
  readonly status: number
  readonly reason: string
}

/** One push as it came. */
export interface Asked {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Scheme, host and port that it came to. */
  readonly origins: readonly string[]
  readonly now: Date
}

/** Source: RFC 8030 §7.2. */
const MAX_BODY_BYTES = 4_096
/** Source: RFC 8292 §2. */
const LONGEST_SECONDS = 86_400

/** The order that push services have: the subscription, who calls, what he sends. */
export function objectionTo(browser: FakeBrowser | undefined, asked: Asked): Objection | null {
  if (browser === undefined) return { status: 404, reason: 'there is no such subscription' }
  return authorizationFault(browser, asked) ?? messageFault(asked)
}

/** Source: RFC 8292 §2, §3 and §4.2. */
function authorizationFault({ vapidKey }: FakeBrowser, { headers, origins, now }: Asked): Objection | null {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(headers.authorization ?? '') ?? []
  if (token === '') return { status: 401, reason: 'no VAPID in Authorization' }
  const claims = claimsOf(token, key)
  if (claims === null) return { status: 403, reason: 'the VAPID signature is wrong' }
  const seconds = now.getTime() / 1_000
  const { aud, exp, sub } = claims
  if (typeof aud !== 'string' || !origins.includes(aud)) return { status: 403, reason: 'aud is not this origin' }
  if (typeof exp !== 'number' || exp <= seconds) return { status: 403, reason: 'the VAPID token has expired' }
  if (exp > seconds + LONGEST_SECONDS) return { status: 403, reason: 'exp is more than 24 hours away' }
  if (typeof sub !== 'string' || !/^(mailto:|https:)/.test(sub)) return { status: 403, reason: 'sub is no contact' }
  if (vapidKey === null || vapidKey === key) return null
  return { status: 403, reason: 'the browser subscribed with another VAPID key' }
}

/** Source: RFC 8030 §5.2 to §5.4, RFC 8188 §2. */
function messageFault({ headers, body }: Asked): Objection | null {
  const { ttl, urgency = 'normal', topic = 'x' } = headers
  if (typeof ttl !== 'string' || !/^\d+$/.test(ttl)) return { status: 400, reason: 'TTL is missing' }
  if (typeof urgency !== 'string' || !['very-low', 'low', 'normal', 'high'].includes(urgency)) {
    return { status: 400, reason: 'Urgency is none' }
  }
  if (typeof topic !== 'string' || !/^[\w-]{1,32}$/.test(topic)) return { status: 400, reason: 'Topic is none' }
  if (body.length > MAX_BODY_BYTES) return { status: 413, reason: 'the body is too long' }
  if (body.length === 0) return null
  return headers['content-encoding'] === 'aes128gcm' ? null : { status: 400, reason: 'the encoding is not aes128gcm' }
}

/** Null: not signed by this key. */
function claimsOf(token: string, key: string): Readonly<Record<string, unknown>> | null {
  const [head = '', claims = '', signature = ''] = token.split('.')
  const point = Buffer.from(key, 'base64url')
  const jwk = { kty: 'EC', crv: 'P-256', x: point.toString('base64url', 1, 33), y: point.toString('base64url', 33) }
  try {
    const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as Readonly<Record<string, unknown>>
    const publicKey = createPublicKey({ key: jwk, format: 'jwk' })
    const signed = Buffer.from(`${head}.${claims}`)
    const how = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
    if (alg !== 'ES256' || !verify('sha256', signed, how, Buffer.from(signature, 'base64url'))) return null
    return JSON.parse(Buffer.from(claims, 'base64url').toString()) as Readonly<Record<string, unknown>>
  } catch {
    return null
  }
}
