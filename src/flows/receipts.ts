import type { Logger } from 'pino'
import type { Failure } from '../domain/failure.ts'
import { failure } from '../domain/failure.ts'
import type { ProviderCallback, Receipt, SmsProvider } from '../domain/provider.ts'
import { nextStep } from '../domain/retry.ts'
import { isForward, type Status } from '../domain/status.ts'
import type { Db } from '../store/db.ts'
import {
  applyReceipt,
  findAttempt,
  forgetParked,
  listMatchable,
  lockAttempt,
  parkReceipt,
  unpark,
  type AttemptState,
  type ParkedReceipt,
  type ReceiptMove,
} from '../store/receipts.ts'
import { refusing } from '../store/faults.ts'
import { inTransaction } from '../store/transaction.ts'

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
  /** After COMMIT: this message moved on. */
  readonly onMoved: (messageId: number, contact: string, text: string, status: Status, reason: string | null) => void
}

const MATCHES = 500

export function createReceiptsFlow(parts: ReceiptsParts): ReceiptsFlow {
  const { db, log } = parts

  async function settle(receipt: Receipt): Promise<void> {
    const attempt = receipt.attempt ?? (await findAttempt(db, receipt.provider, receipt.providerMessageId))
    if (attempt === null) return park(receipt)
    const moved = await refusing(() =>
      inTransaction(db, async (client) => {
        const state = await lockAttempt(client, attempt.messageId, attempt.number)
        if (state === null) return null
        const move = decideReceipt(receipt, state, parts.chance())
        await applyReceipt(client, move)
        return { ...move, contact: state.contact, text: state.text }
      }),
    )
    if (moved === null)
      log.warn(
        { event: 'receipt.unknown', provider: receipt.provider },
        'a receipt names an attempt that was never begun',
      )
    else if (moved.messageStatus !== null)
      parts.onMoved(moved.messageId, moved.contact, moved.text, moved.messageStatus, moved.reason)
  }

  async function park(receipt: Receipt): Promise<void> {
    await parkReceipt(db, {
      provider: receipt.provider,
      providerMessageId: receipt.providerMessageId,
      status: receipt.status,
      reason: receipt.failure?.reason ?? null,
      code: receipt.failure?.code ?? null,
      at: receipt.at,
    })
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
      for (const parked of await listMatchable(db, MATCHES)) {
        // One that can't be settled must not hold up those after it.
        try {
          await settle(toReceipt(parked))
          await unpark(db, parked.id)
        } catch (error) {
          log.warn({ event: 'receipt.failed', parked: parked.id, err: error }, 'a parked receipt was not settled')
        }
      }
      await forgetParked(db)
    },
  }
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
    messageId: state.messageId,
    number: state.number,
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
