import type { CallbackReading, InboundSms, ProviderCallback, Receipt } from '../../domain/provider.ts'
import { isSameSecret, queryOf, readAttempt, referenceOf, toE164 } from '../callbacks.ts'
import { readJson } from '../http-answers.ts'
import { failureOfErrCode } from './codes.ts'
import { nameOf, type VonageOptions } from './options.ts'
import { proofOf } from './requests.ts'
import { isSigned } from './signature.ts'

type Fields = ReadonlyMap<string, string>

export type VonageCallbackRules = Pick<VonageOptions, 'name' | 'apiSecret' | 'signatureSecret'>

/** What each word of a receipt means; another says nothing of where the message is. Source: the guide below. */
const STATUSES: ReadonlyMap<string, Receipt['status']> = new Map([
  ['accepted', 'sent'],
  ['buffered', 'sent'],
  ['delivered', 'delivered'],
  ['expired', 'expired'],
  ['failed', 'undelivered'],
  ['rejected', 'undelivered'],
  ['undeliverable', 'undelivered'],
])

/**
 * Pure: a receipt for one part, signed or, where the account signs nothing, sent to the address that only Vonage knows.
 * Source: https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts.
 */
export function readReceipt(callback: ProviderCallback, rules: VonageCallbackRules): CallbackReading {
  const fields = fieldsOf(callback)
  if (callback.body.length === 0 && fields.size === 0) return NOBODY
  if (!isGenuineReceipt(callback, fields, rules)) return { kind: 'forged' }
  const [id, word] = [fields.get('messageId') ?? '', fields.get('status')]
  if (!/^[\w-]{1,64}$/.test(id)) return { kind: 'malformed', problem: 'no messageId' }
  if (word === undefined) return { kind: 'malformed', problem: 'no status' }
  const status = STATUSES.get(word)
  if (status === undefined) return { kind: 'ignored' }
  const contact = fields.get('msisdn')
  const receipt: Receipt = {
    provider: nameOf(rules),
    providerMessageId: id,
    attempt: readAttempt(fields.get('client-ref') ?? null),
    status,
    failure:
      status === 'undelivered' || status === 'expired'
        ? failureOfErrCode(readErrCode(fields.get('err-code')), status)
        : null,
    at: readTime(fields.get('message-timestamp')),
    perPart: true,
    ...(contact === undefined ? {} : { contact: toE164(contact) }),
  }
  return { kind: 'receipts', receipts: [receipt] }
}

/**
 * Pure: a text that came in, or one part of it, once its signature holds.
 * Source: https://developer.vonage.com/en/messaging/sms/guides/inbound-sms.
 */
export function readInboundSms(callback: ProviderCallback, rules: VonageCallbackRules): CallbackReading {
  const fields = fieldsOf(callback)
  if (callback.body.length === 0 && fields.size === 0) return NOBODY
  if (rules.signatureSecret === null || !isSigned(fields, rules.signatureSecret)) return { kind: 'forged' }
  const [id, from, to] = [fields.get('messageId'), fields.get('msisdn'), fields.get('to')]
  if (from === undefined || to === undefined) return { kind: 'malformed', problem: 'no msisdn or no to' }
  // Settings for a phone and the like: nobody wrote that.
  if (fields.get('type') === 'binary') return { kind: 'ignored' }
  const message: InboundSms = {
    provider: nameOf(rules),
    providerMessageId: id ?? null,
    from: toE164(from),
    to: toE164(to),
    text: fields.get('text') ?? '',
    part: readPart(fields),
    at: readTime(fields.get('message-timestamp')),
    handled: null,
  }
  return { kind: 'inbound', messages: [message] }
}

/** Whoever saves an address in Vonage's dashboard has it called once, with nothing. */
const NOBODY: CallbackReading = { kind: 'ignored' }

function isGenuineReceipt(callback: ProviderCallback, fields: Fields, rules: VonageCallbackRules): boolean {
  if (rules.signatureSecret !== null) return isSigned(fields, rules.signatureSecret)
  const attemptId = fields.get('client-ref') ?? ''
  const proof = queryOf(callback.url).get('proof') ?? ''
  return readAttempt(attemptId) !== null && isSameSecret(proof, proofOf(rules.apiSecret, attemptId))
}

/** Of JSON, of a form, or of a query beside our own word in it, whichever the account has chosen. */
function fieldsOf({ url, headers, body }: ProviderCallback): Fields {
  if (body.length === 0) return new Map([...queryOf(url)].filter(([name]) => name !== 'proof'))
  if (!(headers['content-type'] ?? '').includes('json')) return new Map(new URLSearchParams(body.toString()))
  const json = readJson(body)
  if (typeof json !== 'object' || json === null) return new Map()
  return new Map(
    Object.entries(json).flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [[name, String(value)]]
        : [],
    ),
  )
}

function readPart(fields: Fields): InboundSms['part'] {
  if (fields.get('concat') !== 'true') return null
  const [total, number] = ['concat-total', 'concat-part'].map((name) => readWhole(fields.get(name)))
  const reference = readWhole(fields.get('concat-ref'))
  if (reference === null || total === null || total === undefined) return null
  if (number === null || number === undefined || number < 1 || number > total) return null
  return { reference: referenceOf(String(reference)), total, number }
}

function readWhole(text: string | undefined): number | null {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : null
}

/** Null: what is no code, and may be anything. */
function readErrCode(text: string | undefined): string | null {
  return text !== undefined && /^[\w.:-]{1,40}$/.test(text) ? text : null
}

/** `2026-11-23 12:00:00` or with a T, in UTC. */
function readTime(text: string | undefined): Date | null {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)/.exec(text ?? '') ?? []
  const at = new Date(`${day}T${time}Z`)
  return Number.isNaN(at.getTime()) ? null : at
}
