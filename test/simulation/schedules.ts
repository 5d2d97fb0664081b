import { checkEnd } from './checks.ts'
import type { Answering, Plan, Trap } from './plan.ts'
import { setStage, type Stage } from './stage.ts'
import type { Moments } from './weather.ts'

/** What few messages meet: small, so that every moment of it can be tried. */
export interface Scenario {
  readonly nodes: 1 | 2
  /** Whether the nodes see each other's process die. */
  readonly oneMachine: boolean
  readonly provider: 'plain' | 'asked'
  readonly onUncertain: 'retry' | 'reconcile' | 'fail'
  /** A provider's window is one: the second message waits for the first. */
  readonly messages: 0 | 1 | 2 | 3
  /** Of a push besides; 0: there is none. */
  readonly tokens: 0 | 2
  readonly keyed: boolean
  readonly validitySeconds: 20 | 100
  /** What the provider answers first. */
  readonly answer: Answering
}

/** A scenario in which everything goes its way but for these faults, the first one first. */
export interface Schedule {
  readonly scenario: Scenario
  readonly faults: readonly Trap[]
}

export interface Ended {
  readonly schedule: Schedule
  /** What went wrong, in words; empty: nothing. */
  readonly problems: readonly string[]
  /** The same whenever the same schedule meets the same code. */
  readonly fingerprint: string
  readonly events: number
  readonly virtualMs: number
  /** What was sent after its last fault: each is a moment for another one. */
  readonly moments: ReadonlyMap<string, Moments>
}

const BEGINS_MS = 500
const GIVEN_UP_MS = 400_000

/** All is quiet for so long: every node's heart has beaten, so one that was declared dead knows. */
const QUIET_MS = 6_000

/** Runs one schedule to the end of all its messages. */
export async function follow(schedule: Schedule, trace: ((line: string) => void) | null = null): Promise<Ended> {
  const plan = toPlan(schedule)
  const stage = setStage(seedOf(schedule.scenario), plan, trace)
  const { world, tables, problems, onProblem, weather } = stage
  for (let slot = 0; slot < plan.nodes; slot++) stage.keepAlive(slot)
  await world.run(BEGINS_MS)
  if (schedule.faults.length === 0) weather.mark()
  await world.run(GIVEN_UP_MS, endOf(stage))
  if (problems.size === 0) checkEnd(tables, stage.carrier, stage.senders.accepted).forEach(onProblem)
  for (const id of stage.senders.pushes) if (!tables.notifications.rows.has(id)) onProblem(`push ${id} is lost`)
  if (problems.size === 0 && !stage.isOver()) onProblem('something is still under way')
  return {
    schedule,
    problems: [...problems],
    fingerprint: world.fingerprint(),
    events: world.events(),
    virtualMs: world.now(),
    moments: weather.moments(),
  }
}

/** Something went wrong, or everything has its end and nothing moves any more. */
function endOf({ world, problems, isOver }: Stage): () => boolean {
  let since: number | null = null
  return () => {
    if (problems.size > 0) return true
    if (!isOver()) since = null
    else if (since === null) since = world.now()
    else return world.now() - since >= QUIET_MS
    return false
  }
}

function toPlan({ scenario, faults }: Schedule): Plan {
  const { nodes, oneMachine, provider, onUncertain, messages, tokens, keyed, validitySeconds, answer } = scenario
  const category = 'transactional'
  const sms = { at: BEGINS_MS + 1, provider, category, onUncertain, ttlSeconds: validitySeconds, keyed } as const
  const push = {
    at: BEGINS_MS + 1,
    category,
    onUncertain: onUncertain === 'fail' ? 'fail' : 'retry',
    validitySeconds,
    tokens,
  } as const
  return {
    nodes,
    oneMachine,
    window: 1,
    sms: Array.from({ length: messages }, () => sms),
    pushes: tokens === 0 ? [] : [push],
    faults: [],
    traps: faults,
    meddling: [],
    healsAt: GIVEN_UP_MS,
    roughness: 0,
    atOnce: 1,
    storms: [],
    answers: [answer],
  }
}

/** Chance decides little here: who is called, when answers come, whether a receipt follows. */
function seedOf(scenario: Scenario): number {
  let seed = 1
  for (const value of Object.values(scenario).join(' ')) seed = Math.imul(seed, 31) + value.charCodeAt(0)
  return seed >>> 0
}

/** Every scenario. */
export function allScenarios(): Scenario[] {
  return [1, 2].flatMap((nodes) =>
    [true, false].flatMap((oneMachine) =>
      (['plain', 'asked'] as const).flatMap((provider) =>
        (['retry', 'reconcile', 'fail'] as const).flatMap((onUncertain) =>
          LOADS.flatMap((load) =>
            ANSWERS.map((answer) => ({
              nodes: nodes === 1 ? (1 as const) : (2 as const),
              oneMachine,
              provider,
              onUncertain,
              ...load,
              answer,
            })),
          ),
        ),
      ),
    ),
  )
}

const LOADS = [
  { messages: 1, tokens: 0, keyed: false, validitySeconds: 100 },
  { messages: 2, tokens: 0, keyed: true, validitySeconds: 20 },
  { messages: 3, tokens: 0, keyed: false, validitySeconds: 100 },
  { messages: 0, tokens: 2, keyed: false, validitySeconds: 20 },
  { messages: 1, tokens: 2, keyed: false, validitySeconds: 100 },
] as const

const ANSWERS = ['taken', 'lost', 'vanished', 'busy', 'throttled'] as const

/** The same with one fault more, after its last one: every statement that was sent then, before it and after it, with everything that can befall it. */
export function withOneMore({ schedule: { scenario, faults }, moments }: Ended): Schedule[] {
  return [...moments].flatMap(([statement, { first, last }]) => {
    const most = REPEATED.has(statement) ? Math.min(last, first + 1) : last
    const turns = Array.from({ length: most - first + 1 }, (_, index) => first + index)
    const kinds = statement === 'submit' ? ON_SUBMIT : ON_STATEMENT
    return turns.flatMap((nth) =>
      kinds.map((kind) => ({ scenario, faults: [...faults, { ...kind, statements: [statement], nth }] })),
    )
  })
}

/** Those that come at every turn of a loop: two of them are as good as all. */
const REPEATED: ReadonlySet<string> = new Set([
  'beat',
  'list-neighbours',
  'list-unemptied',
  'claim-asks',
  'claim-due',
  'claim-chunks',
  'claim-expired-chunks',
  'expire-due',
  'list-quiet',
  'free-due',
  'list-matchable',
  'select ensure_par',
  'delete from idemp',
  'delete from parke',
])

type Kind = Pick<Trap, 'when' | 'what' | 'ms'>

/** Shorter than a lease, longer than one, and just so long that too little of it is left to write to a provider. */
const ON_STATEMENT: readonly Kind[] = [
  { when: 'leaves', what: 'kill', ms: 0 },
  { when: 'arrives', what: 'kill', ms: 0 },
  { when: 'commits', what: 'kill', ms: 0 },
  { when: 'leaves', what: 'break', ms: 0 },
  { when: 'commits', what: 'break', ms: 0 },
  { when: 'arrives', what: 'pause', ms: 36_000 },
  { when: 'commits', what: 'pause', ms: 27_000 },
  { when: 'commits', what: 'pause', ms: 36_000 },
  { when: 'commits', what: 'late', ms: 3_000 },
  { when: 'arrives', what: 'stall', ms: 12_000 },
  { when: 'arrives', what: 'stall', ms: 36_000 },
  { when: 'commits', what: 'stall', ms: 36_000 },
]

const ON_SUBMIT: readonly Kind[] = [
  { when: 'commits', what: 'kill', ms: 0 },
  { when: 'commits', what: 'pause', ms: 36_000 },
  { when: 'commits', what: 'stall', ms: 36_000 },
]
