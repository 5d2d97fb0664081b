import { readCidr, type Cidr } from '../domain/public-address.ts'

/** SECRET_KEY, whose form was looked at: 32 bytes. */
export function readSecretKey(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text, 'base64')
}

/** SECRET_KEY_PREVIOUS, whose form was looked at: 32 bytes each. */
export function readSecretKeys(text: string | null): readonly Buffer[] {
  return listed(text).map((one) => Buffer.from(one, 'base64'))
}

/** WEBHOOKS_ALLOW_PRIVATE, whose form was looked at. */
export function readCidrs(text: string | null): readonly Cidr[] {
  return listed(text)
    .map(readCidr)
    .filter((cidr) => cidr !== null)
}

/** TRUST_PROXY, whose form was looked at: how many proxies, or which. */
export function readProxies(text: string | null): number | readonly string[] | null {
  if (text === null) return null
  return /^\d+$/.test(text) ? Number(text) : listed(text)
}

/** ALLOWED_COUNTRIES, whose form was looked at; null: unset. */
export function readCountries(text: string | null): ReadonlySet<string> | null {
  return text === null ? null : new Set(listed(text).map((one) => one.toUpperCase()))
}

function listed(text: string | null): readonly string[] {
  return text === null ? [] : text.split(',').map((one) => one.trim())
}
