import type { Logger } from 'pino'
import type { SettledSms } from '../../delivery/ledger.ts'
import { failure } from '../../domain/failure.ts'
import type { Receipt } from '../../domain/provider.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import {
  forgetParked,
  isAnyParked,
  listMatchable,
  listNamed,
  listParked,
  parkReceipt,
  unpark,
  type ParkedReceipt,
} from '../../store/receipts/parked-receipts.ts'
import { createEarlyReceipts } from './early-receipts.ts'
import { createSettledIds } from './settled-ids.ts'

/** Receipts that came before their submission was known: kept, and settled once it is. */
export interface ParkedReceipts {
  /** Its submission is looked for now. */
  looking(receipt: Receipt): void
  /** It was settled: others of its submission may have come too early. */
  found(receipt: Receipt): Promise<void>
  /** Resolves after COMMIT. True: it waits. */
  park(receipt: Receipt): Promise<boolean>
  /** After COMMIT: those that were quicker than these, and came to this node, are matched now. */
  settled(messages: readonly SettledSms[]): void
  /** Matches those that came to another node than the one which settled their submission. One that settled nothing asks nothing. */
  matchSettled(): Promise<void>
  /** Matches whatever can be, and forgets what nobody could match for 72 hours. */
  matchAll(): Promise<void>
}

export interface ParkedReceiptsParts {
  readonly db: Db
  readonly log: Logger
  /** False: its submission isn't known, or it can't be told yet which part it speaks of. */
  readonly settle: (receipt: Receipt) => Promise<boolean>
}

const MATCHES = 500

export function createParkedReceipts(parts: ParkedReceiptsParts): ParkedReceipts {
  const { db, log } = parts
  const early = createEarlyReceipts()
  const recent = createSettledIds()

  async function match(parked: readonly ParkedReceipt[]): Promise<void> {
    // One that can't be settled must not hold up the others.
    const ends = await Promise.allSettled(parked.map((one) => parts.settle(toReceipt(one))))
    const settled = parked.filter((one, index) => {
      const end = ends[index]
      if (end?.status === 'rejected')
        log.warn({ event: 'receipt.failed', parked: one.id, err: end.reason }, 'a parked receipt was not settled')
      return end?.status === 'fulfilled' && end.value
    })
    if (settled.length === 0) return
    await unpark(
      db,
      settled.map((one) => one.id),
    )
  }

  async function matchEarly(provider: string, keys: readonly string[]): Promise<void> {
    const ids = keys.flatMap((key) => (key.startsWith(BY_ID) ? [key.slice(BY_ID.length)] : []))
    const messages = keys.flatMap((key) => (key.startsWith(BY_MESSAGE) ? [Number(key.slice(BY_MESSAGE.length))] : []))
    await match(await listParked(db, provider, ids, messages))
  }

  async function matchQuicker(one: SettledSms): Promise<void> {
    const { provider } = one.settlement
    const keys = [...idsOf(one).map((id) => `${BY_ID}${id}`), `${BY_MESSAGE}${one.id}`]
    const hits = early.settled(provider, keys)
    if (hits.length > 0) await matchEarly(provider, hits)
  }

  return {
    looking: (receipt) => early.looking(receipt.provider, keyOf(receipt)),
    async found(receipt) {
      const key = keyOf(receipt)
      if (early.found(receipt.provider, key)) await matchEarly(receipt.provider, [key])
    },
    async park(receipt) {
      await refusing(() => parkReceipt(db, toParked(receipt)))
      const key = keyOf(receipt)
      if (!early.parked(receipt.provider, key)) return true
      await matchEarly(receipt.provider, [key])
      return false
    },
    settled(messages) {
      for (const one of messages) recent.add(one.settlement.provider, idsOf(one))
      if (early.isEmpty()) return
      for (const one of messages)
        void matchQuicker(one).catch((error: unknown) =>
          log.warn({ event: 'receipt.failed', err: error }, 'a parked receipt was not settled yet'),
        )
    },
    async matchSettled() {
      const settled = recent.turn()
      if (settled.size === 0 || !(await isAnyParked(db))) return
      await match(await listNamed(db, MATCHES))
      for (const [provider, ids] of settled) await match(await listParked(db, provider, ids, []))
    },
    async matchAll() {
      early.turn()
      await match(await listMatchable(db, MATCHES))
      await forgetParked(db)
    },
  }
}

const BY_ID = 'id '
const BY_MESSAGE = 'message '

/** What it is matched by. */
function keyOf({ attempt, providerMessageId }: Receipt): string {
  return attempt === null ? `${BY_ID}${providerMessageId}` : `${BY_MESSAGE}${attempt.messageId}`
}

/** Each id of a submission, once. */
function idsOf({ settlement: { providerMessageId, parts = [] } }: SettledSms): readonly string[] {
  if (parts.length === 0) return providerMessageId === null ? [] : [providerMessageId]
  const ids = [providerMessageId, ...parts.map((part) => part.providerMessageId)]
  return [...new Set(ids.filter((id) => id !== null))]
}

function toParked(receipt: Receipt): Omit<ParkedReceipt, 'id'> {
  const { provider, providerMessageId, status, failure: reported, at, contact = null, attempt } = receipt
  const [reason, code] = [reported?.reason ?? null, reported?.code ?? null]
  const named = { messageId: attempt?.messageId ?? null, attempt: attempt?.number ?? null }
  return { provider, providerMessageId, status, reason, code, at, contact, ...named }
}

function toReceipt(parked: ParkedReceipt): Receipt {
  const { provider, providerMessageId, status, reason, code, at, contact, messageId, attempt: number } = parked
  // It ends as it would have, had it not come early.
  const end = status === 'failed' || status === 'expired' ? status : 'undelivered'
  return {
    provider,
    providerMessageId,
    attempt: messageId === null || number === null ? null : { messageId, number },
    status: status as Receipt['status'],
    failure: reason === null ? null : failure('permanent', reason, { status: end, code }),
    at,
    ...(contact === null ? {} : { contact }),
    // No other is parked that names its submission.
    ...(messageId === null ? {} : { perPart: true }),
  }
}
