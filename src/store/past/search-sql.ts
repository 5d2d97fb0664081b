import { callingPrefix, countryOf } from '../../domain/country.ts'
import type { Condition, Search, ValueWord } from '../../domain/search/search.ts'
import type { Recipient } from '../../domain/search/search-recipients.ts'
import type { Walk } from './search-walk.ts'

/** What a list's rows are, and how each word is asked of them. */
export interface Searched {
  readonly from: string
  readonly id: string
  readonly time: string
  /** The number of a row, read by itself: as a join it might be answered by going through all numbers. Null: it has none. */
  readonly contact: string | null
  /** One condition on a row; `$` stands for the bound list of values. */
  readonly words: Readonly<Partial<Record<Exclude<ValueWord, 'text' | 'country'>, string>>>
  /** What `text:` looks through. */
  readonly text: string | null
}

/** Rows of these values alone, by an index. */
export interface Only {
  readonly only: NonNullable<Walk['only']>
  readonly list: readonly (number | string)[]
  /** The condition that needs no term, since the index has it. */
  readonly instead: Condition
}

/** The walk that a search asks for. */
export function toWalk(searched: Searched, search: Search, only: Only | null): Walk {
  const values: unknown[] = only === null ? [] : [only.list]
  const rest = search.conditions.filter((condition) => condition !== only?.instead)
  const bind = (value: unknown): string => `$${values.push(value) + 3}`
  const terms = rest.map((condition) => toTerm(searched, condition, bind)).filter((term) => term !== null)
  const countries = rest.filter((condition) => condition.word === 'country')
  return {
    from: searched.from,
    id: searched.id,
    time: searched.time,
    only: only?.only ?? null,
    terms: [...terms, ...timeTerms(searched.time, search, bind)],
    contact: countries.length === 0 ? null : searched.contact,
    keep: countries.length === 0 ? null : (contact) => isOf(countryOf(contact), countries),
    values,
    after: search.after,
    before: search.before,
  }
}

type Bind = (value: unknown) => string

/** Null: SQL can't judge it. */
function toTerm(searched: Searched, condition: Condition, bind: Bind): string | null {
  const term = toPositive(searched, condition, bind)
  if (term === null || !condition.not) return term
  // Of what SQL can only narrow down, the opposite narrows too much.
  return condition.word === 'country' ? null : `(${term}) is not true`
}

function toPositive({ contact, words, text }: Searched, condition: Condition, bind: Bind): string | null {
  if (condition.word === 'to') return contact === null ? null : numberTerm(contact, condition.recipients, bind)
  const { word, values } = condition
  if (word === 'country') {
    if (contact === null || condition.not) return null
    return `${contact} like any (${bind(values.map((country) => `${callingPrefix(country)}%`))}::text[])`
  }
  if (word === 'text')
    return text === null ? null : `${text} ilike any (${bind(values.map((value) => `%${literally(value)}%`))}::text[])`
  return words[word]?.replaceAll('$', bind(values)) ?? null
}

function numberTerm(contact: string, recipients: readonly Recipient[], bind: Bind): string {
  const patterns = recipients.flatMap((recipient) => {
    if (recipient.kind === 'contacts') return recipient.contacts
    return recipient.kind === 'digits' ? [`%${recipient.digits}%`] : []
  })
  return `${contact} like any (${bind(patterns)}::text[])`
}

/** Written so that the index on time does not offer itself: it would go through all that lies between. */
function timeTerms(time: string, { after, before }: Search, bind: Bind): string[] {
  return [
    ...(after === null ? [] : [`${time} - ${bind(after)}::timestamptz >= interval '0'`]),
    ...(before === null ? [] : [`${time} - ${bind(before)}::timestamptz < interval '0'`]),
  ]
}

/** Source: PostgreSQL documentation, 9.7.1 LIKE. */
function literally(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}

function isOf(country: string | null, conditions: readonly Condition[]): boolean {
  return conditions.every(
    (condition) =>
      condition.word === 'to' || (country !== null && condition.values.includes(country)) !== condition.not,
  )
}
