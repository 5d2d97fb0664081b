import type { Query, Schema } from '../client/tidings.ts'
import { takeOnly } from './acts.ts'
import { CliRefusal, EXIT, type Surroundings } from './command.ts'
import { pageOf, readLimit, readOneOf } from './option-values.ts'
import { sayAll } from './service.ts'
import { readSince } from './since.ts'
import { attemptLine, deliveryLine, webhookLine, webhookLines } from './webhook-lines.ts'
import { readSubject, readTypes, type WebhookAct, type WebhookWords } from './webhook-words.ts'

export const listWebhooks: WebhookAct = async (words) => {
  const { tidings, values, at } = words
  takeOnly(words, [])
  if (words.subject !== null) throw new CliRefusal('list takes nothing more; show is about one.')
  const lines = values.json === true ? JSON.stringify : (webhook: Schema<'Webhook'>) => webhookLine(webhook, at)
  const webhooks = tidings.webhooks.list({ limit: 200 }, { signal: at.signal })
  return sayAll(webhooks, lines, Infinity, at, 'There are none. tidings webhooks add URL makes one.')
}

export const showWebhook: WebhookAct = async (words) => {
  takeOnly(words, [])
  const { tidings, values, at } = words
  const webhook = await tidings.webhooks.get(readSubject(words), { signal: at.signal })
  await at.say(values.json === true ? `${JSON.stringify(webhook)}\n` : webhookLines(webhook, at))
  return EXIT.fine
}

export const listDeliveries: WebhookAct = async (words) => {
  takeOnly(words, ['status', 'types', 'since', 'limit'])
  const { tidings, values, at } = words
  const limit = readLimit(values.limit)
  const query = { ...filterOf(words), ...pageOf(limit) }
  const lines =
    values.json === true ? JSON.stringify : (delivery: Schema<'WebhookDelivery'>) => deliveryLine(delivery, at)
  const deliveries = tidings.webhooks.deliveries(readSubject(words), query, { signal: at.signal })
  return sayAll(deliveries, lines, limit, at, 'There are none.')
}

const STATUSES = ['queued', 'delivered', 'failed'] as const

function filterOf({ values: { status, types, since }, at }: WebhookWords): Query<'/webhooks/{id}/deliveries'> {
  const [type, ...more] = types === undefined ? [] : readTypes(types)
  if (more.length > 0) throw new CliRefusal('deliveries looks for one of --types at a time.')
  return {
    ...(status === undefined ? {} : { status: readOneOf(status, '--status', STATUSES) }),
    ...(type === undefined ? {} : { type }),
    ...(since === undefined ? {} : { since: readSince(since, at.now()) }),
  }
}

export const showAttempts: WebhookAct = async (words) => {
  takeOnly(words, [])
  const { tidings, at } = words
  await sayDelivery(await tidings.webhooks.delivery(readSubject(words, 'delivery'), { signal: at.signal }), words)
  return EXIT.fine
}

/** Says that it is due again, with the tries so far. */
export const redeliver: WebhookAct = async (words) => {
  takeOnly(words, [])
  const { tidings, at } = words
  await sayDelivery(await tidings.webhooks.replayDelivery(readSubject(words, 'delivery'), { signal: at.signal }), words)
  return EXIT.fine
}

async function sayDelivery(delivery: Schema<'WebhookDeliveryDetails'>, { values, at }: WebhookWords): Promise<void> {
  if (values.json === true) return at.say(`${JSON.stringify(delivery)}\n`)
  await at.say(`${deliveryLine(delivery, at)}\n`)
  await sayAttempts(delivery.attempts, at)
}

async function sayAttempts(attempts: readonly Schema<'WebhookAttempt'>[], at: Surroundings): Promise<void> {
  for (const attempt of attempts) await at.say(`${attemptLine(attempt, at)}\n`)
  if (attempts.length === 0) at.tell('It was not tried yet.')
}
