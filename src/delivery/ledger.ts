import type { Logger } from 'pino'
import { usualConsentGroup, type ConsentGroup } from '../domain/consent.ts'
import type { Status } from '../domain/status.ts'
import type { Db } from '../store/db.ts'
import { readDbFault } from '../store/faults.ts'
import { addOptOuts } from '../store/inbound/opt-outs.ts'
import { releaseChunks, type MovedChunk } from '../store/push/push-work.ts'
import { metAttempt, settleMessages, type Settled, type SmsSettlement } from '../store/sms/sms-settle.ts'
import { releaseMessages, rerouteMessages, startMessages, type SmsWork, type Started } from '../store/sms/sms-work.ts'
import { pipelined, type Statement } from '../store/transaction.ts'
import { chunkStatements, unlessEmpty } from './chunk-statements.ts'
import type { Lease } from './lease.ts'
import { createLinger } from './linger.ts'
import type { OpenRows } from './open-rows.ts'
import { isEmpty, split, startsOf, type Page, type PushPage, type SmsPage } from './page.ts'
import type { PushLane } from './push-lane.ts'
import { refusalsOf } from './refusals.ts'
import type { SmsLane } from './sms-lane.ts'

export interface SettledSms {
  readonly id: number
  readonly status: Status
  readonly reason: string | null
  readonly settlement: SmsSettlement
}

/** A chunk that came to its end, with what became of its targets; those tried again are in another one. */
export interface PushedChunk {
  readonly notificationId: number
  readonly title: string
  readonly topic: string | null
  readonly tally: Readonly<Record<string, number>>
}

export interface LedgerParts {
  readonly db: Db
  readonly lease: () => Lease
  readonly log: Logger
  readonly smsLanes: () => readonly SmsLane[]
  readonly pushLanes: () => readonly PushLane[]
  /** Whose opt-outs hold for a message; without it those of one group of all senders do. */
  readonly groupOf?: ConsentGroup
  /** After COMMIT: these messages moved on. */
  readonly onSettled: (settled: readonly SettledSms[]) => void
  /** After COMMIT: the last target of these chunks has its outcome. */
  readonly onPushed: (chunks: readonly PushedChunk[]) => void
  /** After every COMMIT: lanes may have room for what waits in the database. `moved`: messages wait for another provider now. */
  readonly onCommitted: (moved: boolean) => void
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  readonly wait: (ms: number) => Promise<void>
}

/**
 * Writes what the lanes did and what they are about to do: outcomes are settled and the next submissions are started in one transaction, at
 * most one under way, the next one gathering meanwhile. Where so much of a push gathers that its windows are what it waits for, a second
 * one of pushes alone is under way beside it: the provider works while the database does.
 */
export interface Ledger {
  kick(): void
  /** Resolves when nothing is left to write. */
  idle(): Promise<void>
}

/** Rows of one lane in one transaction. */
const MOST = 1_000

const NOTHING_SETTLED: Settled = { moved: new Set(), kept: new Map() }

/** Between repeats while the database is away: grows to this. */
const LONGEST_WAIT_MS = 2_000

export function createLedger(parts: LedgerParts): Ledger {
  const { lease, log, groupOf = usualConsentGroup } = parts
  let running: Promise<void> | null = null
  let beside: Promise<void> | null = null
  let isWriting = false
  let again = false

  const linger = createLinger({
    nodes: () => lease().nodes(),
    now: parts.now,
    wait: parts.wait,
    isPressed: () => arePushesPressed() || parts.smsLanes().some((lane) => lane.isPressed()),
    wantsStart: () => [...parts.smsLanes(), ...parts.pushLanes()].some((lane) => lane.wantsStart()),
  })

  async function run(): Promise<void> {
    await Promise.resolve()
    while (again) {
      await linger.turn()
      again = false
      const page = collect()
      linger.starts(startsOf(page))
      if (!isEmpty(page)) {
        isWriting = true
        await write(page)
        isWriting = false
        again = true
      }
    }
    running = null
  }

  async function runBeside(): Promise<void> {
    await Promise.resolve()
    const page = { owner: lease().owner(), sms: [], push: collectPushes() }
    linger.starts(startsOf(page))
    if (!isEmpty(page)) await write(page)
    beside = null
    kick()
  }

  const arePushesPressed = (): boolean => parts.pushLanes().some((lane) => lane.isPressed())

  function kick(): void {
    again = true
    running ??= run()
    linger.look()
    if (isWriting && beside === null && arePushesPressed()) beside = runBeside()
  }

  function collect(): Page {
    const sms = parts.smsLanes().map((lane) => {
      const spilt = lane.spill()
      return { lane, spilt, ...lane.collect(MOST) }
    })
    return { owner: lease().owner(), sms, push: collectPushes() }
  }

  function collectPushes(): PushPage[] {
    return parts.pushLanes().map((lane) => ({ lane, flushed: lane.collect(), spilt: lane.spill() }))
  }

  /** What was collected is written, however long the database is away: it is all in memory, and bounded by the windows. */
  async function write(page: Page): Promise<void> {
    let met = false
    for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      try {
        return await commit(page, met)
      } catch (error) {
        if (!met && metAttempt(error)) {
          met = true
          continue
        }
        const fault = readDbFault(error)
        if (fault.kind === 'refused') return apart(page, error)
        if (fault.kind !== 'conflict')
          log.warn({ event: 'ledger.waits', fault: fault.kind, err: error }, 'outcomes wait for the database')
        await parts.wait(waitMs)
      }
    }
  }

  /** One row that the database refuses must not hold up the others: each row alone, and the one at fault is let go for the sweep to find. */
  async function apart(page: Page, error: unknown): Promise<void> {
    const pages = split(page)
    if (pages.length > 1) {
      for (const one of pages) await write(one)
      return
    }
    log.error(
      { event: 'ledger.refused', err: error },
      'an outcome could not be written; its message will be found as uncertain',
    )
    for (const { lane, settlements, works, spilt, detours } of page.sms) {
      for (const { work } of settlements) letGo(work, (open) => open.lose(work.id, true))
      for (const work of [...works, ...(spilt?.works ?? []), ...detours.map((one) => one.work)])
        letGo(work, (open) => open.lose(work.id, false))
      lane.committed(settlements, works, [], parts.now())
    }
    for (const { lane, flushed, spilt } of page.push) {
      lane.committed(flushed, new Map())
      lane.released(spilt)
    }
  }

  async function commit(page: Page, met: boolean): Promise<void> {
    const { owner, sms, push } = page
    const settlements = sms.flatMap((p) => p.settlements)
    const works = sms.flatMap((p) => p.works)
    const detours = sms.flatMap((p) => p.detours)
    const refusals = refusalsOf(settlements, groupOf)
    const askedAt = parts.now()
    const [settled, started, kept] = await pipelined(parts.db, [
      unlessEmpty(settlements, (client) => settleMessages(client, owner, settlements, met)),
      unlessEmpty(works, (client) => startMessages(client, owner, works, groupOf)),
      ...chunkStatements(owner, push),
      ...sms.map(({ spilt }) => spilt && releaseStatement(owner, spilt)),
      ...push.map((p) => unlessEmpty(p.spilt, (client) => releaseChunks(client, owner, p.spilt, 0))),
      unlessEmpty(detours, (client) => rerouteMessages(client, owner, detours)),
      unlessEmpty(refusals, (client) => addOptOuts(client, 'provider', refusals)),
    ])
    after(page, askedAt, settled ?? NOTHING_SETTLED, started ?? [], new Map(kept?.map((chunk) => [chunk.id, chunk])))
  }

  function after(
    page: Page,
    askedAt: number,
    settled: Settled,
    started: readonly Started[],
    kept: ReadonlyMap<number, MovedChunk>,
  ): void {
    const begun = new Set(started.filter((row) => row.status === 'sending').map((row) => row.id))
    for (const { lane, settlements, works, spilt, detours } of page.sms) {
      for (const { work } of settlements) {
        const moved = settled.moved.has(work.id)
        letGo(work, (open) => (moved ? open.drop(work.id) : open.lose(work.id, true)))
      }
      for (const work of works) if (!begun.has(work.id)) letGo(work, (open) => open.drop(work.id))
      for (const work of spilt?.works ?? []) letGo(work, (open) => open.drop(work.id))
      for (const { work } of detours) letGo(work, (open) => open.drop(work.id))
      lane.committed(settlements, works, started, askedAt)
    }
    for (const { lane, flushed, spilt } of page.push) {
      lane.committed(flushed, kept)
      lane.released(spilt)
    }
    telling(() => report(page, settled, started))
    const ended = page.push.flatMap((p) => p.flushed).filter(({ flush }) => flush.move.done && kept.has(flush.move.id))
    if (ended.length > 0) parts.onPushed(ended.map(({ chunk, flush }) => ({ ...chunk.row, tally: flush.move.tally })))
    parts.onCommitted(page.sms.some(goesOn))
  }

  /** What was taken under a former owner mark is not in the present one's books. */
  function letGo(work: SmsWork, go: (open: OpenRows) => void): void {
    if (work.owner === lease().owner()) go(lease().open())
  }

  /** What is committed is not written again because somebody who looks on failed. */
  function telling(tell: () => void): void {
    try {
      tell()
    } catch (error) {
      log.error({ event: 'ledger.observer', err: error }, 'an observer of outcomes threw')
    }
  }

  function report(page: Page, settled: Settled, started: readonly Started[]): void {
    const moved: SettledSms[] = []
    let late = 0
    for (const { settlements } of page.sms) {
      for (const settlement of settlements) {
        const { id } = settlement.work
        if (!settled.moved.has(id)) late += 1
        else
          moved.push({ id, status: settled.kept.get(id) ?? settlement.status, reason: settlement.reason, settlement })
      }
    }
    if (moved.length > 0) parts.onSettled(moved)
    if (late > 0)
      log.warn({ event: 'settle.late', count: late }, 'outcomes came after others had taken the messages over')
    const ended = started.filter((row) => row.status !== 'sending').length
    if (ended > 0) log.info({ event: 'start.expired', count: ended }, 'messages ended before they were sent')
  }

  return {
    kick,
    async idle() {
      while (running !== null || beside !== null) await Promise.all([running, beside])
    },
  }
}

function goesOn({ settlements, detours }: SmsPage): boolean {
  return detours.length > 0 || settlements.some(({ nextProvider }) => nextProvider !== null)
}

function releaseStatement(owner: number, { works, waitMs }: NonNullable<SmsPage['spilt']>): Statement<void> {
  const ids = works.map((work) => work.id)
  return (client) => releaseMessages(client, owner, ids, waitMs)
}
