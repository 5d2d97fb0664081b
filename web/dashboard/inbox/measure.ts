import type { Item } from './item.ts'

/** How full the segments of a text are. */
export interface Measure {
  readonly segments: number
  readonly encoding: 'gsm7' | 'ucs2'
  /** Septets, or UTF-16 code units. */
  readonly used: number
  readonly room: number
}

/** Room in a segment alone, and joined to others. Source: 3GPP TS 23.040 §9.2.3.24.1. */
const CAPACITY = { gsm7: { alone: 160, joined: 153 }, ucs2: { alone: 70, joined: 67 } } as const

/** Characters that take two septets. Source: 3GPP TS 23.038 §6.2.1.1. */
const OF_THE_EXTENSION = /[\f^{}\\[~\]|€]/g

/** Null where it is no SMS. What it needs has been counted by the service; this says how much of it is used. */
export function measureOf({ body, segments, encoding }: Item): Measure | null {
  if (segments === null || encoding === null) return null
  const used = body.length + (encoding === 'gsm7' ? [...body.matchAll(OF_THE_EXTENSION)].length : 0)
  const { alone, joined } = CAPACITY[encoding]
  return { segments, encoding, used, room: segments <= 1 ? alone : segments * joined }
}

const LETTERS = /[\p{L}\p{M}]/gu

/** Those of the alphabet. Source: 3GPP TS 23.038 §6.2.1. */
const GSM_LETTERS = /[A-Za-zèéùìòÇØøÅåÆæÉÄÖÑÜäöñüàßΔΦΓΛΩΠΨΣΘΞ]/g

/** Whether most letters of a text are none of GSM-7: it is in another script, and no single character is to blame. */
export function isMostlyForeign(text: string): boolean {
  const letters = text.match(LETTERS)?.length ?? 0
  const known = text.match(GSM_LETTERS)?.length ?? 0
  return letters > 2 * known
}

/** What a keyboard or a word processor puts in, and what fits the phone's own alphabet. */
const REPLACEMENTS: Readonly<Record<string, string>> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u201C': '"',
  '\u201D': '"',
  '\u2013': '-',
  '\u2014': '-',
  '\u2026': '...',
  '\u00A0': 'a plain space',
  '\u2022': '-',
  '`': "'",
}

/** What could stand in its place and cost less; null: nothing of the same meaning. */
export function replacementOf(character: string): string | null {
  return REPLACEMENTS[character] ?? null
}

/** `U+2019` */
export function codePointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

/** Controls and formats, line breaks and tabs aside: directions, joiners, spaces without width. They can't be seen, and change what is. */
const UNSEEN = /(?![\n\r\t])[\p{Cc}\p{Cf}]/gu

/** The unseen characters of a text, each once, as `U+202E`. */
export function unseenIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(UNSEEN)].map(([character]) => codePointOf(character)))]
}
