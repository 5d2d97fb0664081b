const PREFIX = 'apns:'

/** Bytes in hex. Apple publishes no length, and asks not to rely on one: 32 bytes for an app, more for a live activity. */
const ADDRESS = /^apns:(?:[0-9a-f]{2}){32,100}$/

/** An address of a device at Apple's own service, spelled as it is kept: hex in lower case. Any other text comes back as it is. */
export function spelledAsKept(address: string): string {
  return address.startsWith(PREFIX) ? address.toLowerCase() : address
}

/** What is wrong with an address that begins with `apns:`, as a sentence; null: nothing. */
export function appleAddressFault(address: string): string | null {
  if (ADDRESS.test(spelledAsKept(address))) return null
  return 'Behind apns: stands the device token in hex, 64 to 200 digits.'
}

/** The device token in an address; null: it is none of Apple's. */
export function deviceTokenOf(address: string): string | null {
  return ADDRESS.test(address) ? address.slice(PREFIX.length) : null
}
