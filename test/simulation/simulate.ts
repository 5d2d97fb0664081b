import { createCarrier, type Carrier } from './carrier.ts'
import { checkEnd, checkLowMarks, checkPush, checkSms, isQuiet } from './checks.ts'
import { startMachine, type Machine } from './machine.ts'
import { createTables, type Tables } from './model/tables.ts'
import { makePlan, type Fault, type Plan } from './plan.ts'
import { createPostgres, type Postgres } from './postgres.ts'
import { createRandom } from './random.ts'
import { createSenders, toMessage } from './senders.ts'
import { createWeather } from './weather.ts'
import type { Process, World } from './world.ts'
import { createWorld } from './world.ts'

export interface Simulated {
  readonly seed: number
  /** What went wrong, in words; empty: nothing. */
  readonly problems: readonly string[]
  /** The same whenever the same seed meets the same code. */
  readonly fingerprint: string
  readonly events: number
  readonly crashes: number
  readonly submissions: number
  /** Submissions that stood as uncertain. */
  readonly doubts: number
  readonly virtualMs: number
}

const TOKENS = [1, 2, 3, 4, 5, 6, 7, 8]
const STEP_MS = 5_000

/** After the last validity: for leases to end, sweeps to look, and the last repeats. */
const PATIENCE_MS = 200_000

/** Runs one whole life: nodes, senders, providers and faults, all drawn from `seed`; then heals everything and looks what is left. */
export async function simulate(seed: number, trace: ((line: string) => void) | null = null): Promise<Simulated> {
  const plan = makePlan(seed)
  const world = createWorld(trace)
  const tables = createTables()
  for (const id of TOKENS) {
    tables.tokens.rows.set(id, { id, token: `token-${id}`, lastOkAt: null, retiredAt: null, retiredReason: null })
  }
  const problems = new Set<string>()
  const onProblem = (problem: string): void => {
    problems.add(problem)
    world.note(`PROBLEM ${problem}`)
  }
  const stage = setStage(seed, plan, world, tables, onProblem)
  for (const one of plan.sms) world.after(one.at, () => stage.senders.sms(one))
  for (const one of plan.pushes) world.after(one.at, () => stage.senders.push(one))
  for (const one of plan.faults) world.after(one.at, () => stage.befall(one))
  world.after(plan.healsAt, () => stage.heal())
  await world.run(plan.healsAt)
  const expiries = [...tables.messages.rows.values(), ...tables.notifications.rows.values()].map((row) => row.expiresAt)
  const deadline = Math.max(plan.healsAt, ...expiries) + PATIENCE_MS
  do await world.run(world.now() + STEP_MS)
  while (world.now() < deadline && problems.size === 0 && !isQuiet(tables))
  if (problems.size === 0)
    for (const problem of checkEnd(tables, stage.carrier, stage.senders.accepted)) onProblem(problem)
  if (problems.size === 0 && plan.nodes === 1)
    for (const problem of await fill(stage, plan, world, tables)) onProblem(problem)
  for (const id of stage.senders.pushes) if (!tables.notifications.rows.has(id)) onProblem(`push ${id} is lost`)
  const submissions = [...stage.carrier.submissions.values()].reduce((sum, list) => sum + list.length, 0)
  const crashes = stage.crashes()
  return {
    seed,
    problems: [...problems],
    fingerprint: world.fingerprint(),
    events: world.events(),
    crashes,
    submissions,
    doubts: [...tables.attempts.rows.values()].filter((attempt) => attempt.wasUncertain).length,
    virtualMs: world.now(),
  }
}

/** Ready messages for each place in a lane's window: see `src/delivery/sms-lane.ts`. */
const READY_PER_PLACE = 16

/** Sends more than one node can hold while its provider is silent: it takes as many as at the beginning, so no place was lost. */
async function fill(stage: Stage, plan: Plan, world: World, tables: Tables): Promise<string[]> {
  // By then every pause has ended, and every statement that was on its way for long is executed, or its rows swept.
  await world.run(world.now() + 75_000)
  const machine = stage.machines().find((one) => one.isUp())
  const delivery = machine?.delivery()
  if (machine === undefined || delivery === null || delivery === undefined) return ['no node is up at the end']
  const busy = delivery.inFlight()
  if (busy !== 0) return [`${busy} submissions are in flight at the end`]
  stage.carrier.fallSilent()
  const places = plan.window * (1 + READY_PER_PLACE)
  const sms = {
    at: 0,
    provider: 'plain',
    category: 'otp',
    onUncertain: 'fail',
    ttlSeconds: 3_600,
    keyed: false,
  } as const
  for (let nth = 0; nth < places + 5; nth++) {
    machine.process.after(1, () => void delivery.intake.addSms(toMessage(`full ${nth}`, sms)).catch(() => undefined))
  }
  await world.run(world.now() + 5_000)
  const held = [...tables.messages.rows.values()].filter((m) => m.owner === delivery.lease.owner()).length
  return held === places ? [] : [`a node with ${places} places takes ${held} messages at the end`]
}

interface Stage {
  machines(): readonly Machine[]
  readonly carrier: Carrier
  readonly senders: ReturnType<typeof createSenders>
  befall(fault: Fault): void
  heal(): void
  crashes(): number
}

function setStage(seed: number, plan: Plan, world: World, tables: Tables, onProblem: (problem: string) => void): Stage {
  const random = createRandom(seed + 2_000_003)
  const machines: Machine[] = []
  const running = new Map<number, Process>()
  const state = { healed: false, pids: 1, crashes: 0 }
  const markOf = (process: Process): number | null =>
    machines
      .find((machine) => machine.process === process)
      ?.delivery()
      ?.lease.owner() ?? null
  const scene = { world, machines, start, onCrash: () => (state.crashes += 1) }
  const weather = createWeather({
    world,
    plan,
    random: createRandom(seed + 1_000_003),
    isHealed: () => state.healed,
    kill: (process) => {
      const slot = machines.findIndex((machine) => machine.process === process)
      befall({ kind: 'kill', at: 0, slot, backAfterMs: 1_000 }, { ...scene, postgres })
    },
  })
  const postgres = createPostgres({
    world,
    tables,
    now: world.now,
    fate: (query, process) => weather.fate(query, process),
    onCommit: ({ name }) => {
      if (name === 'beat' || name === 'end-node') for (const problem of checkLowMarks(tables)) onProblem(problem)
    },
  })
  const carrier = createCarrier({
    world,
    random,
    isRough: () => !state.healed && plan.roughness > 0,
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
      window: plan.window,
    })
    running.set(pid, machine.process)
    machines[slot] = machine
  }

  for (let slot = 0; slot < plan.nodes; slot++) start(slot)
  return {
    carrier,
    machines: () => machines,
    senders: createSenders({ world, random, machines: () => machines, tokens: TOKENS, onProblem }),
    befall: (fault) => befall(fault, { ...scene, postgres }),
    heal() {
      world.note('heal')
      state.healed = true
      postgres.comeBack()
      for (const machine of machines) machine.process.resume()
      // Whoever died last may stay dead: one at least goes on.
      for (let slot = 0; slot < plan.nodes; slot++) {
        if (slot === 0 || random.happens(0.5)) keepAlive(world, machines, start, slot)
      }
    },
    crashes: () => state.crashes,
  }
}

/** Someone restarts it when it ends. */
function keepAlive(world: World, machines: readonly Machine[], start: (slot: number) => void, slot: number): void {
  if (machines[slot]?.process.isAlive() !== true) start(slot)
  world.after(2_000, () => keepAlive(world, machines, start, slot))
}

interface Scene {
  readonly world: World
  readonly machines: readonly Machine[]
  readonly postgres: Postgres
  readonly start: (slot: number) => void
  readonly onCrash: () => void
}

function befall(fault: Fault, { world, machines, postgres, start, onCrash }: Scene): void {
  world.note(`${fault.kind} ${JSON.stringify(fault)}`)
  if (fault.kind === 'away') {
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
