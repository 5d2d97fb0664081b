import { type Failure, failure } from '../../domain/failure.ts'
import type { CallbackReading, InboundSms, ProviderCallback, Receipt } from '../../domain/provider.ts'
import { queryOf, readAttempt, referenceOf, toE164 } from '../callbacks.ts'
import { readJsonWithIds } from '../http-answers.ts'
import { readCode, readId } from './answers.ts'
import { textAt, valueAt } from './places.ts'
import { isGenuine } from './proof.ts'
import type { HttpSmsOptions } from './requests.ts'
import type { CallbackFormat, InboundRules, ReceiptRules } from './settings.ts'

/** Pure: receipts, once the call is known for the provider's. */
export function readReceipts(callback: ProviderCallback, { name, settings }: HttpSmsOptions): CallbackReading {
  const { proof, receipts: rules } = settings
  if (proof === null || rules === null || !isGenuine(callback, proof)) return { kind: 'forged' }
  const told = readItems(callback, rules)
  if (told === null) return { kind: 'malformed', problem: `no ${rules.format} that can be read` }
  const inUrl = readAttempt(queryOf(callback.url).get('attempt'))
  const readings = told.map((at) => toReceipt(at, rules, name, inUrl))
  const receipts = readings.filter((reading) => typeof reading === 'object')
  // One that can't be read must not keep the others of its call away, again and again.
  if (receipts.length === 0 && readings.includes('malformed'))
    return { kind: 'malformed', problem: 'no id, or no status' }
  return receipts.length === 0 ? { kind: 'ignored' } : { kind: 'receipts', receipts }
}

/** Pure: texts that came in, once the call is known for the provider's. */
export function readInboundSms(callback: ProviderCallback, { name, settings }: HttpSmsOptions): CallbackReading {
  const { proof, inbound: rules } = settings
  if (proof === null || rules === null || !isGenuine(callback, proof)) return { kind: 'forged' }
  const told = readItems(callback, rules)
  if (told === null) return { kind: 'malformed', problem: `no ${rules.format} that can be read` }
  const read = told.map((at) => toInbound(at, rules, name))
  const messages = read.filter((message) => message !== null)
  if (messages.length === 0 && read.length > 0) return { kind: 'malformed', problem: 'no sender, or no recipient' }
  const reply = rules.reply === null ? {} : { reply: rules.reply }
  return { kind: 'inbound', messages, ...reply }
}

/** What stands at a path, or in a field of that name. */
type At = (path: string) => string | null

/** One for each thing that a call tells of; null: it is not of the format. */
function readItems(
  { url, body }: ProviderCallback,
  { format, list }: { readonly format: CallbackFormat; readonly list: string | null },
): readonly At[] | null {
  if (format !== 'json') {
    const fields = format === 'form' ? new URLSearchParams(body.toString()) : queryOf(url)
    return [(name) => fields.get(name)]
  }
  const json = readJsonWithIds(body)
  if (typeof json !== 'object' || json === null) return null
  const items = list === null ? [json] : valueAt(json, list)
  return Array.isArray(items)
    ? items.map(
        (item: unknown): At =>
          (path) =>
            textAt(item, path),
      )
    : null
}

function toReceipt(
  at: At,
  rules: ReceiptRules,
  provider: string,
  inUrl: Receipt['attempt'],
): Receipt | 'malformed' | 'ignored' {
  const [id, word] = [readId(at(rules.id)), at(rules.status)]
  if (id === null || word === null) return 'malformed'
  const known = rules.statuses.get(word.trim().toLowerCase())
  if (known === undefined) return 'ignored'
  const contact = optional(at, rules.contact)
  return {
    provider,
    providerMessageId: id,
    attempt: rules.attempt === null ? inUrl : readAttempt(at(rules.attempt)),
    status: known.status,
    failure: failureOf(known, optional(at, rules.code), rules),
    at: readTime(optional(at, rules.at)),
    ...(contact === null ? {} : { contact: toE164(contact) }),
  }
}

function failureOf(
  { status, reason }: { readonly status: Receipt['status']; readonly reason: string | null },
  code: string | null,
  { reasons }: ReceiptRules,
): Failure | null {
  if (status === 'sent' || status === 'delivered') return null
  const byCode = code === null ? undefined : reasons.get(code.trim())
  const usual = status === 'expired' ? 'validity_expired' : 'unknown'
  return failure('permanent', byCode ?? reason ?? usual, { status, code: readCode(code) })
}

function toInbound(at: At, rules: InboundRules, provider: string): InboundSms | null {
  const [from, to] = [at(rules.from)?.trim() ?? '', at(rules.to)?.trim() ?? '']
  if (from === '' || to === '') return null
  return {
    provider,
    providerMessageId: readId(optional(at, rules.id)),
    from: toE164(from),
    to: toE164(to),
    text: at(rules.text) ?? '',
    part: readPart(at, rules),
    at: readTime(optional(at, rules.at)),
    handled: null,
  }
}

function readPart(at: At, { part }: InboundRules): InboundSms['part'] {
  if (part === null) return null
  const [total = 0, number = 0] = [part.total, part.number].map((path) => {
    const text = at(path) ?? ''
    return /^\d{1,3}$/.test(text) ? Number(text) : 0
  })
  const reference = referenceOf(at(part.reference) ?? '')
  return total > 1 && number >= 1 && number <= total ? { reference, total, number } : null
}

function optional(at: At, path: string | null): string | null {
  return path === null ? null : at(path)
}

/** 2039: ten digits beyond are no seconds since 1970 but a date like 2611231200. */
const LAST_SECOND = 2_200_000_000

/** Seconds or milliseconds since 1970, or a time with its zone: one without tells no time. */
function readTime(text: string | null): Date | null {
  const written = text?.trim() ?? ''
  if (/^\d{10}$/.test(written)) return Number(written) < LAST_SECOND ? new Date(Number(written) * 1_000) : null
  if (/^\d{13}$/.test(written)) return new Date(Number(written))
  const isZoned = /^\d{4}-\d\d-\d\dT[\d:.]{5,20}(?:Z|[+-]\d\d:?\d\d)$/.test(written)
  const at = new Date(isZoned ? written : Number.NaN)
  return Number.isNaN(at.getTime()) ? null : at
}
