import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { UsageError } from '../usage.ts'

/** `valid`, or what is wrong with a call's signature. */
export type Verify = (headers: IncomingHttpHeaders, body: Buffer) => string

/** How far a call's clock may be off, either way. Source: the tolerance of the libraries of Standard Webhooks. */
const TOLERANCE_SECONDS = 300

/**
 * Checks the symmetric signatures (`v1`) of Standard Webhooks: HMAC-SHA256 over id, time and body with the secret `whsec_…`, in base64.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.
 */
export function createVerify(secret: string, now: () => Date): Verify {
  const encoded = secret.replace(/^whsec_/, '')
  const key = Buffer.from(encoded, 'base64')
  if (key.length === 0 || key.toString('base64').replaceAll('=', '') !== encoded.replaceAll('=', '')) {
    throw new UsageError('--secret must be whsec_ and then base64.')
  }
  return (headers, body) => {
    const [id, at, given] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headers[name])
    if (typeof id !== 'string' || id === '') return 'webhook-id is missing'
    if (typeof at !== 'string' || !/^\d{1,12}$/.test(at)) return 'webhook-timestamp is no time in seconds'
    if (typeof given !== 'string') return 'webhook-signature is missing'
    if (Math.abs(now().getTime() / 1_000 - Number(at)) > TOLERANCE_SECONDS) return 'webhook-timestamp is not of now'
    const right = createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest()
    // One for each secret that is valid while secrets change.
    const isRight = (one: string): boolean =>
      one.startsWith('v1,') && isSame(Buffer.from(one.slice(3), 'base64'), right)
    return given.split(' ').some(isRight) ? 'valid' : 'webhook-signature is not of this body and secret'
  }
}

function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other)
}
