import type { FaultDetail } from '../errors.ts'

const PREFIX = 'apns:'

/** Bytes in hex. Apple publishes no length, and asks not to rely on one: 32 bytes for an app, more for a live activity. */
const ADDRESS = /^apns:(?:[0-9a-f]{2}){32,100}$/

/** What is wrong with an address that begins with `apns:`; null: nothing, or it begins otherwise. */
export function appleAddressFault(address: string): Omit<FaultDetail, 'path'> | null {
  if (!address.startsWith(PREFIX) || ADDRESS.test(address)) return null
  const message = 'Behind apns: stands the device token in hex, 64 to 200 digits in lower case.'
  const spelled = address.toLowerCase()
  return ADDRESS.test(spelled) ? { message, suggestion: spelled } : { message }
}

/** The device token in an address; null: it is none of Apple's. */
export function deviceTokenOf(address: string): string | null {
  return ADDRESS.test(address) ? address.slice(PREFIX.length) : null
}
