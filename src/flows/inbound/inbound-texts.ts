import { createHash } from 'node:crypto'
import type { InboundSms } from '../../domain/provider.ts'
import type { InboundPart, PartSet } from '../../store/inbound/inbound-parts.ts'

/** A text that came in, whole, or as much of it as ever came. */
export interface WholeText extends Omit<InboundSms, 'part'> {
  readonly segments: number
  readonly missingSegments: number
  /** 16 bytes: the same for one that comes again. */
  readonly key: Buffer
  readonly otherKeys: readonly Buffer[]
}

/** Longer than any number, name or id; a text has 255 parts of 160 characters at most. Source: 3GPP TS 23.040 §9.2.3.24.1. */
const LONGEST = { word: 256, text: 40_800 }

/** Bounded, and without what Postgres does not take. */
export function cleaned(inbound: InboundSms): InboundSms {
  const { providerMessageId: id, from, to } = inbound
  const word = (text: string): string => clean(text, LONGEST.word)
  const providerMessageId = id === null || id === '' ? null : word(id)
  return { ...inbound, providerMessageId, from: word(from), to: word(to) }
}

/** Of a text that has neither an id nor a time, one with the same words is taken for a repetition within a minute or two. */
const SAME_MS = 60_000

export function wholeOf(inbound: InboundSms, now: Date): WholeText {
  const { part: _, ...rest } = inbound
  const text = clean(inbound.text, LONGEST.text)
  return { ...rest, text, segments: 1, missingSegments: 0, ...keysOf({ ...inbound, text }, now) }
}

/** Null: it is no part of a longer text. */
export function setOf({ provider, from, to, part }: InboundSms): { set: PartSet; number: number } | null {
  if (part === null || part.total < 2 || part.total > 255 || part.number < 1 || part.number > part.total) return null
  const set = { provider, contact: from, sentTo: to, reference: part.reference, total: part.total }
  return { set, number: part.number }
}

/** The parts as one text, by number; `…` stands where some are missing. */
export function joined(
  { provider, contact, sentTo, reference, total }: PartSet,
  parts: readonly InboundPart[],
): WholeText {
  const byNumber = new Map(parts.map((part) => [part.number, part]))
  const numbers = Array.from({ length: total }, (_, index) => index + 1)
  const texts = numbers.map((number) => byNumber.get(number)?.text ?? null)
  // One mark for a gap, however many parts it has.
  const pieces = texts.flatMap((text, index) =>
    text !== null ? [text] : texts[index - 1] === null && index > 0 ? [] : ['…'],
  )
  const times = parts.map(({ sentAt }) => sentAt).filter((at) => at !== null)
  const first = parts.map(({ receivedAt }) => receivedAt.getTime()).toSorted((a, b) => a - b)[0] ?? 0
  return {
    provider,
    providerMessageId: null,
    from: contact,
    to: sentTo,
    text: clean(pieces.join(''), LONGEST.text),
    at: times.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null,
    handled: parts.find(({ handled }) => handled !== null)?.handled ?? null,
    segments: total,
    missingSegments: total - parts.length,
    // A reference comes again; the moment at which its first part came does not.
    key: keyOf(['parts', provider, contact, sentTo, reference, total, first]),
    otherKeys: [],
  }
}

function keysOf(
  { provider, providerMessageId, from, to, text, at }: InboundSms,
  now: Date,
): Pick<WholeText, 'key' | 'otherKeys'> {
  if (providerMessageId !== null) return { key: keyOf(['id', provider, providerMessageId]), otherKeys: [] }
  const words = ['text', provider, from, to, text]
  if (at !== null) return { key: keyOf([...words, at.toISOString()]), otherKeys: [] }
  const minute = Math.floor(now.getTime() / SAME_MS)
  return { key: keyOf([...words, minute]), otherKeys: [keyOf([...words, minute - 1])] }
}

function keyOf(parts: readonly (string | number)[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16)
}

function clean(text: string, longest: number): string {
  return text.slice(0, longest).replaceAll('\u0000', '')
}
