import { createCipheriv, createECDH, hkdfSync, randomBytes, type ECDH } from 'node:crypto'
import type { WebSubscription } from '../../domain/push/web-subscription.ts'

/** What is drawn anew for each message. */
export interface Drawn {
  /** 16 octets. */
  readonly salt: Buffer
  /** Holds a pair of P-256. */
  readonly sender: ECDH
}

/** One record holds everything: this is its size, not what is in it. Source: RFC 8188 §2.1. */
const RECORD_BYTES = 4_096
/** Of the last record, which is the only one. Source: RFC 8188 §2. */
const LAST = Buffer.of(2)
const SALT_BYTES = 16

export function drawForMessage(): Drawn {
  const sender = createECDH('prime256v1')
  sender.generateKeys()
  return { salt: randomBytes(SALT_BYTES), sender }
}

/**
 * The body of a push, `Content-Encoding: aes128gcm`: header (salt, record size, our public key) and one record. `plain`: 3,993 octets at
 * most. Throws where `p256dh` is no point of the curve. Source: RFC 8291 §3.4, RFC 8188 §2.
 */
export function encryptFor(
  { p256dh, auth }: Pick<WebSubscription, 'p256dh' | 'auth'>,
  plain: Buffer,
  { salt, sender }: Drawn,
): Buffer {
  const publicKey = sender.getPublicKey()
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), p256dh, publicKey])
  const material = derive(sender.computeSecret(p256dh), auth, info, 32)
  const key = derive(material, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
  const nonce = derive(material, salt, Buffer.from('Content-Encoding: nonce\0'), 12)
  const cipher = createCipheriv('aes-128-gcm', key, nonce)
  const record = Buffer.concat([cipher.update(plain), cipher.update(LAST), cipher.final(), cipher.getAuthTag()])
  const sizes = Buffer.alloc(5)
  sizes.writeUInt32BE(RECORD_BYTES)
  sizes.writeUInt8(publicKey.length, 4)
  return Buffer.concat([salt, sizes, publicKey, record])
}

/** HKDF of RFC 5869. */
function derive(secret: Buffer, salt: Buffer, info: Buffer, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, length))
}
