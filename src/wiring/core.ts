import { setTimeout as sleep } from 'node:timers/promises'
import { openAccess, type Access } from './access.ts'
import { pollWaits, startAsks } from './asking.ts'
import { openBacklog, type Backlog } from './backlog.ts'
import { liveOnes, openChannels, type Channels } from './channels.ts'
import { closeInOrder } from './closing.ts'
import type { Config } from '../settings/config.ts'
import { consentGroupOf, senderGroups } from './sms/consent-groups.ts'
import { closeDbs, openDbs, type Dbs } from './dbs.ts'
import { openDevices, tellTokensKept, type Devices } from './devices.ts'
import { openEvidence, type EvidenceSide } from './evidence.ts'
import { openDelivery, type Delivery } from '../delivery/delivery.ts'
import type { InboundSms, Receipt } from '../domain/provider.ts'
import { createSealer, type Sealer } from '../domain/sealed.ts'
import { isAlive } from '../embedded/processes.ts'
import type { ConsentGroup } from '../domain/consent.ts'
import type { Inbox } from '../flows/inbox/inbox.ts'
import { SENDER_REFUSED } from '../flows/receipts/receipt-alarms.ts'
import { createOutcomes, type Outcomes } from '../flows/sms/outcomes.ts'
import type { ReceiptsFlow } from '../flows/receipts/receipts.ts'
import { identityOf } from './identity.ts'
import { openInbound, type Inbound } from './inbound-side.ts'
import { openInbox } from './inbox-side.ts'
import { createPushLines, lineOfSms, type LiveLine } from './live-lines.ts'
import { logAttempts, type Log } from './log.ts'
import type { Sample } from '../metrics/cells.ts'
import { openPast, type Past } from './past.ts'
import { startProviderChecks, type ProviderChecks } from './provider-checks.ts'
import type { Standing } from '../providers/health.ts'
import { heardBy, openReceipts, type ReceiptsSide } from './receipts-side.ts'
import { openRuling, type Ruling } from './ruling.ts'
import { openSmsRouting, type SmsRouting } from './sms/routing.ts'
import { openTopics, type TopicSide } from './topics.ts'
import { openWatching, type Watching } from './watching.ts'
import { openWebPush } from './web-push.ts'
import { openWebhooks, type WebhookSide } from './webhooks.ts'
import { after, chance, every, monotonic, now, pause } from './world.ts'

/** Everything behind HTTP. */
export interface Core {
  readonly dbs: Dbs
  readonly access: Access
  readonly past: Past
  readonly devices: Devices
  readonly topics: TopicSide
  readonly channels: Channels
  readonly routing: SmsRouting
  readonly outcomes: Outcomes
  readonly receipts: ReceiptsFlow
  readonly inbox: Inbox
  readonly inbound: Inbound
  readonly delivery: Delivery
  readonly checks: ProviderChecks
  readonly watching: Watching
  readonly webhooks: WebhookSide
  readonly evidence: EvidenceSide
  readonly backlog: Backlog
  readonly ruling: Ruling
  /** Whose opt-outs hold for a message. */
  readonly consentGroup: ConsentGroup
  close(): Promise<void>
}

export interface CoreParts {
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

/** For what is in flight when told to stop. */
const GRACE_MS = 20_000

/** What is known only once it runs. */
interface Later {
  receipts: ReceiptsFlow | null
  inbound: Inbound | null
  delivery: Delivery | null
  webhooks: WebhookSide | null
}

export async function openCore(parts: CoreParts, port: () => number): Promise<Core> {
  const { config, log } = parts
  const dbs = await openDbs(parts.databaseUrl, log)
  const world = { now, monotonic, after, every, sleep: pause }
  const watching = await openWatching(config, { ...world, dbs, log, version: parts.version })
  const outcomes = createOutcomes(dbs.read, monotonic, (ms) => sleep(ms))
  const later: Later = { receipts: null, inbound: null, delivery: null, webhooks: null }
  const clock = (): Date => later.delivery?.lease.clock() ?? now()
  const turns = { log, after, chance }
  const { ruled: onRule, readAlso } = watching
  const ruling = openRuling(config.rules, { dbs, ...turns, clock, monotonic, onRule, readAlso })
  const { secretKey, version } = parts
  const sealer = secretKey === null ? null : createSealer(secretKey, config.previousSecretKeys)
  const { channels, routing } = openWays(parts, { dbs, port, watching, ruling, sealer }, later, clock)
  const side = openReports(parts, { dbs, watching, channels, routing, ruling }, later, clock)
  const { inbox, inbound, receipts, consentGroup } = side
  const waits = pollWaits(config.publicUrl)
  const firstPollMs = waits.firstMs
  const evidence = openEvidence(config, { dbs, secretKey, clock, hint: side.hint })
  const delivery = await startDelivery(parts, { ...side, outcomes, ruling, evidence, firstPollMs })
  later.delivery = delivery
  const { lease, onSeen } = delivery
  const asks = startAsks({ db: dbs.work, channels, receipts, pollWaitsMs: waits.all, onSeen, ...turns })
  const checks = startProviderChecks(liveOnes(channels), turns)
  watching.read(delivery)
  const backlog = openBacklog(parts, { db: dbs.read, watching, now: monotonic, sleep: pause, chance })
  const access = openAccess(config, secretKey, { dbs, log, after, chance, now: clock, monotonic })
  const common = { dbs, lease, onSeen, port, sealer, version, log, after, chance, monotonic }
  const webhooks = openWebhooks(config, { ...common, watched: (tries) => watching.tries(tries) })
  later.webhooks = webhooks
  const past = openPast(config, { dbs, log, after, chance, now: clock, monotonic, sleep: pause })
  const devices = openDevices(config, { dbs, channels, sealer, log, after, chance, clock })
  const topics = openTopics(config, { dbs, ...turns, channels, devices, nodes: () => lease.nodes(), monotonic })
  const first = { dbs, access, past, devices, topics, channels, routing, ruling, outcomes, receipts, consentGroup }
  const open = { ...first, inbox, inbound, delivery, checks, watching, webhooks, evidence, backlog }
  return { ...open, close: () => closeCore(log, open, asks) }
}

type Ways = Pick<Core, 'dbs' | 'watching' | 'channels' | 'routing' | 'ruling'>

/** What is told of messages once they have left, and by those who got them. */
function openReports(parts: CoreParts, ways: Ways, later: Later, clock: () => Date) {
  const { config, log } = parts
  const { dbs, channels } = ways
  const inbox = openInbox(config, log, dbs, channels)
  const hint = (): void => {
    inbox.hint()
    later.webhooks?.hint()
  }
  const consentGroup = consentGroupOf(config)
  const turns = { log, after, chance }
  const inbound = openInbound(config, {
    dbs,
    sms: channels.sms,
    senderGroupOf: senderGroups(config.routes),
    consentGroup,
    clock,
    hint,
    watching: ways.watching,
    ...turns,
  })
  later.inbound = inbound
  const side = { ...ways, hint, inbound, consentGroup }
  const receipts = openReceipts(parts, side)
  later.receipts = receipts
  return { ...side, inbox, receipts }
}

interface WaysParts extends Pick<Core, 'dbs' | 'watching' | 'ruling'> {
  readonly port: () => number
  readonly sealer: Sealer | null
}

/** What messages go through, and what decides between the ways. */
function openWays(
  { config, log }: CoreParts,
  { dbs, port, watching, ruling, sealer }: WaysParts,
  later: Later,
  clock: () => Date,
): Pick<Core, 'channels' | 'routing'> {
  const routing = openSmsRouting(config, {
    log,
    now: monotonic,
    chance,
    ...watching.routing,
    onSenderRefused: (provider) => ruling.tell(SENDER_REFUSED, provider),
  })
  // The sandbox reports like a provider that calls back, and rates are shared by nodes: both are known only once they run.
  const takeReceipt = async (receipt: Receipt): Promise<void> => {
    if (later.receipts === null) throw new Error('nothing is stored yet')
    await later.receipts.settle(receipt)
  }
  const takeInbound = async (text: InboundSms): Promise<void> => {
    if (later.inbound === null) throw new Error('nothing is stored yet')
    await later.inbound.take(text)
  }
  const opened = openChannels(config, {
    log,
    now,
    clock,
    monotonic,
    chance,
    after,
    nodes: () => later.delivery?.lease.nodes() ?? 1,
    onReceipt: (receipt) =>
      void takeReceipt(receipt).catch((error: unknown) =>
        log.warn({ event: 'receipt.failed', err: error }, 'a receipt was not stored'),
      ),
    takeReceipt,
    takeInbound,
    webPush: openWebPush(config, { dbs, sealer, log, port, now, monotonic }),
    takeUnreadable: async (receipt) => {
      if (later.receipts === null) throw new Error('nothing is stored yet')
      await later.receipts.takeUnreadable(receipt)
    },
  })
  const channels = watching.channels({ ...opened, sms: opened.sms.map(routing.through) })
  watching.readAlso(async () => ({
    routeTroubles: routing
      .standing()
      .filter(({ sender }) => sender === null)
      .map(toSample),
  }))
  return { channels, routing }
}

/** A label of a metric is never empty. */
function toSample({ provider, country, state }: Standing): Sample {
  return { values: [provider, country ?? '*', state], number: 1 }
}

function closeCore(log: Log, core: Omit<Core, 'close'>, asks: { close(): Promise<void> }): Promise<void> {
  const { dbs, access, past, devices, topics, channels, ruling, inbox, inbound, delivery, checks, watching, webhooks } =
    core
  return closeInOrder(log, [
    () => [checks.close()],
    () => [access.close(), past.close(), devices.close(), topics.close(), ruling.close()],
    () => [asks.close(), webhooks.close(), inbound.close(), core.evidence.close()],
    () => [inbox.close()],
    () => [delivery.close(GRACE_MS)],
    () => [watching.close()],
    () => [...channels.sms, ...channels.push].map((provider) => provider.close()),
    () => [closeDbs(dbs)],
  ])
}

interface DeliverySide extends ReceiptsSide {
  readonly receipts: Pick<ReceiptsFlow, 'settled' | 'taken'>
  readonly outcomes: Outcomes
  readonly evidence: EvidenceSide
  readonly firstPollMs: number
}

function startDelivery(
  { version, log, onLine }: CoreParts,
  {
    dbs,
    channels,
    receipts,
    outcomes,
    hint,
    watching,
    routing,
    ruling,
    consentGroup,
    evidence,
    firstPollMs,
  }: DeliverySide,
): Promise<Delivery> {
  const pushLine = onLine === null ? null : createPushLines(onLine, after)
  return openDelivery({
    acceptDb: dbs.accept,
    ledgerDb: dbs.ledger,
    workDb: dbs.work,
    identity: identityOf(version),
    isRunning: isAlive,
    log,
    now: monotonic,
    after,
    chance,
    sms: channels.sms.map((provider) => heardBy(receipts, provider)),
    push: channels.push,
    firstPollMs,
    onward: routing.onward,
    detour: routing.detour,
    price: routing.price,
    hold: ruling.hold,
    holdPush: ruling.holdPush,
    onTokensKept: (_, provider) => tellTokensKept({ dbs, log }, provider),
    consentGroup,
    ticketFor: evidence.ticketFor,
    onReclaimed: (taken) => watching.reclaimed(taken),
    onFenced: () => watching.fenced(),
    onSettled: (settled) => {
      receipts.settled(settled)
      outcomes.settled(settled)
      watching.settled(settled)
      ruling.flags.settled(settled)
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
