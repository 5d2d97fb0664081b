import type { SettledSms } from '../../delivery/ledger.ts'
import { flagReasonOf, flagWarning, type FlagReason } from '../../domain/sms/number-flags.ts'
import { SANDBOX, type Receipt } from '../../domain/provider.ts'
import type { Db } from '../../store/db.ts'
import { addFlagCauses, clearFlags, forgetFlags, type FlagCause } from '../../store/sms/number-flags.ts'
import type { ReceiptMove } from '../../store/receipts/receipts.ts'

/** Which numbers nothing reaches, as providers say; noted in memory, and told to the database now and then. */
export interface NumberFlags {
  /** After COMMIT: what submissions came to. */
  settled(messages: readonly SettledSms[]): void
  /** After COMMIT: a receipt was stored, and moved its message so. */
  received(receipt: Receipt, move: ReceiptMove): void
  /** Tells what was noted: to be called each second. Where it rejects, nothing is lost. */
  look(): Promise<void>
}

/** Noted between two tellings; while the database is away, what comes later is not noted. */
const MOST_NOTED = 20_000

const FORGET_MS = 3_600_000

/** `now`: monotonic, in milliseconds. */
export function createNumberFlags(db: Db, now: () => number): NumberFlags {
  let causes: FlagCause[] = []
  let reached = new Set<string>()
  let forgetAt = now()

  function note(cause: FlagCause): void {
    if (causes.length < MOST_NOTED) causes.push(cause)
  }

  /** What was said of it before counts no more, and what is not told yet is not told. */
  function reach(contact: string): void {
    if (causes.length > 0) causes = causes.filter((cause) => cause.contact !== contact)
    if (reached.size < MOST_NOTED) reached.add(contact)
  }

  return {
    settled(messages) {
      for (const { settlement } of messages) {
        const { work, provider, reason } = settlement
        const flag = reason === null || provider === SANDBOX ? null : flagReasonOf(reason)
        // With an answer `blocked` is said of us at least as often as of the number.
        if (flag !== null && flag !== 'blocked') note({ contact: work.contact, reason: flag, provider })
      }
    },
    received({ provider, failure }, { messageStatus, state }) {
      // A receipt that comes twice moves nothing.
      if (messageStatus === null || provider === SANDBOX) return
      if (messageStatus === 'delivered') return reach(state.sentTo)
      const flag = flagReasonOf(failure?.reason ?? null)
      if (flag !== null) note({ contact: state.sentTo, reason: flag, provider })
    },
    async look() {
      const [told, cleared] = [causes, reached]
      causes = []
      reached = new Set()
      try {
        if (cleared.size > 0) await clearFlags(db, [...cleared])
        if (told.length > 0) await addFlagCauses(db, told)
      } catch (error) {
        causes = [...told.filter(({ contact }) => !reached.has(contact)), ...causes].slice(0, MOST_NOTED)
        reached = new Set([...cleared, ...reached])
        throw error
      }
      if (now() < forgetAt) return
      forgetAt = now() + FORGET_MS
      await forgetFlags(db)
    },
  }
}

/** The answer, with a warning where the number is flagged. */
export function warned<Answer extends { readonly warnings?: readonly string[] }>(
  answer: Answer,
  flag: FlagReason | null,
): Answer {
  return flag === null ? answer : { ...answer, warnings: [...(answer.warnings ?? []), flagWarning(flag)] }
}
