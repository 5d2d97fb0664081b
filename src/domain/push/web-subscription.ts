import { createHash, createPublicKey } from 'node:crypto'

/** Where one browser takes pushes, and what they are encrypted with. Who knows it can send to that browser. */
export interface WebSubscription {
  /** Absolute; of the browser's push service. */
  readonly endpoint: string
  /** The browser's public key: 65 octets, an uncompressed point of P-256. */
  readonly p256dh: Buffer
  /** 16 octets. */
  readonly auth: Buffer
  /** The VAPID key that it was made with, base64url: the push service takes pushes signed with no other. */
  readonly vapidKey: string
}

/** What the address of a subscription begins with, where others have a registration token. */
const WEB_PUSH_PREFIX = 'webpush:'

const POINT_BYTES = 65
const COORDINATE_BYTES = 32
const UNCOMPRESSED = 4
const AUTH_BYTES = 16
const NAME_BYTES = 16

/** The same for the same endpoint, and nothing of it can be found out from the name. */
export function nameOfSubscription(endpoint: string): string {
  const digest = createHash('sha256').update(endpoint).digest()
  return `${WEB_PUSH_PREFIX}${digest.subarray(0, NAME_BYTES).toString('base64url')}`
}

/** A key as `PushSubscription.toJSON()` gives it; padding, and the letters of plain base64, are taken, too. Null: not base64. */
function bytesOf(text: string): Buffer | null {
  return /^[\w+/-]{1,128}={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null
}

/** Null: no uncompressed point of P-256. Source: RFC 8291 §2.1, SEC 1 §2.3.3. */
export function readPoint(text: string): Buffer | null {
  const bytes = bytesOf(text)
  if (bytes?.length !== POINT_BYTES || bytes[0] !== UNCOMPRESSED) return null
  const [x, y] = [bytes.subarray(1, 1 + COORDINATE_BYTES), bytes.subarray(1 + COORDINATE_BYTES)]
  const jwk = { kty: 'EC', crv: 'P-256', x: x.toString('base64url'), y: y.toString('base64url') }
  try {
    createPublicKey({ key: jwk, format: 'jwk' })
    return bytes
  } catch {
    return null
  }
}

/** Null: not 16 octets. Source: RFC 8291 §3.2. */
export function readAuth(text: string): Buffer | null {
  const bytes = bytesOf(text)
  return bytes?.length === AUTH_BYTES ? bytes : null
}

/** As it is sealed and stored. */
export function packSubscription({ endpoint, p256dh, auth, vapidKey }: WebSubscription): Buffer {
  const keys = { p256dh: p256dh.toString('base64url'), auth: auth.toString('base64url') }
  return Buffer.from(JSON.stringify({ endpoint, ...keys, vapidKey }))
}

/** Null: not what was packed. */
export function unpackSubscription(packed: Buffer): WebSubscription | null {
  const { endpoint, p256dh, auth, vapidKey } = JSON.parse(packed.toString()) as Readonly<Record<string, unknown>>
  if (typeof endpoint !== 'string' || typeof vapidKey !== 'string') return null
  if (typeof p256dh !== 'string' || typeof auth !== 'string') return null
  return { endpoint, p256dh: Buffer.from(p256dh, 'base64url'), auth: Buffer.from(auth, 'base64url'), vapidKey }
}

/** Where it is stored, for sealing: as `table|row|column`. */
export function subscriptionPlace(token: string): string {
  return `web_subscriptions|${token}|subscription`
}
