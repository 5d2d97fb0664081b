import type { CheckStep, UnreadableReceipt } from '../../domain/provider.ts'
import type { Db } from '../../store/db.ts'
import { countUnreadable, forgetUnreadable, keepUnreadable } from '../../store/receipts/unreadable-receipts.ts'

/** Receipts that can't be read: an SMSC would send them for ever if they were refused, so they are kept for a person to look at. */
export interface UnreadableReceipts {
  /** Resolves after COMMIT. */
  take(receipt: UnreadableReceipt): Promise<void>
  /** Forgets old ones, and counts the others, whichever node took them. */
  look(): Promise<void>
  /** How many there are of each provider. */
  proposals(): readonly CheckStep[]
}

export function createUnreadableReceipts(db: Db, onTaken: (provider: string) => void): UnreadableReceipts {
  let counts: ReadonlyMap<string, number> = new Map()

  return {
    async take(receipt) {
      await keepUnreadable(db, receipt)
      counts = new Map([...counts, [receipt.provider, (counts.get(receipt.provider) ?? 0) + 1]])
      onTaken(receipt.provider)
    },
    async look() {
      await forgetUnreadable(db)
      counts = new Map((await countUnreadable(db)).map(({ provider, count }) => [provider, count]))
    },
    proposals: () => [...counts].map(([provider, count]) => toStep(provider, count)),
  }
}

function toStep(provider: string, count: number): CheckStep {
  const what = count === 1 ? 'One receipt' : `${count} receipts`
  return {
    name: `${provider}: unreadable`,
    ok: false,
    detail: `${what} of ${provider} in the last 72 hours could not be read.`,
    fix: 'Look at them in the table unreadable_receipts, and show one to the provider: docs/smpp.md says how.',
  }
}
