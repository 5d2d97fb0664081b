import { setTimeout as sleep } from 'node:timers/promises'
import { NO_WAYS, projectsOf } from '../../src/domain/push/push-ways.ts'
import { createSmsBatches } from '../../src/flows/sms/batch.ts'
import { createDevicePush } from '../../src/flows/push/device-push.ts'
import { createFoundPush } from '../../src/flows/push/found-push.ts'
import { createDryRuns } from '../../src/flows/sending/dry-run.ts'
import { createKeyGuard } from '../../src/flows/sending/idempotent.ts'
import { createOutcomes } from '../../src/flows/sms/outcomes.ts'
import { createPushFlow } from '../../src/flows/push/push.ts'
import { createSmsFlow } from '../../src/flows/sms/sms.ts'
import { createTemplatesFlow } from '../../src/flows/templates/templates.ts'
import { createTokens } from '../../src/flows/push/tokens.ts'
import { createRateLimiter } from '../../src/http/limits.ts'
import type { HttpParts, Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createEnvelope } from '../../src/providers/fcm/message.ts'
import { createSandboxPush, createSandboxSms } from '../../src/providers/sandbox.ts'
import { listPauses } from '../../src/store/nodes/read-pauses.ts'
import { startNode, type TestNode } from '../support/node.ts'
import { createStandIns } from './stand-ins.ts'
import { onlyThrough } from '../support/router.ts'

/** One node with its HTTP side on a port of its own. */
export interface BatchNode {
  readonly node: TestNode
  readonly app: Server
  /** Added to the clock of the database, as the node knows it. */
  readonly clock: { aheadMs: number }
  /** `http://127.0.0.1:…` */
  readonly url: string
  close(): Promise<void>
}

/** `perMinute`: of the rate limit; 0: none. */
export async function startBatchNode(databaseUrl: string, perMinute = 0): Promise<BatchNode> {
  const after = (ms: number, run: () => void): void => void setTimeout(run, ms).unref()
  const node = await startNode(databaseUrl, {
    sms: [createSandboxSms({ after, onReceipt: () => undefined })],
    push: [createSandboxPush({ after })],
  })
  const clock = { aheadMs: 0 }
  const app = createServer(partsOf(node, perMinute, clock))
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    node,
    app,
    clock,
    url,
    async close() {
      await app.close()
      await node.close()
    },
  }
}

function partsOf({ db, delivery }: TestNode, perMinute: number, ahead: BatchNode['clock']): HttpParts {
  const clock = (): Date => new Date(delivery.lease.clock().getTime() + ahead.aheadMs)
  const outcomes = createOutcomes(
    db,
    () => performance.now(),
    (ms) => sleep(ms),
  )
  const templates = createTemplatesFlow({ readDb: db, workDb: db, now: () => 0, textFormat: '{message}' })
  const flow = {
    intake: delivery.intake,
    keys: createKeyGuard(db),
    outcomes,
    templates,
    ways: NO_WAYS,
    router: onlyThrough('sandbox'),
    staging: null,
    clock,
  }
  const sms = createSmsFlow({ ...flow, defaultCountry: null, textFormat: '{message}' })
  const push = createPushFlow({ ...flow, db })
  const batches = createSmsBatches({ db, sms, intake: delivery.intake })
  const dryRuns = createDryRuns({
    db,
    pauses: () => listPauses(db),
    pushBody: (content, target) => createEnvelope(content, clock()).bodyFor(target),
    clock,
  })
  const tokens = createTokens({ db, readDb: db, defaultCountry: null, projects: projectsOf(NO_WAYS), clock })
  const devices = { tokens, devicePush: createDevicePush(tokens, createFoundPush(push)) }
  const rateLimiter = createRateLimiter(db, perMinute)
  return createStandIns({ sms, push, batches, dryRuns, templates, rateLimiter, ...devices }).parts
}
