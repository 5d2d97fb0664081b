import type { Sealer } from '../domain/sealed.ts'
import type { PushProvider } from '../domain/provider.ts'
import { findSubscriptions } from '../flows/push/web-subscriptions.ts'
import { createGuard } from '../outbound/guard.ts'
import { createHttpCall } from '../providers/http-call.ts'
import { createWebPush } from '../providers/webpush/provider.ts'
import type { Config } from '../settings/config.ts'
import { raiseAlarm } from './alarm.ts'
import type { Dbs } from './dbs.ts'
import { guardOf } from './guarded.ts'
import type { Log } from './log.ts'

export interface WebPushSideParts {
  readonly dbs: Pick<Dbs, 'work'>
  /** Null where no SECRET_KEY is set. */
  readonly sealer: Sealer | null
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

/** Null: pushes to browsers are captured. Endpoints are the outside's word: the rules for webhooks hold for them, too. */
export function openWebPush(config: Config, parts: WebPushSideParts): PushProvider | null {
  const { keys, subject } = config.webPush
  if (keys === null || subject === null) return null
  const { dbs, sealer, now, monotonic } = parts
  const connect = createGuard(guardOf(config, parts.port), TIMEOUTS.connectMs)
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
function tellRefused(parts: Pick<WebPushSideParts, 'dbs' | 'log'>, origin: string): void {
  parts.log.error({ event: 'webpush.refused', origin }, 'a push service does not take our VAPID signature')
  raiseAlarm(parts, { rule: 'vapid_refused', what: origin })
}
