import { createDecipheriv, createECDH, hkdfSync, randomBytes, type ECDH } from 'node:crypto'

/** As a browser's `PushSubscription.toJSON()` gives it. */
export interface FakeSubscription {
  readonly endpoint: string
  readonly expirationTime: null
  readonly keys: { readonly p256dh: string; readonly auth: string }
}

/** One browser: what it subscribed with, and the keys that are its own. */
export interface FakeBrowser {
  readonly id: string
  readonly subscription: FakeSubscription
  /** The key that it subscribed with, base64url; null: any. */
  readonly vapidKey: string | null
  /** Null: it is no message to this browser. */
  decrypt(body: Buffer): Buffer | null
}

export function createBrowser(url: string, vapidKey: string | null): FakeBrowser {
  const id = randomBytes(12).toString('base64url')
  const auth = randomBytes(16)
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  const keys = { p256dh: pair.getPublicKey('base64url'), auth: auth.toString('base64url') }
  return {
    id,
    vapidKey,
    subscription: { endpoint: `${url}/push/${id}`, expirationTime: null, keys },
    decrypt(body) {
      try {
        return open(body, pair, auth)
      } catch {
        return null
      }
    },
  }
}

/** salt, record size, length of the key that follows. Source: RFC 8188 §2.1. */
const SALT_BYTES = 16
const HEAD_BYTES = SALT_BYTES + 4 + 1
const TAG_BYTES = 16

/** One record, the last. Source: RFC 8291 §3.4, RFC 8188 §2. */
function open(body: Buffer, pair: ECDH, auth: Buffer): Buffer | null {
  const salt = body.subarray(0, SALT_BYTES)
  const keyEnd = HEAD_BYTES + body.readUInt8(HEAD_BYTES - 1)
  const sender = body.subarray(HEAD_BYTES, keyEnd)
  const record = body.subarray(keyEnd)
  if (record.length > body.readUInt32BE(SALT_BYTES)) return null
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), pair.getPublicKey(), sender])
  const material = Buffer.from(hkdfSync('sha256', pair.computeSecret(sender), auth, info, 32))
  const key = Buffer.from(hkdfSync('sha256', material, salt, 'Content-Encoding: aes128gcm\0', 16))
  const nonce = Buffer.from(hkdfSync('sha256', material, salt, 'Content-Encoding: nonce\0', 12))
  const decipher = createDecipheriv('aes-128-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAuthTag(record.subarray(-TAG_BYTES))
  const padded = Buffer.concat([decipher.update(record.subarray(0, -TAG_BYTES)), decipher.final()])
  const end = padded.findLastIndex((byte) => byte !== 0)
  return padded[end] === 2 ? padded.subarray(0, end) : null
}
