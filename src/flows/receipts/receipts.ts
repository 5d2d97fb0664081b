import type { Logger } from 'pino'
import { createGatherer } from '../../delivery/gather.ts'
import type { SettledSms } from '../../delivery/ledger.ts'
import type { CheckStep, ProviderCallback, Receipt, SmsProvider, UnreadableReceipt } from '../../domain/provider.ts'
import type { Status } from '../../domain/status.ts'
import type { Db } from '../../store/db.ts'
import { unavailable } from '../../store/faults.ts'
import {
  applyReceipts,
  readAttempts,
  type AttemptSought,
  type AttemptState,
  type ReceiptMove,
} from '../../store/receipts/receipts.ts'
import { createIdModes } from './id-modes.ts'
import { createParkedReceipts } from './parked-receipts.ts'
import { decideReceipt, isOneOfSeveral, unweighed, type AskOnward } from './receipt-moves.ts'
import { createSettlements, type Settlements } from './settlements.ts'
import { createUnreadableReceipts } from './unreadable-receipts.ts'

/** What providers report later: believed only when verified, answered only after COMMIT, never moving a status back. */
export interface ReceiptsFlow {
  /** A call to `/callbacks/{provider}/status`. */
  accept(provider: string, callback: ProviderCallback): Promise<'accepted' | 'forged' | 'malformed' | 'unknown'>
  /** One receipt that is known to be genuine. */
  settle(receipt: Receipt): Promise<void>
  /** Receipts that came before their submission was known: those that match now are settled. */
  matchParked(): Promise<void>
  /** The same for those that came to another node than the one which settled their submission: quick, and nothing where none is parked. */
  matchSettled(): Promise<void>
  /** What is marked as a receipt and can't be read. Resolves after COMMIT. */
  takeUnreadable(receipt: UnreadableReceipt): Promise<void>
  /** Forgets old ones of these, and counts the others. */
  lookAtUnreadable(): Promise<void>
  /** A provider has answered a submission: receipts of it wait for its settlement. */
  taken: Settlements['taken']
  /** After COMMIT: receipts that were quicker than these are matched now. */
  settled(messages: readonly SettledSms[]): void
  /** What the receipts of a provider say about how it is set up, and how many can't be read. */
  proposals(): readonly CheckStep[]
}

export interface ReceiptsParts {
  readonly db: Db
  readonly log: Logger
  readonly providers: ReadonlyMap<string, SmsProvider>
  /** 0..1 */
  readonly chance: () => number
  readonly wait: (ms: number) => Promise<void>
  /** Absent: there is one way alone. */
  readonly onward?: AskOnward
  /** After COMMIT: this message moved on. */
  readonly onMoved: (messageId: number, contact: string, text: string, status: Status, reason: string | null) => void
  /** After COMMIT: this was stored. */
  readonly onStored?: (receipt: Receipt, move: ReceiptMove) => void
  /** After COMMIT: it could not be read. */
  readonly onUnreadable?: (provider: string) => void
  /** Its recipient had opted out: done before the receipt is acknowledged. */
  readonly optedOut?: (receipt: Receipt, state: AttemptState) => Promise<void>
}

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
  | { readonly kind: 'again' }
  | { readonly kind: 'unknown' | 'early' }
  | { readonly kind: 'settled'; readonly move: ReceiptMove }

export function createReceiptsFlow(parts: ReceiptsParts): ReceiptsFlow {
  const { db, log } = parts
  const turns = createGatherer<Turn, Told>({ ...BATCH, commit: (batch) => settleAll(parts, batch) })
  const modes = createIdModes(db, log)
  const parked = createParkedReceipts({ db, log, settle: async (one) => (await settleKnown(one)) === 'settled' })
  const unreadable = createUnreadableReceipts(db, (provider) => parts.onUnreadable?.(provider))
  const settlements = createSettlements(parts.wait)

  async function settle(receipt: Receipt): Promise<void> {
    await settlements.passed(receipt)
    const { attempt, perPart } = receipt
    const mayWait = attempt === null || perPart === true
    if (mayWait) parked.looking(receipt)
    const end = await settleKnown(receipt)
    const isParked = end === 'early' || (end === 'unknown' && attempt === null)
    if (mayWait && !isParked) await parked.found(receipt)
    if (!isParked) return end === 'unknown' ? warn(receipt) : undefined
    // It is stored already: what is learnt of it may fail.
    if ((await parked.park(receipt)) && end === 'unknown') await modes.missed(receipt).catch(() => undefined)
  }

  /** `unknown`: its submission isn't · `early`: which part it speaks of is known only once that is settled. */
  async function settleKnown(receipt: Receipt): Promise<'settled' | 'unknown' | 'early'> {
    const told = await decided(receipt)
    if (told.kind !== 'settled') return told.kind
    if (receipt.failure?.reason === 'opted_out') await parts.optedOut?.(receipt, told.move.state)
    parts.onStored?.(receipt, told.move)
    tell(told.move)
    return 'settled'
  }

  async function decided(receipt: Receipt): Promise<Exclude<Told, { readonly kind: 'again' }>> {
    for (let look = 0, waitMs = LOOK.firstMs; look < LOOK.times; look++, waitMs = Math.min(2 * waitMs, LOOK.mostMs)) {
      const told = await turns.add({ receipt, look })
      if (told.kind !== 'again') return told
      await parts.wait(waitMs)
    }
    throw unavailable(new Error('another transaction keeps the message'))
  }

  function warn({ provider }: Receipt): void {
    log.warn({ event: 'receipt.unknown', provider }, 'a receipt names an attempt that was never begun')
  }

  function tell({ state, messageStatus, reason }: ReceiptMove): void {
    if (messageStatus !== null) parts.onMoved(state.messageId, state.contact, state.text, messageStatus, reason)
  }

  /** What was heard of other parts while some were sent again. */
  async function weigh(resumed: readonly SettledSms[]): Promise<void> {
    const states = await readAttempts(db, resumed.map(toSought))
    for (const state of states) {
      const receipt = state === null ? null : unweighed(state)
      const told = receipt === null ? null : await decided(receipt)
      if (told?.kind === 'settled') tell(told.move)
    }
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
    matchParked: () => parked.matchAll(),
    matchSettled: () => parked.matchSettled(),
    lookAtUnreadable: () => unreadable.look(),
    taken: (...submission) => settlements.taken(...submission),
    settled(messages) {
      parked.settled(messages)
      settlements.settled(messages)
      const resumed = messages.filter(({ settlement }) => settlement.work.resume !== undefined)
      if (resumed.length === 0) return
      void weigh(resumed).catch((error: unknown) =>
        log.warn({ event: 'receipt.failed', err: error }, 'a part that was lost is weighed with the next receipt'),
      )
    },
    takeUnreadable: (receipt) => unreadable.take(receipt),
    proposals: () => [...modes.proposals(), ...unreadable.proposals()],
  }
}

/** Two round trips, and nothing is locked between them: what moved meanwhile is decided anew. */
async function settleAll({ db, chance, onward }: ReceiptsParts, batch: readonly Turn[]): Promise<Told[]> {
  const states = await readAttempts(
    db,
    batch.map(({ receipt }) => receipt),
  )
  const moves = new Map<number, ReceiptMove>()
  const planned = batch.map(({ receipt, look }, index): Told => {
    const state = states[index] ?? null
    if (state === null) return { kind: 'unknown' }
    if (moves.has(state.messageId) || (isEarly(state) && look < EARLY_LOOKS)) return { kind: 'again' }
    if (state.attemptStatus === null && isOneOfSeveral(receipt, state)) return { kind: 'early' }
    const move = decideReceipt(receipt, state, chance(), onward)
    if (isEarly(state) && isRefusal(move)) return { kind: 'again' }
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

/** It is sent again as if it had never been taken. Before its submission is settled that would be one repeat more than the settlement's own. */
function isRefusal({ messageStatus, resendMs }: ReceiptMove): boolean {
  return messageStatus === null && resendMs !== null
}

function toSought({ id, settlement }: SettledSms): AttemptSought {
  const { attempt: number, provider } = settlement
  return { provider, providerMessageId: '', attempt: { messageId: id, number } }
}
