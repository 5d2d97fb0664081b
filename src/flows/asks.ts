import type { Logger } from 'pino'
import { CATEGORIES } from '../domain/category.ts'
import { laneOf } from '../domain/lane.ts'
import type { Receipt, Reconciliation, SmsProvider } from '../domain/provider.ts'
import { askAgain, claimAsks, pollLater, sendAfterAll, type Ask } from '../store/asks.ts'
import type { Db } from '../store/db.ts'
import { findAttempt } from '../store/receipts.ts'

export interface AsksParts {
  readonly db: Db
  readonly log: Logger
  readonly providers: readonly SmsProvider[]
  /** Milliseconds between questions about a message the provider took, from one to the next; none after the last. */
  readonly pollWaitsMs: readonly number[]
  readonly settle: (receipt: Receipt) => Promise<void>
  readonly signal: AbortSignal
}

/** Questions under way at once on one node. */
const AT_ONCE = 16

/** A question whose node died is asked by another after this. */
const LEASE_SECONDS = 60

/** An uncertain submission is looked for twice, 15 s and 60 s after it, before it is held not to have arrived. */
const RECONCILE_ROUNDS = 2
const RECONCILE_AGAIN_MS = 45_000

/** Asks providers what is due: about submissions whose answer was lost, and about messages without a receipt. True: there may be more. */
export async function askProviders(parts: AsksParts): Promise<boolean> {
  const asked = parts.providers.filter((provider) => provider.reconcile !== null || provider.poll !== null)
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
    // It comes back by itself when its lease runs out.
    parts.log.warn(
      { event: 'ask.failed', provider: ask.provider, action: ask.action, message_id: ask.messageId, err: error },
      'a provider could not be asked',
    )
  }
}

async function reconcile(parts: AsksParts, provider: SmsProvider, ask: Ask): Promise<void> {
  if (provider.reconcile === null) return askAgain(parts.db, ask.dueId, null)
  const sms = { ...ask, validitySeconds: 1 }
  const found = await notAnother(parts.db, ask, await provider.reconcile(sms, ask.startedAt, parts.signal))
  if (found.kind === 'found') {
    await parts.settle({ ...found.receipt, attempt: { messageId: ask.messageId, number: ask.attempt } })
    const first = parts.pollWaitsMs[0]
    if (found.receipt.status === 'sent' && provider.poll !== null && first !== undefined)
      await pollLater(parts.db, ask.messageId, first)
    return
  }
  if (ask.round + 1 < RECONCILE_ROUNDS) return askAgain(parts.db, ask.dueId, RECONCILE_AGAIN_MS)
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
  if (receipt !== null) await parts.settle({ ...receipt, attempt: { messageId: ask.messageId, number: ask.attempt } })
  if (receipt === null || receipt.status === 'sent') {
    await askAgain(parts.db, ask.dueId, parts.pollWaitsMs[ask.round + 1] ?? null)
  }
}
