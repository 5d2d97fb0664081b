import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openAccess, type Access } from './access.ts'
import { pollWaits, startAsks } from './asking.ts'
import { liveOnes, openChannels, pushProjectOf, type Channels } from './channels.ts'
import { openBacklog, type Backlog } from './backlog.ts'
import { closeInOrder } from './closing.ts'
import type { Config } from './config.ts'
import { openControl, pauseWarnings } from './control.ts'
import { closeDbs, openDbs, type Dbs } from './dbs.ts'
import { openDelivery, type Delivery } from './delivery/delivery.ts'
import type { Receipt } from './domain/provider.ts'
import { isAlive } from './embedded/processes.ts'
import { createInbox, type Inbox } from './flows/inbox.ts'
import { createOutcomes, type Outcomes } from './flows/outcomes.ts'
import { createReceiptsFlow, type ReceiptsFlow } from './flows/receipts.ts'
import { createRateLimiter } from './http/limits.ts'
import { listen } from './http/listen.ts'
import type { HttpParts } from './http/parts.ts'
import { createServer } from './http/server.ts'
import { createPushLines, lineOfMove, lineOfSms, type LiveLine } from './live-lines.ts'
import { logAttempts, type Log } from './log.ts'
import { isLoopback, machine, portOf, urlOf } from './place.ts'
import { checkNode } from './node-checks.ts'
import { startProviderChecks, type ProviderChecks } from './provider-checks.ts'
import { openPast, type Past } from './past.ts'
import { checkReady } from './ready.ts'
import { openSending } from './sending.ts'
import { openWebhooks, type WebhookSide } from './webhooks.ts'
import { openWatching, type Watching } from './watching.ts'
import { after, chance, every, monotonic, now, pause } from './world.ts'

export interface App {
  /** `http://localhost:5000` */
  readonly url: string
  /** Stops in order: no new work, hands over what is under way, closes. Resolves when all is closed. */
  stop(): Promise<void>
  /** Submissions under way at this moment. */
  inFlight(): number
  readonly keys: Access['keys']
  makeSignIn: Access['makeSignIn']
}

export interface AppParts {
  readonly config: Config
  /** Migrated already. */
  readonly databaseUrl: string
  /** The directory of the embedded Postgres. */
  readonly databaseFiles?: string | null
  /** 32 bytes; null where none is set. */
  readonly secretKey: Buffer | null
  readonly version: string
  readonly log: Log
  /** For a person who looks on; null: nobody does. */
  readonly onLine: ((line: LiveLine) => void) | null
}

/** For a load balancer to see that this node is not ready any more, before it stops listening. */
const NOT_READY_MS = 5_000

/** For what is in flight when told to stop. */
const GRACE_MS = 20_000

/** From the sources as from what is built of them. */
const PAGES = fileURLToPath(new URL('../dist/web', import.meta.url))

/** Wires everything and serves. */
export async function startApp(parts: AppParts): Promise<App> {
  const { config, log } = parts
  // With PORT=0 the port is known only once it listens.
  const state = { stopping: false, port: config.port }
  const core = await openCore(parts, () => state.port)
  const server = createServer(httpParts(parts, core, () => state.stopping))
  try {
    await listen(server, config.host, config.port, { log, newRequestId: () => randomUUID() })
  } catch (error) {
    await server.close()
    await core.close()
    throw error
  }
  state.port = portOf(config, server.addresses())
  return {
    url: urlOf(config, server.addresses()),
    inFlight: () => core.delivery.inFlight(),
    keys: core.access.keys,
    makeSignIn: () => core.access.makeSignIn(),
    async stop() {
      state.stopping = true
      // Whoever asks over the loopback addresses is no load balancer.
      if (config.host !== null) await sleep(NOT_READY_MS)
      await server.close()
      await core.close()
    },
  }
}

/** Everything behind HTTP. */
interface Core {
  readonly dbs: Dbs
  readonly access: Access
  readonly past: Past
  readonly channels: Channels
  readonly outcomes: Outcomes
  readonly receipts: ReceiptsFlow
  readonly inbox: Inbox
  readonly delivery: Delivery
  readonly checks: ProviderChecks
  readonly watching: Watching
  readonly webhooks: WebhookSide
  readonly backlog: Backlog
  close(): Promise<void>
}

/** What is known only once it runs. */
interface Later {
  receipts: ReceiptsFlow | null
  delivery: Delivery | null
  webhooks: WebhookSide | null
}

async function openCore(parts: AppParts, port: () => number): Promise<Core> {
  const { config, log } = parts
  const dbs = await openDbs(parts.databaseUrl, log)
  const watching = await openWatching(config, {
    now,
    monotonic,
    after,
    every,
    sleep: pause,
    dbs,
    log,
    version: parts.version,
  })
  const outcomes = createOutcomes(dbs.read, monotonic, (ms) => sleep(ms))
  // The sandbox reports like a provider that calls back, and rates are shared by nodes: both are known only once they run.
  const later: Later = { receipts: null, delivery: null, webhooks: null }
  const nodes = (): number => later.delivery?.lease.nodes() ?? 1
  const clock = (): Date => later.delivery?.lease.clock() ?? now()
  const settle = async (receipt: Receipt): Promise<void> => later.receipts?.settle(receipt)
  const onReceipt = (receipt: Receipt): void =>
    void settle(receipt).catch((error: unknown) =>
      log.warn({ event: 'receipt.failed', err: error }, 'a receipt was not stored'),
    )
  const channels = watching.channels(
    openChannels(config, { log, now, clock, monotonic, chance, after, nodes, onReceipt }),
  )
  const inbox = openInbox(config, log, dbs, channels)
  const hint = (): void => {
    inbox.hint()
    later.webhooks?.hint()
  }
  const receipts = openReceipts(parts, dbs, channels, hint, watching)
  later.receipts = receipts
  const waits = pollWaits(config.publicUrl)
  const delivery = await startDelivery(parts, dbs, channels, outcomes, hint, watching, waits.firstMs)
  later.delivery = delivery
  const asks = startAsks({ db: dbs.work, channels, receipts, pollWaitsMs: waits.all, log, after, chance })
  const checks = startProviderChecks(liveOnes(config, channels), { log, after, chance })
  watching.read(delivery)
  const backlog = openBacklog(parts, { db: dbs.read, watching, now: monotonic, sleep: pause, chance })
  const access = openAccess(config, parts.secretKey, { dbs, log, after, chance, now: clock, monotonic })
  const { secretKey, version } = parts
  const { lease } = delivery
  const common = { dbs, lease, port, secretKey, version, log, after, chance, monotonic }
  const webhooks = openWebhooks(config, { ...common, watched: (tries) => watching.tries(tries) })
  later.webhooks = webhooks
  const past = openPast(config, { dbs, log, after, chance, now: clock, monotonic, sleep: pause })
  const open = { dbs, access, past, channels, outcomes, receipts, inbox, delivery, checks, watching, webhooks, backlog }
  return { ...open, close: () => closeCore(log, open, asks) }
}

function closeCore(log: Log, core: Omit<Core, 'close'>, asks: { close(): Promise<void> }): Promise<void> {
  const { dbs, access, past, channels, inbox, delivery, checks, watching, webhooks } = core
  return closeInOrder(log, [
    () => [checks.close()],
    () => [access.close(), past.close()],
    () => [asks.close(), webhooks.close()],
    () => [inbox.close()],
    () => [delivery.close(GRACE_MS)],
    () => [watching.close()],
    () => [...channels.sms, ...channels.push].map((provider) => provider.close()),
    () => [closeDbs(dbs)],
  ])
}

function openInbox(config: Config, log: Log, dbs: Dbs, channels: Channels): Inbox {
  return createInbox({
    db: dbs.inbox,
    workDb: dbs.work,
    log,
    now: monotonic,
    sleep: pause,
    chance,
    defaultCountry: config.defaultCountry,
    report: (attempt, life) => channels.sandboxSms.play(attempt, life),
  })
}

function openReceipts(
  { log, onLine }: AppParts,
  dbs: Dbs,
  channels: Channels,
  hint: () => void,
  watching: Watching,
): ReceiptsFlow {
  return createReceiptsFlow({
    db: dbs.work,
    log,
    providers: new Map(channels.sms.map((provider) => [provider.name, provider])),
    chance,
    onStored: (receipt, move) => watching.received(receipt, move),
    wait: (ms) => sleep(ms),
    onMoved: (id, contact, text, status, reason) => {
      hint()
      onLine?.(lineOfMove(id, contact, text, status, reason))
    },
  })
}

function startDelivery(
  { version, log, onLine }: AppParts,
  dbs: Dbs,
  channels: Channels,
  outcomes: Outcomes,
  hint: () => void,
  watching: Watching,
  firstPollMs: number,
): Promise<Delivery> {
  const pushLine = onLine === null ? null : createPushLines(onLine, after)
  return openDelivery({
    acceptDb: dbs.accept,
    ledgerDb: dbs.ledger,
    workDb: dbs.work,
    identity: { name: hostname(), machine: machine(), pid: process.pid, version },
    isRunning: isAlive,
    log,
    now: monotonic,
    after,
    chance,
    sms: channels.sms,
    push: channels.push,
    firstPollMs,
    onReclaimed: (taken) => watching.reclaimed(taken),
    onFenced: () => watching.fenced(),
    onSettled: (settled) => {
      outcomes.settled(settled)
      watching.settled(settled)
      hint()
      logAttempts(log, settled, watching.traceOf)
      if (onLine !== null) for (const one of settled) onLine(lineOfSms(one))
    },
    onPushed: (chunks) => {
      hint()
      watching.pushed(chunks)
      if (pushLine !== null) chunks.forEach(pushLine)
    },
  })
}

function httpParts({ config, log, version, onLine }: AppParts, core: Core, isStopping: () => boolean): HttpParts {
  const { dbs, channels, outcomes, inbox, delivery, watching } = core
  const metered = { ...delivery, intake: watching.intake(delivery.intake) }
  const sending = openSending({ config, dbs, channels, delivery: metered, outcomes, onLine, monotonic })
  return {
    log,
    version,
    ...sending.http,
    receipts: watching.callbacks(core.receipts),
    ...watching.http,
    ...core.access.http,
    ...core.past.http,
    ...core.webhooks.http,
    ...openControl(core).http,
    inbox,
    health: {
      ready: () => checkReady(dbs.read, delivery.lease, now),
      look: () =>
        checkNode({ config, db: dbs.read, lease: delivery.lease, failures: () => core.checks.failures(), now }),
      warnings: () => [...core.checks.failures(), ...pauseWarnings(delivery.pauses())],
    },
    room: core.backlog,
    rateLimiter: createRateLimiter(dbs.accept, config.smsRateLimitPerMinute),
    publicUrl: config.publicUrl,
    loopbackOnly: isLoopback(config.host),
    channels: {
      sms: { provider: channels.smsNow.name, capturing: config.twilio === null },
      push: { provider: channels.pushNow.name, capturing: config.fcm === null },
    },
    device: { keys: config.firebase, pushProject: pushProjectOf(config) },
    pages: existsSync(PAGES) ? PAGES : null,
    isStopping,
    newRequestId: () => randomUUID(),
    chance,
    now: monotonic,
  }
}
