import { createHmac } from 'node:crypto'
import type { ProviderCallback } from '../../domain/provider.ts'
import { isWithin } from '../../domain/public-address.ts'
import { isSameSecret, queryOf } from '../callbacks.ts'
import type { CallbackProof } from './settings.ts'

/** Pure: whether a call is the provider's own. */
export function isGenuine(callback: ProviderCallback, proof: CallbackProof): boolean {
  switch (proof.kind) {
    case 'hmac-sha256': {
      // A signature over nothing would be the same for every call.
      if (callback.body.length === 0) return false
      const digest = createHmac('sha256', proof.secret).update(callback.body).digest(proof.encoding)
      const given = callback.headers[proof.header] ?? ''
      return isSameSecret(
        proof.encoding === 'hex' ? given.toLowerCase() : given,
        written(proof.prefix, digest, proof.encoding),
      )
    }
    case 'header':
      return isSameSecret(callback.headers[proof.name] ?? '', proof.secret)
    case 'query':
      return isSameSecret(queryOf(callback.url).get(proof.name) ?? '', proof.secret)
    case 'addresses':
      return callback.address !== undefined && isWithin(callback.address, proof.blocks)
  }
}

function written(prefix: string, digest: string, encoding: 'hex' | 'base64'): string {
  return encoding === 'hex' ? prefix.toLowerCase() + digest : prefix + digest
}
