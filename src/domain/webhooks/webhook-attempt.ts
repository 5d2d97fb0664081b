/** What came of one try to deliver an event. */
export type WebhookAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs: number | null }
  /** There was no answer; `failure` says why. */
  | { readonly kind: 'failed'; readonly failure: string }

/** What follows from it. Times in seconds. */
export type WebhookVerdict =
  | { readonly kind: 'delivered' }
  /** `pauseSeconds`: so long the receiver asked to be left alone; null: it did not. */
  | { readonly kind: 'again'; readonly waitSeconds: number; readonly pauseSeconds: number | null }
  /** It was tried often enough: a dead letter. */
  | { readonly kind: 'given_up' }
  /** The receiver is gone for good: nothing is sent there any more. */
  | { readonly kind: 'gone' }

const MINUTE = 60
const HOUR = 3_600

/**
 * Seconds before each try, from the one before it. Source: Standard Webhooks, “Deliverability and reliability”: immediately, 5 seconds,
 * 5 minutes, 30 minutes, 2, 5, 10, 14, 20 and 24 hours.
 */
export const WEBHOOK_WAITS_SECONDS: readonly number[] = [
  0,
  5,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
]

/** A receiver that has taken nothing for this long is disabled. */
export const WEBHOOK_FAILING_SECONDS = 120 * HOUR

/**
 * Judges the try with this number (from 1, counted since the delivery was last begun). Only 2xx is success; 410 says that the receiver is
 * gone. `chance` is 0..1 and lengthens a wait by up to a tenth, so that what failed together does not return together; it is never
 * shorter than the receiver asked for.
 */
export function judgeWebhook(answer: WebhookAnswer, number: number, chance: number): WebhookVerdict {
  if (answer.kind === 'answered' && answer.status >= 200 && answer.status < 300) return { kind: 'delivered' }
  if (answer.kind === 'answered' && answer.status === GONE) return { kind: 'gone' }
  const wait = WEBHOOK_WAITS_SECONDS[number]
  if (wait === undefined) return { kind: 'given_up' }
  const asked = answer.kind === 'answered' && answer.retryAfterMs !== null ? answer.retryAfterMs / 1_000 : null
  const isBusy = answer.kind === 'answered' && (answer.status === TOO_MANY || answer.status === UNAVAILABLE)
  return {
    kind: 'again',
    waitSeconds: Math.max(asked ?? 0, wait * (1 + chance / 10)),
    pauseSeconds: isBusy ? asked : null,
  }
}

/** Source: RFC 9110 §15.5.11, §15.6.4; RFC 6585 §4. */
const GONE = 410
const UNAVAILABLE = 503
const TOO_MANY = 429
