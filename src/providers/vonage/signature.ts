import { createHash, createHmac } from 'node:crypto'
import { isSameSecret } from '../callbacks.ts'

/**
 * Whether the parameters of a webhook carry a right `sig`: over all others by name as `&name=value`, with an underscore for each `&` and
 * `=` of a value, by one of five methods that the account chose, in hexadecimal. The length tells which; of 32 digits either an HMAC or,
 * the account's default, a hash of the text with the secret behind it. Replays are left to whoever stores, who takes each receipt and
 * each text once; Vonage itself repeats for a day what was not taken.
 * Source: https://developer.vonage.com/en/getting-started/concepts/signing-messages.
 */
export function isSigned(fields: ReadonlyMap<string, string>, secret: string): boolean {
  const given = (fields.get('sig') ?? '').toLowerCase()
  const method = METHODS.get(given.length)
  if (method === undefined || !/^[0-9a-f]+$/.test(given)) return false
  const text = signedText(fields)
  if (isSameSecret(given, createHmac(method, secret).update(text).digest('hex'))) return true
  const hashed = createHash('md5').update(text + secret)
  return method === 'md5' && isSameSecret(given, hashed.digest('hex'))
}

/** By the digits of what they make. */
const METHODS: ReadonlyMap<number, string> = new Map([
  [32, 'md5'],
  [40, 'sha1'],
  [64, 'sha256'],
  [128, 'sha512'],
])

function signedText(fields: ReadonlyMap<string, string>): string {
  const names = [...fields.keys()].filter((name) => name !== 'sig').toSorted()
  return names.map((name) => `&${name}=${(fields.get(name) ?? '').replaceAll(/[&=]/g, '_')}`).join('')
}
