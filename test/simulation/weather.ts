import type { Fate } from './link.ts'
import type { Query } from './model/server.ts'
import type { Plan, Trap } from './plan.ts'
import type { Random } from './random.ts'
import type { Process, World } from './world.ts'

/** What befalls statements on their way to the database, and processes at the moments the plan has traps for. */
export interface Weather {
  /** Null: at once, nothing happens on the way. */
  fate(query: Query, process: Process): Fate | null
  /** Whether the statements of this process go their way as ever now, for all that is known. */
  isCalm(process: Process): boolean
  /** How often each statement was sent since the last trap was sprung; before that, since the beginning: nothing of it. */
  moments(): ReadonlyMap<string, Moments>
  /** From now on moments count. */
  mark(): void
  /** A submission is about to be written. */
  submitted(process: Process): void
}

/** The first and the last of its moments, counted from 1. */
export interface Moments {
  readonly first: number
  readonly last: number
}

export interface WeatherParts {
  readonly world: World
  readonly plan: Plan
  readonly random: Random
  readonly isHealed: () => boolean
  readonly kill: (process: Process) => void
  /** It is not calm any more; null: for nobody. */
  readonly onRough: (process: Process | null) => void
}

export function createWeather({ world, plan, random, isHealed, kill, onRough }: WeatherParts): Weather {
  const traps = plan.traps.map((trap) => ({ trap, left: trap.nth }))
  const stalled = new Map<Process, number>()
  const sent = new Map<string, number>()
  let marked: ReadonlyMap<string, number> | null = null

  /** The traps that this moment springs. */
  function sprung(name: string): Trap[] {
    sent.set(name, (sent.get(name) ?? 0) + 1)
    if (traps.length === 0 || isHealed()) return []
    const hit = traps.filter(({ trap, left }) => left > 0 && trap.statements.includes(name))
    for (const one of hit) one.left -= 1
    const due = hit.filter(({ left }) => left === 0).map(({ trap }) => trap)
    if (due.length > 0) mark()
    return due
  }

  function mark(): void {
    marked = new Map(sent)
  }

  function moments(): Map<string, Moments> {
    const since = [...sent].map(([name, last]) => [name, { first: (marked?.get(name) ?? last) + 1, last }] as const)
    return new Map(since.filter(([, { first, last }]) => first <= last))
  }

  function spring({ what, ms }: Trap, process: Process): void {
    if (isHealed()) return
    world.note(`trap ${what} ${ms}`)
    if (what === 'kill') kill(process)
    else if (what === 'stall') {
      stalled.set(process, world.now() + ms)
      onRough(process)
    } else {
      process.pause()
      world.after(ms, () => process.resume())
    }
  }

  function trapped(drawn: Fate | null, name: string, process: Process): Fate | null {
    return sprung(name).reduce<Fate | null>((changed, trap) => {
      const { what, when, ms } = trap
      const on = (): void => spring(trap, process)
      const base = changed ?? swift(random)
      if (what === 'break') return { ...base, breaks: when === 'commits' ? 'after' : 'before' }
      if (what === 'stall') on()
      const isQuiet = what === 'stall' || what === 'late'
      if (when === 'commits') return { ...base, backMs: ms, onCommitted: isQuiet ? null : on }
      if (isQuiet) return { ...base, thereMs: ms }
      if (when === 'leaves') return { ...base, breaks: 'before', onArrival: on }
      // The server may go on for long with what a process asked for that is dead by then.
      return { ...base, thereMs: ms, onArrival: on, workMs: random.pick([0, 5, 3_000, 9_000]) }
    }, drawn)
  }

  const isRough = (): boolean => plan.roughness > 0 && !isHealed() && storms(plan, world.now())
  const stalledMs = (process: Process): number =>
    isHealed() ? 0 : Math.max(0, (stalled.get(process) ?? 0) - world.now())
  if (plan.roughness > 0) for (const at of plan.storms) world.after(at, () => onRough(null))

  function fate({ name, text }: Query, process: Process): Fate | null {
    const rough = isRough()
    const drawn = trapped(
      draw(random, plan.atOnce, rough ? plan.roughness : null, name),
      name ?? text.slice(0, UNNAMED_LENGTH),
      process,
    )
    const waitMs = stalledMs(process)
    return waitMs > 0 ? { ...(drawn ?? swift(random)), thereMs: waitMs } : drawn
  }

  return {
    fate,
    isCalm: (process) => !isRough() && stalledMs(process) === 0,
    moments,
    mark,
    submitted(process) {
      for (const trap of sprung('submit')) world.after(random.between(0, 30), () => spring(trap, process))
    },
  }
}

function storms({ storms: turns }: Plan, now: number): boolean {
  return turns.filter((at) => at <= now).length % 2 === 1
}

/** A statement without a name goes by how it begins: `begin`, `commit`, `insert into nodes`. */
const UNNAMED_LENGTH = 17

const REFUSALS = ['57P01', '40P01', '55P03', '57014', '53100', '40001'] as const

/** `roughness` null: nothing bad happens. */
function draw(random: Random, atOnce: number, roughness: number | null, name: string | null): Fate | null {
  if (roughness === null) return random.happens(atOnce) ? null : swift(random)
  const fate = swift(random)
  if (!random.happens(roughness)) return fate
  const luck = random.next()
  if (luck < 0.25) return { ...fate, thereMs: random.pick([500, 3_000, 12_000, 33_000, 45_000]) }
  if (luck < 0.35) return { ...fate, workMs: random.pick([50, 900, 5_000]) }
  if (luck < 0.55) return { ...fate, breaks: 'before' }
  if (luck < 0.85) return { ...fate, breaks: 'after' }
  return name === null ? fate : { ...fate, refusedWith: random.pick(REFUSALS) }
}

function swift(random: Random): Fate {
  return {
    thereMs: random.between(0, 10),
    workMs: random.between(0, 5),
    backMs: random.between(0, 10),
    breaks: 'never',
    refusedWith: null,
    onArrival: null,
    onCommitted: null,
  }
}
