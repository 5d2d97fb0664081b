import type { Logger } from 'pino'
import { writeEventId } from '../../domain/event.ts'
import { retryAfterMs } from '../../domain/retry-after.ts'
import { judgeWebhook, type WebhookAnswer } from '../../domain/webhooks/webhook-attempt.ts'
import { readWebhookSecret, webhookHeaders } from '../../domain/webhooks/webhook-signature.ts'
import { readWebhookUrl, type WebhookUrlRules } from '../../domain/webhooks/webhook-url.ts'
import type { ClaimedDelivery, SettledDelivery } from '../../store/webhooks/webhook-work.ts'
import type { WebhookBodies } from './webhook-bodies.ts'

/** A call to an address that a stranger gave: to public addresses alone, or those that are allowed. */
export type OutboundCall = (
  url: URL,
  request: {
    readonly headers: Readonly<Record<string, string>>
    readonly body: Buffer
    readonly timeoutMs: number
    readonly signal: AbortSignal
  },
) => Promise<
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly excerpt: string
    }
  | { readonly kind: 'failed'; readonly failure: string }
>

/** Opens what was encrypted for a place `table|row|column`; null: it was not, or under another key. */
export type OpenSecret = (sealed: Buffer, place: string) => Buffer | null

/** What a call needs to be made. */
export type WebhookCall = Pick<ClaimedDelivery, 'webhookId' | 'eventXid' | 'eventId' | 'url' | 'secret' | 'oldSecret'>

/** One call, and what came of it. */
export interface WebhookTry {
  readonly startedAt: Date
  readonly finishedAt: Date
  readonly status: number | null
  readonly failure: string | null
  readonly excerpt: string | null
  readonly answer: WebhookAnswer
}

export interface WebhookTries {
  /** Makes one call with this body; null: it was broken off, and says nothing. */
  call(to: WebhookCall, body: Buffer, signal: AbortSignal): Promise<WebhookTry | null>
  /**
   * Tries each delivery once, all at the same time, and tells of each as soon as it is known: null where it was not tried. Rejects where the
   * events could not be read; then nothing was tried.
   */
  sendAll(
    deliveries: readonly ClaimedDelivery[],
    signal: AbortSignal,
    tell: (delivery: ClaimedDelivery, settled: SettledDelivery | null) => void,
  ): Promise<void>
}

export interface WebhookTriesParts {
  readonly log: Logger
  readonly outbound: OutboundCall
  readonly open: OpenSecret
  readonly rules: WebhookUrlRules
  readonly bodies: WebhookBodies
  readonly version: string
  /** The database's clock. */
  readonly clock: () => Date
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  readonly chance: () => number
}

/** For the whole of a call. Source: Standard Webhooks recommends 15 to 30 s. */
const CALL_MS = 15_000

export function createWebhookTries(parts: WebhookTriesParts): WebhookTries {
  const { log, bodies, chance } = parts

  async function send(delivery: ClaimedDelivery, body: Buffer, signal: AbortSignal): Promise<SettledDelivery | null> {
    const tried = await call(parts, delivery, body, signal)
    if (tried === null) return null
    const number = delivery.tries + 1
    const { startedAt, finishedAt, status, failure, excerpt, answer } = tried
    const verdict = judgeWebhook(answer, number, chance())
    const { id, webhookId } = delivery
    const outcome = { status, failure, number, verdict: verdict.kind, ms: finishedAt.getTime() - startedAt.getTime() }
    log.info({ event: 'webhook.tried', webhook: webhookId, delivery: id, ...outcome }, 'a webhook was tried')
    const again = verdict.kind === 'again' ? verdict : { waitSeconds: null, pauseSeconds: null }
    const { waitSeconds, pauseSeconds } = again
    return { id, startedAt, finishedAt, status, failure, excerpt, verdict: verdict.kind, waitSeconds, pauseSeconds }
  }

  return {
    call: (to, body, signal) => call(parts, to, body, signal),
    async sendAll(deliveries, signal, tell) {
      if (deliveries.length === 0) return
      const found = await bodies(deliveries)
      for (const delivery of deliveries) {
        const body = found.get(delivery.id)
        const sent =
          body === undefined ? Promise.resolve(forgotten(delivery.id, parts.clock())) : send(delivery, body, signal)
        void sent.then(
          (settled) => tell(delivery, settled),
          (error: unknown) => {
            log.error({ event: 'webhook.bug', delivery: delivery.id, err: error }, 'a webhook could not be tried')
            tell(delivery, broken(delivery, parts))
          },
        )
      }
    },
  }
}

async function call(
  parts: WebhookTriesParts,
  to: WebhookCall,
  body: Buffer,
  signal: AbortSignal,
): Promise<WebhookTry | null> {
  const { outbound, rules, clock, now, version } = parts
  const startedAt = clock()
  const began = now()
  const end = (
    status: number | null,
    failure: string | null,
    excerpt: string | null,
    answer: WebhookAnswer,
  ): WebhookTry => {
    const finishedAt = new Date(startedAt.getTime() + now() - began)
    return { startedAt, finishedAt, status, failure, excerpt, answer }
  }
  const fail = (failure: string): WebhookTry => end(null, failure, null, { kind: 'failed', failure })
  const secrets = openSecrets(parts.open, to)
  if (secrets === null) return fail('secret_unreadable')
  const reading = readWebhookUrl(to.url, rules)
  if (reading.kind === 'refused') return fail('refused_address')
  const eventId = writeEventId({ xid: to.eventXid, id: to.eventId })
  const headers = { ...webhookHeaders(eventId, startedAt, body, secrets), 'user-agent': `Tidings/${version}` }
  const answer = await outbound(reading.url, { headers, body, timeoutMs: CALL_MS, signal })
  if (answer.kind === 'failed') return answer.failure === 'aborted' ? null : fail(answer.failure)
  const { status, excerpt } = answer
  const waitMs = retryAfterMs(answer.headers['retry-after'], startedAt)
  return end(status, null, excerpt === '' ? null : excerpt, { kind: 'answered', status, retryAfterMs: waitMs })
}

/** Where a webhook's secret stands, for what encrypts it. */
export function secretPlace(webhookId: number, column: 'secret' | 'old_secret'): string {
  return `webhooks|${webhookId}|${column}`
}

/** The new one first. Null: one of them can't be read. */
function openSecrets(open: OpenSecret, { webhookId, secret, oldSecret }: WebhookCall): readonly Buffer[] | null {
  const read = (sealed: Buffer, column: 'secret' | 'old_secret'): Buffer | null => {
    const text = open(sealed, secretPlace(webhookId, column))
    return text === null ? null : readWebhookSecret(text.toString())
  }
  const current = read(secret, 'secret')
  if (current === null) return null
  const former = oldSecret === null ? null : read(oldSecret, 'old_secret')
  return former === null ? [current] : [current, former]
}

/** Its event is older than events are kept. */
function forgotten(id: number, at: Date): SettledDelivery {
  return {
    id,
    startedAt: at,
    finishedAt: at,
    status: null,
    failure: 'event_forgotten',
    excerpt: null,
    verdict: 'given_up',
    waitSeconds: null,
    pauseSeconds: null,
  }
}

/** It comes again like one that failed, so that a fault of ours is not repeated without end. */
function broken({ id, tries }: ClaimedDelivery, { clock, chance }: WebhookTriesParts): SettledDelivery {
  const verdict = judgeWebhook({ kind: 'failed', failure: 'internal' }, tries + 1, chance())
  const waitSeconds = verdict.kind === 'again' ? verdict.waitSeconds : null
  const at = clock()
  return {
    id,
    startedAt: at,
    finishedAt: at,
    status: null,
    failure: 'internal',
    excerpt: null,
    verdict: verdict.kind,
    waitSeconds,
    pauseSeconds: null,
  }
}
