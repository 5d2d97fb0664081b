import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FaultDetail } from '../domain/errors.ts'
import { SANDBOX } from '../domain/provider.ts'
import { checkFids, checkTokens } from '../domain/push-content.ts'
import { channelOf, mainWay, noWaySentence, projectsOf, wayOf } from '../domain/push-ways.ts'
import type { Devices } from '../domain/staging.ts'
import type { Db } from '../store/db.ts'
import { refusing } from '../store/faults.ts'
import type { NewNotification } from '../store/notifications.ts'
import { upsertTokens } from '../store/tokens.ts'
import type { CallWays, Targets } from './push-call.ts'

/** Tokens looked at, and looked up in one statement. */
const TOKENS_AT_ONCE = 5_000

/** Faults in a long list are told up to this number, so that the answer stays readable. */
const MOST_FAULTS = 20

/** What a target has whose kind of addresses nothing is set for, where nobody named it. */
export const NO_PROVIDER = 'no_provider'

/** What of `NewNotification` says whom a push goes to. */
export type Aims = Pick<NewNotification, 'provider' | 'tokenIds' | 'suppressed'> &
  Required<Pick<NewNotification, 'others'>>

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

/**
 * Tokens are entered beforehand, in short transactions: one that nobody uses in the end is harmless. Of a device that is named by several of
 * its addresses there is one. `leftOut` are not sent to, and say so; those that are dead besides have that for a reason.
 */
export async function knownTargets(db: Db, targets: Targets, leftOut: Devices, ways: CallWays): Promise<Aims> {
  const live = new Map<string, number[]>()
  const suppressed: { tokenId: number; reason: string }[] = []
  const seen = new Set<number>()
  const put = (id: number, reason: string | null, provider: string | null): void => {
    if (seen.has(id)) return
    seen.add(id)
    if (reason !== null || provider === null) suppressed.push({ tokenId: id, reason: reason ?? NO_PROVIDER })
    else if (!live.get(provider)?.push(id)) live.set(provider, [id])
  }
  if (targets.kind === 'token') {
    await eachKnown(db, targets, ways, (address, { id, suppressed: dead, app }) =>
      put(id, dead, providerOf(ways, address, app)),
    )
  }
  await eachKnown(db, leftOut, ways, (_, { id, suppressed: dead }) => put(id, dead ?? 'only_to', null))
  const provider = mainProvider(ways, new Set(live.keys()))
  const others = [...live]
    .filter(([name]) => name !== provider)
    .map(([name, tokenIds]) => ({ provider: name, tokenIds }))
  return { provider, tokenIds: live.get(provider) ?? [], others, suppressed }
}

async function eachKnown(
  db: Db,
  { tokens, fids }: Devices,
  ways: CallWays,
  tell: (address: string, known: Awaited<ReturnType<typeof upsertTokens>>[number]) => void,
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
