import { countryOf } from '../../domain/country.ts'
import { SANDBOX } from '../../domain/provider.ts'
import type { ReceiptShare } from '../../domain/verdict.ts'
import type { Db } from '../../store/db.ts'
import type { MessageRecord } from '../../store/sms/read-messages.ts'
import { countReceipts } from '../../store/receipts/read-receipt-shares.ts'

/** How many messages each provider tells the end of, by country: what can be expected of one that it has. */
export interface ReceiptShares {
  /** The message with what can be expected; as it is where that is not known, or nothing is expected any more. */
  expecting(message: MessageRecord): Promise<MessageRecord & { readonly expected?: ReceiptShare }>
  /** By provider and country, where there are enough messages to tell. */
  list(): Promise<readonly WayShare[]>
}

/** The share of one way. */
export interface WayShare extends ReceiptShare {
  readonly provider: string
  /** ISO 3166-1 alpha-2; null: the numbers belong to no single one. */
  readonly country: string | null
}

export interface ReceiptSharesParts {
  readonly db: Db
  /** The database's clock. */
  readonly now: () => Date
  /** In milliseconds. */
  readonly monotonic: () => number
}

/** What was counted serves for so long. */
const FRESH_MS = 300_000

/** A message accepted since then may still get its receipt. */
const RECENT_MS = 3_600_000

/** Fewer say nothing about the next one. */
const LEAST_MESSAGES = 20

export function createReceiptShares({ db, now, monotonic }: ReceiptSharesParts): ReceiptShares {
  let counted: { readonly at: number; readonly shares: Promise<ReadonlyMap<string, WayShare>> } | null = null

  function shares(): Promise<ReadonlyMap<string, WayShare>> {
    if (counted === null || monotonic() - counted.at > FRESH_MS)
      counted = { at: monotonic(), shares: count(db, now()).catch(() => new Map<string, WayShare>()) }
    return counted.shares
  }

  return {
    async expecting(message) {
      const { status, provider, contact } = message
      if (status !== 'sent' || provider === SANDBOX) return message
      const share = (await shares()).get(keyOf(provider, countryOf(contact)))
      if (share === undefined || share.messages < LEAST_MESSAGES) return message
      const { messages, receipts } = share
      return { ...message, expected: { messages, receipts } }
    },
    list: async () => [...(await shares()).values()].filter(({ messages }) => messages >= LEAST_MESSAGES),
  }
}

async function count(db: Db, now: Date): Promise<ReadonlyMap<string, WayShare>> {
  const shares = new Map<string, WayShare>()
  for (const { provider, contact, messages, receipts } of await countReceipts(
    db,
    new Date(now.getTime() - RECENT_MS),
  )) {
    const country = countryOf(contact)
    const key = keyOf(provider, country)
    const before = shares.get(key) ?? { messages: 0, receipts: 0 }
    shares.set(key, {
      provider,
      country,
      messages: before.messages + messages,
      receipts: before.receipts + receipts,
    })
  }
  return shares
}

function keyOf(provider: string, country: string | null): string {
  return `${provider} ${country ?? ''}`
}
