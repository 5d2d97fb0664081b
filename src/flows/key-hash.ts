import { createHash, createHmac } from 'node:crypto'

/** How keys are stored. */
export interface KeyHash {
  /** 32 bytes. */
  of(key: string): Buffer
  /** Tells one SECRET_KEY from another. */
  readonly mark: string
  /** False: there is no SECRET_KEY. Then whoever can write into the database could make keys, so that only test keys are made. */
  readonly isSecret: boolean
}

/** Where there is no secret: the hash of a key that holds 256 random bits can't be turned back without one, either. */
const NO_SECRET = 'tidings: there is no SECRET_KEY'

/** `secretKey`: 32 bytes; null: none is set. A key needs no slow hash: unlike a password it can't be guessed. */
export function createKeyHash(secretKey: Buffer | null): KeyHash {
  const pepper = secretKey ?? createHash('sha256').update(NO_SECRET).digest()
  const hmac = (text: string): Buffer => createHmac('sha256', pepper).update(text).digest()
  return { of: hmac, mark: hmac('tidings: which SECRET_KEY').toString('hex', 0, 4), isSecret: secretKey !== null }
}
