import { createECDH, createPrivateKey, sign, type KeyObject } from 'node:crypto'

/** Who we are for push services, of which each browser has its maker's. */
export interface VapidKeys {
  /** base64url of an uncompressed point of P-256; browsers subscribe with it. */
  readonly publicKey: string
  /** base64url of 32 octets. */
  readonly privateKey: string
  /** `mailto:` or `https:`: whom the push service may write to. */
  readonly subject: string
}

/** What `Authorization` says to a push service. */
export interface Vapid {
  readonly publicKey: string
  /** `origin`: scheme, host and port of the endpoint. */
  authorization(origin: string): string
}

/** Source: RFC 8292 §2: 24 h at most. Half of that, so that clocks may differ. */
const LIFE_SECONDS = 12 * 3_600
/** One that is to end within this is made anew; a push service may limit how often that is. */
const RENEW_SECONDS = 3_600
/** Browsers have few makers; of more origins the one that was asked for first is forgotten. */
const MOST_KEPT = 1_000
const SCALAR_BYTES = 32

/** Signs once for each push service, for hours. */
export function createVapid({ publicKey, privateKey, subject }: VapidKeys, now: () => Date): Vapid {
  const key = privateKeyOf(publicKey, privateKey)
  const kept = new Map<string, { readonly header: string; readonly endsAt: number }>()
  return {
    publicKey,
    authorization(origin) {
      const seconds = Math.floor(now().getTime() / 1_000)
      const known = kept.get(origin)
      if (known !== undefined && known.endsAt - seconds > RENEW_SECONDS) return known.header
      const endsAt = seconds + LIFE_SECONDS
      const token = signed({ aud: origin, exp: endsAt, sub: subject }, key)
      const header = `vapid t=${token}, k=${publicKey}`
      kept.delete(origin)
      const [oldest] = kept.keys()
      if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest)
      kept.set(origin, { header, endsAt })
      return header
    },
  }
}

/** The public half, base64url; null: these are not 32 octets that can be a private key. */
export function publicKeyOf(privateKey: string): string | null {
  try {
    const bytes = Buffer.from(privateKey, 'base64url')
    if (bytes.length !== SCALAR_BYTES) return null
    const pair = createECDH('prime256v1')
    pair.setPrivateKey(bytes)
    return pair.getPublicKey('base64url')
  } catch {
    return null
  }
}

/** ES256. Source: RFC 8292 §2, RFC 7515 §3.1, RFC 7518 §3.4. */
function signed(claims: Readonly<Record<string, string | number>>, key: KeyObject): string {
  const text = `${encoded({ typ: 'JWT', alg: 'ES256' })}.${encoded(claims)}`
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}

function encoded(value: Readonly<Record<string, string | number>>): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function privateKeyOf(publicKey: string, privateKey: string): KeyObject {
  const point = Buffer.from(publicKey, 'base64url')
  const [x, y] = [point.toString('base64url', 1, 33), point.toString('base64url', 33)]
  return createPrivateKey({ key: { kty: 'EC', crv: 'P-256', d: privateKey, x, y }, format: 'jwk' })
}
