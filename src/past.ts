import type { Config } from './config.ts'
import type { Dbs } from './dbs.ts'
import { createHistory } from './flows/history.ts'
import type { HttpParts } from './http/parts.ts'
import { readMessage } from './store/read-messages.ts'
import { readDeliveries, readNotification } from './store/read-notifications.ts'

/** What was sent before: to be read, searched, and in time forgotten. */
export interface Past {
  readonly http: Pick<HttpParts, 'reads' | 'history'>
}

export interface PastParts {
  readonly dbs: Dbs
  readonly now: () => Date
  /** In milliseconds. */
  readonly monotonic: () => number
}

export function openPast(config: Config, { dbs, now, monotonic }: PastParts): Past {
  const { defaultCountry } = config
  return {
    http: {
      reads: {
        message: (id) => readMessage(dbs.read, id),
        notification: (id) => readNotification(dbs.read, id),
        deliveries: (id, limit, afterToken) => readDeliveries(dbs.read, id, limit, afterToken),
      },
      history: createHistory({ db: dbs.history, defaultCountry, now, monotonic }),
    },
  }
}
