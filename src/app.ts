import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { openChannels, type Channels } from './channels.ts'
import type { Config } from './config.ts'
import { openDelivery, type Delivery } from './delivery/delivery.ts'
import type { SettledSms } from './delivery/ledger.ts'
import { startLoop, type Loop } from './delivery/loop.ts'
import type { Receipt } from './domain/provider.ts'
import { isAlive, processWorld } from './embedded/processes.ts'
import { askProviders } from './flows/asks.ts'
import { createKeyGuard } from './flows/idempotent.ts'
import { createOutcomes } from './flows/outcomes.ts'
import { createPushFlow } from './flows/push.ts'
import { createReceiptsFlow, type ReceiptsFlow } from './flows/receipts.ts'
import { createSmsFlow } from './flows/sms.ts'
import { createRateLimiter } from './http/limits.ts'
import { listen } from './http/listen.ts'
import { createServer } from './http/server.ts'
import { checkReady } from './ready.ts'
import { lineOfMove, lineOfPush, lineOfRefusal, lineOfSms, type LiveLine } from './live-lines.ts'
import type { Log } from './log.ts'
import { createDb, type Db } from './store/db.ts'
import { readMessage } from './store/read-messages.ts'
import { readDeliveries, readNotification } from './store/read-notifications.ts'

export interface App {
  /** `http://localhost:5000` */
  readonly url: string
  /** Stops in order: no new work, hands over what is under way, closes. Resolves when all is closed. */
  stop(): Promise<void>
  /** Submissions under way at this moment. */
  inFlight(): number
}

/** For a load balancer to see that this node is not ready any more, before it stops listening. */
const NOT_READY_MS = 5_000

/** For what is in flight when told to stop. */
const GRACE_MS = 20_000

/** Waits between questions about a message whose provider cannot call back, and where it can but perhaps did not. */
const MINUTE = 60_000
const POLLS_WITHOUT_CALLBACK_MS = [5_000, 15_000, MINUTE, 10 * MINUTE, 60 * MINUTE, 360 * MINUTE, 1_440 * MINUTE]
const POLLS_BESIDE_CALLBACK_MS = [10 * MINUTE, 60 * MINUTE, 360 * MINUTE, 1_440 * MINUTE]

const ASK_MS = 1_000
const MATCH_MS = MINUTE

const now = (): Date => new Date()
const monotonic = (): number => performance.now()
const chance = (): number => Math.random()
const after = (ms: number, run: () => void): void => void setTimeout(run, ms).unref()

/** Wires everything and serves. The database is migrated already. */
export async function startApp(
  config: Config,
  databaseUrl: string,
  version: string,
  log: Log,
  /** For a person who looks on; null: nobody does. */
  onLine: ((line: LiveLine) => void) | null,
): Promise<App> {
  const dbs = openDbs(databaseUrl, log)
  const pollWaitsMs = config.publicUrl === null ? POLLS_WITHOUT_CALLBACK_MS : POLLS_BESIDE_CALLBACK_MS
  const outcomes = createOutcomes(dbs.read, monotonic, (ms) => sleep(ms))
  const late: { receipts: ReceiptsFlow | null; delivery: Delivery | null } = { receipts: null, delivery: null }
  const settle = async (receipt: Receipt): Promise<void> => late.receipts?.settle(receipt)
  const channels = openChannels(config, {
    log,
    now,
    monotonic,
    chance,
    after,
    nodes: () => late.delivery?.lease.nodes() ?? 1,
    onReceipt: (receipt) =>
      void settle(receipt).catch((error: unknown) =>
        log.warn({ event: 'receipt.failed', err: error }, 'a receipt was not stored'),
      ),
  })
  const receipts = createReceiptsFlow({
    db: dbs.work,
    log,
    providers: new Map(channels.sms.map((provider) => [provider.name, provider])),
    chance,
    onMoved: (contact, text, status, reason) => {
      const line = lineOfMove(contact, text, status, reason)
      if (line !== null) onLine?.(line)
    },
  })
  late.receipts = receipts
  const delivery = await openDelivery({
    acceptDb: dbs.accept,
    workDb: dbs.work,
    identity: { name: hostname(), machine: machine(), pid: process.pid, version },
    isRunning: isAlive,
    log,
    now: monotonic,
    chance,
    sms: channels.sms,
    push: channels.push,
    firstPollMs: pollWaitsMs[0] ?? MINUTE,
    onSettled: (settled) => {
      outcomes.settled(settled)
      logAttempts(log, settled)
      if (onLine !== null) for (const one of settled) onLine(lineOfSms(one))
    },
    onPushed: (chunks) => chunks.forEach((chunk) => onLine?.(lineOfPush(chunk))),
  })
  late.delivery = delivery
  const asking = new AbortController()
  const loops = [
    startLoop(
      'asks',
      ASK_MS,
      () => askProviders({ db: dbs.work, log, providers: channels.sms, pollWaitsMs, settle, signal: asking.signal }),
      { log, chance },
    ),
    startLoop('parked', MATCH_MS, () => receipts.matchParked(), { log, chance }),
  ]
  const state = { stopping: false }
  const keys = createKeyGuard(dbs.read)
  const sms = createSmsFlow({
    intake: delivery.intake,
    keys,
    outcomes,
    provider: channels.smsNow.name,
    defaultCountry: config.defaultCountry,
    textFormat: config.smsTextFormat,
  })
  const server = createServer({
    log,
    version,
    sms: {
      ...sms,
      accept: (input, idempotency) =>
        sms.accept(input, idempotency).catch((error: unknown) => {
          const line = lineOfRefusal(input, error)
          if (line !== null) onLine?.(line)
          throw error
        }),
    },
    push: createPushFlow({ db: dbs.accept, intake: delivery.intake, keys, outcomes, provider: channels.pushNow.name }),
    reads: {
      message: (id) => readMessage(dbs.read, id),
      notification: (id) => readNotification(dbs.read, id),
      deliveries: (id, limit, afterToken) => readDeliveries(dbs.read, id, limit, afterToken),
    },
    receipts,
    health: { ready: () => checkReady(dbs.read, delivery.lease, now) },
    rateLimiter: createRateLimiter(dbs.accept, config.smsRateLimitPerMinute),
    publicUrl: config.publicUrl,
    channels: {
      sms: { provider: channels.smsNow.name, capturing: config.twilio === null },
      push: { provider: channels.pushNow.name, capturing: config.fcm === null },
    },
    isStopping: () => state.stopping,
    newRequestId: () => randomUUID(),
    chance,
  })

  async function closeAll(): Promise<void> {
    asking.abort()
    await Promise.all(loops.map((loop: Loop) => loop.stop()))
    await delivery.close(GRACE_MS)
    await closeProviders(channels)
    await Promise.all([dbs.accept.end(), dbs.work.end(), dbs.read.end()])
  }

  try {
    await listen(server, config.host, config.port, { log, newRequestId: () => randomUUID() })
  } catch (error) {
    await server.close()
    await closeAll()
    throw error
  }
  return {
    url: urlOf(config, server.addresses()),
    inFlight: () => delivery.inFlight(),
    async stop() {
      state.stopping = true
      // Whoever asks over the loopback addresses is no load balancer.
      if (config.host !== null) await sleep(NOT_READY_MS)
      await server.close()
      await closeAll()
    },
  }
}

function openDbs(url: string, log: Log): { accept: Db; work: Db; read: Db } {
  const lost = (error: Error): void =>
    log.warn({ event: 'database.lost', err: error }, 'a connection to the database broke')
  return {
    accept: createDb(url, { max: 4, name: 'tidings accept', statementTimeoutMs: 2_000, queryTimeoutMs: 2_000 }, lost),
    work: createDb(url, { max: 6, name: 'tidings work', statementTimeoutMs: 10_000, queryTimeoutMs: 11_000 }, lost),
    read: createDb(url, { max: 4, name: 'tidings read', statementTimeoutMs: 5_000, queryTimeoutMs: 6_000 }, lost),
  }
}

/** One wide line an attempt. */
function logAttempts(log: Log, settled: readonly SettledSms[]): void {
  if (!log.isLevelEnabled('info')) return
  for (const { id, status, settlement } of settled) {
    const { attempt, provider, attemptStatus, reason, code, next, waitMs } = settlement
    const due = next === 'none' ? {} : { next, wait_ms: waitMs }
    log.info(
      { event: 'attempt', message_id: id, attempt, provider, outcome: attemptStatus, status, reason, code, ...due },
      'attempt',
    )
  }
}

async function closeProviders(channels: Channels): Promise<void> {
  await Promise.all([...channels.sms, ...channels.push].map((provider) => provider.close()))
}

/** Where process ids mean the same; null where the system doesn't tell one machine from another. */
function machine(): string | null {
  const world = processWorld()
  return world === 'one' ? null : `${hostname()} ${world}`
}

function urlOf(config: Config, addresses: readonly (AddressInfo | string)[]): string {
  const [address] = addresses
  const port = typeof address === 'object' ? address.port : config.port
  const host = config.host === null || config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
