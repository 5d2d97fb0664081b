import type { FaultDetail } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { USUAL_LONGEST, type Variable } from './template.ts'
import type { Values } from './template-text.ts'
import { readUrl } from '../url.ts'

export type ValueReading =
  | { readonly kind: 'value'; readonly value: string | number | Date }
  | { readonly kind: 'problem'; readonly message: string }

/** A call's values in the types that a text needs, or everything that is wrong with them. `path` is where they stand. */
export function readValues(
  variables: Readonly<Record<string, Variable>>,
  given: Readonly<Record<string, unknown>>,
  path: string,
): { readonly values: Values; readonly faults: readonly FaultDetail[] } {
  const names = Object.keys(variables)
  const faults = Object.keys(given)
    .filter((name) => !Object.hasOwn(variables, name))
    .map((name) => unknownVariable(path, name, names))
  const values = emptyValues()
  for (const [name, variable] of Object.entries(variables)) {
    const reading = Object.hasOwn(given, name) ? readValue(variable, given[name]) : leftOut(variable)
    if (reading.kind === 'value') values[name] = reading.value
    else faults.push({ path: `${path}.${name}`, message: `\`${path}.${name}\` ${reading.message}` })
  }
  return { values, faults }
}

/** One value; `problem` continues a sentence that begins with its name. The value itself is never repeated. */
export function readValue(variable: Variable, value: unknown): ValueReading {
  switch (variable.type) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value)
        ? { kind: 'value', value }
        : problem('must be a number, without quotes')
    case 'text':
      return typeof value === 'string' ? readText(variable, value) : problem('must be a text, in quotes')
    case 'url':
      return typeof value === 'string' && isUrl(value)
        ? readText(variable, value)
        : problem('must be a whole address that begins with https:// or http://')
    case 'date':
      return read(typeof value === 'string' ? readDay(value) : null, 'must be a date, as in "2026-11-22"')
    case 'time':
      return read(
        typeof value === 'string' ? readMoment(value) : null,
        'must be a time with its offset from UTC, as in "2026-11-22T18:30:00+02:00"',
      )
  }
}

/** The samples; with `stretched` every text and url is as long as it may be. They have been checked. */
export function sampleValues(variables: Readonly<Record<string, Variable>>, stretched: boolean): Values {
  const values = emptyValues()
  for (const [name, variable] of Object.entries(variables)) {
    const sample = stretched ? stretch(variable) : variable.sample
    const reading = readValue({ ...variable, required: false }, sample)
    if (reading.kind === 'value') values[name] = reading.value
  }
  return values
}

/** Of a text or url, in UTF-16 code units. */
export function mostUnits(variable: Variable): number {
  return variable.max_length ?? USUAL_LONGEST[variable.type] ?? 0
}

function emptyValues(): Record<string, string | number | Date> {
  return Object.create(null) as Record<string, string | number | Date>
}

function unknownVariable(path: string, name: string, names: readonly string[]): FaultDetail {
  const short = name.slice(0, 64)
  const meant = name.length > 64 ? null : nearest(name, names, Math.min(2, Math.ceil(name.length / 3)))
  const place = { path: `${path}.${short}` }
  if (meant !== null) {
    return {
      ...place,
      message: `the template has no variable \`${short}\`, did you mean \`${meant}\`?`,
      suggestion: meant,
    }
  }
  const list = names.length === 0 ? 'it has none' : `it has ${names.map((one) => `\`${one}\``).join(', ')}`
  return { ...place, message: `the template has no variable \`${short}\`; ${list}` }
}

function leftOut(variable: Variable): ValueReading {
  if (variable.required === false) return { kind: 'value', value: '' }
  return problem(`is missing; it is a ${variable.type}, as in ${JSON.stringify(variable.sample)}`)
}

function readText(variable: Variable, value: string): ValueReading {
  if (value === '' && variable.required !== false) return problem('must not be empty')
  const most = mostUnits(variable)
  if (value.length > most) return problem(`has ${value.length} characters; ${most} is the most`)
  return { kind: 'value', value }
}

function isUrl(text: string): boolean {
  return /^https?:\/\/\S+$/.test(text) && readUrl(text) !== null
}

/** RFC 3339's full-date. */
function readDay(text: string): Date | null {
  return /^[1-9]\d{3}-\d\d-\d\d$/.test(text) ? realDate(`${text}T00:00:00`) : null
}

/**
 * RFC 3339's date-time. What is shown is the clock that the caller named, not ours: the offset is taken off after it was checked.
 */
function readMoment(text: string): Date | null {
  const [, clock] =
    /^([1-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.exec(text) ?? []
  return clock === undefined ? null : realDate(clock)
}

/** Null for the 30th of February, which JavaScript would make a day in March, and for 24:00. */
function realDate(clock: string): Date | null {
  const date = new Date(`${clock}Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(clock) ? date : null
}

function stretch(variable: Variable): string | number {
  const { sample, type } = variable
  if (typeof sample === 'number' || (type !== 'text' && type !== 'url')) return sample
  const most = mostUnits(variable)
  if (type === 'url') return `${sample}${'/'.repeat(Math.max(0, most - sample.length))}`
  // Whole characters only: half of one would be sent as a question mark.
  const characters = Array.from(sample === '' ? 'x' : sample)
  let text = ''
  for (let at = 0; ; at += 1) {
    const next = characters[at % characters.length] ?? 'x'
    if (text.length + next.length > most) return text
    text += next
  }
}

function problem(message: string): ValueReading {
  return { kind: 'problem', message }
}

function read(value: Date | null, message: string): ValueReading {
  return value === null ? problem(message) : { kind: 'value', value }
}
