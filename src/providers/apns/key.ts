import { createPrivateKey, type KeyObject } from 'node:crypto'

/** What an address belongs to: an app, in one of the environments. One that was marked as none of it is sent to again under another. */
export function apnsProject(app: { readonly topic: string; readonly environment: 'production' | 'sandbox' }): string {
  return `${app.topic} ${app.environment}`
}

/** Reads a key as Apple's developer site hands it out: private, on P-256, PKCS #8 in PEM. Null: it is none. */
export function readApnsKey(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem)
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null
  } catch {
    return null
  }
}
