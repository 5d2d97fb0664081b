import type { CallbackReading, CallbackReply, InboundSms, ProviderCallback } from '../../domain/provider.ts'
import { queryOf, readAttempt } from '../callbacks.ts'
import { field, readJson } from '../http-answers.ts'
import { isMessageSid, readErrorCode, toReceipt } from './message.ts'
import { nameOf, type TwilioOptions, type TwilioReading } from './options.ts'
import { isSigned } from './signature.ts'

export type TwilioCallbackRules = Pick<TwilioOptions, 'authToken' | 'otherAuthTokens'> & TwilioReading

/** Pure: a status callback, once its signature holds. Source: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status. */
export function readStatusCallback(callback: ProviderCallback, rules: TwilioCallbackRules): CallbackReading {
  if (!isGenuine(callback, rules)) return { kind: 'forged' }
  const get = fieldsOf(callback)
  const [sid, status] = [get('MessageSid'), get('MessageStatus')]
  if (sid === null || !isMessageSid(sid)) return { kind: 'malformed', problem: 'no MessageSid' }
  if (status === null) return { kind: 'malformed', problem: 'no MessageStatus' }
  const query = queryOf(callback.url)
  // `RawDlrDoneDate` names no time zone, so it tells no time.
  const state = { sid, status, errorCode: readErrorCode(get('ErrorCode')), at: null }
  const receipt = toReceipt(state, readAttempt(query.get('attempt')), rules)
  return receipt === null ? { kind: 'ignored' } : { kind: 'receipts', receipts: [receipt] }
}

/** Twilio takes an answer for TwiML, and alerts about one of another kind; without a verb nothing is said to the person. */
const NO_REPLY: CallbackReply = { contentType: 'text/xml', text: '<?xml version="1.0" encoding="UTF-8"?><Response/>' }

/**
 * What Advanced Opt-Out took the text for; it has answered the person already.
 * Source: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out.
 */
const HANDLED: ReadonlyMap<string, InboundSms['handled']> = new Map([
  ['STOP', 'stop'],
  ['START', 'start'],
  ['HELP', 'help'],
])

/**
 * Pure: a text that came in, once its signature holds. Twilio has joined its parts, and does not say when it was sent.
 * Source: https://www.twilio.com/docs/messaging/guides/webhook-request.
 */
export function readInboundSms(callback: ProviderCallback, rules: TwilioCallbackRules): CallbackReading {
  if (!isGenuine(callback, rules)) return { kind: 'forged' }
  const get = fieldsOf(callback)
  const [sid, from, to] = [get('MessageSid'), get('From'), get('To')]
  if (sid === null || !isMessageSid(sid)) return { kind: 'malformed', problem: 'no MessageSid' }
  if (from === null || to === null) return { kind: 'malformed', problem: 'no From or no To' }
  const message: InboundSms = {
    provider: nameOf(rules),
    providerMessageId: sid,
    from,
    to,
    text: get('Body') ?? '',
    part: null,
    at: null,
    handled: HANDLED.get((get('OptOutType') ?? '').toUpperCase()) ?? null,
  }
  return { kind: 'inbound', messages: [message], reply: NO_REPLY }
}

function isGenuine(callback: ProviderCallback, { authToken, otherAuthTokens }: TwilioCallbackRules): boolean {
  return isSigned(callback, [authToken, ...(otherAuthTokens ?? [])])
}

function fieldsOf(callback: ProviderCallback): (name: string) => string | null {
  if (!queryOf(callback.url).has('bodySHA256')) {
    const form = new URLSearchParams(callback.body.toString())
    return (name) => form.get(name)
  }
  const json = readJson(callback.body)
  return (name) => {
    const value = field(json, name)
    return typeof value === 'string' ? value : null
  }
}
