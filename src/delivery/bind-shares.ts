import type { SmsProvider } from '../domain/provider.ts'
import { shareBinds } from '../store/nodes/binds.ts'
import type { Db } from '../store/db.ts'
import type { Lease } from './lease.ts'
import { startLoop, type LoopParts } from './loop.ts'

export interface BindSharesParts extends LoopParts {
  readonly db: Db
  readonly lease: () => Lease
  readonly providers: readonly SmsProvider[]
  readonly wait: (ms: number) => Promise<void>
  /** Monotonic, in milliseconds. */
  readonly now: () => number
}

/** Each node's part in the binds of providers that have only so many. */
export interface BindShares {
  /** Unbinds. The binds are the others' as soon as this node has ended. */
  close(): Promise<void>
}

const SHARE_MS = 1_000

/** For unbinding: what is not answered by then is cut. */
const UNBIND_MS = 6_000

/**
 * Holds ceil(binds / nodes) of each provider's binds, takes those that become free, and gives back what is above its share: first the
 * session is ended, then the bind is anybody's, so that the SMSC never sees one too many. Where no provider has binds it does nothing.
 */
export function startBindShares(parts: BindSharesParts): BindShares {
  const holders = parts.providers.flatMap((provider) => holderOf(provider, parts))
  if (holders.length === 0) return { close: async () => undefined }
  const loop = startLoop(
    'binds',
    SHARE_MS,
    async () => void (await Promise.all(holders.map((holder) => holder.look()))),
    parts,
  )
  return {
    // A database that does not answer keeps no session up.
    async close() {
      await Promise.all([loop.stop(), ...holders.map((holder) => holder.leave())])
    },
  }
}

interface Holder {
  look(): Promise<void>
  leave(): Promise<void>
}

function holderOf(provider: SmsProvider, parts: BindSharesParts): readonly Holder[] {
  const { binds, name } = provider
  if (binds === undefined) return []
  const { db, lease } = parts
  let known: readonly number[] = []
  let owner: number | null = null
  let leaving = false

  return [
    {
      async look() {
        // A node that has just begun knows of no others yet.
        if (owner === null) await lease().renew()
        const most = Math.ceil(binds.wanted / Math.max(1, lease().nodes()))
        const me = lease().owner()
        // Under another mark nothing of what was known is its own any more.
        if (owner !== me) known = []
        owner = me
        const held = new Set(binds.held())
        const given = known.filter((slot, index) => index >= most && !held.has(slot))
        known = await shareBinds(db, { provider: name, owner: me, binds: binds.wanted, most, given })
        if (!leaving) binds.hold(known.slice(0, most))
      },
      async leave() {
        leaving = true
        binds.hold([])
        const deadline = parts.now() + UNBIND_MS
        while (binds.held().length > 0 && parts.now() < deadline) await parts.wait(20)
      },
    },
  ]
}
