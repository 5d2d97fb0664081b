import type { Schema } from '../client/tidings.ts'
import { takeOnly } from './acts.ts'
import { CliRefusal, EXIT, type ExitCode } from './command.ts'
import { readCount } from './option-values.ts'
import { readSince } from './since.ts'
import { attemptLine, webhookLine } from './webhook-lines.ts'
import { readSubject, readTypes, type WebhookAct, type WebhookWords } from './webhook-words.ts'

export const addWebhook: WebhookAct = async (words) => {
  takeOnly(words, ['types', 'full', 'description'])
  const { subject: url, values, tidings, at } = words
  if (url === null)
    throw new CliRefusal('add needs the address: tidings webhooks add https://hooks.example.com/tidings')
  const { types, full, description } = values
  const webhook = {
    url,
    ...(types === undefined ? {} : { types: readTypes(types) }),
    ...(full === true ? { payload: 'full' as const } : {}),
    ...(description === undefined ? {} : { description }),
  }
  const made = await tidings.webhooks.create(webhook, { signal: at.signal })
  return sayMade(
    made,
    `Webhook ${made.data.id} was made. This is what its calls are signed with; it is never shown again.`,
    words,
  )
}

export const changeWebhook: WebhookAct = async (words) => {
  takeOnly(words, ['url', 'types', 'full', 'thin', 'description'])
  const { values, tidings, at } = words
  const change = changeOf(values)
  const webhook = await tidings.webhooks.change(readSubject(words), change, { signal: at.signal })
  await at.say(`${values.json === true ? JSON.stringify(webhook) : webhookLine(webhook, at).trimStart()}\n`)
  return EXIT.fine
}

function changeOf({ url, types, full, thin, description }: WebhookWords['values']): Schema<'WebhookChange'> {
  if (full === true && thin === true) throw new CliRefusal('It is --full or --thin.')
  const change = {
    ...(url === undefined ? {} : { url }),
    ...(types === undefined ? {} : { types: types === 'all' ? ['*' as const] : readTypes(types) }),
    ...(full === true ? { payload: 'full' as const } : {}),
    ...(thin === true ? { payload: 'thin' as const } : {}),
    ...(description === undefined ? {} : { description }),
  }
  if (Object.keys(change).length > 0) return change
  throw new CliRefusal('change needs what is to be another: --url, --types, --full, --thin or --description.')
}

export const rotateSecret: WebhookAct = async (words) => {
  takeOnly(words, ['overlap-hours'])
  const { values, tidings, at } = words
  const hours = values['overlap-hours']
  const made = await tidings.webhooks.rotate(readSubject(words), overlapOf(hours), { signal: at.signal })
  const until = made.data.old_secret_until
  const old = until === null ? 'The one so far signs nothing any more.' : `The one so far signs as well until ${until}.`
  return sayMade(made, `This is the other secret; it is never shown again. ${old}`, words)
}

/** Seven days, what the service takes. */
const MOST_HOURS = 168

function overlapOf(hours: string | undefined): Schema<'WebhookRotation'> {
  if (hours === undefined) return {}
  return { overlap_seconds: readCount(hours, '--overlap-hours', MOST_HOURS, 0) * 3_600 }
}

/** The secret alone goes to stdout, so that it can go on into what keeps secrets. */
async function sayMade(made: Schema<'WebhookMade'>, told: string, { values, at }: WebhookWords): Promise<ExitCode> {
  if (values.json !== true) at.tell(told)
  await at.say(values.json === true ? `${JSON.stringify(made)}\n` : `${made.secret}\n`)
  return EXIT.fine
}

/** Ends with 1 where it was not taken. */
export const testWebhook: WebhookAct = async (words) => {
  takeOnly(words, [])
  const { values, tidings, at } = words
  const tested = await tidings.webhooks.test(readSubject(words), { signal: at.signal })
  await at.say(`${values.json === true ? JSON.stringify(tested) : attemptLine(tested.attempt, at).trimStart()}\n`)
  return tested.delivered ? EXIT.fine : EXIT.problems
}

/** Before every event. */
const EVER = '1970-01-01T00:00:00.000Z'

/** Without a time: what was given up, whenever that was. */
export const replayWebhook: WebhookAct = async (words) => {
  takeOnly(words, ['since', 'types', 'only-failed'])
  const { values, tidings, at } = words
  const { since, types, 'only-failed': onlyFailed } = values
  const replay = {
    since: since === undefined ? EVER : readSince(since, at.now()),
    ...(types === undefined ? {} : { types: readTypes(types) }),
    only_failed: since === undefined || onlyFailed === true,
  }
  const queued = await tidings.webhooks.replay(readSubject(words), replay, { signal: at.signal })
  const line = `${queued.toLocaleString('en')} ${queued === 1 ? 'delivery is' : 'deliveries are'} due again.`
  await at.say(`${values.json === true ? JSON.stringify({ queued }) : line}\n`)
  return EXIT.fine
}

export function setEnabled(enabled: boolean): WebhookAct {
  return async (words) => {
    takeOnly(words, [])
    const { values, tidings, at } = words
    const webhook = await tidings.webhooks.change(readSubject(words), { enabled }, { signal: at.signal })
    await at.say(`${values.json === true ? JSON.stringify(webhook) : webhookLine(webhook, at).trimStart()}\n`)
    return EXIT.fine
  }
}

/** Only with `--yes`: nothing brings it back. */
export const removeWebhook: WebhookAct = async (words) => {
  takeOnly(words, ['yes'])
  const { values, tidings, at } = words
  const id = readSubject(words)
  if (values.yes !== true) {
    throw new CliRefusal(
      `This removes webhook ${id}, its secret, and what was to be sent there. Add --yes if that is meant.`,
    )
  }
  await tidings.webhooks.delete(id, { signal: at.signal })
  await at.say(values.json === true ? '{"success":true}\n' : `Webhook ${id} was removed.\n`)
  return EXIT.fine
}
