import { createRandom, type Random } from './random.ts'

/** What one seed will do to the system. Times in milliseconds since the beginning. */
export interface Plan {
  readonly nodes: number
  /** Whether the nodes see each other's process die; else only the lease tells. */
  readonly oneMachine: boolean
  readonly window: number
  readonly sms: readonly PlannedSms[]
  readonly pushes: readonly PlannedPush[]
  readonly faults: readonly Fault[]
  readonly traps: readonly Trap[]
  /** From then on nothing more befalls anybody. */
  readonly healsAt: number
  /** Share of statements, while it storms, that are late, or broken off, or refused. */
  readonly roughness: number
  /** Share of statements that take no time, when nothing befalls them. */
  readonly atOnce: number
  /** When it storms: at even places it begins, at odd ones it ends. */
  readonly storms: readonly number[]
  /** What providers answer to the first submissions, in order; the others as luck has it. */
  readonly answers: readonly Answering[]
  readonly meddling: readonly Meddling[]
}

/** Somebody cancels the `nth` of what is there, or pauses what he names. */
export type Meddling =
  | { readonly kind: 'cancel-sms' | 'cancel-push'; readonly at: number; readonly nth: number }
  | {
      readonly kind: 'pause'
      readonly at: number
      readonly forMs: number
      readonly provider: string | null
      readonly category: 'otp' | 'marketing' | null
    }

/** `lost`: it was taken and the answer is lost · `vanished`: it was not, and nobody knows. */
export type Answering = 'taken' | 'lost' | 'vanished' | 'busy' | 'throttled'

export interface PlannedSms {
  readonly at: number
  readonly provider: 'plain' | 'asked'
  readonly category: 'otp' | 'transactional' | 'marketing'
  readonly onUncertain: 'retry' | 'reconcile' | 'fail'
  readonly ttlSeconds: number
  /** With an idempotency key its sender repeats the call until it is answered. */
  readonly keyed: boolean
}

export interface PlannedPush {
  readonly at: number
  readonly category: 'otp' | 'transactional' | 'marketing'
  readonly onUncertain: 'retry' | 'fail'
  readonly validitySeconds: number
  /** Null: a topic. */
  readonly tokens: number | null
}

export type Fault =
  | { readonly kind: 'kill'; readonly at: number; readonly slot: number; readonly backAfterMs: number }
  | { readonly kind: 'close'; readonly at: number; readonly slot: number; readonly graceMs: number }
  | { readonly kind: 'pause'; readonly at: number; readonly slot: number; readonly forMs: number }
  | { readonly kind: 'away'; readonly at: number; readonly forMs: number }

/** A fault that waits for its moment: the `nth` time that one of `statements` reaches `when`. */
export interface Trap {
  readonly statements: readonly string[]
  readonly nth: number
  /** `leaves`: it is never executed. */
  readonly when: 'leaves' | 'arrives' | 'commits'
  /**
   * `stall`: nothing that this process sends reaches the database for a while, then all of it does · `late`: this statement alone is late ·
   * `break`: its link breaks.
   */
  readonly what: 'kill' | 'pause' | 'stall' | 'late' | 'break'
  readonly ms: number
}

/** Moments between which a message changes hands; `submit` is its way to the provider. */
const MOMENTS: readonly [readonly string[], ...(readonly string[])[]] = [
  ['insert-messages', 'insert-messages-with-keys'],
  ['insert-notifications', 'load-chunks'],
  ['start-messages'],
  ['settle-messages', 'settle-messages-again'],
  ['claim-due', 'claim-chunks'],
  ['move-chunks'],
  ['release-messages', 'release-chunks'],
  ['reclaim-messages', 'reclaim-chunks', 'free-due', 'list-quiet'],
  ['read-attempts', 'apply-receipts', 'claim-asks', 'send-after-all'],
  ['beat'],
  ['end-node', 'list-neighbours'],
  ['submit'],
  ['commit'],
]

export function makePlan(seed: number): Plan {
  const random = createRandom(seed)
  const nodes = random.between(1, 3)
  const busyMs = random.between(2_000, 15_000)
  const faults = Array.from({ length: random.between(0, 4) }, () => fault(random, nodes, busyMs + 20_000))
  const traps = Array.from({ length: random.between(0, 4) }, () => trap(random))
  const storms = random.happens(0.6) ? Array.from({ length: 4 }, () => random.between(0, 45_000)) : []
  const last = Math.max(
    busyMs + 60_000 * Math.min(traps.length, 1),
    ...faults.map((one) => one.at + durationOf(one)),
    ...storms,
  )
  return {
    nodes,
    oneMachine: random.happens(0.4),
    window: random.between(1, 4),
    sms: Array.from({ length: random.between(1, 16) }, () => sms(random, busyMs)),
    pushes: Array.from({ length: random.between(0, 3) }, () => push(random, busyMs)),
    faults: faults.toSorted((a, b) => a.at - b.at),
    traps,
    healsAt: last + 1_000,
    roughness: random.pick([0, 0.02, 0.1, 0.3]),
    storms: storms.toSorted((a, b) => a - b),
    answers: [],
    meddling: meddling(createRandom(seed + 4_000_037), busyMs),
    atOnce: 0.9,
  }
}

/** Drawn apart: lives without it are what they were. */
function meddling(random: Random, busyMs: number): Meddling[] {
  if (random.happens(0.4)) return []
  const cancels = Array.from({ length: random.between(0, 6) }, () => ({
    kind: random.pick(['cancel-sms', 'cancel-sms', 'cancel-push'] as const),
    at: random.between(500, busyMs + 5_000),
    nth: random.between(0, 15),
  }))
  const pauses = Array.from({ length: random.between(0, 2) }, () => ({
    kind: 'pause' as const,
    at: random.between(100, busyMs),
    forMs: random.pick([300, 2_000, 20_000]),
    provider: random.pick([null, 'plain', 'push']),
    category: random.pick([null, 'otp', 'marketing'] as const),
  }))
  return [...cancels, ...pauses]
}

function sms(random: Random, busyMs: number): PlannedSms {
  return {
    at: random.between(500, busyMs),
    provider: random.pick(['plain', 'asked']),
    category: random.pick(['otp', 'transactional', 'marketing']),
    onUncertain: random.pick(['retry', 'reconcile', 'fail']),
    ttlSeconds: random.pick([3, 20, 60, 120]),
    keyed: random.happens(0.4),
  }
}

function push(random: Random, busyMs: number): PlannedPush {
  return {
    at: random.between(500, busyMs),
    category: random.pick(['otp', 'transactional', 'marketing']),
    onUncertain: random.pick(['retry', 'fail']),
    validitySeconds: random.pick([5, 30, 90]),
    tokens: random.happens(0.2) ? null : random.between(1, 8),
  }
}

function fault(random: Random, nodes: number, untilMs: number): Fault {
  const at = random.between(100, untilMs)
  const slot = random.between(0, nodes - 1)
  const luck = random.next()
  if (luck < 0.45) return { kind: 'kill', at, slot, backAfterMs: random.pick([50, 2_000, 15_000]) }
  if (luck < 0.6) return { kind: 'close', at, slot, graceMs: random.pick([0, 500, 20_000]) }
  if (luck < 0.85) return { kind: 'pause', at, slot, forMs: random.pick([2_000, 22_000, 31_000, 50_000]) }
  return { kind: 'away', at, forMs: random.pick([200, 3_000, 40_000]) }
}

function trap(random: Random): Trap {
  return {
    statements: random.pick(MOMENTS),
    nth: random.between(1, 4),
    when: random.pick(['leaves', 'arrives', 'arrives', 'commits', 'commits']),
    what: random.pick(['kill', 'pause', 'pause', 'stall', 'break']),
    ms: random.pick([3_000, 12_000, 31_000, 36_000, 45_000]),
  }
}

function durationOf(one: Fault): number {
  switch (one.kind) {
    case 'kill':
      return one.backAfterMs
    case 'close':
      return one.graceMs
    case 'pause':
    case 'away':
      return one.forMs
  }
}
