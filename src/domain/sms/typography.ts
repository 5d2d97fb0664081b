import { measureText, type SmsMeasure } from './sms-text.ts'

/** One kind of character that was replaced. */
export interface Replaced {
  /** As it was written. */
  readonly character: string
  /** What stands there now; empty: nothing. */
  readonly by: string
  readonly count: number
}

export interface PlainText {
  readonly text: string
  readonly measure: SmsMeasure
  /** In the order they first come; empty: the text is as it was. */
  readonly replaced: readonly Replaced[]
}

/**
 * What programs put in place of plain characters, and what a typewriter has for it: quotes, dashes, blanks, dots, and marks without width.
 * Nothing that spells or counts is here: letters with accents, signs of currencies, emoji. Source: Unicode, "General Punctuation" (U+2000 to
 * U+206F) and what smart quotes, non-breaking spaces and bullets are typed as in it.
 */
const PLAIN: ReadonlyMap<string, string> = new Map([
  ...each("'", '\u2018\u2019\u201a\u201b\u2032\u2035\u02bc\u00b4\u0060'),
  ...each('"', '\u201c\u201d\u201e\u201f\u2033\u2036\u00ab\u00bb'),
  ...each('<', '\u2039'),
  ...each('>', '\u203a'),
  ...each('-', '\u2010\u2011\u2012\u2013\u2014\u2015\u2212'),
  ...each('...', '\u2026'),
  ...each('*', '\u2022'),
  ...each('/', '\u2044'),
  ...each(' ', '\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t'),
  ...each('\n', '\u2028\u2029'),
  // Joiners and directions say nothing where all letters are of the GSM alphabet, and a soft hyphen is none that is seen.
  ...each('', '\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff'),
])

/**
 * The same words in the GSM alphabet, where plain signs in place of typographic ones bring them into it and make the message smaller: fewer
 * octets on air, and no more segments. Else the text as it is.
 */
export function plainText(text: string): PlainText {
  const measure = measureText(text)
  const asItIs = { text, measure, replaced: [] }
  if (measure.encoding === 'gsm7') return asItIs
  const counts = new Map<string, number>()
  let plain = ''
  for (const character of text) {
    const by = PLAIN.get(character)
    plain += by ?? character
    if (by !== undefined) counts.set(character, (counts.get(character) ?? 0) + 1)
  }
  // Of a text of blanks without width nothing would be left.
  if (plain.trim() === '') return asItIs
  const smaller = measureText(plain)
  if (smaller.encoding !== 'gsm7' || smaller.segments > measure.segments || octetsOf(smaller) >= octetsOf(measure)) {
    return asItIs
  }
  const replaced = [...counts].map(([character, count]) => ({ character, by: PLAIN.get(character) ?? '', count }))
  return { text: plain, measure: smaller, replaced }
}

/** Septets are packed. Source: 3GPP TS 23.038 §6.1.2.1. */
function octetsOf({ encoding, units }: SmsMeasure): number {
  return encoding === 'gsm7' ? Math.ceil((units * 7) / 8) : units * 2
}

function each(by: string, characters: string): readonly (readonly [string, string])[] {
  return Array.from(characters, (character) => [character, by])
}
