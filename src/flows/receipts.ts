import type { Logger } from 'pino'
import { createGatherer } from '../delivery/gather.ts'
import type { Failure } from '../domain/failure.ts'
import { failure } from '../domain/failure.ts'
import type { ProviderCallback, Receipt, SmsProvider } from '../domain/provider.ts'
import { nextStep } from '../domain/retry.ts'
import { isForward, type Status } from '../domain/status.ts'
import type { Db } from '../store/db.ts'
import {
  applyReceipts,
  forgetParked,
  listMatchable,
  parkReceipt,
  readAttempts,
  unpark,
  type AttemptState,
  type ParkedReceipt,
  type ReceiptMove,
} from '../store/receipts.ts'
import { refusing, unavailable } from '../store/faults.ts'

/** What providers report later: believed only when verified, answered only after COMMIT, never moving a status back. */
export interface ReceiptsFlow {
  /** A call to `/callbacks/{provider}/status`. */
  accept(provider: string, callback: ProviderCallback): Promise<'accepted' | 'forged' | 'malformed' | 'unknown'>
  /** One receipt that is known to be genuine. */
  settle(receipt: Receipt): Promise<void>
  /** Receipts that came before their submission was known: those that match now are settled. */
  matchParked(): Promise<void>
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

  async function settle(receipt: Receipt): Promise<void> {
    for (let look = 0, waitMs = LOOK.firstMs; look < LOOK.times; look++, waitMs = Math.min(2 * waitMs, LOOK.mostMs)) {
      const told = await turns.add({ receipt, look })
      if (told.kind === 'unknown') return unknown(receipt)
      if (told.kind === 'settled') return tell(receipt, told.move)
      await parts.wait(waitMs)
    }
    throw unavailable(new Error('another transaction keeps the message'))
  }

  async function unknown(receipt: Receipt): Promise<void> {
    if (receipt.attempt === null) return park(receipt)
    log.warn(
      { event: 'receipt.unknown', provider: receipt.provider },
      'a receipt names an attempt that was never begun',
    )
  }

  function tell(receipt: Receipt, move: ReceiptMove): void {
    const { state, messageStatus, reason } = move
    parts.onStored?.(receipt, move)
    if (messageStatus !== null) parts.onMoved(state.messageId, state.contact, state.text, messageStatus, reason)
  }

  async function park(receipt: Receipt): Promise<void> {
    const { provider, providerMessageId, status, failure: reported, at } = receipt
    const [reason, code] = [reported?.reason ?? null, reported?.code ?? null]
    await refusing(() => parkReceipt(db, { provider, providerMessageId, status, reason, code, at }))
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
          return 'accepted'
        case 'receipts':
          for (const receipt of reading.receipts) await settle(receipt)
          return 'accepted'
      }
    },
    async matchParked() {
      const parked = await listMatchable(db, MATCHES)
      // One that can't be settled must not hold up the others.
      const ends = await Promise.allSettled(parked.map((one) => settle(toReceipt(one))))
      const settled = parked.filter((one, index) => {
        const end = ends[index]
        if (end?.status === 'rejected')
          log.warn({ event: 'receipt.failed', parked: one.id, err: end.reason }, 'a parked receipt was not settled')
        return end?.status === 'fulfilled'
      })
      if (settled.length > 0)
        await unpark(
          db,
          settled.map((one) => one.id),
        )
      await forgetParked(db)
    },
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

function toReceipt({ provider, providerMessageId, status, reason, code, at }: ParkedReceipt): Receipt {
  return {
    provider,
    providerMessageId,
    attempt: null,
    status: status as Receipt['status'],
    failure: reason === null ? null : failure('permanent', reason, { status: 'undelivered', code }),
    at,
  }
}

/** What a receipt changes: pure. */
export function decideReceipt(receipt: Receipt, state: AttemptState, chance: number): ReceiptMove {
  const base = {
    state,
    provider: receipt.provider,
    providerMessageId: receipt.providerMessageId,
    attemptStatus: receipt.status,
    reason: receipt.failure?.reason ?? null,
    code: receipt.failure?.code ?? null,
    messageStatus: null,
    resendMs: null,
    clear: 'none' as const,
  }
  if (receipt.status === 'delivered') return forward(base, state, 'delivered', 'all')
  if (receipt.status === 'sent') return forward(base, state, 'sent', 'sends')
  // An older attempt's failure says nothing about the one under way.
  if (state.number < state.newestAttempt || !isForward(state.messageStatus, 'undelivered')) return base
  const step = nextStep(afterTheFact(receipt.failure), state, chance)
  if (step.kind === 'retry') return { ...base, messageStatus: 'sent', resendMs: step.waitMs, clear: 'all' }
  const status = step.kind === 'end' && step.status !== 'expired' ? step.status : receipt.status
  return { ...forward(base, state, status, 'all'), reason: step.kind === 'end' ? step.reason : base.reason }
}

function forward(base: ReceiptMove, state: AttemptState, status: Status, clear: ReceiptMove['clear']): ReceiptMove {
  return isForward(state.messageStatus, status) ? { ...base, messageStatus: status, clear } : base
}

/** Minutes between resends of what was accepted and then came back, where its code has no waits of its own. */
const RESEND_WAITS_MS = [60_000, 300_000, 900_000]

/** Each resend is charged: what would be waited for without limit before a message is sent is tried a few times after. */
function afterTheFact(reported: Failure | null): Failure {
  if (reported === null) return failure('permanent', 'unknown', { status: 'undelivered' })
  if (reported.class === 'blocked') return { ...reported, class: 'permanent' }
  if (reported.class !== 'transient' && reported.class !== 'throttled') return reported
  return { ...reported, class: 'transient', counted: true, waitsMs: reported.waitsMs ?? RESEND_WAITS_MS }
}
