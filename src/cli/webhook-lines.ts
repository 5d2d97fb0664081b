import type { Schema } from '../client/tidings.ts'
import type { Surroundings } from './command.ts'
import { timeOf } from './service.ts'
import { painted, plain, type Ink } from './words.ts'

/** `     3  enabled  https://hooks.example.com/tidings  sms.delivered, sms.failed` */
export function webhookLine(webhook: Schema<'Webhook'>, at: Surroundings): string {
  const { word, ink } = stateOf(webhook)
  const id = painted(String(webhook.id).padStart(6), 'bold', at)
  return [id, painted(word, ink, at), plain(webhook.url), typesOf(webhook)].join('  ')
}

/** The same on several lines, with all there is to know but the secret. Ends with a line break. */
export function webhookLines(webhook: Schema<'Webhook'>, at: Surroundings): string {
  const { word, ink } = stateOf(webhook)
  const { description, payload, old_secret_until: oldUntil } = webhook
  const rows: readonly (readonly [string, string])[] = [
    ['id', painted(String(webhook.id), 'bold', at)],
    ['state', painted(word, ink, at)],
    ['url', plain(webhook.url)],
    ...(description === '' ? [] : [['for', plain(description)] as const]),
    ['events', typesOf(webhook)],
    ['payload', payload === 'full' ? 'full: also numbers, tokens and texts' : 'thin: ids, status and reason'],
    ...(oldUntil === null ? [] : [['secret', `the one before signs as well until ${timeOf(oldUntil)}`] as const]),
    ['made', timeOf(webhook.created_at)],
  ]
  return rows.map(([name, value]) => `${painted(name.padEnd(8), 'dim', at)}${value}\n`).join('')
}

/** `    17  2026-03-01 14:02:11  failed     sms.delivered  10 tries` */
export function deliveryLine(delivery: Schema<'WebhookDelivery'>, at: Surroundings): string {
  const { id, type, status, attempt_count: tries, next_attempt_at: next } = delivery
  const again = next === null ? '' : `, next at ${timeOf(next)}`
  return [
    painted(String(id).padStart(6), 'bold', at),
    painted(timeOf(delivery.created_at), 'dim', at),
    painted(status.padEnd(9), INKS[status], at),
    plain(type).padEnd(15),
    `${tries} ${tries === 1 ? 'try' : 'tries'}${again}`,
  ].join('  ')
}

/** `     1  2026-03-01 14:02:11  500 in 12 ms  {"error": …}`; the answer was written by a stranger. */
export function attemptLine(attempt: Schema<'WebhookAttempt'>, at: Surroundings): string {
  const { number, started_at: began, finished_at: ended, status, failure, answer } = attempt
  const isTaken = status !== null && status >= 200 && status < 300
  const what = status === null ? `no answer: ${plain(failure ?? 'unknown')}` : String(status)
  const took = `${Math.max(0, Date.parse(ended) - Date.parse(began))} ms`
  return [
    painted(String(number).padStart(6), 'bold', at),
    painted(timeOf(began), 'dim', at),
    painted(`${what} in ${took}`, isTaken ? 'green' : 'red', at),
    ...(answer === null || answer === '' ? [] : [plain(answer)]),
  ].join('  ')
}

const INKS = { queued: 'yellow', delivered: 'green', failed: 'red' } as const

const WHY = { caller: 'somebody did it', gone: 'it answered 410', failing: 'it took nothing for 120 hours' } as const

/** Whether it is called, and takes what it is sent. */
function stateOf(webhook: Schema<'Webhook'>): { readonly word: string; readonly ink: Ink } {
  const { enabled, disabled_at: disabled, disabled_reason: why, failing_since: failing } = webhook
  if (!enabled) {
    const since = disabled === null ? '' : ` since ${timeOf(disabled)}`
    return { word: `disabled${since}${why === null ? '' : `: ${WHY[why]}`}`, ink: why === 'caller' ? 'yellow' : 'red' }
  }
  return failing === null ? { word: 'enabled', ink: 'green' } : { word: `failing since ${timeOf(failing)}`, ink: 'red' }
}

function typesOf({ types }: Schema<'Webhook'>): string {
  return types.includes('*') ? 'all events' : plain(types.join(', '))
}
