import { projectsOf } from '../../domain/push/push-ways.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import { lookUpTokens } from '../../store/push/tokens.ts'
import type { CallWays, Targets } from './push-call.ts'
import { recipientOf } from './push-caps.ts'
import type { PlannedDevice, PlannedPush, PushPlan } from './push-plan.ts'
import { mainProvider, providerOf } from './push-targets.ts'

/** Of some tokens: how many devices they are, how many of those were seen before, and how many of them are dead. */
export interface KnownTokens {
  readonly total: number
  readonly known: number
  readonly suppressed: number
}

export interface WayCount {
  readonly provider: string
  readonly targets: number
}

/** Whom a push would go to, and by which providers. */
export interface Looked {
  readonly targets: KnownTokens
  /** Those that are dead are left out. */
  readonly ways: readonly WayCount[]
  /** The provider that the first target goes by; null: nothing is set for it. */
  readonly first: string | null
  /** Null: it is the same for all of them. */
  readonly planned: PlannedPush | null
  /** Whom caps would count it for; see `recipientOf`. Devices that were never seen are not among them. */
  readonly recipients: readonly string[]
}

/** Tokens looked up in one statement. */
const TOKENS_AT_ONCE = 5_000

const NONE: ReadonlySet<string> = new Set()

/** Enters nothing. Throws TidingsError where the database can't be asked. */
export async function lookUpAims(db: Db, targets: Targets, ways: CallWays, plan: PushPlan | null): Promise<Looked> {
  if (targets.kind === 'token') return lookUp(db, targets, ways, plan)
  const provider = mainProvider(ways, NONE)
  return {
    targets: { total: 1, known: 0, suppressed: 0 },
    ways: [{ provider, targets: 1 }],
    first: provider,
    planned: null,
    recipients: [],
  }
}

async function lookUp(
  db: Db,
  { tokens, fids }: Extract<Targets, { kind: 'token' }>,
  ways: CallWays,
  plan: PushPlan | null,
): Promise<Looked> {
  const all = [...tokens, ...fids]
  const known = new Map<number, string | null>()
  const unknown: (string | null)[] = []
  let first: string | null = null
  const projects = projectsOf(ways)
  let suppressed = 0
  const recipients = new Set<string>()
  for (let from = 0; from < all.length; from += TOKENS_AT_ONCE) {
    const some = all.slice(from, from + TOKENS_AT_ONCE)
    const kinds = some.map((_, index) => (from + index < tokens.length ? 'token' : 'fid'))
    const found = new Map((await refusing(() => lookUpTokens(db, kinds, some, projects))).map((row) => [row.ord, row]))
    for (const [index, address] of some.entries()) {
      const row = found.get(index + 1)
      const provider = providerOf(ways, address, row?.app ?? null)
      if (from + index === 0) first = provider
      if (row === undefined) {
        unknown.push(provider)
        plan?.place(NOTHING_KNOWN, address)
      } else if (!known.has(row.id)) {
        if (row.suppressed !== null) suppressed += 1
        known.set(row.id, row.suppressed === null ? provider : null)
        if (row.suppressed !== null || provider === null) continue
        plan?.place(row, address)
        recipients.add(recipientOf(row.id, row.contact))
      }
    }
  }
  return {
    targets: { total: unknown.length + known.size, known: known.size, suppressed },
    ways: countWays([...known.values(), ...unknown]),
    first,
    planned: plan?.end() ?? null,
    recipients: [...recipients],
  }
}

const NOTHING_KNOWN: PlannedDevice = { locale: null, timeZone: null, contact: null }

function countWays(providers: readonly (string | null)[]): readonly WayCount[] {
  const counts = new Map<string, number>()
  for (const provider of providers) if (provider !== null) counts.set(provider, (counts.get(provider) ?? 0) + 1)
  return [...counts].map(([provider, targets]) => ({ provider, targets }))
}
