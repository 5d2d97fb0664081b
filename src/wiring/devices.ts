import { raiseAlarm } from './alarm.ts'
import type { Config } from '../settings/config.ts'
import type { Dbs } from './dbs.ts'
import { startLoop, type LoopParts } from '../delivery/loop.ts'
import type { PushProvider } from '../domain/provider.ts'
import { projectsOf, type PushWays } from '../domain/push/push-ways.ts'
import type { Sealer } from '../domain/sealed.ts'
import { lookForStale } from '../flows/push/stale-devices.ts'
import { createTokens } from '../flows/push/tokens.ts'
import { createWebSubscriptions } from '../flows/push/web-subscriptions.ts'
import type { HttpParts } from '../http/parts.ts'

/** The registry of devices, and what time does to them. */
export interface Devices {
  readonly http: Pick<HttpParts, 'tokens' | 'webSubscriptions'>
  close(): Promise<void>
}

export interface DevicesParts extends LoopParts {
  readonly dbs: Dbs
  readonly channels: { readonly ways: PushWays }
  /** Null where no SECRET_KEY is set. */
  readonly sealer: Sealer | null
  /** The database's. */
  readonly clock: () => Date
}

/** Days are what counts, and a node may never run for one. */
const LOOK_MS = 3_600_000

export function openDevices(config: Config, parts: DevicesParts): Devices {
  const { dbs, log, clock, sealer } = parts
  const { defaultCountry, devices } = config
  const projects = projectsOf(parts.channels.ways)
  const look = (): Promise<void> => lookForStale({ db: dbs.work, log, ...devices })
  const looking = startLoop('devices', LOOK_MS, look, parts)
  const tokens = createTokens({ db: dbs.work, readDb: dbs.read, defaultCountry, projects, clock })
  const publicKey = config.webPush.keys?.publicKey ?? null
  const webSubscriptions = createWebSubscriptions({ db: dbs.work, tokens, sealer, publicKey, rules: config.webhooks })
  return {
    http: { tokens, webSubscriptions },
    close: () => looking.stop(),
  }
}

/** So many tokens of one project came back as dead that none of its is retired any more: somebody has to look why. */
export function tellTokensKept(
  parts: Pick<DevicesParts, 'dbs' | 'log'>,
  { name, project = '' }: Pick<PushProvider, 'name' | 'project'>,
): void {
  const unnamed = name === 'fcm' ? '*' : name
  raiseAlarm(parts, { rule: 'tokens_kept', what: project === '' ? unnamed : project })
}
