import type { Channels } from './channels.ts'
import type { Delivery } from '../delivery/delivery.ts'
import { startLoop, type Loop, type LoopParts } from '../delivery/loop.ts'
import { askProviders } from '../flows/receipts/asks.ts'
import type { ReceiptsFlow } from '../flows/receipts/receipts.ts'
import type { Db } from '../store/db.ts'

const MINUTE = 60_000

/** Waits between questions about a message whose provider cannot call back, and where it can but perhaps did not. */
const POLLS_WITHOUT_CALLBACK_MS = [5_000, 15_000, MINUTE, 10 * MINUTE, 60 * MINUTE, 360 * MINUTE, 1_440 * MINUTE]
const POLLS_BESIDE_CALLBACK_MS = [10 * MINUTE, 60 * MINUTE, 360 * MINUTE, 1_440 * MINUTE]

/** Questions are asked as soon as one is seen to be due, and this often without. */
const ASK_MS = MINUTE
const MATCH_SETTLED_MS = 1_000
const MATCH_MS = MINUTE

/** `firstMs`: until a message that a provider took is first asked after. */
export interface PollWaits {
  readonly firstMs: number
  readonly all: readonly number[]
}

/** `publicUrl` null: no provider can call back. */
export function pollWaits(publicUrl: string | null): PollWaits {
  const all = publicUrl === null ? POLLS_WITHOUT_CALLBACK_MS : POLLS_BESIDE_CALLBACK_MS
  return { firstMs: all[0] ?? MINUTE, all }
}

export interface AskingParts extends LoopParts, Pick<Delivery, 'onSeen'> {
  readonly db: Db
  readonly channels: Channels
  readonly receipts: ReceiptsFlow
  readonly pollWaitsMs: readonly number[]
}

/** Asks providers what became of messages, and matches receipts that came too early. */
export function startAsks({ db, channels, receipts, pollWaitsMs, onSeen, ...loop }: AskingParts): {
  close(): Promise<void>
} {
  const asking = new AbortController()
  const { log, chance } = loop
  const asks = { db, log, providers: channels.sms, pollWaitsMs, chance, signal: asking.signal }
  const settle: ReceiptsFlow['settle'] = (receipt) => receipts.settle(receipt)
  const questions = startLoop('asks', ASK_MS, () => askProviders({ ...asks, settle }), loop)
  onSeen((seen) => void (seen.asks && questions.hurry()))
  const loops: readonly Loop[] = [
    questions,
    startLoop('settled', MATCH_SETTLED_MS, () => receipts.matchSettled(), loop),
    startLoop('parked', MATCH_MS, () => receipts.matchParked(), loop),
    startLoop('unreadable', MATCH_MS, () => receipts.lookAtUnreadable(), loop),
  ]
  return {
    async close() {
      asking.abort()
      await Promise.all(loops.map((one) => one.stop()))
    },
  }
}
