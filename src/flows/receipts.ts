import type { Logger } from 'pino'
import { createGatherer } from '../delivery/gather.ts'
import type { SettledSms } from '../delivery/ledger.ts'
import { failure } from '../domain/failure.ts'
import type { CheckStep, ProviderCallback, Receipt, SmsProvider } from '../domain/provider.ts'
import type { Status } from '../domain/status.ts'
import type { Db } from '../store/db.ts'
import { refusing, unavailable } from '../store/faults.ts'
import {
  forgetParked,
  listMatchable,
  listParked,
  parkReceipt,
  unpark,
  type ParkedReceipt,
} from '../store/parked-receipts.ts'
import { applyReceipts, readAttempts, type AttemptState, type ReceiptMove } from '../store/receipts.ts'
import { createEarlyReceipts } from './early-receipts.ts'
import { createIdModes } from './id-modes.ts'
import { decideReceipt } from './receipt-moves.ts'

/** What providers report later: believed only when verified, answered only after COMMIT, never moving a status back. */
export interface ReceiptsFlow {
  /** A call to `/callbacks/{provider}/status`. */
  accept(provider: string, callback: ProviderCallback): Promise<'accepted' | 'forged' | 'malformed' | 'unknown'>
  /** One receipt that is known to be genuine. */
  settle(receipt: Receipt): Promise<void>
  /** Receipts that came before their submission was known: those that match now are settled. */
  matchParked(): Promise<void>
  /** After COMMIT: receipts that were quicker than these are matched now. */
  settled(messages: readonly SettledSms[]): void
  /** What the receipts of a provider say about how it is set up. */
  proposals(): readonly CheckStep[]
}

export interface ReceiptsParts {
  readonly db: Db
  readonly log: Logger
  readonly providers: ReadonlyMap<string, SmsProvider>
  /** 0..1 */
  readonly chance: () => number
  readonly wait: (ms: number) => Promise<void>
  /** After COMMIT: this message moved on. */
  readonly onMoved: (messageId: number, contact: string, text: string, status: Status, reason: string | null) => void
  /** After COMMIT: this was stored. */
  readonly onStored?: (receipt: Receipt, move: ReceiptMove) => void
  /** Its recipient had opted out: done before the receipt is acknowledged. */
  readonly optedOut?: (receipt: Receipt, state: AttemptState) => Promise<void>
}

const MATCHES = 500

/** Receipts in one transaction, and those that may wait for the next one. */
const BATCH = { most: 200, queue: 10_000 }

/** Between looks at a message that another transaction holds, or whose submission is not settled: each wait is twice the one before. */
const LOOK = { firstMs: 5, mostMs: 80, times: 16 }

/** Looks that a receipt which overtook its submission's settlement waits: what is settled first costs both of them less. */
const EARLY_LOOKS = 5

interface Turn {
  readonly receipt: Receipt
  readonly look: number
}

type Told =
  { readonly kind: 'unknown' } | { readonly kind: 'again' } | { readonly kind: 'settled'; readonly move: ReceiptMove }

export function createReceiptsFlow(parts: ReceiptsParts): ReceiptsFlow {
  const { db, log } = parts
  const turns = createGatherer<Turn, Told>({ ...BATCH, commit: (batch) => settleAll(db, batch, parts.chance) })
  const early = createEarlyReceipts()
  const modes = createIdModes(db, log)

  async function settle(receipt: Receipt): Promise<void> {
    const { provider, providerMessageId: id, attempt } = receipt
    if (attempt === null) early.looking(provider, id)
    if (!(await settleKnown(receipt))) return attempt === null ? park(receipt) : warn(receipt)
    if (attempt === null && early.found(provider, id)) await matchEarly(provider, [id])
  }

  /** False: its submission isn't known. */
  async function settleKnown(receipt: Receipt): Promise<boolean> {
    for (let look = 0, waitMs = LOOK.firstMs; look < LOOK.times; look++, waitMs = Math.min(2 * waitMs, LOOK.mostMs)) {
      const told = await turns.add({ receipt, look })
      if (told.kind === 'unknown') return false
      if (told.kind === 'settled') {
        if (receipt.failure?.reason === 'opted_out') await parts.optedOut?.(receipt, told.move.state)
        tell(receipt, told.move)
        return true
      }
      await parts.wait(waitMs)
    }
    throw unavailable(new Error('another transaction keeps the message'))
  }

  function warn({ provider }: Receipt): void {
    log.warn({ event: 'receipt.unknown', provider }, 'a receipt names an attempt that was never begun')
  }

  function tell(receipt: Receipt, move: ReceiptMove): void {
    const { state, messageStatus, reason } = move
    parts.onStored?.(receipt, move)
    if (messageStatus !== null) parts.onMoved(state.messageId, state.contact, state.text, messageStatus, reason)
  }

  async function park(receipt: Receipt): Promise<void> {
    const { provider, providerMessageId, status, failure: reported, at, contact = null } = receipt
    const [reason, code] = [reported?.reason ?? null, reported?.code ?? null]
    await refusing(() => parkReceipt(db, { provider, providerMessageId, status, reason, code, at, contact }))
    if (early.parked(provider, providerMessageId)) return matchEarly(provider, [providerMessageId])
    // It is stored already: what is learnt of it may fail.
    await modes.missed(receipt).catch(() => undefined)
  }

  async function match(parked: readonly ParkedReceipt[]): Promise<void> {
    // One that can't be settled must not hold up the others.
    const ends = await Promise.allSettled(parked.map((one) => settleKnown(toReceipt(one))))
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

  async function matchEarly(provider: string, ids: readonly string[]): Promise<void> {
    await match(await listParked(db, provider, ids))
  }

  async function matchSettled({ settlement }: SettledSms): Promise<void> {
    const { provider, providerMessageId, parts: taken } = settlement
    if (providerMessageId === null) return
    const ids = [providerMessageId, ...(taken ?? []).map((part) => part.providerMessageId)].filter((id) => id !== null)
    const hits = early.settled(provider, [...new Set(ids)])
    if (hits.length > 0) await matchEarly(provider, hits)
  }

  return {
    settle,
    async accept(name, callback) {
      const provider = parts.providers.get(name)
      if (provider === undefined) return 'unknown'
      const reading = provider.readCallback(callback)
      switch (reading.kind) {
        case 'forged':
        case 'malformed':
          return reading.kind
        case 'ignored':
        case 'inbound':
          return 'accepted'
        case 'receipts':
          for (const receipt of reading.receipts) await settle(receipt)
          return 'accepted'
      }
    },
    async matchParked() {
      early.turn()
      await match(await listMatchable(db, MATCHES))
      await forgetParked(db)
    },
    settled(messages) {
      if (early.isEmpty()) return
      for (const one of messages)
        void matchSettled(one).catch((error: unknown) =>
          log.warn({ event: 'receipt.failed', err: error }, 'a parked receipt was not settled yet'),
        )
    },
    proposals: () => modes.proposals(),
  }
}

/** Two round trips, and nothing is locked between them: what moved meanwhile is decided anew. */
async function settleAll(db: Db, batch: readonly Turn[], chance: () => number): Promise<Told[]> {
  const states = await readAttempts(
    db,
    batch.map(({ receipt }) => receipt),
  )
  const moves = new Map<number, ReceiptMove>()
  const planned = batch.map(({ receipt, look }, index): Told => {
    const state = states[index] ?? null
    if (state === null) return { kind: 'unknown' }
    if (moves.has(state.messageId) || (isEarly(state) && look < EARLY_LOOKS)) return { kind: 'again' }
    const move = decideReceipt(receipt, state, chance())
    moves.set(state.messageId, move)
    return { kind: 'settled', move }
  })
  if (moves.size === 0) return planned
  const written = await applyReceipts(db, [...moves.values()])
  return planned.map((told) =>
    told.kind === 'settled' && !written.has(told.move.state.messageId) ? { kind: 'again' } : told,
  )
}

/** Its provider was quicker than our own settlement. */
function isEarly({ messageStatus, attemptStatus, number, newestAttempt }: AttemptState): boolean {
  return messageStatus === 'sending' && attemptStatus === null && number === newestAttempt
}

function toReceipt({ provider, providerMessageId, status, reason, code, at, contact }: ParkedReceipt): Receipt {
  // It ends as it would have, had it not come early.
  const end = status === 'failed' || status === 'expired' ? status : 'undelivered'
  return {
    provider,
    providerMessageId,
    attempt: null,
    status: status as Receipt['status'],
    failure: reason === null ? null : failure('permanent', reason, { status: end, code }),
    at,
    ...(contact === null ? {} : { contact }),
  }
}
