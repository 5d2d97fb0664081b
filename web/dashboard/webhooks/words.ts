import { counted, duration, whenOf } from '../inbox/format.ts'
import type { Look } from '../inbox/words.ts'
import type { Webhook, WebhookAttempt, WebhookDelivery } from './client.ts'

/** How a webhook stands: its look, and a sentence that says no more than is known. */
export interface Standing {
  readonly look: Look
  readonly sentence: string
}

/** After so long without a call that was taken it is disabled; delivering decides it. */
const MOST_FAILING = '120 hours'

export function standingOf(webhook: Webhook, now: Date): Standing {
  const { enabled, failing_since: failing, disabled_at: disabled } = webhook
  if (!enabled) {
    const since = disabled === null ? '' : ` since ${whenOf(disabled, now)}`
    return { look: disabledLook(webhook), sentence: `${whyDisabled(webhook)}. Nothing is sent there${since}.` }
  }
  if (failing === null) {
    return {
      look: { shape: 'check', tone: 'ok', word: 'Enabled' },
      sentence: 'Events are sent there, and nothing is failing.',
    }
  }
  return {
    look: { shape: 'square', tone: 'fail', word: `Failing since ${whenOf(failing, now)}` },
    sentence: `Every try since ${whenOf(failing, now)} failed. After ${MOST_FAILING} of that it is disabled.`,
  }
}

function disabledLook({ disabled_reason: reason }: Webhook): Look {
  return reason === 'caller'
    ? { shape: 'dash', tone: 'mute', word: 'Disabled' }
    : { shape: 'square', tone: 'fail', word: 'Disabled by itself' }
}

function whyDisabled({ disabled_reason: reason }: Webhook): string {
  if (reason === 'gone') return 'Its receiver answered 410, so it wants no more'
  return reason === 'failing' ? `It took nothing for ${MOST_FAILING}` : 'Somebody disabled it'
}

/** `sms.delivered, sms.failed` */
export function eventsOf({ types }: Pick<Webhook, 'types'>): string {
  return types.includes('*') ? 'All events' : types.join(', ')
}

const LOOKS: Readonly<Record<WebhookDelivery['status'], Look>> = {
  queued: { shape: 'quarter', tone: 'wait', word: 'Waiting' },
  delivered: { shape: 'check', tone: 'ok', word: 'Taken' },
  failed: { shape: 'square', tone: 'fail', word: 'Given up' },
}

export function deliveryLook({ status }: Pick<WebhookDelivery, 'status'>): Look {
  return LOOKS[status]
}

/** How often it was tried, and when it will be. */
export function triesOf(delivery: WebhookDelivery, now: Date): string {
  const { status, attempt_count: count, next_attempt_at: next } = delivery
  const tries = count === 1 ? '1 try' : `${count.toLocaleString('en')} tries`
  if (status !== 'queued' || next === null) return tries
  return Date.parse(next) <= now.getTime() ? `${tries}, due now` : `${tries}, next at ${whenOf(next, now)}`
}

/** Shape, word and colour of what came of one try. */
export function attemptLook({ status, failure }: WebhookAttempt): Look {
  if (status === null) return { shape: 'dashed', tone: 'fail', word: FAILURES[failure ?? ''] ?? 'No answer' }
  const word = `Answered ${status}`
  return isTaken(status) ? { shape: 'check', tone: 'ok', word } : { shape: 'square', tone: 'fail', word }
}

/** How long it took. */
export function tookOf({ started_at: began, finished_at: ended }: WebhookAttempt): string {
  return duration(Date.parse(ended) - Date.parse(began))
}

/** Why there was no answer, as the API names it. */
const FAILURES: Readonly<Record<string, string>> = {
  refused_address: 'It may not be called there',
  dns: 'Its name was not found',
  connect: 'Nobody listens there',
  tls: 'Its certificate was not accepted',
  timeout: 'No answer within 15 s',
  reset: 'The connection broke off',
  secret_unreadable: 'Its secret can’t be read',
  event_forgotten: 'The event is gone',
  internal: 'A fault of Tidings',
}

/** What came of a test, in a sentence. */
export function testedOf(attempt: WebhookAttempt): string {
  const { status } = attempt
  const took = tookOf(attempt)
  if (status === null) return `The test was not taken: ${attemptLook(attempt).word.toLowerCase()}, after ${took}.`
  return `The test was ${isTaken(status) ? 'taken' : 'not taken'}: ${status} after ${took}.`
}

function isTaken(status: number): boolean {
  return status >= 200 && status < 300
}

export function replayedOf(count: number): string {
  return count === 0 ? 'There was nothing to deliver again.' : `${counted(count, 'event')} will be delivered again.`
}

/** Words with commas or blanks between them. */
export function wordsIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}

/** For a field of date and time, which knows no zone: that of the browser. */
export function toField(at: Date): string {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}
