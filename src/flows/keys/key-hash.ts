import { createHash, createHmac } from 'node:crypto'

/** How keys are stored. */
export interface KeyHash {
  /** 32 bytes. */
  of(key: string): Buffer
  /** The same key under the secret keys before this one, which are still taken. */
  former(key: string): readonly Buffer[]
  /** Tells one SECRET_KEY from another. */
  readonly mark: string
  /** False: there is no SECRET_KEY. Then whoever can write into the database could make keys, so that only test keys are made. */
  readonly isSecret: boolean
}

/** Where there is no secret: the hash of a key that holds 256 random bits can't be turned back without one, either. */
const NO_SECRET = 'tidings: there is no SECRET_KEY'

/**
 * `secretKey`: 32 bytes; null: none is set. `previous`: taken as well while it is being changed. A key needs no slow hash: unlike a
 * password it can't be guessed.
 */
export function createKeyHash(secretKey: Buffer | null, previous: readonly Buffer[] = []): KeyHash {
  const pepper = secretKey ?? createHash('sha256').update(NO_SECRET).digest()
  return {
    of: (key) => hmac(pepper, key),
    former: (key) => previous.map((one) => hmac(one, key)),
    mark: hmac(pepper, 'tidings: which SECRET_KEY').toString('hex', 0, 4),
    isSecret: secretKey !== null,
  }
}

function hmac(pepper: Buffer, text: string): Buffer {
  return createHmac('sha256', pepper).update(text).digest()
}
