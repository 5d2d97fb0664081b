import { lookup, Resolver } from 'node:dns/promises'
import { isLocalName } from '../domain/webhooks/webhook-url.ts'

/** All addresses of a name; at least one. Rejects with the code of a failed look-up. */
export type FindAddresses = (name: string) => Promise<readonly string[]>

export interface NamesOptions {
  /** `address:port`; null: those of the machine. */
  readonly servers: readonly string[] | null
  /**
   * Whether names that no name server knows are then asked of the machine, which reads its hosts file and completes short names: only
   * where private addresses may be called.
   */
  readonly askMachine: boolean
  /** How long a name server may take before it is asked once more, in milliseconds; 1,000 unless said. */
  readonly tryMs?: number
}

/** Of one name server both fit into a connection's time. Of several each is asked once before any is asked again, which may come too late. */
const TRIES = 2

/**
 * Looks names up without the thread pool, of which four slow names would take all threads. Both families are asked, and an address that
 * only one of them has is enough.
 */
export function createNames({ servers, askMachine, tryMs = 1_000 }: NamesOptions): FindAddresses {
  const resolver = new Resolver({ timeout: tryMs, tries: TRIES })
  if (servers !== null) resolver.setServers(servers)
  return async (name) => {
    if (isLocalName(name)) return ['127.0.0.1', '::1']
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    if (addresses.length > 0) return addresses
    if (askMachine) return (await lookup(name, { all: true })).map(({ address }) => address)
    throw new UnknownName()
  }
}

class UnknownName extends Error {
  readonly code = 'ENOTFOUND'
}
