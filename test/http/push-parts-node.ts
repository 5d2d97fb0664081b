import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, beforeEach } from 'vitest'
import type { PushProvider } from '../../src/domain/provider.ts'
import type { QuietHours } from '../../src/domain/quiet-hours.ts'
import { onlyWay } from '../../src/domain/push/push-ways.ts'
import { createDryRuns } from '../../src/flows/sending/dry-run.ts'
import { createKeyGuard } from '../../src/flows/sending/idempotent.ts'
import { createOutcomes } from '../../src/flows/sms/outcomes.ts'
import { createPushFlow, type PushFlow } from '../../src/flows/push/push.ts'
import { createResends } from '../../src/flows/sending/resend.ts'
import { createRules, type Rules, type RuleSettings } from '../../src/flows/rules/rules.ts'
import { createPushHold } from '../../src/flows/sms/sms-rules.ts'
import { createTemplatesFlow } from '../../src/flows/templates/templates.ts'
import type { Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createEnvelope } from '../../src/providers/fcm/message.ts'
import { readDeliveries, readDeliveriesOf } from '../../src/store/push/read-deliveries.ts'
import { readNotification } from '../../src/store/push/read-notifications.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ACCEPTED, ask, startNode, type TestNode } from '../support/node.ts'
import { createStandIns } from './stand-ins.ts'

/** A node whose pushes go out through a provider that takes everything, with its HTTP side. */
export interface PartsNode {
  readonly node: TestNode
  readonly app: Server
  readonly rules: Rules
  readonly push: PushFlow
  /** What the provider was handed, in order. */
  readonly sent: readonly SentPush[]
  close(): Promise<void>
}

export interface SentPush {
  readonly token: string
  readonly title: string
  readonly link: string | null
}

export interface PartsNodeOptions {
  readonly quietHours?: QuietHours | null
  readonly caps?: Partial<RuleSettings['caps']>
  /** How far the clock of its rules is ahead of the database's; in milliseconds. */
  readonly ahead?: { ms: number }
  /** The provider waits for it before it answers. */
  readonly answering?: Promise<void>
}

export async function startPartsNode(url: string, options: PartsNodeOptions = {}): Promise<PartsNode> {
  const { quietHours = null, caps = {}, ahead = { ms: 0 }, answering = Promise.resolve() } = options
  const sent: SentPush[] = []
  const later: { clock: () => Date } = { clock: () => new Date() }
  const clock = (): Date => new Date(later.clock().getTime() + ahead.ms)
  const node = await startNode(url, {
    push: [takingAll(sent, answering)],
    ways: { holdPush: createPushHold(quietHours, clock) },
  })
  const { db, delivery } = node
  later.clock = () => delivery.lease.clock()
  const now = (): number => performance.now()
  const rules = createRules({
    ...{ db, workDb: db, log: pino({ level: 'silent' }), clock, now, onRule: () => undefined },
    settings: {
      caps: { mode: 'codes', perTenMinutes: 5, perDay: 20, ...caps },
      codeDelaySeconds: 0,
      pumping: { mode: 'off', perPrefix: 100, perCountry: 1_000 },
      spendLimit: null,
    },
  })
  const parts = serve(node, rules, quietHours, clock)
  const app = createServer(parts)
  return {
    ...{ node, app, rules, sent, push: parts.push },
    async close() {
      await app.close()
      await rules.close()
      await node.close()
    },
  }
}

function serve({ db, delivery }: TestNode, rules: Rules, quietHours: QuietHours | null, clock: () => Date) {
  const outcomes = createOutcomes(
    db,
    () => performance.now(),
    (ms) => sleep(ms),
  )
  const templates = createTemplatesFlow({
    readDb: db,
    workDb: db,
    now: () => performance.now(),
    textFormat: '{message}',
  })
  const common = { intake: delivery.intake, keys: createKeyGuard(db), outcomes, templates, staging: null, clock }
  const { parts } = createStandIns({
    templates,
    push: createPushFlow({ ...common, db, ways: onlyWay('scripted'), caps: rules.pushes, quietHours }),
    dryRuns: createDryRuns({
      ...{ db, rules, clock, pauses: async () => [] },
      pushBody: (content, target) => createEnvelope(content, clock()).bodyFor(target),
    }),
    resends: createResends(db),
    reads: {
      message: async () => null,
      notification: (id) => readNotification(db, id),
      deliveries: (id, limit, afterToken) => readDeliveries(db, id, limit, afterToken),
      deliveriesOf: (id, status, limit, afterToken) => readDeliveriesOf(db, id, status, limit, afterToken),
    },
  })
  return parts
}

function takingAll(sent: SentPush[], answering: Promise<void>): PushProvider {
  return {
    name: 'scripted',
    window: 200,
    async submitMany({ title, link }, targets, answer, _signal, gate) {
      for (const [index, { value: token }] of targets.entries()) {
        const failure = gate()
        if (failure === null) sent.push({ token, title, link })
        else answer(index, { kind: 'refused', failure })
        if (failure === null) void answering.then(() => answer(index, ACCEPTED))
      }
      await answering
    },
    async *check() {},
    close: async () => undefined,
  }
}

/** Registers devices, as they are asked for by their tokens. `contact`: the person. */
export async function register(
  node: TestNode,
  devices: readonly { token: string; locale?: string; zone?: string; contact?: string }[],
): Promise<void> {
  for (const { token, locale = null, zone = null, contact = null } of devices) {
    if (contact !== null) await ask(node, `insert into clients (contact) values ($1) on conflict do nothing`, [contact])
    await ask(
      node,
      `insert into tokens (token, locale, time_zone, client_id, last_seen_at)
       values ($1, $2, $3, (select id from clients where contact = $4), now())`,
      [token, locale, zone, contact],
    )
  }
}

/** What is read of an answer. */
export type Body = Readonly<Record<string, unknown>>

/** Nodes on a database of each test's own. Called once in a test file. */
export function usePartsNodes(): {
  url(): string
  start(options?: PartsNodeOptions): Promise<PartsNode>
} {
  let database: TestDatabase
  const nodes: PartsNode[] = []

  beforeEach(async () => void (database = await createTestDatabase()))

  afterEach(async () => {
    await Promise.allSettled(nodes.splice(0).map((one) => one.close()))
    await database.drop()
  })

  return {
    url: () => database.url,
    async start(options = {}) {
      const one = await startPartsNode(database.url, options)
      nodes.push(one)
      return one
    },
  }
}

export async function call(
  one: PartsNode,
  method: 'GET' | 'POST' | 'PUT',
  url: string,
  payload?: object,
): Promise<Body> {
  const answer = await one.app.inject({ method, url, ...(payload === undefined ? {} : { payload }) })
  return { http: answer.statusCode, ...answer.json<Body>() }
}

export async function read(one: PartsNode, { notification_id: id }: Body): Promise<Body> {
  return (await call(one, 'GET', `/notifications/${Number(id)}`))['data'] as Body
}

export async function deliveries(one: PartsNode, { notification_id: id }: Body): Promise<readonly Body[]> {
  return (await call(one, 'GET', `/notifications/${Number(id)}/deliveries`))['data'] as readonly Body[]
}

export const tokensOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `token-of-a-device-${index}`)
