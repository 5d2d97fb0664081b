import { networkInterfaces } from 'node:os'
import type { GuardOptions } from '../outbound/guard.ts'
import { createNames } from '../outbound/names.ts'
import type { Config } from '../settings/config.ts'

/**
 * What holds for calls to addresses that strangers chose, of webhooks and of browsers' push services alike: beside what is public they reach what
 * is allowed alone, and this node never. `port`: where it listens.
 */
export function guardOf({ webhooks }: Pick<Config, 'webhooks'>, port: () => number): GuardOptions {
  const { allowedPrivate } = webhooks
  return {
    allowedPrivate,
    findAddresses: createNames({ servers: null, askMachine: allowedPrivate.length > 0 }),
    ownAddresses: addresses,
    ownPorts: () => [port()],
  }
}

function addresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address))
}
