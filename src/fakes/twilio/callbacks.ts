import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent } from 'undici'
import { post, type Posted } from '../post.ts'
import type { InboundText } from './inbound.ts'
import type { FakeMessage } from './messages.ts'
import type { Step } from './script.ts'

export interface Callbacks {
  /** Tells the message's callback of one step; resolves when that was taken or given up. Never rejects. */
  tell(message: FakeMessage, step: Step, copies: number): Promise<void>
  /** Hands on what somebody texted, once; null: no answer came. */
  text(url: string, text: InboundText): Promise<Posted | null>
  close(): Promise<void>
}

export function createCallbacks(accountSid: string, authToken: string, retryMs: number): Callbacks {
  const agent = new Agent({ connections: 32, pipelining: 1 })

  function headersFor(url: string, body: URLSearchParams): Record<string, string> {
    return {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'x-twilio-signature': sign(authToken, url, body),
      'i-twilio-idempotency-token': randomUUID(),
      'user-agent': 'TwilioProxy/1.1',
    }
  }

  async function tell(message: FakeMessage, step: Step, copies: number): Promise<void> {
    const [url = '', overrides = ''] = (message.statusCallback ?? '').split('#')
    if (url === '') return
    const body = formOf(accountSid, message, step)
    const headers = headersFor(url, body)
    const copy = () => deliver(agent, url, headers, body.toString(), new URLSearchParams(overrides), retryMs)
    await Promise.all(Array.from({ length: copies }, copy))
  }

  function text(url: string, sent: InboundText): Promise<Posted | null> {
    const body = formOfText(accountSid, sent)
    return post(agent, url, headersFor(url, body), body.toString())
  }

  return { tell, text, close: () => agent.destroy() }
}

/** A form's signature: the URL without its fragment, then names and values by name. Source: https://www.twilio.com/docs/usage/security. */
export function sign(authToken: string, url: string, form: URLSearchParams): string {
  const text = [...form.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).flat()
  return createHmac('sha1', authToken)
    .update(url + text.join(''))
    .digest('base64')
}

function formOf(accountSid: string, message: FakeMessage, step: Step): URLSearchParams {
  const form = new URLSearchParams({
    SmsSid: message.sid,
    SmsStatus: step.status,
    MessageStatus: step.status,
    To: message.to,
    MessageSid: message.sid,
    AccountSid: accountSid,
    From: message.from ?? '+15005550006',
    ApiVersion: '2010-04-01',
  })
  if (message.messagingServiceSid !== null) form.set('MessagingServiceSid', message.messagingServiceSid)
  if (step.errorCode !== undefined) form.set('ErrorCode', String(step.errorCode))
  if (step.status === 'delivered' || step.status === 'undelivered') {
    form.set('RawDlrDoneDate', message.updatedAt.toISOString().replace(/\D/g, '').slice(2, 12))
  }
  return form
}

/** Source: https://www.twilio.com/docs/messaging/guides/webhook-request. */
function formOfText(
  accountSid: string,
  { from, to, body, optOutType, sid, numSegments }: InboundText,
): URLSearchParams {
  const messageSid = sid ?? `SM${randomBytes(16).toString('hex')}`
  const form = new URLSearchParams({
    MessageSid: messageSid,
    SmsSid: messageSid,
    SmsMessageSid: messageSid,
    AccountSid: accountSid,
    From: from,
    To: to,
    Body: body,
    NumMedia: '0',
    NumSegments: String(numSegments ?? 1),
    SmsStatus: 'received',
    ApiVersion: '2010-04-01',
  })
  if (optOutType !== undefined) form.set('OptOutType', optOutType)
  return form
}

/** One retry, and only where no connection came about, unless the URL's fragment says more: `rc` retries, `rp=all` after any failure. */
async function deliver(
  agent: Agent,
  url: string,
  headers: Record<string, string>,
  body: string,
  overrides: URLSearchParams,
  retryMs: number,
): Promise<void> {
  const retries = Number(overrides.get('rc') ?? 1)
  const always = overrides.get('rp') === 'all'
  for (let tried = 0; tried <= retries; tried += 1) {
    const answer = await post(agent, url, headers, body)
    if (answer !== null && (answer.status < 300 || !always)) return
    await delay(retryMs)
  }
}
