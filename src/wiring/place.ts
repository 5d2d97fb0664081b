import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import type { Config } from '../settings/config.ts'
import { processWorld } from '../embedded/processes.ts'

/** Where process ids mean the same; null where the system doesn't tell one machine from another. */
export function machine(): string | null {
  const world = processWorld()
  return world === 'one' ? null : `${hostname()} ${world}`
}

/** `http://localhost:5000`: where a server that listens on these is reached from this machine. */
export function urlOf(config: Config, addresses: readonly (AddressInfo | string)[]): string {
  const port = portOf(config, addresses)
  const host = config.host === null || config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** The same at every address. */
export function portOf({ port }: Config, [address]: readonly (AddressInfo | string)[]): number {
  return typeof address === 'object' ? address.port : port
}

/** Whether only this machine reaches that address; null is both loopback addresses. */
export function isLoopback(host: string | null): boolean {
  return host === null || host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
