import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { pino } from 'pino'
import { afterEach, beforeEach } from 'vitest'
import { ANYONE } from '../../src/domain/caller.ts'
import { readCidr } from '../../src/domain/public-address.ts'
import { createWebhookDeeds, type WebhookDeeds } from '../../src/flows/webhooks/webhook-deeds.ts'
import { createWebhookSending, PLACES, type WebhookSending } from '../../src/flows/webhooks/webhook-sending.ts'
import { createWebhookTries, type OutboundCall } from '../../src/flows/webhooks/webhook-try.ts'
import { createWebhooks, type MadeWebhook, type Webhooks } from '../../src/flows/webhooks/webhooks.ts'
import { createOutboundCall } from '../../src/outbound/call.ts'
import { createNames } from '../../src/outbound/names.ts'
import { createDb, type Db } from '../../src/store/db.ts'
import { registerNode } from '../../src/store/nodes/nodes.ts'
import type { ClaimedDelivery } from '../../src/store/webhooks/webhook-work.ts'
import type { WebhookFields } from '../../src/store/webhooks/webhooks.ts'
import { startSink, type Sink, type SinkCall, type SinkOptions } from '../../src/fakes/sink.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

/** What a node does for webhooks, with everything real but the events themselves and the key. */
export interface WebhookRig {
  readonly db: Db
  readonly webhooks: Webhooks
  readonly deeds: WebhookDeeds
  readonly sending: WebhookSending
  /** The mark of its rows. */
  readonly owner: number
  make(fields: Partial<WebhookFields> & Pick<WebhookFields, 'url'>): Promise<MadeWebhook>
  /** Ends at once, and leaves everything as it is. */
  die(): Promise<void>
  close(): Promise<void>
}

const localhost = ['127.0.0.0/8'].map(readCidr).filter((cidr) => cidr !== null)
const RULES = { allowHttp: true, allowedPrivate: localhost }

export interface RigOptions {
  readonly outbound?: OutboundCall
  readonly chance?: () => number
}

/** What the tests of a file open; it ends with the test. */
export interface WebhookStage {
  rig(options?: RigOptions): Promise<WebhookRig>
  sink(options?: SinkOptions): Promise<Sink>
  atEnd(end: () => Promise<unknown>): void
}

/** Called once in a test file: each of its tests has a database of its own. */
export function useWebhookStage(): WebhookStage {
  let database: TestDatabase
  const ends: (() => Promise<unknown>)[] = []
  beforeEach(async () => {
    database = await createTestDatabase()
  })
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end()
    await database.drop()
  })
  async function ending<Opened extends { close(): Promise<void> }>(opening: Promise<Opened>): Promise<Opened> {
    const opened = await opening
    ends.push(() => opened.close())
    return opened
  }
  return {
    rig: (options = {}) => ending(openWebhookRig(database.url, options)),
    sink: (options = {}) => ending(startSink(options)),
    atEnd: (end) => void ends.push(end),
  }
}

async function openWebhookRig(url: string, { outbound, chance = () => 0 }: RigOptions = {}): Promise<WebhookRig> {
  const options = { max: 4, name: 'webhooks', statementTimeoutMs: 30_000, queryTimeoutMs: 31_000 }
  const db = createDb(url, options, () => undefined)
  const log = pino({ level: 'silent' })
  const node = await registerNode(db, { name: hostname(), machine: null, pid: process.pid, version: '0' })
  const real = createOutboundCall({
    allowedPrivate: localhost,
    findAddresses: createNames({ servers: null, askMachine: true }),
    ownAddresses: () => [],
    ownPorts: () => [],
    connections: PLACES,
  })
  const now = (): number => performance.now()
  const after = (ms: number, run: () => void): (() => void) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  }
  const bodies = async (deliveries: readonly ClaimedDelivery[]): Promise<Map<number, Buffer>> =>
    new Map(deliveries.map((one) => [one.id, Buffer.from(JSON.stringify({ type: 'test', event: one.eventId }))]))
  let dead = false
  const tries = createWebhookTries({
    log,
    outbound: async (...call) => (dead ? { kind: 'failed', failure: 'aborted' } : (outbound ?? real)(...call)),
    open: sealer.open,
    rules: RULES,
    bodies,
    version: '0.0.0',
    clock: () => new Date(),
    now,
    chance,
  })
  const lease = { owner: () => node.id, mayWrite: () => !dead }
  const sending = createWebhookSending({ db, log, lease, tries, after, chance: () => 0.5 })
  const webhooks = createWebhooks({ db, rules: RULES, sealer, draw: randomBytes, onChange: () => sending.wake() })
  const deeds = createWebhookDeeds({ db, tries, bodies, onDue: () => sending.wake() })
  return {
    db,
    webhooks,
    deeds,
    sending,
    owner: node.id,
    make: (fields) => webhooks.create({ description: '', types: ['*'], payload: 'thin', ...fields }, ANYONE),
    async die() {
      dead = true
      await db.query('update nodes set ended_at = now() where id = $1', [node.id])
    },
    async close() {
      await sending.close(5_000)
      await real.close()
      await db.end()
    },
  }
}

/** As good as the real one for whoever only has to name the same place. */
const sealer = {
  seal: (plain: Buffer, place: string): Buffer => Buffer.concat([Buffer.from(`${place}:`), plain]),
  open: (sealed: Buffer, place: string): Buffer | null =>
    sealed.toString().startsWith(`${place}:`) ? sealed.subarray(place.length + 1) : null,
}

/** Writes events, whoever listens. */
export async function happen(db: Db, type: string, count = 1): Promise<void> {
  await db.query(`insert into events (type) select $1 from generate_series(1, $2)`, [type, count])
}

/** What a statement finds, as records. */
export async function ask(
  node: WebhookRig,
  statement: string,
  ...values: unknown[]
): Promise<Record<string, unknown>[]> {
  return (await node.db.query<Record<string, unknown>>(statement, values)).rows
}

/** Of all deliveries, in the order they were made. */
export async function statusesOf(node: WebhookRig): Promise<unknown[]> {
  return (await ask(node, 'select status from webhook_deliveries order by id')).map(({ status }) => status)
}

/** So many deliveries were tried, and none is at this moment. */
export async function settled(node: WebhookRig, count: number): Promise<void> {
  await until(async () => {
    const rows = await ask(node, 'select 1 from webhook_deliveries where owner is null and attempts > 0')
    return rows.length === count && node.sending.inFlight() === 0
  }, 60_000)
}

/** What happened so far is held back by no transaction any more: other files' tests have theirs under way, too. */
export async function passed(node: WebhookRig): Promise<void> {
  const [now] = await ask(node, 'select pg_current_xact_id()::text as xid')
  await until(async () => {
    const [bound] = await ask(node, 'select $1::xid8 < pg_snapshot_xmin(pg_current_snapshot()) as passed', now?.['xid'])
    return bound?.['passed'] === true
  })
}

/** As the libraries that judge a call want them. */
export function headersOf({ headers }: SinkCall): Record<string, string> {
  return {
    'webhook-id': String(headers['webhook-id']),
    'webhook-timestamp': String(headers['webhook-timestamp']),
    'webhook-signature': String(headers['webhook-signature']),
  }
}
