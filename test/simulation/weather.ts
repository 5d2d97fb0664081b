import type { Fate } from './link.ts'
import type { Query } from './model/server.ts'
import type { Plan, Trap } from './plan.ts'
import type { Random } from './random.ts'
import type { Process, World } from './world.ts'

/** What befalls statements on their way to the database, and processes at the moments the plan has traps for. */
export interface Weather {
  /** Null: at once, nothing happens on the way. */
  fate(query: Query, process: Process): Fate | null
  /** A submission is about to be written. */
  submitted(process: Process): void
}

export interface WeatherParts {
  readonly world: World
  readonly plan: Plan
  readonly random: Random
  readonly isHealed: () => boolean
  readonly kill: (process: Process) => void
}

export function createWeather({ world, plan, random, isHealed, kill }: WeatherParts): Weather {
  const traps = plan.traps.map((trap) => ({ trap, left: trap.nth }))
  const stalled = new Map<Process, number>()

  /** The traps that this moment springs. */
  function sprung(name: string): Trap[] {
    if (isHealed()) return []
    const hit = traps.filter(({ trap, left }) => left > 0 && trap.statements.includes(name))
    for (const one of hit) one.left -= 1
    return hit.filter(({ left }) => left === 0).map(({ trap }) => trap)
  }

  function spring({ what, ms }: Trap, process: Process): void {
    if (isHealed()) return
    world.note(`trap ${what} ${ms}`)
    if (what === 'kill') kill(process)
    else if (what === 'stall') stalled.set(process, world.now() + ms)
    else {
      process.pause()
      world.after(ms, () => process.resume())
    }
  }

  function trapped(drawn: Fate | null, name: string | null, process: Process): Fate | null {
    const found = name === null ? [] : sprung(name)
    return found.reduce<Fate | null>((changed, trap) => {
      const on = (): void => spring(trap, process)
      const base = changed ?? swift(random)
      if (trap.what === 'stall') on()
      // The server may go on for long with what a process asked for that is dead by then.
      else if (trap.when === 'arrives') return { ...base, onArrival: on, workMs: random.pick([0, 5, 3_000, 9_000]) }
      else return { ...base, onCommitted: on }
      return trap.when === 'arrives' ? { ...base, thereMs: trap.ms } : { ...base, backMs: trap.ms }
    }, drawn)
  }

  function fate({ name }: Query, process: Process): Fate | null {
    const rough = !isHealed() && storms(plan, world.now())
    const drawn = trapped(draw(random, rough ? plan.roughness : null, name), name, process)
    const stalledMs = (stalled.get(process) ?? 0) - world.now()
    return stalledMs > 0 && !isHealed() ? { ...(drawn ?? swift(random)), thereMs: stalledMs } : drawn
  }

  return {
    fate,
    submitted(process) {
      for (const trap of sprung('submit')) world.after(random.between(0, 30), () => spring(trap, process))
    },
  }
}

function storms({ storms: turns }: Plan, now: number): boolean {
  return turns.filter((at) => at <= now).length % 2 === 1
}

const REFUSALS = ['57P01', '40P01', '55P03', '57014', '53100', '40001'] as const

/** `roughness` null: nothing bad happens. */
function draw(random: Random, roughness: number | null, name: string | null): Fate | null {
  if (roughness === null) return random.happens(0.9) ? null : swift(random)
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
