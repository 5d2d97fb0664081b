import { isUtf8 } from 'node:buffer'
import { TidingsError, type FaultDetail } from '../domain/errors.ts'
import { joinPath, refuse } from './faults.ts'

/** Objects and lists inside each other. */
export const DEEPEST = 16

/** Keys that name an object's prototype rather than a value of ours. */
const POISONED = new Set(['__proto__', 'constructor'])

/** Neither can be stored: Postgres has no U+0000, UTF-8 no half of a surrogate pair. */
// oxlint-disable-next-line no-control-regex
const UNSTORABLE = /[\u0000\p{Surrogate}]/u

/**
 * Reads a body so that nothing in it is lost or changed on the way: no field named twice, no number that a double cannot hold,
 * no half characters. Throws a TidingsError that says what is wrong; the text itself is never repeated.
 */
export function readJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new TidingsError('invalid_json', 'The body is not UTF-8')
  const text = body.toString()
  const names = countNames(text)
  const value = parse(text)
  checkValue(value, names, text.includes('\\u'))
  return value
}

/** Reads members of a list that stands at `path`, the first of them at `from`, with the same checks; `[]` around them is the caller's. */
export function readMembers(text: string, path: string, from: number): readonly unknown[] {
  const names = countNames(text)
  const members = parse(text)
  if (!Array.isArray(members)) return []
  const walk: Walk = { escapes: text.includes('\\u'), names: 0, faults: [] }
  members.forEach((member, index) => visit(member, joinPath(path, from + index), walk))
  finish(walk, names)
  return members
}

/** JSON.parse with our refusal. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw notJson(text, error)
  }
}

/**
 * Refuses what JSON allows and we don't. `names` is how many field names stand in the text: fewer in the value means one stood
 * twice. `escapes`: only then can a string hold what UTF-8 cannot.
 */
export function checkValue(value: unknown, names: number, escapes: boolean): void {
  const walk: Walk = { escapes, names: 0, faults: [] }
  visit(value, '', walk)
  finish(walk, names)
}

/** What is wrong with a string, or null. */
export function stringProblem(text: string): string | null {
  return UNSTORABLE.test(text) ? 'holds U+0000 or half of a surrogate pair, which no text can' : null
}

export function tooDeep(): TidingsError {
  return new TidingsError('invalid_json', `The body is nested deeper than ${DEEPEST} levels`)
}

interface Walk {
  readonly escapes: boolean
  names: number
  readonly faults: FaultDetail[]
}

function finish(walk: Walk, names: number): void {
  if (walk.faults.length > 0) throw refuse(walk.faults)
  if (walk.names !== names) throw new TidingsError('invalid_json', 'The body names a field twice in one object')
}

function visit(value: unknown, path: string, walk: Walk): void {
  if (typeof value === 'string') {
    const problem = walk.escapes ? stringProblem(value) : null
    if (problem !== null) walk.faults.push({ path, message: `\`${path}\` ${problem}` })
    return
  }
  if (typeof value === 'number') {
    visitNumber(value, path, walk)
    return
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) visit(value[index], joinPath(path, index), walk)
    return
  }
  if (typeof value === 'object' && value !== null) visitFields(value, path, walk)
}

function visitNumber(value: number, path: string, walk: Walk): void {
  const exact = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)
  if (!exact) walk.faults.push({ path, message: `\`${path}\` is a number too large to be kept exactly` })
}

function visitFields(value: object, path: string, walk: Walk): void {
  for (const [key, field] of Object.entries(value)) {
    walk.names += 1
    const problem = POISONED.has(key) ? 'is a name that no field may have' : walk.escapes ? stringProblem(key) : null
    // The key itself may hold what an answer cannot.
    const shown = problem !== null && !POISONED.has(key) ? path : fieldPath(path, key)
    if (problem !== null) walk.faults.push({ path: shown, message: `a field in \`${shown}\` ${problem}` })
    visit(field, shown, walk)
  }
}

/** As joinPath, but cheap for the fields of every message. */
function fieldPath(parent: string, key: string): string {
  return parent === '' && key.length <= 16 ? key : joinPath(parent, key)
}

/** Counts the field names of a text, and refuses one nested too deep before JSON.parse builds it. */
function countNames(text: string): number {
  let names = 0
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) at = endOfString(text, at + 1)
    else if (unit === COLON) names += 1
    else if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      depth += 1
      if (depth > DEEPEST) throw tooDeep()
    } else if (unit === CLOSE_BRACE || unit === CLOSE_BRACKET) depth -= 1
  }
  return names
}

/** Index of the quote that ends the string which begins at `from`; the end of the text if none does. */
function endOfString(text: string, from: number): number {
  let at = from
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote === -1) return text.length
    let escapes = quote
    while (text.charCodeAt(escapes - 1) === BACKSLASH && escapes > from) escapes -= 1
    if ((quote - escapes) % 2 === 0) return quote
    at = quote + 1
  }
}

export const QUOTE = 0x22
export const COLON = 0x3a
export const COMMA = 0x2c
export const BACKSLASH = 0x5c
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d
export const OPEN_BRACKET = 0x5b
export const CLOSE_BRACKET = 0x5d

function notJson(text: string, error: unknown): TidingsError {
  if (text.trim() === '') return new TidingsError('invalid_json', 'The body is empty; it must be a JSON object')
  if (text.startsWith("{'")) {
    return new TidingsError('invalid_json', 'The body is not JSON: names and texts stand in double quotes there')
  }
  // Only the place is taken from the parser's message: it may quote the body.
  const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined
  if (position === undefined) return new TidingsError('invalid_json', 'The body is not JSON')
  const before = text.slice(0, Number(position)).split('\n')
  const column = (before.at(-1)?.length ?? 0) + 1
  return new TidingsError('invalid_json', `The body is not JSON: see line ${before.length}, column ${column}`)
}
