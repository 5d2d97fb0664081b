import type { Logger } from 'pino'
import { CATEGORIES } from '../../domain/category.ts'
import { laneOf } from '../../domain/lane.ts'
import { canBeAsked, type Receipt, type Reconciliation, type SmsProvider } from '../../domain/provider.ts'
import { askAgain, claimAsks, giveBackAsk, pollLater, sendAfterAll, type Ask } from '../../store/sms/asks.ts'
import type { Db } from '../../store/db.ts'
import { findAttempt } from '../../store/receipts/receipts.ts'

export interface AsksParts {
  readonly db: Db
  readonly log: Logger
  readonly providers: readonly SmsProvider[]
  /** Milliseconds between questions about a message the provider took, from one to the next; none after the last. */
  readonly pollWaitsMs: readonly number[]
  readonly settle: (receipt: Receipt) => Promise<void>
  /** 0..1 */
  readonly chance: () => number
  readonly signal: AbortSignal
}

/** Questions under way at once on one node. */
const AT_ONCE = 16

/** A question whose node died is asked by another after this. */
const LEASE_SECONDS = 60

/** Before a question that could not be asked comes again: a quarter of its submission's age, within these, and up to a fifth more. */
const BACK_MS = { least: 5_000, most: 300_000 }

/**
 * An uncertain submission is looked for twice, 15 s and 55 s after it, before it is held not to have arrived. Where a lease had to lapse
 * first, both come late: there are 15 s between them at least.
 */
const RECONCILE_ROUNDS = 2
const SECOND = { ageMs: 55_000, leastMs: 15_000 }

/** Asks providers what is due: about submissions whose answer was lost, and about messages without a receipt. True: there may be more. */
export async function askProviders(parts: AsksParts): Promise<boolean> {
  const asked = parts.providers.filter(canBeAsked)
  if (asked.length === 0) return false
  const lanes = asked.flatMap((provider) => CATEGORIES.map((category) => laneOf(provider.name, category)))
  const asks = await claimAsks(parts.db, lanes, AT_ONCE, LEASE_SECONDS)
  await Promise.all(asks.map((ask) => answer(parts, ask)))
  return asks.length === AT_ONCE
}

async function answer(parts: AsksParts, ask: Ask): Promise<void> {
  const provider = parts.providers.find((one) => one.name === ask.provider)
  if (provider === undefined) return
  try {
    if (ask.action === 'reconcile') await reconcile(parts, provider, ask)
    else await poll(parts, provider, ask)
  } catch (error) {
    parts.log.warn(
      { event: 'ask.failed', provider: ask.provider, action: ask.action, message_id: ask.messageId, err: error },
      'a provider could not be asked',
    )
    // Should the database be away, it comes back by itself when its lease runs out.
    await giveBack(parts, ask).catch(() => undefined)
  }
}

/** What was cut short because this node stops is for others, at once. */
async function giveBack({ db, signal, chance }: AsksParts, ask: Ask): Promise<void> {
  const waitMs = Math.min(BACK_MS.most, Math.max(BACK_MS.least, ask.ageMs / 4)) * (1 + chance() / 5)
  await giveBackAsk(db, ask.dueId, signal.aborted ? 0 : waitMs)
}

async function reconcile(parts: AsksParts, provider: SmsProvider, ask: Ask): Promise<void> {
  if (provider.reconcile === null) return askAgain(parts.db, ask.dueId, null)
  const sms = { ...ask, validitySeconds: 1 }
  const found = await notAnother(parts.db, ask, await provider.reconcile(sms, ask.startedAt, parts.signal))
  if (found.kind === 'unanswered') return giveBack(parts, ask)
  if (found.kind === 'found') {
    await parts.settle({ ...found.receipt, attempt: { messageId: ask.messageId, number: ask.attempt } })
    const first = parts.pollWaitsMs[0]
    if (found.receipt.status === 'sent' && provider.poll !== null && first !== undefined)
      await pollLater(parts.db, ask.messageId, first)
    return
  }
  if (ask.round + 1 < RECONCILE_ROUNDS)
    return askAgain(parts.db, ask.dueId, Math.max(SECOND.leastMs, SECOND.ageMs - ask.ageMs))
  if (found.kind === 'absent') return sendAfterAll(parts.db, ask.dueId)
  return askAgain(parts.db, ask.dueId, null)
}

/** The provider's record may be that of another message with the same contact and text: then nothing is known of this one. */
async function notAnother(db: Db, ask: Ask, found: Reconciliation): Promise<Reconciliation> {
  if (found.kind !== 'found') return found
  const known = await findAttempt(db, ask.provider, found.receipt.providerMessageId)
  const ours = known === null || (known.messageId === ask.messageId && known.number === ask.attempt)
  return ours ? found : { kind: 'unclear' }
}

async function poll(parts: AsksParts, provider: SmsProvider, ask: Ask): Promise<void> {
  const receipt =
    provider.poll === null || ask.providerMessageId === null
      ? null
      : await provider.poll(ask.providerMessageId, parts.signal)
  if (receipt === null && parts.signal.aborted) return giveBack(parts, ask)
  if (receipt !== null) await parts.settle({ ...receipt, attempt: { messageId: ask.messageId, number: ask.attempt } })
  if (receipt === null || receipt.status === 'sent') {
    await askAgain(parts.db, ask.dueId, parts.pollWaitsMs[ask.round + 1] ?? null)
  }
}
