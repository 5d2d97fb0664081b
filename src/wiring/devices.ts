import { pushWaysOf } from './channels.ts'
import type { Config } from '../settings/config.ts'
import type { Dbs } from './dbs.ts'
import { startLoop, type LoopParts } from '../delivery/loop.ts'
import type { PushProvider } from '../domain/provider.ts'
import { projectsOf } from '../domain/push/push-ways.ts'
import { createSealer } from '../domain/sealed.ts'
import { lookForStale } from '../flows/push/stale-devices.ts'
import { createTokens } from '../flows/push/tokens.ts'
import { createWebSubscriptions } from '../flows/push/web-subscriptions.ts'
import type { HttpParts } from '../http/parts.ts'
import { raiseAlarms } from '../store/rules/rules.ts'

/** The registry of devices, and what time does to them. */
export interface Devices {
  readonly http: Pick<HttpParts, 'tokens' | 'webSubscriptions'>
  close(): Promise<void>
}

export interface DevicesParts extends LoopParts {
  readonly dbs: Dbs
  /** 32 bytes; null where none is set. */
  readonly secretKey: Buffer | null
  /** The database's. */
  readonly clock: () => Date
}

/** Days are what counts, and a node may never run for one. */
const LOOK_MS = 3_600_000

/** An alarm is on for so long, unless it comes again. */
const KEPT_SECONDS = 3_600

export function openDevices(config: Config, parts: DevicesParts): Devices {
  const { dbs, log, clock, secretKey } = parts
  const { defaultCountry, devices } = config
  const projects = projectsOf(pushWaysOf(config))
  const look = (): Promise<void> => lookForStale({ db: dbs.work, log, ...devices })
  const looking = startLoop('devices', LOOK_MS, look, parts)
  const tokens = createTokens({ db: dbs.work, readDb: dbs.read, defaultCountry, projects, clock })
  const sealer = secretKey === null ? null : createSealer(secretKey, config.previousSecretKeys)
  const publicKey = config.webPush.keys?.publicKey ?? null
  const webSubscriptions = createWebSubscriptions({ db: dbs.work, tokens, sealer, publicKey, rules: config.webhooks })
  return {
    http: { tokens, webSubscriptions },
    close: () => looking.stop(),
  }
}

/** So many tokens of one project came back as dead that none of its is retired any more: somebody has to look why. */
export function tellTokensKept(
  { work }: Pick<Dbs, 'work'>,
  log: LoopParts['log'],
  { name, project = '' }: Pick<PushProvider, 'name' | 'project'>,
): void {
  const unnamed = name === 'fcm' ? '*' : name
  const alarm = { rule: 'tokens_kept', what: project === '' ? unnamed : project } as const
  raiseAlarms(work, [alarm], KEPT_SECONDS).catch((error: unknown) =>
    log.warn({ event: 'alarm.failed', err: error }, 'an alarm was not stored'),
  )
}
