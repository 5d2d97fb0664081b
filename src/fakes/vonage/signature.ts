import { createHash, createHmac } from 'node:crypto'

export const SIGNATURE_METHODS = ['md5hash', 'md5', 'sha1', 'sha256', 'sha512'] as const

/** `md5hash` is no HMAC: the secret stands behind the text. */
export type SignatureMethod = (typeof SIGNATURE_METHODS)[number]

/**
 * Of a webhook: its parameters by name as `&name=value`, with an underscore for each `&` and `=` of a value.
 * Source: https://developer.vonage.com/en/getting-started/concepts/signing-messages.
 */
export function sign(parameters: Readonly<Record<string, string>>, secret: string, method: SignatureMethod): string {
  const text = Object.keys(parameters)
    .filter((name) => name !== 'sig')
    .toSorted()
    .map((name) => `&${name}=${(parameters[name] ?? '').replaceAll(/[&=]/g, '_')}`)
    .join('')
  if (method === 'md5hash')
    return createHash('md5')
      .update(text + secret)
      .digest('hex')
  return createHmac(method, secret).update(text).digest('hex')
}
