import { setTimeout as sleep } from 'node:timers/promises'
import type { StagingRules } from '../../src/domain/staging.ts'
import type { PushProvider } from '../../src/domain/provider.ts'
import { onlyWay } from '../../src/domain/push/push-ways.ts'
import { createCancels } from '../../src/flows/sending/cancel.ts'
import { createDryRuns } from '../../src/flows/sending/dry-run.ts'
import { createKeyGuard } from '../../src/flows/sending/idempotent.ts'
import { createOutcomes } from '../../src/flows/sms/outcomes.ts'
import { createPauses } from '../../src/flows/sending/pauses.ts'
import { createPushFlow } from '../../src/flows/push/push.ts'
import { createResends } from '../../src/flows/sending/resend.ts'
import { createSmsFlow } from '../../src/flows/sms/sms.ts'
import type { Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createEnvelope } from '../../src/providers/fcm/message.ts'
import { createSandboxPush, createSandboxSms } from '../../src/providers/sandbox.ts'
import { readMessage } from '../../src/store/sms/read-messages.ts'
import { readDeliveries, readDeliveriesOf } from '../../src/store/push/read-deliveries.ts'
import { readNotification } from '../../src/store/push/read-notifications.ts'
import { ACCEPTED, scripted, startNode, type TestNode } from '../support/node.ts'
import { NO_TEMPLATES } from '../support/templates.ts'
import { createStandIns } from './stand-ins.ts'
import { onlyThrough } from '../support/router.ts'

/** A node whose messages go out through providers that take everything, with its HTTP side. */
export interface HoldingNode {
  readonly node: TestNode
  readonly app: Server
  /** Whom the providers were handed something for, in order: numbers, tokens and topics. */
  readonly reached: readonly string[]
  close(): Promise<void>
}

export async function startHoldingNode(databaseUrl: string, staging: StagingRules | null = null): Promise<HoldingNode> {
  const reached: string[] = []
  const after = (ms: number, run: () => void): void => void setTimeout(run, ms).unref()
  const sms = scripted((one) => (reached.push(one.contact), ACCEPTED))
  const push: PushProvider = {
    name: 'scripted',
    window: 200,
    async submitMany(_content, targets, answer) {
      reached.push(...targets.map(({ value }) => value))
      targets.forEach((_, index) => answer(index, ACCEPTED))
    },
    async *check() {},
    close: async () => undefined,
  }
  const node = await startNode(databaseUrl, {
    sms: [sms, createSandboxSms({ after, onReceipt: () => undefined })],
    push: [push, createSandboxPush({ after })],
  })
  const { db, delivery } = node
  const clock = (): Date => delivery.lease.clock()
  const outcomes = createOutcomes(
    db,
    () => performance.now(),
    (ms) => sleep(ms),
  )
  const common = {
    intake: delivery.intake,
    keys: createKeyGuard(db),
    outcomes,
    templates: NO_TEMPLATES,
    staging,
    clock,
  }
  const pauses = createPauses({ db, providers: ['scripted', 'sandbox'], onChange: () => delivery.stopsChanged() })
  const { parts } = createStandIns({
    sms: createSmsFlow({ ...common, router: onlyThrough('scripted'), defaultCountry: null, textFormat: '{message}' }),
    push: createPushFlow({ ...common, db, ways: onlyWay('scripted') }),
    dryRuns: createDryRuns({
      db,
      pauses: () => pauses.list(),
      pushBody: (content, target) => createEnvelope(content, clock()).bodyFor(target),
      clock,
    }),
    cancels: createCancels(db),
    resends: createResends(db),
    pauses,
    reads: {
      message: (id) => readMessage(db, id),
      notification: (id) => readNotification(db, id),
      deliveries: (id, limit, afterToken) => readDeliveries(db, id, limit, afterToken),
      deliveriesOf: (id, status, limit, afterToken) => readDeliveriesOf(db, id, status, limit, afterToken),
    },
  })
  const app = createServer(parts)
  return {
    node,
    app,
    reached,
    async close() {
      await app.close()
      await node.close()
    },
  }
}
