import type { Logger } from 'pino'
import type { ConsentGroup } from '../domain/consent.ts'
import type { Failure } from '../domain/failure.ts'
import type { FlaggedMode } from '../domain/sms/number-flags.ts'
import { SANDBOX, type PushProvider, type SmsProvider } from '../domain/provider.ts'
import type { Db } from '../store/db.ts'
import type { PauseScope } from '../store/nodes/read-pauses.ts'
import { endNode, type NodeIdentity } from '../store/nodes/nodes.ts'
import type { Reclaimed } from '../store/nodes/reclaim.ts'
import type { SmsWork } from '../store/sms/sms-work.ts'
import { startingAtOnce } from './at-once.ts'
import { startBindShares, type BindShares } from './bind-shares.ts'
import type { AskPrice } from './charge.ts'
import type { TicketFor } from './chunk.ts'
import { createClaims } from './claims.ts'
import type { Route } from './decide.ts'
import { createIntake, type Intake } from './intake.ts'
import { openLease, type Lease } from './lease.ts'
import { createLedger, type Ledger, type LedgerParts, type PushedChunk, type SettledSms } from './ledger.ts'
import { startLoop, type After, type Loop } from './loop.ts'
import { lanesOf, startLook, type Look } from './look.ts'
import { createPushLane, type HoldPush, type PushLane } from './push-lane.ts'
import { createRetirement } from './retirement.ts'
import { createSmsLane, type SmsLane, type SmsLaneParts } from './sms-lane.ts'
import { openStops } from './stops.ts'
import { takeOver, type SweepParts } from './sweep.ts'
import { startUpkeep } from './upkeep.ts'
import type { AskDetour } from './way-out.ts'

export interface DeliveryParts {
  /** For accepting; small and never shared with anything slow. */
  readonly acceptDb: Db
  /** For the lease and for what is started and settled: nothing else may keep these waiting. */
  readonly ledgerDb: Db
  /** For everything else here. */
  readonly workDb: Db
  readonly identity: NodeIdentity
  readonly isRunning: (pid: number) => boolean
  readonly log: Logger
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  readonly after: After
  /** 0..1 */
  readonly chance: () => number
  readonly sms: readonly SmsProvider[]
  readonly push: readonly PushProvider[]
  /** Milliseconds until a message that a provider took is first asked after. */
  readonly firstPollMs: number
  /** Too large a share of what was sent through this provider came back as dead: none of its tokens is retired until that has passed. */
  readonly onTokensKept?: (share: number, provider: PushProvider) => void
  /** After COMMIT: messages that moved on. */
  readonly onSettled: (settled: readonly SettledSms[]) => void
  /** After COMMIT: chunks of pushes that came to their end. */
  readonly onPushed: (chunks: readonly PushedChunk[]) => void
  /** See `Route`. Absent: there is one way alone. */
  readonly onward?: NonNullable<Route['onward']>
  /** Asked for each message before it is started. */
  readonly detour?: AskDetour
  /** What so many segments of a message cost through its provider; absent: nobody knows. */
  readonly price?: AskPrice
  /**
   * Asked right before a message is submitted: why it has to wait, and how long (`waitMs`); null: it goes. It costs no attempt, and ends as
   * `expired` where its validity is shorter.
   */
  readonly hold?: (work: SmsWork) => Failure | null
  /** The same for each target of a push. */
  readonly holdPush?: HoldPush
  /** Whose opt-outs hold for a message; absent: those of one group of all senders, and codes go through. */
  readonly consentGroup?: ConsentGroup
  /** What is done about flagged numbers; absent: their callers are warned. */
  readonly flagged?: FlaggedMode
  /** Where devices report on their pushes; absent: they are not asked to. */
  readonly ticketFor?: TicketFor
  /** Messages were taken over, from a node that ended or from a memory that lost them. */
  readonly onReclaimed?: (taken: Reclaimed) => void
  /** Others declared this node dead; it goes on as a new one. */
  readonly onFenced?: () => void
}

/** Everything between accept and outcome, on one node. */
export interface Delivery {
  readonly intake: Intake
  readonly lease: Lease
  /** Submissions under way. */
  inFlight(): number
  /** What is paused, as far as this node knows. */
  pauses(): readonly PauseScope[]
  /** Pauses have changed: this node looks at once, the others within a second. */
  stopsChanged(): void
  /** `run` is told about twice a second what there is to do, for those who do it. */
  onSeen: Look['onSeen']
  /** Starts nothing more, lets what is in flight end for at most `graceMs`, and leaves its rows to the others. */
  close(graceMs: number): Promise<void>
}

/**
 * Due work is taken as soon as a look has seen some, and this often without one; a lane filled to the last place is filled again at once, and
 * all lanes beside it so far apart at least: what many nodes cost more than one is mostly this.
 */
const CLAIM_MS = 60_000
const APART_MS = 500

export async function openDelivery(parts: DeliveryParts): Promise<Delivery> {
  const { log, now, chance, after, workDb } = parts
  const lease = await openLease({ ...parts, db: parts.ledgerDb })
  const kick = (): void => ledger.kick()
  const stops = await openStops({
    db: workDb,
    lease: () => lease,
    lanes: lanesOf(parts.sms, parts.push),
    onChange: () => {
      tellPauses(log, stops.pauses())
      kick()
      lookForAll()
    },
    onCancelled: (ids) => pushLanes.forEach((lane) => lane.callOff(ids)),
  })
  const common = { lease: () => lease, stops, log, now, chance, after, kick }
  const smsLanes: readonly SmsLane[] = parts.sms.map((provider) =>
    createSmsLane({ ...common, ...waysOf(parts), provider, route: routeOf(provider, parts) }),
  )
  const pushLanes: readonly PushLane[] = parts.push.map((provider) => {
    const retirement = createRetirement(now, (share) => tellKept(parts, share, provider))
    return createPushLane({ ...common, ...ticketsOf(parts), provider, retirement, hold: parts.holdPush })
  })
  const ledger = createLedger({
    db: parts.ledgerDb,
    lease: () => lease,
    log,
    smsLanes: () => smsLanes,
    pushLanes: () => pushLanes,
    ...ledgerWays(parts),
    onCommitted: (moved) => (moved ? lookForAll() : claims.knowsOfMore() && claiming.hurry()),
    now,
    wait: waiting(after),
  })
  const intake = intakeTo(parts, lease, smsLanes, pushLanes)
  const sweep = sweepOf(parts, lease, pushLanes)
  const claims = createClaims({ db: workDb, lease, smsLanes, pushLanes, now, everyMs: APART_MS })
  const claiming = startLoop('claims', CLAIM_MS, () => claims.look(), parts)
  const lookForAll = (): void => (claims.lookForAll(), claiming.hurry())
  const loops = startUpkeep(parts, lease, sweep, pushLanes, kick, () => stops.hasNeighbours())
  for (const provider of parts.sms) provider.onWindow?.(() => (kick(), lookForAll()))
  const looking = startLook(stops, lookForAll, parts)
  const lanes = [...smsLanes, ...pushLanes]
  const shares = startBindShares({ ...parts, ...common, db: workDb, providers: parts.sms, wait: waiting(after) })
  const running = { parts, sweep, claiming, loops: [looking, ...loops], shares, intake, ledger, lanes }

  return {
    intake: startingAtOnce(intake, lookForAll),
    lease,
    inFlight: () => countInFlight(lanes),
    pauses: () => stops.pauses(),
    stopsChanged: () => looking.hurry(),
    onSeen: looking.onSeen,
    close: (graceMs) => end(running, graceMs),
  }
}

function sweepOf(
  { workDb, log, sms, onReclaimed }: DeliveryParts,
  lease: Lease,
  pushLanes: readonly PushLane[],
): SweepParts {
  return {
    db: workDb,
    lease,
    log,
    reconcilable: sms.filter((provider) => provider.reconcile !== null).map((provider) => provider.name),
    holdsChunk: (id) => pushLanes.some((lane) => lane.has(id)),
    onReclaimed,
  }
}

function groupsOf({ consentGroup }: DeliveryParts): { groupOf?: ConsentGroup } {
  return consentGroup === undefined ? {} : { groupOf: consentGroup }
}

function ledgerWays(parts: DeliveryParts): Pick<LedgerParts, 'groupOf' | 'onSettled' | 'onPushed'> {
  const { onSettled, onPushed } = parts
  return { ...groupsOf(parts), onSettled, onPushed }
}

function intakeTo(
  parts: DeliveryParts,
  lease: Lease,
  smsLanes: readonly SmsLane[],
  pushLanes: readonly PushLane[],
): Intake {
  return createIntake({
    smsDb: parts.acceptDb,
    pushDb: parts.workDb,
    lease: () => lease,
    now: parts.now,
    ...groupsOf(parts),
    ...(parts.flagged === undefined ? {} : { flagged: parts.flagged }),
    smsLane: (name) => smsLanes.find((lane) => lane.provider.name === name) ?? null,
    pushLane: (name) => pushLanes.find((lane) => lane.provider.name === name) ?? null,
  })
}

function ticketsOf({ ticketFor }: DeliveryParts): { ticketFor?: TicketFor } {
  return ticketFor === undefined ? {} : { ticketFor }
}

function tellKept({ log, onTokensKept }: DeliveryParts, share: number, provider: PushProvider): void {
  onTokensKept?.(share, provider)
  log.error(
    { event: 'tokens.kept', share, provider: provider.name },
    'too many tokens came back as dead; no more are retired until this has passed',
  )
}

/** What has to be stopped in order. */
interface Running {
  readonly parts: DeliveryParts
  readonly sweep: SweepParts
  readonly claiming: Loop
  readonly loops: readonly Loop[]
  readonly shares: BindShares
  readonly intake: Intake
  readonly ledger: Ledger
  readonly lanes: readonly (SmsLane | PushLane)[]
}

async function end(
  { parts, sweep, claiming, loops, shares, intake, ledger, lanes }: Running,
  graceMs: number,
): Promise<void> {
  const { now, after, workDb, log } = parts
  const wait = waiting(after)
  await claiming.stop()
  await intake.close()
  for (const lane of lanes) lane.close()
  const deadline = now() + graceMs
  while (countInFlight(lanes) > 0 && now() < deadline) await wait(20)
  for (const lane of lanes) lane.abort()
  while (countInFlight(lanes) > 0 && now() < deadline + ABORT_MS) await wait(20)
  await Promise.race([ledger.idle(), wait(ABORT_MS)])
  await shares.close()
  await Promise.all(loops.map((loop) => loop.stop()))
  // Should the database be away, the others find what is left when the lease runs out.
  await endNode(workDb, sweep.lease.owner())
    .then(() => takeOver(sweep))
    .catch((error: unknown) =>
      log.warn({ event: 'close.failed', err: error }, 'this node’s rows could not be handed over'),
    )
}

function waiting(after: After): (ms: number) => Promise<void> {
  return (ms) => new Promise((resolve) => void after(ms, resolve))
}

function countInFlight(lanes: readonly (SmsLane | PushLane)[]): number {
  return lanes.reduce((sum, lane) => sum + lane.inFlight(), 0)
}

function tellPauses(log: Logger, pauses: readonly PauseScope[]): void {
  if (pauses.length > 0) log.warn({ event: 'sending.paused', pauses }, 'sending is paused; what is accepted waits')
  else log.warn({ event: 'sending.resumed' }, 'sending goes on')
}

/** For what was aborted to come back and be settled. */
const ABORT_MS = 2_000

function routeOf(provider: SmsProvider, { firstPollMs, onward }: DeliveryParts): Route {
  return {
    name: provider.name,
    reconcilable: provider.reconcile !== null,
    firstPollMs: provider.poll === null ? null : firstPollMs,
    ...(onward === undefined ? {} : { onward }),
  }
}

/** Where there is one provider nobody looks for another, and what waits for it leaves as soon as it is back. */
function waysOf({ sms, hold, detour, price }: DeliveryParts): Pick<SmsLaneParts, 'hold' | 'detour' | 'price'> {
  const hasOthers = sms.filter(({ name }) => name !== SANDBOX).length > 1
  return { hold, detour: hasOthers ? detour : undefined, price }
}
