import type { OutboundSms } from '../../domain/provider.ts'
import { attemptIdOf } from '../callbacks.ts'
import { basicAuthorization } from '../http-answers.ts'
import type { HttpRequest } from '../http-call.ts'
import { nameOf, type TwilioOptions } from './options.ts'

/** Seconds a message may wait in Twilio's queue. Source: https://www.twilio.com/docs/api/errors/90007. */
const VALIDITY_SECONDS = { least: 1, most: 36_000 } as const

/** Five retries, on every kind of failure. Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides. */
const CALLBACK_RETRIES = '#rc=5&rp=all'

const LIST_PAGE = 50
/** A page of 50 messages of 1,600 characters, each escaped to six bytes, is about half of it. */
const LIST_BYTES = 1_048_576

/** Pure: the request that creates one message. Source: https://www.twilio.com/docs/messaging/api/message-resource. */
export function buildSubmission(options: TwilioOptions, sms: OutboundSms): HttpRequest {
  const form = new URLSearchParams({ To: sms.contact, Body: sms.text, ...senderFields(options, sms) })
  form.set('ValidityPeriod', String(validityPeriod(sms.validitySeconds)))
  if (options.publicUrl !== null) form.set('StatusCallback', statusCallback(options, options.publicUrl, sms))
  return {
    method: 'POST',
    url: `${messagesUrl(options)}.json`,
    headers: { ...headers(options), 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  }
}

/** Pure: the request for one message's state. */
export function buildFetch(options: TwilioOptions, messageSid: string): HttpRequest {
  return get(options, `${messagesUrl(options)}/${encodeURIComponent(messageSid)}.json`)
}

/**
 * Pure: the request for the newest messages to one number. Neither filtered by `DateSent`, which a message that still waits does not have,
 * nor by `From`, which a messaging service chooses.
 */
export function buildList(options: TwilioOptions, to: string): HttpRequest {
  const query = new URLSearchParams({ To: to, PageSize: String(LIST_PAGE) })
  return { ...get(options, `${messagesUrl(options)}.json?${query.toString()}`), answerBytes: LIST_BYTES }
}

/** Pure: the request for a following page; null where `nextPageUri` does not lead to our own messages. */
export function buildNextPage(options: TwilioOptions, nextPageUri: string): HttpRequest | null {
  if (!nextPageUri.startsWith(`${messagesPath(options)}.json?`)) return null
  return { ...get(options, options.baseUrl + nextPageUri), answerBytes: LIST_BYTES }
}

/** Pure: the smallest request that any valid key may make. */
export function buildProbe(options: TwilioOptions): HttpRequest {
  return get(options, `${messagesUrl(options)}.json?PageSize=1`)
}

function get(options: TwilioOptions, url: string): HttpRequest {
  return { method: 'GET', url, headers: headers(options), body: null }
}

function headers(options: TwilioOptions): Record<string, string> {
  const [user, password] =
    options.apiKey === null ? [options.accountSid, options.authToken] : [options.apiKey.sid, options.apiKey.secret]
  return {
    authorization: basicAuthorization(user, password),
    accept: 'application/json',
    'user-agent': 'tidings',
  }
}

/** A sender of the message's own picks one out of the messaging service's pool. */
function senderFields({ sender }: TwilioOptions, sms: OutboundSms): Record<string, string> {
  if (sender.kind === 'from') return { From: sms.sender ?? sender.from }
  return { MessagingServiceSid: sender.sid, ...(sms.sender === null ? {} : { From: sms.sender }) }
}

function validityPeriod(seconds: number): number {
  return Math.min(Math.max(Math.floor(seconds), VALIDITY_SECONDS.least), VALIDITY_SECONDS.most)
}

function statusCallback(options: TwilioOptions, publicUrl: string, sms: OutboundSms): string {
  return `${publicUrl}/callbacks/${nameOf(options)}/status?attempt=${attemptIdOf(sms)}${CALLBACK_RETRIES}`
}

function messagesUrl(options: TwilioOptions): string {
  return options.baseUrl + messagesPath(options)
}

function messagesPath(options: TwilioOptions): string {
  return `/2010-04-01/Accounts/${encodeURIComponent(options.accountSid)}/Messages`
}
