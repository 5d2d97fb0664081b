/** How fast webhooks answered this node lately. */
export interface WebhookPaces {
  /** `ms`: how long the last call took, whatever came of it. */
  note(webhookId: number, ms: number): void
  /** Whether the last answer was a slow one; whoever is missing has not answered yet, or not lately. */
  readonly slow: ReadonlyMap<number, boolean>
}

/** A call that takes longer is slow. */
const SLOW_MS = 2_000

/** Webhooks that are remembered. Of others one call goes out first. */
const MOST = 1_000

export function createWebhookPaces(): WebhookPaces {
  const slow = new Map<number, boolean>()
  return {
    slow,
    note(webhookId, ms) {
      // What is set again stands at the end.
      slow.delete(webhookId)
      slow.set(webhookId, ms > SLOW_MS)
      const [oldest] = slow.keys()
      if (slow.size > MOST && oldest !== undefined) slow.delete(oldest)
    },
  }
}
