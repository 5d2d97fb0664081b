import type { Msisdn } from '../../domain/contact.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Receipt } from '../../domain/provider.ts'
import { prefixOf } from '../../domain/sms/pumping.ts'
import { isFinal } from '../../domain/status.ts'
import type { ReceiptMove } from '../../store/receipts/receipts.ts'

/** What receipts tell that somebody has to know at once; each node judges those that came to it. */
export interface ReceiptAlarms {
  /** One was stored, and moved its message so. */
  received(receipt: Receipt, move: ReceiptMove): void
}

/** A provider refuses whatever goes out for us, or with one of our senders. `what` of its alarm is the provider: a sender may be a number. */
export const [ACCOUNT_REFUSED, SENDER_REFUSED] = ['account_refused', 'sender_refused'] as const

/** Carriers took more than a few messages for what nobody wants. */
export const FILTERED = 'filtered'

/** A provider took a message for one that a machine asked for; `what` is the beginning of its number. */
export const FRAUD_BLOCKED = 'fraud_blocked'

/** An alarm at more than one in a hundred, of at least a hundred that came to their end within five minutes. */
const FILTER = { share: 0.01, least: 100, bins: 30, binMs: 10_000 } as const

/** `now`: monotonic, in milliseconds. `tell`: an alarm, as often as there is cause. */
export function createReceiptAlarms(now: () => number, tell: (rule: string, what: string) => void): ReceiptAlarms {
  const windows = new Map<string, FilterWindow>()

  function ended(provider: string, isFiltered: boolean): void {
    const window = windows.get(provider) ?? createFilterWindow()
    windows.set(provider, window)
    if (window.add(isFiltered, now())) tell(FILTERED, provider)
  }

  return {
    received({ provider, failure }, { messageStatus, state }) {
      // A receipt that comes twice moves nothing.
      if (messageStatus === null) return
      if (isFinal(messageStatus) || failure !== null) ended(provider, failure?.reason === 'filtered')
      const alarm = failure === null ? null : alarmOf(failure, provider, state.sentTo)
      if (alarm !== null) tell(...alarm)
    },
  }
}

function alarmOf(failure: Failure, provider: string, contact: Msisdn): readonly [rule: string, what: string] | null {
  if (failure.reason === 'fraud') return [FRAUD_BLOCKED, prefixOf(contact)]
  if (failure.class !== 'blocked') return null
  return [failure.pause === 'sender' ? SENDER_REFUSED : ACCOUNT_REFUSED, provider]
}

interface FilterWindow {
  /** Whether too many of the last ones were filtered, this one included. */
  add(isFiltered: boolean, at: number): boolean
}

function createFilterWindow(): FilterWindow {
  const { bins, binMs, share, least } = FILTER
  const kept = Array.from({ length: bins }, () => ({ turn: -1, all: 0, filtered: 0 }))
  return {
    add(isFiltered, at) {
      const turn = Math.floor(at / binMs)
      const bin = kept[turn % bins]
      if (bin === undefined) throw new RangeError('a clock before its own beginning')
      if (bin.turn !== turn) Object.assign(bin, { turn, all: 0, filtered: 0 })
      bin.all += 1
      if (!isFiltered) return false
      bin.filtered += 1
      const recent = kept.filter((one) => one.turn > turn - bins)
      const all = recent.reduce((sum, one) => sum + one.all, 0)
      return all >= least && recent.reduce((sum, one) => sum + one.filtered, 0) > all * share
    },
  }
}
