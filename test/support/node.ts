import { pino, type Logger } from 'pino'
import { openDelivery, type Delivery, type DeliveryParts } from '../../src/delivery/delivery.ts'
import type { SettledSms } from '../../src/delivery/ledger.ts'
import type { Msisdn } from '../../src/domain/contact.ts'
import type { Failure } from '../../src/domain/failure.ts'
import type { Outcome, OutboundSms, PushProvider, SmsProvider } from '../../src/domain/provider.ts'
import { createDb, type Db } from '../../src/store/db.ts'
import type { NewMessage } from '../../src/store/sms/messages.ts'

export const CONTACT = '+201009129288' as Msisdn

export interface TestNode {
  readonly delivery: Delivery
  readonly db: Db
  readonly settled: SettledSms[]
  /** As a crash would: nothing is handed over, nothing is written any more. */
  kill(): Promise<void>
  close(): Promise<void>
}

export interface NodeOptions {
  readonly sms?: readonly SmsProvider[]
  readonly push?: readonly PushProvider[]
  readonly pid?: number
  /** With the last migration it knows; one that knows all unless said. */
  readonly version?: string
  readonly now?: () => number
  readonly log?: Logger
  /** Where messages go on, what keeps them back, who looks on. */
  readonly ways?: Pick<
    DeliveryParts,
    'onward' | 'detour' | 'hold' | 'holdPush' | 'consentGroup' | 'flagged' | 'onTokensKept'
  >
  readonly onSettled?: (settled: readonly SettledSms[]) => void
}

let pids = 1_000_000

/** Processes of "this machine" that run: nodes see that the others do, until they are killed or closed. */
const running = new Set<number>()

/** One node's delivery on a test database. Its neighbours are on the same machine, so a dead one is seen at once. */
export async function startNode(url: string, options: NodeOptions): Promise<TestNode> {
  const pid = options.pid ?? pids++
  const settled: SettledSms[] = []
  const make = (name: string): Db => {
    const db = createDb(url, { max: 3, name, statementTimeoutMs: 30_000, queryTimeoutMs: 31_000 }, () => undefined)
    // A caller would not wait so long for a connection; a busy machine may need it.
    db.options.connectionTimeoutMillis = 30_000
    return db
  }
  const [acceptDb, ledgerDb, workDb] = [make('accept'), make('ledger'), make('work')]
  running.add(pid)
  const delivery = await openDelivery({
    acceptDb,
    ledgerDb,
    workDb,
    identity: { name: 'test', machine: 'test', pid, version: options.version ?? '0.0.0+9999' },
    isRunning: (other) => running.has(other),
    log: options.log ?? pino({ level: 'silent' }),
    now: options.now ?? (() => performance.now()),
    after: (ms, run) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
    chance: () => 0,
    sms: options.sms ?? [],
    push: options.push ?? [],
    firstPollMs: 600_000,
    onSettled(messages) {
      settled.push(...messages)
      options.onSettled?.(messages)
    },
    onPushed: () => undefined,
    ...options.ways,
  })
  const end = async (): Promise<void> => void (await Promise.allSettled([acceptDb.end(), ledgerDb.end(), workDb.end()]))
  return {
    delivery,
    db: workDb,
    settled,
    async kill() {
      running.delete(pid)
      void delivery.close(0).catch(() => undefined)
      await end()
    },
    async close() {
      await delivery.close(5_000)
      running.delete(pid)
      await end()
    },
  }
}

/** A provider whose every answer is decided by the test. */
export function scripted(
  answer: (sms: OutboundSms, signal: AbortSignal) => Outcome | Promise<Outcome>,
  more: Partial<SmsProvider> = {},
): SmsProvider {
  return {
    name: 'scripted',
    window: 8,
    submit: async (sms, signal) => answer(sms, signal),
    reconcile: null,
    poll: null,
    readCallback: () => ({ kind: 'ignored' }),
    async *check() {},
    close: async () => undefined,
    ...more,
  }
}

export const ACCEPTED: Outcome = { kind: 'accepted', providerMessageId: 'theirs', status: 'sent' }

export function refused(failure: Failure): Outcome {
  return { kind: 'refused', failure }
}

export function message(more: Partial<NewMessage> = {}): Omit<NewMessage, 'place'> {
  return {
    contact: CONTACT,
    subject: 'Hello',
    body: 'A text',
    text: null,
    sender: null,
    tag: null,
    category: 'transactional',
    onUncertain: 'fail',
    segments: 1,
    encoding: 'gsm7',
    provider: 'scripted',
    ttlSeconds: 3600,
    keyId: null,
    extras: null,
    idempotency: null,
    ...more,
  }
}

/** What a statement finds, as records. */
export async function ask(
  node: TestNode,
  statement: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const { rows } = await node.db.query<Record<string, unknown>>(statement, [...values])
  return rows
}
