import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

/** Keeps secrets in places that others may read, such as a database and its backups. */
export interface Sealer {
  /** `place` is where it is stored, as `table|row|column`: it opens nowhere else. */
  seal(plain: Buffer, place: string): Buffer
  /** Null: sealed under a key that is not here, for another place, or changed since. */
  open(sealed: Buffer, place: string): Buffer | null
  /** What everything begins with that is sealed under the current key. */
  readonly mark: Buffer
}

/** Before the key's id: which form this is. */
const FORM = 1
const ID_BYTES = 4
/** Source: NIST SP 800-38D §8.2.2: a random nonce has 96 bits, and one key serves for 2^32 of them. */
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = 1 + ID_BYTES + NONCE_BYTES + TAG_BYTES

/**
 * AES-256-GCM: form, key id, nonce, tag, and what was sealed, one after the other. Everything new is sealed under `secretKey`, of 32 bytes
 * as are the `previous` ones, which still open what they sealed.
 */
export function createSealer(secretKey: Buffer, previous: readonly Buffer[]): Sealer {
  const current = sealingKey(secretKey)
  const keys = new Map([...previous.map(sealingKey), current].map((key) => [key.id.toString('hex'), key]))
  const mark = Buffer.concat([Buffer.of(FORM), current.id])
  return {
    mark,
    seal(plain, place) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', current.key, nonce).setAAD(Buffer.from(place))
      const hidden = Buffer.concat([cipher.update(plain), cipher.final()])
      return Buffer.concat([mark, nonce, cipher.getAuthTag(), hidden])
    },
    open(sealed, place) {
      const key = keys.get(sealed.toString('hex', 1, 1 + ID_BYTES))
      if (key === undefined || sealed[0] !== FORM || sealed.length < HEAD_BYTES) return null
      return unseal(sealed.subarray(1 + ID_BYTES), key, place)
    },
  }
}

interface SealingKey {
  /** 4 bytes, which tell one key from another and nothing about it. */
  readonly id: Buffer
  /** 32 bytes. */
  readonly key: Buffer
}

/** What SECRET_KEY is for here: its other uses know nothing of this one (RFC 5869). */
function sealingKey(secretKey: Buffer): SealingKey {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'tidings: sealed secrets', 32))
  return { id: createHmac('sha256', key).update('which key').digest().subarray(0, ID_BYTES), key }
}

function unseal(rest: Buffer, { key }: SealingKey, place: string): Buffer | null {
  const nonce = rest.subarray(0, NONCE_BYTES)
  const tag = rest.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)
  const options = { authTagLength: TAG_BYTES }
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, options).setAAD(Buffer.from(place)).setAuthTag(tag)
  const plain = decipher.update(rest.subarray(NONCE_BYTES + TAG_BYTES))
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch {
    return null
  }
}
