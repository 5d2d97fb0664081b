import { networkInterfaces } from 'node:os'
import { createSealer } from '../domain/sealed.ts'
import type { PushProvider } from '../domain/provider.ts'
import type { PushWay } from '../domain/push/push-ways.ts'
import { findSubscriptions } from '../flows/push/web-subscriptions.ts'
import { createGuard } from '../outbound/guard.ts'
import { createNames } from '../outbound/names.ts'
import { createHttpCall } from '../providers/http-call.ts'
import { createWebPush, WEB_PUSH } from '../providers/webpush/provider.ts'
import type { Config } from '../settings/config.ts'
import { raiseAlarms } from '../store/rules/rules.ts'
import type { Dbs } from './dbs.ts'
import type { Log } from './log.ts'

export interface WebPushSideParts {
  readonly dbs: Pick<Dbs, 'work'>
  /** 32 bytes; null where none is set. */
  readonly secretKey: Buffer | null
  readonly log: Log
  /** Where this node listens. */
  readonly port: () => number
  readonly now: () => Date
  /** In milliseconds. */
  readonly monotonic: () => number
}

/** To one push service; a call for each push. */
const CONNECTIONS = 64
const TIMEOUTS = { connectMs: 3_000, totalMs: 12_000 }

/** An alarm is on for so long, unless it comes again. */
const ALARM_SECONDS = 3_600

/** Null: pushes to browsers are captured. */
export function webPushWay({ webPush: { keys, subject } }: Pick<Config, 'webPush'>): PushWay | null {
  if (keys === null || subject === null) return null
  return { name: WEB_PUSH, channel: WEB_PUSH, project: keys.publicKey, apps: [] }
}

/** Null: likewise. Endpoints are the outside's word: the rules for webhooks hold for them, too. */
export function openWebPush(config: Config, parts: WebPushSideParts): PushProvider | null {
  const { keys, subject } = config.webPush
  if (keys === null || subject === null) return null
  const { dbs, secretKey, now, monotonic } = parts
  const { allowedPrivate } = config.webhooks
  const sealer = secretKey === null ? null : createSealer(secretKey, config.previousSecretKeys)
  const guard = {
    allowedPrivate,
    findAddresses: createNames({ servers: null, askMachine: allowedPrivate.length > 0 }),
    ownAddresses: addresses,
    ownPorts: () => [parts.port()],
  }
  const connect = createGuard(guard, TIMEOUTS.connectMs)
  return createWebPush(
    { ...keys, subject },
    {
      call: createHttpCall({ connections: CONNECTIONS, totalMs: TIMEOUTS.totalMs, connect }),
      find: (tokens) => findSubscriptions(dbs.work, sealer, tokens),
      now,
      monotonic,
      onRefusing: (origin) => tellRefused(parts, origin),
    },
  )
}

/** Somebody has to look why: no browser of this maker gets anything meanwhile. */
function tellRefused({ dbs, log }: Pick<WebPushSideParts, 'dbs' | 'log'>, origin: string): void {
  log.error({ event: 'webpush.refused', origin }, 'a push service does not take our VAPID signature')
  raiseAlarms(dbs.work, [{ rule: 'vapid_refused', what: origin }], ALARM_SECONDS).catch((error: unknown) =>
    log.warn({ event: 'alarm.failed', err: error }, 'an alarm was not stored'),
  )
}

function addresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address))
}
