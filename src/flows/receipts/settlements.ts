import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SettledSms } from '../../delivery/ledger.ts'
import type { Outcome, Receipt } from '../../domain/provider.ts'

/**
 * What providers took from this node and is not settled yet. A receipt that is quicker than that commit waits for it here, where it would
 * else be looked for in vain, stored, found and removed again: three transactions more for one message.
 */
export interface Settlements {
  /** The provider has answered: this is settled next. */
  taken(provider: string, messageId: number, outcome: Outcome): void
  /** After COMMIT. */
  settled(messages: readonly SettledSms[]): void
  /** Resolves once what the receipt speaks of is settled, as far as that is this node's to do; after `MOST_MS` whatever comes of it. */
  passed(receipt: Receipt): Promise<void>
}

/** Longer than a node gathers before it writes (100 ms) and its commit takes; a settlement that takes longer may not come at all. */
const MOST_MS = 300

/** Beyond it nobody waits for the oldest. */
const MOST = 10_000

interface UnderWay {
  readonly messageId: number
  readonly keys: readonly string[]
  readonly isOver: Promise<void>
  readonly end: () => void
}

export function createSettlements(wait: (ms: number) => Promise<void>): Settlements {
  const byMessage = new Map<number, UnderWay>()
  const byId = new Map<string, UnderWay>()
  let isTold = false

  function end(messageId: number): void {
    const one = byMessage.get(messageId)
    if (one === undefined) return
    byMessage.delete(messageId)
    for (const key of one.keys) if (byId.get(key) === one) byId.delete(key)
    one.end()
  }

  function find({ provider, providerMessageId, attempt }: Receipt): UnderWay | undefined {
    return attempt === null ? byId.get(keyOf(provider, providerMessageId)) : byMessage.get(attempt.messageId)
  }

  return {
    taken(provider, messageId, outcome) {
      const ids = idsOf(outcome)
      if (ids.length === 0) return
      isTold = true
      // A submission before this one is not waited for any more.
      end(messageId)
      const one = { messageId, keys: ids.map((id) => keyOf(provider, id)), ...openEnd() }
      byMessage.set(messageId, one)
      for (const key of one.keys) byId.set(key, one)
      const [oldest] = byMessage.keys()
      if (byMessage.size > MOST && oldest !== undefined) end(oldest)
    },
    settled(messages) {
      for (const { id } of messages) end(id)
    },
    async passed(receipt) {
      if (!isTold) return
      // What the provider answered in this very turn is known in the next one.
      await nextTurn()
      const one = find(receipt)
      if (one === undefined) return
      await Promise.race([one.isOver, wait(MOST_MS)])
      // The next one does not wait again for what did not come.
      if (byMessage.get(one.messageId) === one) end(one.messageId)
    },
  }
}

function openEnd(): Pick<UnderWay, 'isOver' | 'end'> {
  let end: () => void = () => undefined
  const isOver = new Promise<void>((resolve) => (end = resolve))
  return { isOver, end }
}

function keyOf(provider: string, id: string): string {
  return `${provider} ${id}`
}

/** Those that its receipts may name. */
function idsOf(outcome: Outcome): readonly string[] {
  const { parts = [] } = outcome
  const whole = outcome.kind === 'accepted' ? outcome.providerMessageId : null
  return [whole, ...parts.map((part) => part.providerMessageId)].filter((id) => id !== null)
}
