import { counted, duration } from '../inbox/format.ts'
import type { Attempt, Part, Sms } from './client.ts'

/** `2 of 3 parts delivered`: how far those of a long message have come. */
export function tallyOfParts(parts: readonly Part[]): string {
  const total = parts[0]?.total ?? parts.length
  const delivered = parts.filter(({ status }) => status === 'delivered').length
  return `${delivered.toLocaleString('en')} of ${counted(total, 'part')} delivered`
}

/** How long the provider took to answer; null: it has not, or was never called. */
export function tookOf({ started_at: began, finished_at: ended }: Attempt): string | null {
  return began === null || ended === null ? null : duration(Date.parse(ended) - Date.parse(began))
}

/** Statuses that something may follow soon. */
const OPEN: ReadonlySet<string> = new Set(['scheduled', 'queued', 'sending', 'sent', 'uncertain'])

export function isOpen({ status }: Pick<Sms, 'status'>): boolean {
  return OPEN.has(status)
}

const [SOONEST_MS, LATEST_MS] = [4_000, 60_000]

/** Until an open one is looked at again: the older it is, the less is to be expected; some never hear of their end. */
export function watchMs({ created_at: at }: Pick<Sms, 'created_at'>, now: Date): number {
  return Math.min(LATEST_MS, Math.max(SOONEST_MS, (now.getTime() - Date.parse(at)) / 50))
}

/** `€0.042`: a part may cost less than a cent. */
export function priceOf({ amount, currency }: NonNullable<Sms['price']>): string {
  return new Intl.NumberFormat('en', { style: 'currency', currency, maximumFractionDigits: 6 }).format(amount)
}

const ENCODINGS = { gsm7: 'GSM-7', ucs2: 'UCS-2' } as const

/** `3 segments, GSM-7` */
export function lengthOf({ segments, encoding }: Pick<Sms, 'segments' | 'encoding'>): string {
  return `${counted(segments, 'segment')}, ${ENCODINGS[encoding]}`
}

const CATEGORIES: Readonly<Record<Sms['category'], string>> = {
  otp: 'One-time code',
  transactional: 'Transactional',
  marketing: 'Marketing',
}

export function categoryOf({ category }: Pick<Sms, 'category'>): string {
  return CATEGORIES[category]
}
