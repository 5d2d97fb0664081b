import { TidingsError, type FaultDetail } from '../domain/errors.ts'
import { nearest } from '../domain/nearest.ts'

/** Faults listed in one answer; beyond that nobody reads them. */
export const MOST_FAULTS = 100

/** Of those, how many the sentence names. */
const NAMED_FAULTS = 3

/** Longer than any word of ours: such a one is no slip, and would be costly to compare. */
const LONGEST_WORD = 64

/** What Ajv reports with `verbose`; its `data` is the caller's and never repeated. */
export interface SchemaFault {
  readonly keyword: string
  readonly instancePath: string
  readonly params: Readonly<Record<string, unknown>>
  readonly data?: unknown
  readonly parentSchema?: {
    readonly properties?: Readonly<Record<string, unknown>>
    readonly [keyword: string]: unknown
  }
}

/** One refusal that names every fault. */
export function refuse(details: readonly FaultDetail[]): TidingsError {
  const listed = details.slice(0, MOST_FAULTS)
  const named = listed.slice(0, NAMED_FAULTS).map((detail) => detail.message)
  const more = details.length - named.length
  const sentence = more > 0 ? `${named.join('; ')}; and ${more} more` : named.join('; ')
  return new TidingsError('invalid_request', sentence, { details: listed })
}

/** Ajv's faults in words; first those that look like a slip of the pen, since others may follow from them. */
export function refuseSchemaFaults(faults: readonly SchemaFault[]): TidingsError {
  const details = withoutTwins(faults.filter(isFault).map(toDetail))
  const slips = details.filter((detail) => detail.suggestion !== undefined)
  return refuse([...slips, ...details.filter((detail) => detail.suggestion === undefined)])
}

/** The word that was probably meant: at most two edits away, and fewer for a short one; null if there is none. */
export function meantBy(word: string, words: readonly string[]): string | null {
  if (word.length > LONGEST_WORD) return null
  return nearest(word.toLowerCase(), words, Math.min(2, Math.ceil(word.length / 3))) ?? longerOf(word, words)
}

/** Shorter ones begin or end many a word. */
const SHORTEST_STEM = 5

/** The word that this one has an end or a beginning too much of, or too little: `imageUrl` for `image`, `priority` for `notification_priority`. */
function longerOf(word: string, words: readonly string[]): string | null {
  const bare = stemOf(word)
  const related = words.filter((known) => {
    const [short = '', long = ''] = [bare, stemOf(known)].toSorted((a, b) => a.length - b.length)
    return short.length >= SHORTEST_STEM && (long.startsWith(short) || long.endsWith(short))
  })
  return related.length === 1 ? (related[0] ?? null) : null
}

function stemOf(word: string): string {
  return word.toLowerCase().replaceAll(/[_-]/g, '')
}

/** `data` and `count` make `data.count`; names that aren't plain are quoted. */
export function joinPath(parent: string, key: string | number): string {
  if (typeof key === 'number') return `${parent}[${key}]`
  const short = key.length > 64 ? `${key.slice(0, 61)}...` : key
  if (!/^[A-Za-z_$][\w$-]*$/.test(short)) return `${parent}[${JSON.stringify(short)}]`
  return parent === '' ? short : `${parent}.${short}`
}

/** That a condition of a schema leads to a fault is told by the fault. */
function isFault(fault: SchemaFault): boolean {
  return fault.keyword !== 'if'
}

/** Two conditions may find the same. */
function withoutTwins(details: readonly FaultDetail[]): readonly FaultDetail[] {
  return [...new Map(details.map((detail) => [detail.message, detail])).values()]
}

function toDetail(fault: SchemaFault): FaultDetail {
  const path = toPath(fault.instancePath)
  if (fault.keyword === 'required') return missing(path, String(fault.params['missingProperty']))
  if (fault.keyword === 'additionalProperties') return unknownField(path, fault)
  if (fault.keyword === 'enum') return notOneOf(path, fault)
  const subject = path === '' ? 'the body' : `\`${path}\``
  return { path, message: `${subject} ${complaint(fault)}` }
}

function missing(parent: string, name: string): FaultDetail {
  const path = joinPath(parent, name)
  return { path, message: `\`${path}\` is missing` }
}

function unknownField(parent: string, fault: SchemaFault): FaultDetail {
  const name = String(fault.params['additionalProperty'])
  const path = joinPath(parent, name)
  const meant = meantBy(name, Object.keys(fault.parentSchema?.properties ?? {}))
  if (meant === null) return { path, message: `unknown field \`${path}\`` }
  return { path, message: `unknown field \`${path}\`, did you mean \`${meant}\`?`, suggestion: meant }
}

function notOneOf(path: string, fault: SchemaFault): FaultDetail {
  const allowed = Array.isArray(fault.params['allowedValues']) ? fault.params['allowedValues'].map(String) : []
  const meant = typeof fault.data === 'string' ? meantBy(fault.data, allowed) : null
  const message = `\`${path}\` must be one of ${allowed.join(', ')}`
  if (meant === null) return { path, message }
  return { path, message: `${message}; did you mean \`${meant}\`?`, suggestion: meant }
}

const ARTICLES: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

function complaint(fault: SchemaFault): string {
  const limit = String(fault.params['limit'])
  switch (fault.keyword) {
    case 'type':
      return `must be ${typesOf(fault.params['type'])}, not ${typeName(fault.data)}`
    case 'minLength':
      return limit === '1' ? 'must not be empty' : `must have at least ${limit} characters`
    case 'maxLength':
      return `must have at most ${limit} characters`
    case 'minItems':
    case 'minProperties':
      return 'must not be empty'
    case 'maxItems':
    case 'maxProperties':
      return `must have at most ${limit} entries`
    case 'uniqueItems':
      return 'must not hold the same entry twice'
    case 'minimum':
      return `must be at least ${limit}`
    case 'maximum':
      return `must be at most ${limit}`
    case 'false schema':
      return standsBeside(fault)
    case 'not':
      return 'cannot have `to` beside `tokens` or `fids`: name devices, or say which are meant'
    case 'format':
      return 'must be a time with its zone, like 2030-01-31T18:00:00Z'
    case 'pattern':
      return patternComplaint(String(fault.params['pattern']))
    default:
      return 'is not as it must be'
  }
}

/** What a schema has no place for beside another field. */
function standsBeside({ instancePath }: SchemaFault): string {
  return instancePath === '/topic'
    ? 'cannot stand beside `condition`'
    : 'cannot stand beside `template`, which brings it'
}

/** One type, or a list of them. */
function typesOf(types: unknown): string {
  const names = (Array.isArray(types) ? types : [types]).map((type) => ARTICLES[String(type)] ?? 'of another type')
  return names.join(' or ')
}

function patternComplaint(pattern: string): string {
  if (pattern.startsWith('^https://')) return 'must begin with https://'
  if (pattern.startsWith('^https?://')) return 'must begin with https:// or http://'
  if (pattern.startsWith('^\\d{4}-'))
    return 'must be a time with its zone, like 2030-01-31T18:00:00Z, or without one beside `local`'
  if (pattern.startsWith('^[a-z][a-z0-9-]')) return 'must begin with a small letter, and hold only those, digits and -'
  if (pattern.includes('{1,32}')) return 'must be 1 to 32 letters, digits, - and _'
  return 'may only hold letters, digits and - _ . ~ %'
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'a list'
  return ARTICLES[typeof value] ?? typeof value
}

/** Ajv writes JSON Pointers (RFC 6901). */
function toPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => joinPath(path, /^\d+$/.test(part) ? Number(part) : part), '')
}
