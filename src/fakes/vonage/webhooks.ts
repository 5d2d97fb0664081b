import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Agent } from 'undici'
import { post, type Posted } from '../post.ts'
import type { InboundText } from './inbound.ts'
import { countParts, newPart, type FakeMessage, type FakePart } from './messages.ts'
import type { Step } from './script.ts'
import { sign, type SignatureMethod } from './signature.ts'

export interface Webhooks {
  /** A receipt for one part; resolves when that was taken or given up. Never rejects. */
  tell(message: FakeMessage, part: FakePart, step: Step, copies: number): Promise<void>
  /** Hands on what somebody texted, part after part; what the last was answered. Null: no answer came. */
  text(url: string, text: InboundText): Promise<Posted | null>
  close(): Promise<void>
}

export interface WebhookOptions {
  readonly apiKey: string
  /** Null: webhooks are not signed, as with an account that nobody asked it for. */
  readonly signature: { readonly secret: string; readonly method: SignatureMethod } | null
  readonly format: 'json' | 'form'
  readonly retryMs: number
  readonly now: () => Date
}

/** The real one goes on for a day. */
const TRIES = 6

export function createWebhooks({ apiKey, signature, format, retryMs, now }: WebhookOptions): Webhooks {
  const agent = new Agent({ connections: 32, pipelining: 1 })

  function written(fields: Readonly<Record<string, string>>): { headers: Record<string, string>; body: string } {
    const at = now()
    const stamped = {
      ...fields,
      'api-key': apiKey,
      'message-timestamp': at.toISOString().slice(0, 19).replace('T', ' '),
      timestamp: String(Math.floor(at.getTime() / 1_000)),
      nonce: randomUUID(),
    }
    const sig = signature === null ? {} : { sig: sign(stamped, signature.secret, signature.method) }
    const all = { ...stamped, ...sig }
    return format === 'json'
      ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(all) }
      : {
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams(all).toString(),
        }
  }

  async function deliver(url: string, fields: Readonly<Record<string, string>>): Promise<void> {
    for (let tried = 0; tried < TRIES; tried += 1) {
      const { headers, body } = written(fields)
      const answer = await post(agent, url, headers, body)
      if (answer !== null && answer.status < 300) return
      await delay(retryMs)
    }
  }

  return {
    async tell(message, part, step, copies) {
      const { callback } = message
      if (callback === null) return
      const fields = receiptOf(message, part, step, now())
      await Promise.all(Array.from({ length: copies }, () => deliver(callback, fields)))
    },
    async text(url, sent) {
      let last: Posted | null = null
      for (const fields of inboundParts(sent)) {
        const { headers, body } = written(fields)
        last = await post(agent, url, headers, body)
      }
      return last
    },
    close: () => agent.destroy(),
  }
}

/** Source: https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts. */
function receiptOf(message: FakeMessage, part: FakePart, step: Step, at: Date): Record<string, string> {
  return {
    msisdn: message.to,
    to: message.from,
    'network-code': '00101',
    messageId: part.messageId,
    price: '0.03330000',
    status: step.status,
    scts: at.toISOString().replaceAll(/\D/g, '').slice(2, 12),
    'err-code': step.errCode ?? '0',
    ...(message.clientRef === null ? {} : { 'client-ref': message.clientRef }),
  }
}

/** Source: https://developer.vonage.com/en/messaging/sms/guides/inbound-sms. */
function inboundParts({ from, to, text, type, messageId, parts }: InboundText): Record<string, string>[] {
  const kind = type ?? 'text'
  const total = parts ?? countParts(text, kind)
  const length = Math.ceil(text.length / total)
  return Array.from({ length: total }, (_, index) => ({
    msisdn: from,
    to,
    messageId: total === 1 && messageId !== undefined ? messageId : newPart(1, 1).messageId,
    text: text.slice(index * length, (index + 1) * length),
    type: kind,
    keyword: (text.split(/\s/)[0] ?? '').toUpperCase(),
    ...(total === 1
      ? {}
      : { concat: 'true', 'concat-ref': '17', 'concat-total': String(total), 'concat-part': String(index + 1) }),
  }))
}
