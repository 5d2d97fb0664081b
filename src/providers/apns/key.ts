import { createPrivateKey, type KeyObject } from 'node:crypto'

/** Reads a key as Apple's developer site hands it out: private, on P-256, PKCS #8 in PEM. Null: it is none. */
export function readApnsKey(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem)
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null
  } catch {
    return null
  }
}
