import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import type { Receipt } from '../../src/domain/provider.ts'
import { onlyWay } from '../../src/domain/push/push-ways.ts'
import { createKeyGuard } from '../../src/flows/sending/idempotent.ts'
import { createInbox, type Inbox } from '../../src/flows/inbox/inbox.ts'
import { createOutcomes } from '../../src/flows/sms/outcomes.ts'
import { createPushFlow } from '../../src/flows/push/push.ts'
import { createReceiptsFlow, type ReceiptsFlow } from '../../src/flows/receipts/receipts.ts'
import { createSmsFlow } from '../../src/flows/sms/sms.ts'
import { createServer } from '../../src/http/server.ts'
import { createSandboxPush, createSandboxSms } from '../../src/providers/sandbox.ts'
import { readMessage } from '../../src/store/sms/read-messages.ts'
import { readNotification } from '../../src/store/push/read-notifications.ts'
import { startNode, type TestNode } from '../support/node.ts'
import { NO_TEMPLATES } from '../support/templates.ts'
import { createStandIns } from './stand-ins.ts'
import { onlyThrough } from '../support/router.ts'

/** A node in capture mode with everything the inbox is made of, listening on a port of its own. */
export interface InboxNode {
  readonly url: string
  readonly node: TestNode
  readonly inbox: Inbox
  /** Callers of /inbox/wait at this moment. */
  waiting(): number
  close(): Promise<void>
}

const now = (): number => performance.now()
const wait = (ms: number, signal?: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) }).catch(() => undefined)

/** It gives no hints to its inbox: what happens is seen by looking at the database. */
export async function startInboxNode(databaseUrl: string): Promise<InboxNode> {
  const log = pino({ level: 'silent' })
  const later: { receipts: ReceiptsFlow | null } = { receipts: null }
  const after = (ms: number, run: () => void): void => void setTimeout(run, ms).unref()
  const onReceipt = (receipt: Receipt): void => void later.receipts?.settle(receipt).catch(() => undefined)
  const sms = createSandboxSms({ after, onReceipt })
  const push = createSandboxPush({ after })
  const node = await startNode(databaseUrl, { sms: [sms], push: [push] })
  const { db, delivery } = node
  const providers = new Map([[sms.name, sms]])
  later.receipts = createReceiptsFlow({ db, log, providers, chance: () => 0, wait, onMoved: () => undefined })
  const inbox = createInbox({
    db,
    workDb: db,
    log,
    now,
    sleep: wait,
    chance: () => 0,
    defaultCountry: null,
    report: (attempt, life) => sms.play(attempt, life),
  })
  let waiting = 0
  const counted: Inbox['wait'] = (ask, signal) => {
    waiting += 1
    return inbox.wait(ask, signal).finally(() => (waiting -= 1))
  }
  const flow = {
    intake: delivery.intake,
    keys: createKeyGuard(db),
    outcomes: createOutcomes(db, now, wait),
    templates: NO_TEMPLATES,
    staging: null,
    clock: () => delivery.lease.clock(),
  }
  const { parts } = createStandIns({
    sms: createSmsFlow({ ...flow, router: onlyThrough(sms.name), defaultCountry: null, textFormat: '{message}' }),
    push: createPushFlow({ ...flow, db, ways: onlyWay(push.name) }),
    inbox: { ...inbox, wait: counted },
    reads: {
      message: (id) => readMessage(db, id),
      notification: (id) => readNotification(db, id),
      deliveries: async () => null,
      deliveriesOf: async () => null,
    },
  })
  const app = createServer(parts)
  return {
    url: await app.listen({ host: '127.0.0.1', port: 0 }),
    node,
    inbox,
    waiting: () => waiting,
    async close() {
      await app.close()
      await inbox.close()
      await node.close()
    },
  }
}
