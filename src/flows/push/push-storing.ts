import type { PushPart } from '../../domain/push/push-part.ts'
import type { IdempotencyRecord } from '../../store/idempotency.ts'
import { countTargets, type InsertedNotification, type NewNotification } from '../../store/push/notifications.ts'
import type { Made } from '../sending/idempotent.ts'
import { recipientOf, type CappedPush, type PushCaps } from './push-caps.ts'
import { toKept, type PreparedPush } from './push-call.ts'
import type { KnownTargets } from './push-targets.ts'

/** A push as it is to be stored, but for its idempotency key. */
export type StoredPush = Omit<NewNotification, 'held' | 'idempotency'>

export interface ReadyPush {
  readonly push: StoredPush
  /** Sentences. */
  readonly warnings: readonly string[]
  /** Whether caps look at it. */
  readonly isCounted: boolean
  /** When the first quiet hours end, where all of it waits for that. */
  readonly quietUntil: Date | null
  /** Whom a device is. */
  readonly owner: (tokenId: number) => string
}

/** Together with whom it goes to. */
export function toReady(prepared: PreparedPush, known: KnownTargets): ReadyPush {
  const { notification, ways, targets } = prepared
  const { aims, planned, owners } = known
  const owner = (tokenId: number): string => recipientOf(tokenId, owners.get(tokenId) ?? null)
  return {
    push: { ...notification, ...aims, ...(planned === null ? {} : ownWords(notification, planned)) },
    warnings: [...prepared.warnings, ...(planned?.warnings ?? [])],
    isCounted: !ways.captured && targets.kind === 'token',
    quietUntil: planned?.quietUntil ?? null,
    owner,
  }
}

/** Whom caps count a push for; null: they don't look at it. */
function countedOf(caps: PushCaps | undefined, { push, isCounted, owner }: ReadyPush): CappedPush | null {
  const { category, tokenIds, others = [] } = push
  if (caps === undefined || !isCounted || !caps.looksAt(category, countTargets(push))) return null
  const ids = [tokenIds, ...others.map((way) => way.tokenIds)].flat()
  return { category, recipients: [...new Set(ids.map(owner))] }
}

/** What a plan changes of a push: its time, and its words where all have those of another language. */
export function ownWords(
  { sendAt, content }: PreparedPush['notification'],
  { words, sendAt: planned, lastSendAt, variants }: NonNullable<KnownTargets['planned']>,
): Partial<StoredPush> {
  const times = { sendAt: planned ?? sendAt, lastSendAt, variants }
  if (words === null) return times
  const { title, body, origin, link, image } = words
  return { ...times, title, body, template: origin, content: { ...(content as object), link, image } }
}

/** How it is answered, without its id. */
export function keptOf({
  push,
  warnings,
  quietUntil,
}: Pick<ReadyPush, 'push' | 'warnings' | 'quietUntil'>): ReturnType<typeof toKept> {
  if (isLeft(push)) return toKept({ notification: push, warnings, quietUntil }, countTargets(push))
  return { ...toKept({ notification: push, warnings }, countTargets(push)), status: 'suppressed' }
}

/**
 * Stores a push without those who have been sent as many as the caps allow; what was counted for one that is not stored after all is given
 * back. Null where its idempotency key was taken.
 */
export async function storePush(
  caps: PushCaps | undefined,
  ready: ReadyPush,
  record: IdempotencyRecord | null,
  add: (push: Omit<NewNotification, 'held'>) => Promise<InsertedNotification | null>,
): Promise<Made | null> {
  const counted = countedOf(caps, ready)
  const capped = counted === null ? undefined : await caps?.count(counted)
  const going = capped === undefined || counted === null ? null : goingOf(counted, capped)
  try {
    const warning = counted === null ? null : (caps?.watch(counted) ?? null)
    const warnings = [...ready.warnings, ...cappedWarnings(warning, capped)]
    const told = { push: withoutCapped(ready, capped), warnings, quietUntil: ready.quietUntil }
    const kept = keptOf(told)
    const made = await add({ ...told.push, idempotency: record && { ...record, answer: kept } })
    if (made === null && going !== null) caps?.giveBack(going)
    return made && { id: made.id, kept }
  } catch (error) {
    if (going !== null) caps?.giveBack(going)
    throw error
  }
}

function goingOf({ category, recipients }: CappedPush, capped: ReadonlySet<string>): CappedPush {
  return { category, recipients: recipients.filter((recipient) => !capped.has(recipient)) }
}

export function cappedWarnings(warning: string | null, capped: ReadonlySet<string> = new Set()): readonly string[] {
  if (capped.size === 0) return warning === null ? [] : [warning]
  if (capped.size === 1) return ['One recipient has been sent as many as the caps allow, and does not get it.']
  return [`${capped.size.toLocaleString('en')} recipients have been sent as many as the caps allow, and do not get it.`]
}

/** Why a device is left out. */
export const CAPPED_REASON = 'recipient_cap'

function withoutCapped({ push, owner }: ReadyPush, capped: ReadonlySet<string> = new Set()): StoredPush {
  if (capped.size === 0) return push
  const held = (tokenId: number): boolean => capped.has(owner(tokenId))
  const goes = (tokenId: number): boolean => !held(tokenId)
  const { tokenIds, others = [], suppressed } = push
  const left = others.map((way) => ({ ...way, tokenIds: way.tokenIds.filter(goes) }))
  const out = [tokenIds, ...others.map((way) => way.tokenIds)].flat().filter(held)
  return {
    ...push,
    tokenIds: tokenIds.filter(goes),
    others: left.filter((way) => way.tokenIds.length > 0),
    suppressed: [...suppressed, ...out.map((tokenId) => ({ tokenId, reason: CAPPED_REASON }))],
    ...(push.variants === undefined
      ? {}
      : {
          variants: recounted(
            push.variants,
            left.map(({ part = null, tokenIds: ids }) => ({ part, targets: ids.length })),
          ),
        }),
  }
}

/** With the sizes of what is left. */
export function recounted(
  variants: NonNullable<StoredPush['variants']>,
  groups: readonly { readonly part: PushPart | null; readonly targets: number }[],
): NonNullable<StoredPush['variants']> {
  return variants.map((variant, place) => ({
    ...variant,
    targets: groups.reduce((sum, { part, targets }) => sum + (part?.variant === place ? targets : 0), 0),
  }))
}

/** Whether somebody gets it. */
function isLeft({ topic, tokenIds, others = [], suppressed }: StoredPush): boolean {
  const isCapped = suppressed.some(({ reason }) => reason === CAPPED_REASON)
  return !isCapped || topic !== null || tokenIds.length > 0 || others.some((way) => way.tokenIds.length > 0)
}
