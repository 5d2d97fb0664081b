import { checkEnd, isQuiet } from './checks.ts'
import { makePlan, type Plan } from './plan.ts'
import { toMessage } from './senders.ts'
import { setStage, type Stage } from './stage.ts'

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

const STEP_MS = 5_000

/** After the last validity: for leases to end, sweeps to look, and the last repeats. */
const PATIENCE_MS = 200_000

/** Runs one whole life: nodes, senders, providers and faults, all drawn from `seed`; then heals everything and looks what is left. */
export async function simulate(seed: number, trace: ((line: string) => void) | null = null): Promise<Simulated> {
  const plan = makePlan(seed)
  const stage = setStage(seed, plan, trace)
  const { world, tables, problems, onProblem } = stage
  world.after(plan.healsAt, () => stage.heal())
  await world.run(plan.healsAt)
  const expiries = [...tables.messages.rows.values(), ...tables.notifications.rows.values()].map((row) => row.expiresAt)
  const deadline = Math.max(plan.healsAt, ...expiries) + PATIENCE_MS
  do await world.run(world.now() + STEP_MS)
  while (world.now() < deadline && problems.size === 0 && !(isQuiet(tables) && stage.meddlers.areDone()))
  if (problems.size === 0)
    for (const problem of checkEnd(tables, stage.carrier, stage.senders.accepted, stage.meddlers.cancelled))
      onProblem(problem)
  if (problems.size === 0 && plan.nodes === 1) for (const problem of await fill(stage, plan)) onProblem(problem)
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
async function fill(stage: Stage, plan: Plan): Promise<string[]> {
  const { world, tables } = stage
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
