import type { OutboundSms, Reconciliation } from '../../domain/provider.ts'
import { field, readJson } from '../http-answers.ts'
import type { HttpCall, HttpRequest } from '../http-call.ts'
import { type MessageRecord, readMessage, toReceipt } from './message.ts'
import type { TwilioOptions } from './options.ts'
import { buildList, buildNextPage } from './requests.ts'

/** Twilio's clock against ours, and the time a request may take on its way. */
const BEFORE_MS = 60_000
const AFTER_MS = 300_000

const MOST_PAGES = 10

/** Twilio puts it before every text that a trial account sends. */
const TRIAL_PREFIX = 'Sent from your Twilio trial account - '

/**
 * Looks for a submission whose answer was lost among Twilio's messages to that contact: created around `startedAt`, from our sender, with
 * exactly its text. `absent` only after all of that time was seen without a message that could be it; two candidates, a text that Twilio
 * no longer shows, or a list we can't read to its end is `unclear`. A message that Twilio took seconds ago may not be listed yet.
 */
export async function reconcile(
  options: TwilioOptions,
  call: HttpCall,
  sms: OutboundSms,
  startedAt: Date,
  signal: AbortSignal,
): Promise<Reconciliation> {
  const messages = await listSince(options, call, sms.contact, startedAt.getTime() - BEFORE_MS, signal)
  if (!Array.isArray(messages)) return messages
  const near = messages.filter((message) => isNear(message, startedAt) && isFromUs(message, options, sms))
  const same = near.filter((message) => message.body === sms.text || message.body === TRIAL_PREFIX + sms.text)
  if (same.length === 0 && near.every((message) => message.body)) return { kind: 'absent' }
  const [only, second] = same
  if (only === undefined || second !== undefined) return { kind: 'unclear' }
  const receipt = toReceipt(only, { messageId: sms.messageId, number: sms.attempt }, options)
  return receipt === null ? { kind: 'unclear' } : { kind: 'found', receipt }
}

/** The messages to a number, newest first, at least back to `since`, or why they can't all be had. */
async function listSince(
  options: TwilioOptions,
  call: HttpCall,
  to: string,
  since: number,
  signal: AbortSignal,
): Promise<MessageRecord[] | Extract<Reconciliation, { kind: 'unclear' | 'unanswered' }>> {
  const messages: MessageRecord[] = []
  let request: HttpRequest | null = buildList(options, to)
  for (let page = 0; page < MOST_PAGES && request !== null; page += 1) {
    // Each page names the next.
    const answer = await call.send(request, signal)
    if (answer.kind === 'fault' || answer.status !== 200) return { kind: 'unanswered' }
    const read = readPage(readJson(answer.body))
    if (read === null) return { kind: 'unclear' }
    messages.push(...read.messages)
    if (read.next === null || read.messages.some((message) => message.createdAt.getTime() < since)) return messages
    request = buildNextPage(options, read.next)
  }
  return { kind: 'unclear' }
}

type Dated = MessageRecord & { readonly createdAt: Date }

function readPage(json: unknown): { readonly messages: readonly Dated[]; readonly next: string | null } | null {
  const list = field(json, 'messages')
  const next = field(json, 'next_page_uri')
  if (!Array.isArray(list)) return null
  const messages = list.map(readMessage).filter(isDated)
  return messages.length < list.length ? null : { messages, next: typeof next === 'string' ? next : null }
}

function isDated(message: MessageRecord | null): message is Dated {
  return message !== null && message.createdAt !== null
}

function isNear(message: MessageRecord, startedAt: Date): boolean {
  const late = (message.createdAt?.getTime() ?? 0) - startedAt.getTime()
  return late >= -BEFORE_MS && late <= AFTER_MS
}

/** A message that waits for its messaging service has no `from` yet. */
function isFromUs(message: MessageRecord, { sender }: TwilioOptions, sms: OutboundSms): boolean {
  if (message.direction?.startsWith('outbound') === false) return false
  const from = sms.sender ?? (sender.kind === 'from' ? sender.from : null)
  return from === null || message.from === null || message.from.toLowerCase() === from.toLowerCase()
}
