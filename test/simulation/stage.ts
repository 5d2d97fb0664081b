import { createCarrier, type Carrier } from './carrier.ts'
import { checkLowMarks, checkPush, checkSms, isQuiet } from './checks.ts'
import { startMachine, type Machine } from './machine.ts'
import { createMeddlers, type Meddlers } from './meddlers.ts'
import { createTables, type Tables } from './model/tables.ts'
import type { Fault, Plan } from './plan.ts'
import { createPostgres, type Postgres } from './postgres.ts'
import { createRandom } from './random.ts'
import { createSenders } from './senders.ts'
import { createWeather, type Weather } from './weather.ts'
import { createWorld, type Process, type World } from './world.ts'

const TOKENS = [1, 2, 3, 4, 5, 6, 7, 8]

/** Two days before anything happens: they are touched when they work. */
const LONG_AGO = -172_800_000

/** A plan come alive: the world, what is in it, and what went wrong there. */
export interface Stage {
  readonly world: World
  readonly tables: Tables
  readonly problems: ReadonlySet<string>
  onProblem(problem: string): void
  readonly weather: Weather
  machines(): readonly Machine[]
  readonly carrier: Carrier
  readonly senders: ReturnType<typeof createSenders>
  readonly meddlers: Meddlers
  /** From now on nothing befalls anybody any more. */
  heal(): void
  /** Whoever ends in this place is started again. */
  keepAlive(slot: number): void
  crashes(): number
  /** Whether everything has its end, and nothing is under way that could still change it. */
  isOver(): boolean
}

/** Sets the scene for `plan`; what chance decides is drawn from `seed`. Nothing happens until the world runs. */
export function setStage(seed: number, plan: Plan, trace: ((line: string) => void) | null): Stage {
  const world = createWorld(trace)
  const tables = createTables()
  for (const id of TOKENS) {
    const token = `token-${id}`
    tables.tokens.rows.set(id, { id, token, createdAt: LONG_AGO, lastOkAt: null, retiredAt: null, retiredReason: null })
  }
  const problems = new Set<string>()
  const random = createRandom(seed + 2_000_003)
  const machines: Machine[] = []
  const running = new Map<number, Process>()
  const kept = new Set<number>()
  const state = { healed: false, pids: 1, crashes: 0, changes: 0 }

  function onProblem(problem: string): void {
    problems.add(problem)
    world.note(`PROBLEM ${problem}`)
  }
  const markOf = (process: Process): number | null =>
    machines
      .find((machine) => machine.process === process)
      ?.delivery()
      ?.lease.owner() ?? null

  /** Who put off a turn looks again. */
  function lookAll(): void {
    state.changes = tables.changes
    for (const machine of machines) machine.turns.look()
  }

  const scene = {
    world,
    machines,
    start,
    onCrash: () => (state.crashes += 1),
    onAway: () => machines.forEach((machine) => machine.turns.wake()),
  }
  const weather = createWeather({
    world,
    plan,
    random: createRandom(seed + 1_000_003),
    isHealed: () => state.healed,
    kill: (process) => {
      const slot = machines.findIndex((machine) => machine.process === process)
      befall({ kind: 'kill', at: 0, slot, backAfterMs: 1_000 }, { ...scene, postgres })
    },
    onRough: (process) => {
      for (const machine of machines) if (process === null || machine.process === process) machine.turns.wake()
    },
  })
  const postgres = createPostgres({
    world,
    tables,
    now: world.now,
    fate: (query, process) => weather.fate(query, process),
    onCommit: ({ name }) => {
      if (name === 'beat' || name === 'end-node') for (const problem of checkLowMarks(tables)) onProblem(problem)
      if (state.changes !== tables.changes) lookAll()
    },
  })
  const carrier = createCarrier({
    world,
    random,
    isRough: () => !state.healed && plan.roughness > 0,
    answers: plan.answers,
    onSms: (submission, sms, earlier) => {
      weather.submitted(submission.process)
      world.note(`submit ${submission.key}.${submission.attempt}`)
      checkSms(tables, world.now(), markOf(submission.process), sms, earlier).forEach(onProblem)
    },
    onPush: (submission, earlier) => {
      weather.submitted(submission.process)
      world.note(`submit push ${submission.key}`)
      checkPush(tables, world.now(), markOf(submission.process), submission.key, earlier).forEach(onProblem)
    },
    onReceipt: (receipt) => tell(receipt, 5),
  })

  /** A provider calls back, and again when it is not answered. */
  function tell(receipt: Parameters<Machine['receipts']['settle']>[0], tries: number): void {
    const machine = machines.find((one) => one.isUp())
    const again = (): void => void (tries > 1 && world.after(3_000, () => tell(receipt, tries - 1)))
    if (machine === undefined) return again()
    machine.process.after(1, () => void machine.receipts.settle(receipt).catch(again))
  }

  function start(slot: number): void {
    if (machines[slot]?.process.isAlive() === true) return
    const pid = state.pids++
    world.note(`start ${pid} in ${slot}`)
    const machine = startMachine({
      world,
      random,
      postgres,
      carrier,
      pid,
      machine: plan.oneMachine ? 'one' : null,
      isRunning: (other) => running.get(other)?.isAlive() === true,
      isCalm: (process) => !postgres.isAway() && weather.isCalm(process),
      onGone() {
        lookAll()
        if (kept.has(slot)) world.after(2_000, () => start(slot))
      },
      window: plan.window,
    })
    running.set(pid, machine.process)
    machines[slot] = machine
  }

  function keepAlive(slot: number): void {
    kept.add(slot)
    start(slot)
  }

  for (let slot = 0; slot < plan.nodes; slot++) start(slot)
  const meddlers = createMeddlers({ world, tables, machines: () => machines })
  const senders = createSenders({ world, random, machines: () => machines, tokens: TOKENS, onProblem })
  for (const one of plan.sms) world.after(one.at, () => senders.sms(one))
  for (const one of plan.pushes) world.after(one.at, () => senders.push(one))
  for (const one of plan.meddling) world.after(one.at, () => meddlers.meddle(one))
  for (const one of plan.faults) world.after(one.at, () => befall(one, { ...scene, postgres }))
  return {
    world,
    tables,
    problems,
    onProblem,
    weather,
    carrier,
    machines: () => machines,
    senders,
    meddlers,
    heal() {
      world.note('heal')
      state.healed = true
      postgres.comeBack()
      for (const machine of machines) machine.process.resume()
      // Whoever died last may stay dead: one at least goes on.
      for (let slot = 0; slot < plan.nodes; slot++) if (slot === 0 || random.happens(0.5)) keepAlive(slot)
    },
    keepAlive,
    crashes: () => state.crashes,
    isOver: () =>
      senders.areDone() &&
      meddlers.areDone() &&
      isQuiet(tables) &&
      postgres.isIdle() &&
      machines.every(
        ({ process, delivery }) => !process.isAlive() || (!process.isPaused() && delivery()?.inFlight() === 0),
      ),
  }
}

interface Scene {
  readonly world: World
  readonly machines: readonly Machine[]
  readonly postgres: Postgres
  readonly start: (slot: number) => void
  readonly onCrash: () => void
  readonly onAway: () => void
}

function befall(fault: Fault, { world, machines, postgres, start, onCrash, onAway }: Scene): void {
  world.note(`${fault.kind} ${JSON.stringify(fault)}`)
  if (fault.kind === 'away') {
    onAway()
    postgres.goAway()
    world.after(fault.forMs, () => postgres.comeBack())
    return
  }
  const machine = machines[fault.slot]
  if (machine?.process.isAlive() !== true) return
  if (fault.kind === 'kill') {
    onCrash()
    machine.kill()
    world.after(fault.backAfterMs, () => start(fault.slot))
  } else if (fault.kind === 'close') {
    machine.close(fault.graceMs)
    world.after(fault.graceMs + 5_000, () => start(fault.slot))
  } else {
    machine.process.pause()
    world.after(fault.forMs, () => machine.process.resume())
  }
}
