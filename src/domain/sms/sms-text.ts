import { septetsOf } from './gsm7.ts'

export type SmsEncoding = 'gsm7' | 'ucs2'

export interface SmsMeasure {
  readonly encoding: SmsEncoding
  /** SMS on air, and on the bill; 1 for an empty text. */
  readonly segments: number
  /** Septets (gsm7) or UTF-16 code units (ucs2) of the text, without headers. */
  readonly units: number
  /** The first character outside the GSM alphabet, which turned 160 into 70, and its place in UTF-16 code units. */
  readonly culprit: { readonly character: string; readonly index: number } | null
}

/**
 * Room in one segment, in septets (gsm7) or UTF-16 code units (ucs2): 140 octets of user data. A joined segment gives up
 * 6 of them to the concatenation header with its 8-bit reference. Sources: 3GPP TS 23.040 §9.2.3.24.1, TS 23.038 §6.2.
 */
const CAPACITY = { gsm7: { alone: 160, joined: 153 }, ucs2: { alone: 70, joined: 67 } } as const

/** With 7 octets, for a reference of 16 bits. Source: 3GPP TS 23.040 §9.2.3.24.8. */
const JOINED_WIDE = { gsm7: 152, ucs2: 66 } as const

/** Segments a message may have unless the caller says otherwise: Twilio's 1,600 characters. */
export const MAX_SEGMENTS = 10

/** A concatenation header counts in one octet. Source: 3GPP TS 23.040 §9.2.3.24.1. */
const SENDABLE_SEGMENTS = 255

/** Extended grapheme clusters don't depend on the language. */
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * How a text travels as SMS: GSM alphabet if every character is in it, else UTF-16 ("UCS-2" to the networks). Segments are
 * counted as `splitSegments` cuts them. A lone surrogate counts as one unit.
 */
export function measureText(text: string): SmsMeasure {
  let units = 0
  let pairs = 0
  for (let index = 0; index < text.length; index++) {
    const septets = septetsOf(text.charCodeAt(index))
    if (septets === 0) return measureUcs2(text, index)
    units += septets
    pairs += septets - 1
  }
  return { encoding: 'gsm7', segments: countGsm7(text, units, pairs), units, culprit: null }
}

/**
 * The texts of the segments, in order. None ends within an escape pair or a surrogate pair, nor within a grapheme (a letter
 * with its marks, a joined emoji) unless that one is longer than a segment. A line end CR LF may be parted: each half is a
 * character of its own on air. With `referenceBits` 16 there may be more of them than `measureText` counts; `ucs2` instead of
 * `encoding` is for a network that has no GSM alphabet for this text.
 */
export function splitSegments(
  text: string,
  referenceBits: 8 | 16 = 8,
  encoding: SmsEncoding = measureText(text).encoding,
): readonly string[] {
  if (unitsIn(text, encoding) <= CAPACITY[encoding].alone) return [text]
  const room = referenceBits === 8 ? CAPACITY[encoding].joined : JOINED_WIDE[encoding]
  const cuts = encoding === 'gsm7' ? cutsGsm7(text, room) : cutsUcs2(text, room)
  return [0, ...cuts].map((start, order) => text.slice(start, cuts[order]))
}

/** The text on the handset: `{message}` and `{subject}` in the format, each wherever it stands; nothing within them is replaced. */
export function formatText(format: string, parts: { readonly subject: string; readonly message: string }): string {
  if (format === '{message}') return parts.message
  return format.replace(/\{(message|subject)\}/g, (_, name: string) =>
    name === 'subject' ? parts.subject : parts.message,
  )
}

function unitsIn(text: string, encoding: SmsEncoding): number {
  if (encoding === 'ucs2') return text.length
  let units = 0
  for (let index = 0; index < text.length; index++) units += septetsOf(text.charCodeAt(index))
  return units
}

function measureUcs2(text: string, index: number): SmsMeasure {
  const culprit = { character: String.fromCodePoint(text.codePointAt(index) ?? 0), index }
  return { encoding: 'ucs2', segments: countUcs2(text), units: text.length, culprit }
}

/** Of a text that nobody can send the least it would need: to find a cluster's ends takes the square of its length. */
function countUcs2(text: string): number {
  if (text.length <= CAPACITY.ucs2.alone) return 1
  const least = Math.ceil(text.length / CAPACITY.ucs2.joined)
  return least > SENDABLE_SEGMENTS ? least : cutsUcs2(text, CAPACITY.ucs2.joined).length + 1
}

function countGsm7(text: string, units: number, pairs: number): number {
  if (units <= CAPACITY.gsm7.alone) return 1
  // Only an escape pair can leave a septet empty at a segment's end.
  return pairs === 0 ? Math.ceil(units / CAPACITY.gsm7.joined) : cutsGsm7(text, CAPACITY.gsm7.joined).length + 1
}

/** Where each segment but the first begins. */
function cutsGsm7(text: string, room: number): readonly number[] {
  const cuts: number[] = []
  let used = 0
  for (let index = 0; index < text.length; index++) {
    const septets = septetsOf(text.charCodeAt(index))
    if (used + septets > room) {
      cuts.push(index)
      used = 0
    }
    used += septets
  }
  return cuts
}

function cutsUcs2(text: string, room: number): readonly number[] {
  const cuts: number[] = []
  const clusters = graphemes.segment(text)
  let start = 0
  while (text.length - start > room) {
    start = cutUcs2(text, clusters, start, room)
    cuts.push(start)
  }
  return cuts
}

function cutUcs2(text: string, clusters: Intl.Segments, start: number, room: number): number {
  const end = start + room
  // The only cluster whose second half is a line feed is CR LF.
  if (text[end] === '\n') return end
  const cluster = clusters.containing(end)?.index ?? end
  if (cluster > start) return cluster
  // A cluster longer than a segment has to be cut, but never inside a character.
  return isPair(text, end) ? end - 1 : end
}

function isPair(text: string, index: number): boolean {
  return (text.codePointAt(index - 1) ?? 0) > 0xffff
}
