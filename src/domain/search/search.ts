import { isCountry } from '../contact.ts'
import { PLATFORMS } from '../push/device.ts'
import type { FaultDetail } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { readRecipient, type Recipient } from './search-recipients.ts'
import { readTerms, type RawTerm } from './search-terms.ts'
import { readMoment, readSpanMs } from './search-times.ts'
import { STATUSES } from '../status.ts'

/** The lists that one grammar searches, with the words each of them knows; `events` are searched as they come. */
export const SEARCH_WORDS = {
  smss: ['to', 'status', 'via', 'tag', 'code', 'text', 'key', 'country', 'before', 'after', 'last'],
  notifications: ['to', 'status', 'via', 'topic', 'tag', 'code', 'text', 'key', 'before', 'after', 'last'],
  clients: ['to', 'country', 'before', 'after', 'last'],
  tokens: ['to', 'client', 'platform', 'app', 'locale', 'state', 'code', 'before', 'after', 'last'],
  events: ['to', 'status', 'via', 'topic', 'tag', 'code', 'country'],
} as const

export type SearchedList = keyof typeof SEARCH_WORDS

export type ValueWord =
  | 'status'
  | 'via'
  | 'topic'
  | 'tag'
  | 'code'
  | 'text'
  | 'key'
  | 'country'
  | 'client'
  | 'platform'
  | 'app'
  | 'locale'
  | 'state'

/** What has become of a token: it is sent to, was not seen for long, or is not sent to any more. */
const TOKEN_STATES = ['active', 'stale', 'retired'] as const

/** One condition: any of these values; with `not`: none of them. */
export type Condition =
  | { readonly word: 'to'; readonly not: boolean; readonly recipients: readonly Recipient[] }
  | { readonly word: ValueWord; readonly not: boolean; readonly values: readonly string[] }

/** All of it must hold. */
export interface Search {
  readonly conditions: readonly Condition[]
  /** Accepted at this moment or later. */
  readonly after: Date | null
  /** Accepted earlier than this. */
  readonly before: Date | null
}

export interface SearchParts {
  readonly list: SearchedList
  readonly now: Date
  readonly defaultCountry: string | null
}

export type SearchReading =
  | { readonly kind: 'search'; readonly search: Search }
  | { readonly kind: 'problem'; readonly faults: readonly FaultDetail[] }

/** Every message there is. */
export const EVERYTHING: Search = { conditions: [], after: null, before: null }

/** More terms than a person writes. */
const MOST_TERMS = 30

/** Characters of one value. */
const LONGEST_VALUE = 512

/**
 * Reads a query in the search grammar: terms of the form `word:value`, apart by blanks, all of which must hold. Of one word that stands
 * several times any value will do; with `-` before it, none may. Each bare word is searched in the text by itself, bare digits among the
 * numbers. Times narrow each other. Every fault is named.
 */
export function parseSearch(query: string, parts: SearchParts): SearchReading {
  const reading = readTerms(query)
  if (reading.kind === 'problem') return { kind: 'problem', faults: [fault(reading.message)] }
  if (reading.terms.length > MOST_TERMS) return { kind: 'problem', faults: [fault(`more than ${MOST_TERMS} terms`)] }
  const read = reading.terms.map((term) => readTerm(term, parts))
  const faults = read.flatMap((one) => ('message' in one ? [one] : []))
  if (faults.length > 0) return { kind: 'problem', faults }
  return { kind: 'search', search: join(read.flatMap((one) => ('message' in one ? [] : [one]))) }
}

type Read = (Condition & { readonly alone?: true }) | Bound

/** One end of a span of time. */
interface Bound {
  readonly word: 'after' | 'before'
  readonly at: Date
}

function readTerm(term: RawTerm, parts: SearchParts): Read | FaultDetail {
  if (term.value.length > LONGEST_VALUE) return fault(`a value is longer than ${LONGEST_VALUE} characters`)
  if (term.word === null) return readBare(term, parts)
  const known = KNOWN.find((word) => word === term.word)
  if (known === undefined) return unknownWord(term.word, parts.list)
  if (!SEARCH_WORDS[parts.list].some((word) => word === known)) return foreignWord(known, parts.list)
  return readKnown(known, term, parts)
}

function readKnown(word: Word, { not, value }: RawTerm, parts: SearchParts): Read | FaultDetail {
  switch (word) {
    case 'to':
      return to(value, not, parts)
    case 'before':
    case 'after':
    case 'last':
      return readBound(word, value, not, parts.now)
    case 'status':
      return oneOf(word, value.toLowerCase(), not, STATUSES)
    case 'country':
      return isCountry(value.toUpperCase())
        ? { word, not, values: [value.toUpperCase()] }
        : fault('`country:` takes two letters of ISO 3166-1, like `country:EG`')
    case 'key':
      return /^[0-9A-Za-z]{10}$/.test(value)
        ? { word, not, values: [value] }
        : fault('`key:` takes the id of a key, its 10 characters in the middle; never a whole key')
    case 'client':
      return client(value, not, parts.defaultCountry)
    case 'platform':
      return oneOf(word, value.toLowerCase(), not, PLATFORMS)
    case 'state':
      return oneOf(word, value.toLowerCase(), not, TOKEN_STATES)
    case 'via':
      return { word, not, values: [value.toLowerCase()] }
    case 'topic':
    case 'tag':
    case 'code':
    case 'text':
    case 'app':
    case 'locale':
      return { word, not, values: [value] }
  }
}

/** Digits are a number, whatever else a text is; of a token every part counts. */
function readBare(term: RawTerm, parts: SearchParts): Read | FaultDetail {
  const { not, value, quoted } = term
  if (parts.list === 'tokens') return to(value, not, parts)
  if (!quoted && /^[+\d(][\d ().\-/]*$/.test(value)) {
    // A push goes to tokens: digits can only stand in its text.
    return parts.list === 'notifications' ? { word: 'text', not, values: [value], alone: true } : to(value, not, parts)
  }
  if (parts.list === 'clients') return fault('a client is found by the number: digits, `to:` or `country:`')
  if (parts.list === 'events')
    return fault('events are not searched by their text: `tag:`, `to:` or `topic:` find them')
  return { word: 'text', not, values: [value], alone: true }
}

function to(value: string, not: boolean, { list, defaultCountry }: SearchParts): Read | FaultDetail {
  const isToken = list === 'notifications' || list === 'tokens'
  if (isToken && not) return fault('`-to:` cannot be asked of tokens')
  const recipient: Recipient | string = isToken ? { kind: 'token', token: value } : readRecipient(value, defaultCountry)
  return typeof recipient === 'string' ? fault(recipient) : { word: 'to', not, recipients: [recipient] }
}

/** Whole numbers alone: of a part there may be too many people. */
function client(value: string, not: boolean, defaultCountry: string | null): Read | FaultDetail {
  const recipient = readRecipient(value, defaultCountry)
  if (typeof recipient === 'string') return fault(recipient)
  if (recipient.kind !== 'contacts') return fault('`client:` takes a whole number, with its country code')
  return { word: 'client', not, values: recipient.contacts }
}

function readBound(word: 'before' | 'after' | 'last', value: string, not: boolean, now: Date): Read | FaultDetail {
  if (word === 'last') {
    const spanMs = readSpanMs(value)
    if (spanMs === null) return fault('`last:` takes a span like 30m, 24h, 7d or 2w, up to ten years')
    return { word: not ? 'before' : 'after', at: new Date(now.getTime() - spanMs) }
  }
  const at = readMoment(value)
  if (at === null)
    return fault(
      `\`${word}:\` takes a day like 2026-03-01 (UTC), or a time like 2026-03-01T14:02:11Z; in a URL a + is written %2B`,
    )
  // What is not before a moment lies after it.
  return { word: not === (word === 'before') ? 'after' : 'before', at }
}

function oneOf(word: ValueWord, value: string, not: boolean, values: readonly string[]): Read | FaultDetail {
  if (values.includes(value)) return { word, not, values: [value] }
  const meant = nearest(value.slice(0, 64), values, 2)
  const hint = meant === null ? `one of ${values.join(', ')}` : `did you mean \`${word}:${meant}\`?`
  return fault(`\`${word}:\` knows no such value; ${hint}`, meant === null ? undefined : `${word}:${meant}`)
}

const KNOWN = [...new Set(Object.values(SEARCH_WORDS).flat())]
type Word = (typeof KNOWN)[number]

function unknownWord(word: string, list: SearchedList): FaultDetail {
  const short = word.slice(0, 32)
  const meant = nearest(short, SEARCH_WORDS[list], Math.min(2, Math.ceil(short.length / 3)))
  const quotes = 'what is meant letter by letter stands in "quotes"'
  if (meant === null) return fault(`unknown word \`${short}:\`; known are ${SEARCH_WORDS[list].join(', ')}; ${quotes}`)
  return fault(`unknown word \`${short}:\`, did you mean \`${meant}:\`? Else ${quotes}`, `${meant}:`)
}

function foreignWord(word: Word, list: SearchedList): FaultDetail {
  return fault(`\`${word}:\` means nothing for ${list}; known are ${SEARCH_WORDS[list].join(', ')}`)
}

function fault(message: string, suggestion?: string): FaultDetail {
  const detail = { path: 'q', message: `\`q\`: ${message}` }
  return suggestion === undefined ? detail : { ...detail, suggestion }
}

function join(read: readonly Read[]): Search {
  const bounds = read.flatMap((one) => ('at' in one ? [one] : []))
  const times = (word: Bound['word']): number[] =>
    bounds.filter((one) => one.word === word).map(({ at }) => at.getTime())
  const [after, before] = [times('after'), times('before')]
  return {
    conditions: group(read.flatMap((one) => ('at' in one ? [] : [one]))),
    after: after.length === 0 ? null : new Date(Math.max(...after)),
    before: before.length === 0 ? null : new Date(Math.min(...before)),
  }
}

function group(conditions: readonly (Condition & { readonly alone?: true })[]): Condition[] {
  const grouped = new Map<string, Condition>()
  for (const [index, { alone, ...condition }] of conditions.entries()) {
    const name = alone === undefined || condition.not ? `${condition.word} ${condition.not}` : `alone ${index}`
    const known = grouped.get(name)
    grouped.set(name, known === undefined ? condition : merge(known, condition))
  }
  return [...grouped.values()]
}

function merge(one: Condition, other: Condition): Condition {
  if (one.word === 'to' && other.word === 'to') {
    return { ...one, recipients: [...one.recipients, ...other.recipients] }
  }
  if (one.word === 'to' || other.word === 'to') return one
  return { ...one, values: [...one.values, ...other.values] }
}
