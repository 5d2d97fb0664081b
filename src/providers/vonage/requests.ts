import { createHmac } from 'node:crypto'
import type { OutboundSms } from '../../domain/provider.ts'
import { measureText } from '../../domain/sms/sms-text.ts'
import { attemptIdOf } from '../callbacks.ts'
import { basicAuthorization } from '../http-answers.ts'
import type { HttpRequest } from '../http-call.ts'
import { nameOf, type VonageOptions } from './options.ts'

/** Milliseconds that Vonage tries to deliver for. Source: https://developer.vonage.com/en/api/sms, `ttl`. */
const TTL_MS = { least: 20_000, most: 604_800_000 } as const

/** Pure: the request that sends one message. Source: https://developer.vonage.com/en/api/sms. */
export function buildSubmission(options: VonageOptions, sms: OutboundSms): HttpRequest {
  const form = new URLSearchParams({
    from: withoutPlus(sms.sender ?? options.from),
    to: withoutPlus(sms.contact),
    text: sms.text,
    type: measureText(sms.text).encoding === 'gsm7' ? 'text' : 'unicode',
    ttl: String(ttlMs(sms.validitySeconds)),
    'client-ref': attemptIdOf(sms),
  })
  if (options.publicUrl !== null) form.set('callback', receiptsUrl(options, options.publicUrl, sms))
  return {
    method: 'POST',
    url: `${options.baseUrl}/sms/json`,
    headers: { ...headers(options), 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  }
}

/** Pure: the smallest request that needs our key. Source: https://developer.vonage.com/en/api/account. */
export function buildProbe(options: VonageOptions): HttpRequest {
  return { method: 'GET', url: `${options.baseUrl}/account/get-balance`, headers: headers(options), body: null }
}

/** What only a receipt for this attempt can know, as it was told to nobody but Vonage: 128 bits. */
export function proofOf(apiSecret: string, attemptId: string): string {
  return createHmac('sha256', apiSecret).update(`receipt ${attemptId}`).digest('base64url').slice(0, 22)
}

function receiptsUrl(options: VonageOptions, publicUrl: string, sms: OutboundSms): string {
  return `${publicUrl}/callbacks/${nameOf(options)}/status?proof=${proofOf(options.apiSecret, attemptIdOf(sms))}`
}

function headers({ apiKey, apiSecret }: VonageOptions): Record<string, string> {
  return { authorization: basicAuthorization(apiKey, apiSecret), accept: 'application/json', 'user-agent': 'tidings' }
}

/** Vonage writes numbers without it. */
function withoutPlus(sender: string): string {
  return /^\+\d+$/.test(sender) ? sender.slice(1) : sender
}

function ttlMs(validitySeconds: number): number {
  return Math.min(Math.max(Math.floor(validitySeconds) * 1_000, TTL_MS.least), TTL_MS.most)
}
