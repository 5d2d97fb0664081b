import { isIPv6 } from 'node:net'

/** Counts wrong keys by the address they come from, so that guessing costs neither the database nor the log much. */
export interface WrongKeys {
  /** Seconds until this address may try an unknown key again; 0: now. `now` is monotonic, in milliseconds. */
  blockedFor(address: string, now: number): number
  count(address: string, now: number): void
}

/** Wrong keys that an address may send in a minute. */
export const MOST_WRONG_KEYS = 20
const MINUTE_MS = 60_000

/** Addresses that are remembered; beyond that the oldest are forgotten. */
const MOST_ADDRESSES = 10_000

export function createWrongKeys(): WrongKeys {
  const windows = new Map<string, { count: number; readonly endsAt: number }>()
  return {
    blockedFor(address, now) {
      const window = windows.get(networkOf(address))
      if (window === undefined || window.count < MOST_WRONG_KEYS || now >= window.endsAt) return 0
      return Math.ceil((window.endsAt - now) / 1_000)
    },
    count(address, now) {
      const network = networkOf(address)
      const window = windows.get(network)
      if (window !== undefined && now < window.endsAt) {
        window.count += 1
        return
      }
      windows.delete(network)
      if (windows.size >= MOST_ADDRESSES) windows.delete(windows.keys().next().value ?? '')
      windows.set(network, { count: 1, endsAt: now + MINUTE_MS })
    },
  }
}

/** Of IPv6 the first 64 bits: whoever has one address of those has them all. Source: RFC 4291 §2.5.4. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const [head = '', tail = ''] = address.split('::')
  const [before, after] = [head, tail].map((part) => part.split(':').filter((word) => word !== ''))
  const zeros = address.includes('::') ? 8 - (before?.length ?? 0) - (after?.length ?? 0) : 0
  return [...(before ?? []), ...Array<string>(zeros).fill('0'), ...(after ?? [])].slice(0, 4).join(':')
}
