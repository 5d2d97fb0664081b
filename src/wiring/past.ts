import type { Config } from '../settings/config.ts'
import type { Dbs } from './dbs.ts'
import { startLoop, type Loop, type LoopParts } from '../delivery/loop.ts'
import { createErasing } from '../flows/past/erase.ts'
import { createEventFeed } from '../flows/webhooks/event-feed.ts'
import { readEventsQuery } from '../flows/webhooks/events-query.ts'
import { createHistory } from '../flows/past/history.ts'
import { createReceiptShares, type ReceiptShares } from '../flows/receipts/receipt-shares.ts'
import { forgetOld } from '../flows/past/retention.ts'
import type { HttpParts } from '../http/parts.ts'
import { readMessage } from '../store/sms/read-messages.ts'
import { readDeliveries, readDeliveriesOf } from '../store/push/read-deliveries.ts'
import { readNotification } from '../store/push/read-notifications.ts'

/** What was sent before, and what happens to it: to be read, searched, followed, and in time forgotten. */
export interface Past {
  readonly http: Pick<HttpParts, 'reads' | 'history' | 'erasing' | 'events'>
  readonly shares: Pick<ReceiptShares, 'list'>
  close(): Promise<void>
}

export interface PastParts extends LoopParts {
  readonly dbs: Dbs
  readonly now: () => Date
  /** In milliseconds. */
  readonly monotonic: () => number
  readonly sleep: (ms: number) => Promise<void>
}

const ERASING_MS = 60_000
const FORGET_MS = 10_000
/** Turns without a look after one that found nothing: what is kept for days may be forgotten a minute late. */
const RESTS = 5

export function openPast(config: Config, parts: PastParts): Past {
  const { dbs, log, now, monotonic, sleep } = parts
  const { defaultCountry, keepBodiesDays, keepMessagesDays, keepEventsDays } = config
  const erasing = createErasing({ db: dbs.work, defaultCountry, monotonic, sleep })
  const shares = createReceiptShares({ db: dbs.read, now, monotonic })
  const feed = createEventFeed({ db: dbs.inbox, log, now: monotonic, sleep })
  const loops: Loop[] = [startLoop('erasing', ERASING_MS, () => erasing.finish(), parts)]
  if (keepBodiesDays > 0 || keepMessagesDays > 0 || keepEventsDays > 0) {
    const keep = { keepBodiesDays, keepMessagesDays, keepEventsDays }
    let rests = 0
    const forget = async (): Promise<void> => {
      if (rests > 0) rests -= 1
      else if (!(await forgetOld({ db: dbs.work, log, ...keep }))) rests = RESTS
    }
    loops.push(startLoop('retention', FORGET_MS, forget, parts))
  }
  return {
    http: {
      reads: {
        async message(id) {
          const message = await readMessage(dbs.read, id)
          return message && shares.expecting(message)
        },
        notification: (id) => readNotification(dbs.read, id),
        deliveries: (id, limit, afterToken) => readDeliveries(dbs.read, id, limit, afterToken),
        deliveriesOf: (id, status, limit, afterToken) => readDeliveriesOf(dbs.read, id, status, limit, afterToken),
      },
      history: createHistory({ db: dbs.history, defaultCountry, now, monotonic }),
      erasing,
      events: { ...feed, asked: (query) => readEventsQuery(query, now(), defaultCountry) },
    },
    shares,
    async close() {
      await feed.close()
      await Promise.all(loops.map((loop) => loop.stop()))
    },
  }
}
