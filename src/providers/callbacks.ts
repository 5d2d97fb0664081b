import { createHash, timingSafeEqual } from 'node:crypto'
import type { AttemptId, OutboundSms, Receipt } from '../domain/provider.ts'

/** What travels with a submission and comes back with its receipts. */
export function attemptIdOf(sms: Pick<OutboundSms, 'messageId' | 'attempt'>): AttemptId {
  return `${sms.messageId}.${sms.attempt}`
}

/** `messageId.attempt`, both from 1; up to 15 and 9 digits keep within what a number holds. */
export function readAttempt(text: string | null): Receipt['attempt'] {
  const parts = /^([1-9]\d{0,14})\.([1-9]\d{0,8})$/.exec(text ?? '')
  return parts === null ? null : { messageId: Number(parts[1]), number: Number(parts[2]) }
}

/** The query of a URL that need not be well formed. */
export function queryOf(url: string): URLSearchParams {
  const start = url.indexOf('?')
  return new URLSearchParams(start === -1 ? '' : url.slice(start + 1))
}

/** Whether two secrets are the same, in a time that tells nothing of where they differ. */
export function isSameSecret(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/**
 * A phone number as providers write it without its plus sign, or with 00 in its place, in E.164; what is none (a short code, a name) as it is.
 */
export function toE164(text: string): string {
  const digits = text.replace(/^00/, '')
  return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : text
}

/** What the parts of a text have in common, as a number of 31 bits; providers write small numbers, large ones, or words. */
export function referenceOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  return createHash('sha256').update(text).digest().readUInt32BE(0) >>> 1
}
