import type { Intake } from '../../delivery/intake.ts'
import { checkFids, checkTokens } from '../../domain/push/push-content.ts'
import { TidingsError, withoutStop, type FaultDetail } from '../../domain/errors.ts'
import { projectsOf } from '../../domain/push/push-ways.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import type { LongChunks, LongNotification } from '../../store/push/long-notifications.ts'
import { CHUNK_TARGETS } from '../../store/push/notifications.ts'
import { upsertTokens, type KnownToken } from '../../store/push/tokens.ts'
import { createIdList, createIdSet, type IdList } from '../past/id-list.ts'
import { capLong, type CappedLong } from './long-caps.ts'
import type { Accepted, Idempotency, KeyGuard } from '../sending/idempotent.ts'
import { toAnswer, toKept, type PreparedPush, type PushAnswer, type ToldPush } from './push-call.ts'
import { refuseForServices } from './push-services.ts'
import type { PushCaps } from './push-caps.ts'
import { CAPPED_REASON, cappedWarnings, ownWords, recounted } from './push-storing.ts'
import { mainProvider, NO_PROVIDER, partAt, providerOf, unreachable } from './push-targets.ts'

/** A device that is named in a line. */
export interface LineTarget {
  readonly kind: 'token' | 'fid'
  readonly value: string
}

/** A push whose targets come in pieces, more of them than one call in JSON may have. */
export interface LongPush {
  /** Enters up to 5,000 targets; nothing is sent to them yet. Throws TidingsError: the first of them has the place `from`. */
  add(targets: readonly LineTarget[], from: number): Promise<void>
  /** All that were added, at once. Resolves after COMMIT; throws TidingsError. */
  accept(idempotency: Idempotency | null): Promise<Accepted<PushAnswer>>
}

export interface LongPushParts {
  readonly db: Db
  readonly intake: Pick<Intake, 'addLongPush'>
  readonly keys: KeyGuard
  /** Without them nobody is sent too much. */
  readonly caps?: PushCaps
}

/** Different targets of one push; at eight bytes each they are kept in memory until its end. */
export const MOST_LONG_TARGETS = 5_000_000

/** `found`: its targets are looked up, and one that nothing is set for is left out. */
export function createLongPush(parts: LongPushParts, prepared: PreparedPush, found = false): LongPush {
  const { db, intake, keys } = parts
  const seen = createIdSet()
  const live = new Map<string, LongGroup>()
  const suppressed = new Map<string, IdList>()
  const { ways, plan } = prepared
  const projects = projectsOf(ways)

  function suppress(reason: string, id: number): void {
    const list = suppressed.get(reason) ?? createIdList(CHUNK_TARGETS)
    suppressed.set(reason, list)
    list.add(id)
  }

  function enter(known: KnownToken, address: string): void {
    const { id, suppressed: reason, app } = known
    if (!seen.add(id)) return
    const provider = providerOf(ways, address, app)
    if (reason !== null || provider === null) return suppress(reason ?? NO_PROVIDER, id)
    const place = plan?.place(known, address) ?? null
    const key = `${provider} ${place}`
    const group = live.get(key) ?? { provider, place, list: createIdList(CHUNK_TARGETS) }
    live.set(key, group)
    group.list.add(id)
  }

  const size = (): number =>
    [...[...live.values()].map(({ list }) => list), ...suppressed.values()].reduce((sum, list) => sum + list.size(), 0)

  return {
    async add(targets, from) {
      refuseFaults(targets, from)
      refuseForServices(
        prepared.measured,
        targets.map(({ value }) => value),
      )
      if (!found)
        refuse(
          unreachable(
            'targets',
            targets.map(({ value }) => value),
            from,
            ways,
          ),
        )
      const different = [...new Map(targets.map((target) => [`${target.kind}:${target.value}`, target])).values()]
      const known = await refusing(() =>
        upsertTokens(
          db,
          different.map(({ kind }) => kind),
          different.map(({ value }) => value),
          projects,
        ),
      )
      known.forEach((token, index) => enter(token, different[index]?.value ?? ''))
      if (size() > MOST_LONG_TARGETS) throw tooMany()
    },
    accept: (idempotency) =>
      keys.once(
        idempotency,
        () => {
          const planned = plan?.end() ?? null
          const groups = [...live.values()].map(({ list, place, provider }) => {
            return { provider, part: partAt(planned, place), blocks: list.blocks() }
          })
          const provider = mainProvider(ways, new Set(groups.map((group) => group.provider)))
          const own = planned === null ? {} : ownWords(prepared.notification, planned)
          const notification = { ...prepared.notification, ...own, provider }
          const warnings = [...prepared.warnings, ...(planned?.warnings ?? [])]
          const told = { notification, warnings, quietUntil: planned?.quietUntil ?? null }
          return {
            kept: toKept(told, size()),
            async insert(record) {
              const capped = await cappedOf(parts, prepared, groups)
              const kept = keptOf(told, capped, size())
              const keyed = record && { ...record, answer: kept }
              const made = await storedOrGivenBack(capped, () =>
                intake.addLongPush({
                  notification: { ...notification, ...variantsOf(notification, capped), idempotency: keyed },
                  chunks: capped.chunks,
                  suppressed: blocksOf(withCapped(suppressed, capped)),
                }),
              )
              return made === null ? null : { id: made, kept }
            },
          }
        },
        toAnswer,
      ),
  }
}

interface LongGroup {
  readonly provider: string
  readonly place: number | null
  readonly list: IdList
}

async function cappedOf(
  { db, caps }: LongPushParts,
  { ways, notification }: PreparedPush,
  chunks: readonly LongChunks[],
): Promise<CappedLong> {
  return capLong(db, ways.captured ? null : (caps ?? null), notification.category, chunks)
}

/** What caps have counted for it is given back where it is not stored. */
async function storedOrGivenBack(
  { giveBack }: CappedLong,
  store: () => Promise<number | null>,
): Promise<number | null> {
  let made: number | null = null
  try {
    made = await store()
    return made
  } finally {
    // Caps that count too much for a while are no reason to hide what became of the call.
    if (made === null) await giveBack().catch(() => undefined)
  }
}

/** How it is answered, without its id. */
function keptOf(told: ToldPush, { chunks, recipients }: CappedLong, targets: number): ReturnType<typeof toKept> {
  const kept = toKept({ ...told, warnings: [...told.warnings, ...cappedWarnings(null, recipients)] }, targets)
  return recipients.size > 0 && chunks.length === 0 ? { ...kept, status: 'suppressed' } : kept
}

/** With the sizes of what is left. */
function variantsOf(
  { variants }: Pick<LongNotification['notification'], 'variants'>,
  { chunks }: CappedLong,
): Pick<LongNotification['notification'], 'variants'> {
  if (variants === undefined) return {}
  const sizeOf = (blocks: LongChunks['blocks']): number => blocks.reduce((sum, block) => sum + block.length, 0)
  const groups = chunks.map(({ part, blocks }) => ({ part, targets: sizeOf(blocks) }))
  return { variants: recounted(variants, groups) }
}

function withCapped(suppressed: ReadonlyMap<string, IdList>, { capped }: CappedLong): ReadonlyMap<string, IdList> {
  return capped.size() === 0 ? suppressed : new Map([...suppressed, [CAPPED_REASON, capped]])
}

function blocksOf(lists: ReadonlyMap<string, IdList>): ReadonlyMap<string, readonly Float64Array[]> {
  return new Map([...lists].map(([name, list]) => [name, list.blocks()]))
}

function refuseFaults(targets: readonly LineTarget[], from: number): void {
  const faults: FaultDetail[] = []
  for (const [index, { kind, value }] of targets.entries()) {
    const [fault] = kind === 'token' ? checkTokens([value]) : checkFids([value])
    if (fault !== undefined) faults.push({ path: `targets[${from + index}]`, message: fault.message })
    if (faults.length === MOST_FAULTS) break
  }
  refuse(faults)
}

function refuse(faults: readonly FaultDetail[]): void {
  const [first] = faults
  if (first !== undefined) {
    throw new TidingsError('invalid_request', `${first.path}: ${withoutStop(first.message)}. Nothing was stored.`, {
      details: faults,
    })
  }
}

/** Told at once. */
const MOST_FAULTS = 20

function tooMany(): TidingsError {
  const message = `At most ${MOST_LONG_TARGETS.toLocaleString('en')} targets fit into one push. Nothing was stored.`
  return new TidingsError('invalid_request', message, { details: [{ path: 'targets', message }] })
}
