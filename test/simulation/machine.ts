import type { Logger } from 'pino'
import { openDelivery, type Delivery } from '../../src/delivery/delivery.ts'
import { startLoop, type Loop } from '../../src/delivery/loop.ts'
import type { SmsProvider } from '../../src/domain/provider.ts'
import type { Db } from '../../src/store/db.ts'
import { askProviders } from '../../src/flows/receipts/asks.ts'
import { createReceiptsFlow, type ReceiptsFlow } from '../../src/flows/receipts/receipts.ts'
import type { Carrier } from './carrier.ts'
import type { Postgres } from './postgres.ts'
import type { Random } from './random.ts'
import { createOutlook, createTurns, type Turns } from './turns.ts'
import type { Process, World } from './world.ts'

/** A process of the service, without its HTTP ring: as app.ts wires it. */
export interface Machine {
  readonly process: Process
  readonly pid: number
  /** Null until it is open. */
  delivery(): Delivery | null
  readonly receipts: ReceiptsFlow
  /** For its callers. */
  readonly db: Db
  isUp(): boolean
  /** Its loops: see there. */
  readonly turns: Turns
  /** kill -9 */
  kill(): void
  /** SIGTERM */
  close(graceMs: number): void
}

export interface MachineParts {
  readonly world: World
  readonly random: Random
  readonly postgres: Postgres
  readonly carrier: Carrier
  readonly pid: number
  /** Null: others learn of its death only when its lease runs out. */
  readonly machine: string | null
  readonly isRunning: (pid: number) => boolean
  /** Whether this process's statements reach the database at once now. */
  readonly isCalm: (process: Process) => boolean
  readonly window: number
  /** Called when it is dead. */
  readonly onGone: () => void
}

const ASK_MS = 1_000
const MATCH_MS = 10_000
const POLL_WAITS_MS = [5_000, 15_000]

export function startMachine(parts: MachineParts): Machine {
  const { world, random, postgres, carrier, pid } = parts
  const process = world.process()
  const state: { delivery: Delivery | null; closing: boolean } = { delivery: null, closing: false }
  const log = logOf(world, pid)
  const chance = (): number => random.next()
  const turns = turnsOf(parts, process, () => state.delivery?.lease.owner() ?? null)
  const after = (ms: number, run: () => void, loop?: string): (() => void) =>
    loop === undefined ? process.after(ms, run) : turns.after(ms, run, loop)
  // Each process counts from its own beginning.
  const begun = world.now() - pid * 1000
  const now = (): number => world.now() - begun
  const dbs = {
    accept: postgres.pool(process, 4, 2_000),
    ledger: postgres.pool(process, 2, 11_000),
    work: postgres.pool(process, 6, 11_000),
  }
  const sms: readonly SmsProvider[] = [
    carrier.sms('plain', parts.window, process, false),
    carrier.sms('asked', parts.window, process, true),
  ]
  const receipts = createReceiptsFlow({
    db: dbs.work,
    log,
    providers: new Map(sms.map((provider) => [provider.name, provider])),
    chance,
    wait: (ms) => new Promise((resolve) => void process.after(ms, resolve)),
    onMoved: () => undefined,
  })
  const asking = new AbortController()
  const loops: Loop[] = []

  async function open(): Promise<void> {
    state.delivery = await openDelivery({
      acceptDb: dbs.accept,
      ledgerDb: dbs.ledger,
      workDb: dbs.work,
      identity: { name: `pid ${pid}`, machine: parts.machine, pid, version: '0.0.0' },
      isRunning: parts.isRunning,
      log,
      now,
      after,
      chance,
      sms,
      push: [carrier.push('push', parts.window, process)],
      firstPollMs: POLL_WAITS_MS[0] ?? 0,
      onSettled: () => undefined,
      onPushed: () => undefined,
    })
    const asks = { db: dbs.work, log, providers: sms, pollWaitsMs: POLL_WAITS_MS, chance, signal: asking.signal }
    const settle: ReceiptsFlow['settle'] = (receipt) => receipts.settle(receipt)
    const loopParts = { log, after, chance }
    loops.push(startLoop('asks', ASK_MS, () => askProviders({ ...asks, settle }), loopParts))
    loops.push(startLoop('parked', MATCH_MS, () => receipts.matchParked(), loopParts))
  }

  /** A database that is away at the start ends the process. */
  process.after(0, () => void open().catch(kill))

  function kill(): void {
    if (!process.isAlive()) return
    world.note(`kill ${pid}`)
    process.kill()
    postgres.leave(process, () => random.happens(0.5))
    parts.onGone()
  }

  async function close(graceMs: number): Promise<void> {
    asking.abort()
    await Promise.all(loops.map((loop) => loop.stop()))
    await state.delivery?.close(graceMs)
    kill()
  }

  return {
    process,
    pid,
    turns,
    delivery: () => state.delivery,
    receipts,
    db: dbs.work,
    isUp: () => process.isAlive() && state.delivery !== null && !state.closing,
    kill,
    close(graceMs) {
      if (state.closing || state.delivery === null) return
      state.closing = true
      world.note(`close ${pid}`)
      process.after(0, () => void close(graceMs))
    },
  }
}

function turnsOf(parts: MachineParts, process: Process, owner: () => number | null): Turns {
  const { world, postgres, machine, isRunning, isCalm } = parts
  const outlook = createOutlook({
    tables: postgres.tables,
    now: world.now,
    owner,
    isGone: (node) => machine !== null && node.machine === machine && !isRunning(node.pid),
  })
  const turns = createTurns({ world, process, outlook, isCalm: () => isCalm(process) })
  process.onPause(turns.wake)
  return turns
}

/** Its lines are part of what happened. */
function logOf(world: World, pid: number): Logger {
  const line = (fields: { readonly event?: string }): void => world.note(`${pid} ${fields.event ?? ''}`)
  const log = { trace: line, debug: line, info: line, warn: line, error: line, fatal: line }
  // Of a logger, delivery and the flows call these and nothing else.
  return log as unknown as Logger
}
