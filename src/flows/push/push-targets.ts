import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Msisdn } from '../../domain/contact.ts'
import type { Caller } from '../../domain/caller.ts'
import { TidingsError, type FaultDetail } from '../../domain/errors.ts'
import { nearest } from '../../domain/nearest.ts'
import { SANDBOX } from '../../domain/provider.ts'
import { checkFids, checkTokens } from '../../domain/push/push-content.ts'
import type { PushPart } from '../../domain/push/push-part.ts'
import {
  type PushWays,
  channelOf,
  mainWay,
  noWaySentence,
  projectNames,
  projectsOf,
  wayOf,
  withProject,
} from '../../domain/push/push-ways.ts'
import type { Devices } from '../../domain/staging.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import type { NewNotification } from '../../store/push/notifications.ts'
import { upsertTokens, type KnownToken } from '../../store/push/tokens.ts'
import type { CallWays, Targets } from './push-call.ts'
import type { PlannedPush, PushPlan } from './push-plan.ts'

/** Tokens looked at, and looked up in one statement. */
const TOKENS_AT_ONCE = 5_000

/** Faults in a long list are told up to this number, so that the answer stays readable. */
const MOST_FAULTS = 20

/** What a target has whose kind of addresses nothing is set for, where nobody named it. */
export const NO_PROVIDER = 'no_provider'

/** What of `NewNotification` says whom a push goes to. */
export type Aims = Pick<NewNotification, 'provider' | 'tokenIds' | 'suppressed'> &
  Required<Pick<NewNotification, 'others'>>

/**
 * The ways of one push: all of them, with the Firebase project it names as the usual one. Throws TidingsError where there is none of that name;
 * as long as none is set at all, any will do.
 */
export function waysOf(ways: PushWays, project: string | undefined, caller: Caller): CallWays {
  const captured = caller.mode === 'test' || ways.all.length === 0
  if (project === undefined || ways.all.length === 0) return { ...ways, captured }
  const named = withProject(ways, project)
  if (named !== null) return { ...named, captured }
  const names = projectNames(ways)
  const meant = nearest(project, names, 2)
  const known = names.length === 0 ? 'There is no Firebase project here' : `There are ${names.join(', ')}`
  const message = `\`project\` is none that is set. ${meant === null ? `${known}.` : `Did you mean ${meant}?`}`
  throw new TidingsError('invalid_request', message, {
    details: [{ path: 'project', message, ...(meant === null ? {} : { suggestion: meant }) }],
  })
}

/** Checked in blocks, so that a long list does not hold up the calls beside it. */
export async function targetFaults(
  { tokens, fids, found = false }: Extract<Targets, { kind: 'token' }>,
  ways: CallWays,
): Promise<FaultDetail[]> {
  const faults: FaultDetail[] = []
  for (let from = 0; from < tokens.length && faults.length === 0; from += TOKENS_AT_ONCE) {
    const some = tokens.slice(from, from + TOKENS_AT_ONCE)
    faults.push(...checkTokens(some, from))
    if (!found && faults.length === 0) faults.push(...unreachable('tokens', some, from, ways))
    await nextTurn()
  }
  for (let from = 0; from < fids.length && faults.length === 0; from += TOKENS_AT_ONCE) {
    const some = fids.slice(from, from + TOKENS_AT_ONCE)
    faults.push(...checkFids(some, from))
    if (!found && faults.length === 0) faults.push(...unreachable('fids', some, from, ways))
    await nextTurn()
  }
  return faults
}

/** Of these addresses those that nothing is set for. `from`: the place of the first one in the whole list. */
export function unreachable(
  list: string,
  addresses: readonly string[],
  from: number,
  ways: CallWays,
): readonly FaultDetail[] {
  const faults: FaultDetail[] = []
  if (ways.captured) return faults
  for (const [index, address] of addresses.entries()) {
    if (wayOf(ways, address, null) !== null) continue
    faults.push({ path: `${list}[${from + index}]`, message: noWaySentence(channelOf(address)) })
    if (faults.length === MOST_FAULTS) break
  }
  return faults
}

/** The provider that an address is sent through; null: nothing is set for it. `app`: what its device was registered for. */
export function providerOf(ways: CallWays, address: string, app: string | null): string | null {
  return ways.captured ? SANDBOX : (wayOf(ways, address, app)?.name ?? null)
}

/** The provider that one push is shown with, of those it uses. */
export function mainProvider(ways: CallWays, used: ReadonlySet<string>): string {
  return ways.captured ? SANDBOX : mainWay(ways, used)
}

/** Whom a push goes to. */
export interface KnownTargets {
  readonly aims: Aims
  /** Null: it is the same for all of them. */
  readonly planned: PlannedPush | null
  /** The numbers of those people who are known, by the token of theirs. */
  readonly owners: ReadonlyMap<number, Msisdn>
}

/**
 * Tokens are entered beforehand, in short transactions: one that nobody uses in the end is harmless. Of a device that is named by several of
 * its addresses there is one. `leftOut` are not sent to, and say so; those that are dead besides have that for a reason. Throws TidingsError:
 * what a device would get can't be.
 */
export async function knownTargets(
  db: Db,
  targets: Targets,
  leftOut: Devices,
  ways: CallWays,
  plan: PushPlan | null,
): Promise<KnownTargets> {
  const live = new Map<string, LiveGroup>()
  const suppressed: { tokenId: number; reason: string }[] = []
  const owners = new Map<number, Msisdn>()
  const seen = new Set<number>()
  const put = (known: KnownToken, address: string, reason: string | null, provider: string | null): void => {
    const { id, contact } = known
    if (seen.has(id)) return
    seen.add(id)
    if (reason !== null || provider === null)
      return void suppressed.push({ tokenId: id, reason: reason ?? NO_PROVIDER })
    if (contact !== null) owners.set(id, contact)
    const place = plan?.place(known, address) ?? null
    const key = place === null ? provider : `${provider} ${place}`
    if (!live.get(key)?.tokenIds.push(id)) live.set(key, { provider, place, tokenIds: [id] })
  }
  if (targets.kind === 'token') {
    await eachKnown(db, targets, ways, (address, known) =>
      put(known, address, known.suppressed, providerOf(ways, address, known.app)),
    )
  }
  await eachKnown(db, leftOut, ways, (address, known) => put(known, address, known.suppressed ?? 'only_to', null))
  const planned = plan?.end() ?? null
  return { aims: { ...aimsOf([...live.values()], ways, planned), suppressed }, planned, owners }
}

interface LiveGroup {
  readonly provider: string
  /** Of its part among those that are planned; null: there is no plan. */
  readonly place: number | null
  readonly tokenIds: number[]
}

function aimsOf(groups: readonly LiveGroup[], ways: CallWays, planned: PlannedPush | null): Omit<Aims, 'suppressed'> {
  const provider = mainProvider(ways, new Set(groups.map((group) => group.provider)))
  const parted = groups.map(({ place, ...group }) => ({ ...group, part: partAt(planned, place) }))
  const main = parted.find((group) => group.provider === provider && group.part === null)
  return { provider, tokenIds: main?.tokenIds ?? [], others: parted.filter((group) => group !== main) }
}

/** What is planned for some targets; null: nothing that differs from the push itself. */
export function partAt(planned: PlannedPush | null, place: number | null): PushPart | null {
  const part = place === null ? undefined : planned?.groups[place]
  if (part === undefined) return null
  return part.variant === null && part.leavesAt === null && part.zones === null ? null : part
}

async function eachKnown(
  db: Db,
  { tokens, fids }: Devices,
  ways: CallWays,
  tell: (address: string, known: KnownToken) => void,
): Promise<void> {
  const all = [...tokens, ...fids]
  const projects = projectsOf(ways)
  for (let from = 0; from < all.length; from += TOKENS_AT_ONCE) {
    const some = all.slice(from, from + TOKENS_AT_ONCE)
    const kinds = some.map((_, index) => (from + index < tokens.length ? 'token' : 'fid'))
    const found = await refusing(() => upsertTokens(db, kinds, some, projects))
    found.forEach((known, index) => tell(some[index] ?? '', known))
  }
}
