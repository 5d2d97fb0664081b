/** One part of a query as it was written: `-status:failed`, `"two words"`, `+20 100 912 9288`. */
export interface RawTerm {
  readonly not: boolean
  /** What stands before the colon, in small letters; null: a bare word. */
  readonly word: string | null
  readonly value: string
  /** It stood in quotes, so it is meant letter by letter. */
  readonly quoted: boolean
}

export type TermsReading =
  | { readonly kind: 'terms'; readonly terms: readonly RawTerm[] }
  | { readonly kind: 'problem'; readonly message: string }

/** A quote ends at the next one that no backslash stands before. */
const QUOTED = /"((?:[^"\\]|\\.)*)"(?=\s|$)/suy
const WORD = /([A-Za-z_]+):/y
/** Digits with what people put between them: blanks do not end a number. */
const PHONE = /\+?[ ]?\(?\d[\d ().\-/]*\d(?=\s|$)/y
const PLAIN = /\S+/uy

/** Takes a query apart; what the words mean is not looked at. */
export function readTerms(query: string): TermsReading {
  const terms: RawTerm[] = []
  let at = skipBlanks(query, 0)
  while (at < query.length) {
    const not = query[at] === '-' && /\S/.test(query[at + 1] ?? '')
    if (not) at += 1
    const word = match(WORD, query, at)
    const from = at + (word?.[0].length ?? 0)
    const value = readValue(query, from, word === null || word[1]?.toLowerCase() === 'to')
    if (value === null) return { kind: 'problem', message: problemAt(query, from, word?.[1] ?? null) }
    terms.push({ not, word: word?.[1]?.toLowerCase() ?? null, value: value.text, quoted: value.quoted })
    at = skipBlanks(query, value.end)
  }
  return { kind: 'terms', terms }
}

interface Value {
  readonly text: string
  readonly quoted: boolean
  readonly end: number
}

function readValue(query: string, from: number, mayBePhone: boolean): Value | null {
  if (query[from] === '"') {
    const quoted = match(QUOTED, query, from)
    const text = quoted?.[1]?.replace(/\\(.)/gsu, '$1') ?? ''
    return quoted === null || text === '' ? null : { text, quoted: true, end: from + quoted[0].length }
  }
  const found = (mayBePhone ? match(PHONE, query, from) : null) ?? match(PLAIN, query, from)
  return found === null ? null : { text: found[0], quoted: false, end: from + found[0].length }
}

function problemAt(query: string, from: number, word: string | null): string {
  if (query[from] !== '"') return `\`${word ?? ''}:\` has no value; no blank may stand after the colon`
  return query.startsWith('""', from)
    ? 'a pair of quotes has nothing in it'
    : 'a quote has no end; a blank must follow it, and \\" stands for a quote inside'
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function skipBlanks(text: string, from: number): number {
  const at = text.slice(from).search(/\S/)
  return at < 0 ? text.length : from + at
}
