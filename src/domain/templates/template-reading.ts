import type { Formatters } from 'intl-messageformat'
import type { FaultDetail } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { checkUse, type TextUse } from './template-check.ts'
import {
  canonicalLocale,
  LONGEST_TEXT,
  LONGEST_VALUE,
  MOST_LOCALES,
  MOST_VARIABLES,
  TEMPLATE_FIELDS,
  VARIABLE_NAME,
  type TemplateContent,
  type TemplateKind,
  type Variable,
} from './template.ts'
import { parseText, type TemplateText } from './template-text.ts'
import { readValue } from './template-values.ts'

/** A locale's texts, read and looked through, by field. */
export type ReadTexts = ReadonlyMap<string, { readonly text: TemplateText; readonly use: TextUse }>

/** A template that was read. */
export interface TemplateReading {
  readonly locales: ReadonlyMap<string, ReadTexts>
  /** Empty: whatever variables of the right types are given, every text can be rendered. */
  readonly faults: readonly FaultDetail[]
}

/** What is wrong with what is to become a template, its texts aside; its JSON types have been checked. */
export function checkContent(content: TemplateContent): readonly FaultDetail[] {
  return [...checkVariables(content.variables), ...checkLocales(content)]
}

/** Reads one locale's texts: some milliseconds for the first ones of a language. */
export function readLocale(
  kind: TemplateKind,
  { locales, variables }: TemplateContent,
  locale: string,
  formats: Formatters,
): { readonly texts: ReadTexts; readonly faults: readonly FaultDetail[] } {
  // A tag that is none has been refused already.
  if (canonicalLocale(locale) === null) return { texts: new Map(), faults: [] }
  const fields = locales[locale] ?? {}
  const path = `locales.${locale}`
  const faults = checkFields(kind, fields, path)
  return { texts: readFields(fields, locale, path, formats, variables, faults), faults }
}

function checkVariables(variables: Readonly<Record<string, Variable>>): FaultDetail[] {
  const entries = Object.entries(variables)
  if (entries.length > MOST_VARIABLES) return [fault('variables', `must have at most ${MOST_VARIABLES} entries`)]
  return entries.flatMap(([name, variable]) => {
    if (VARIABLE_NAME.test(name)) return checkVariable(`variables.${name}`, variable)
    const short = `variables.${name.slice(0, 64)}`
    return [fault(short, 'must be called by a letter, then letters, digits or _, 64 at most')]
  })
}

function checkVariable(path: string, variable: Variable): FaultDetail[] {
  const { type, sample, max_length, required } = variable
  const faults: FaultDetail[] = []
  const isText = type === 'text' || type === 'url'
  if (max_length !== undefined && !isText)
    faults.push(fault(`${path}.max_length`, `is for a text or url, not a ${type}`))
  if (max_length !== undefined && max_length > LONGEST_VALUE) {
    faults.push(fault(`${path}.max_length`, `must be at most ${LONGEST_VALUE}`))
  }
  if (required === false && !isText) {
    faults.push(fault(`${path}.required`, `cannot be false for a ${type}: there is no empty one`))
  }
  const reading = readValue(variable, sample)
  if (reading.kind === 'problem') faults.push(fault(`${path}.sample`, reading.message))
  return faults
}

function checkLocales({ default_locale: usual, locales }: TemplateContent): FaultDetail[] {
  const tags = Object.keys(locales)
  if (tags.length > MOST_LOCALES) return [fault('locales', `must have at most ${MOST_LOCALES} entries`)]
  const faults = tags.flatMap((tag) => {
    const canonical = canonicalLocale(tag)
    const short = tag.slice(0, 64)
    if (canonical === null) return [fault(`locales.${short}`, 'is not a language tag such as en, pt-BR or zh-Hant')]
    if (canonical === tag) return []
    return [{ ...fault(`locales.${short}`, `must be written \`${canonical}\``), suggestion: canonical }]
  })
  if (Object.hasOwn(locales, usual)) return faults
  return [
    ...faults,
    fault('default_locale', `must be one of the locales: ${tags.slice(0, 10).join(', ') || 'there is none'}`),
  ]
}

function checkFields(kind: TemplateKind, fields: Readonly<Record<string, string>>, path: string): FaultDetail[] {
  const { needed, allowed } = TEMPLATE_FIELDS[kind]
  const missing = needed
    .filter((field) => !Object.hasOwn(fields, field))
    .map((field) => fault(`${path}.${field}`, `is missing`))
  const unknown = Object.keys(fields)
    .filter((field) => !allowed.includes(field))
    .map((field) => unknownField(`${path}.${field.slice(0, 64)}`, field, allowed))
  const tooLong = Object.entries(fields)
    .filter(([field, text]) => allowed.includes(field) && text.length > LONGEST_TEXT)
    .map(([field]) => fault(`${path}.${field}`, `must have at most ${LONGEST_TEXT} characters`))
  return [...unknown, ...missing, ...tooLong]
}

function unknownField(path: string, field: string, allowed: readonly string[]): FaultDetail {
  const meant = field.length > 64 ? null : nearest(field, allowed, Math.min(2, Math.ceil(field.length / 3)))
  if (meant === null) return { path, message: `unknown field \`${path}\`` }
  return { path, message: `unknown field \`${path}\`, did you mean \`${meant}\`?`, suggestion: meant }
}

function readFields(
  fields: Readonly<Record<string, string>>,
  locale: string,
  path: string,
  formats: Formatters,
  variables: Readonly<Record<string, Variable>>,
  faults: FaultDetail[],
): ReadTexts {
  const texts = new Map<string, { text: TemplateText; use: TextUse }>()
  for (const [field, source] of Object.entries(fields)) {
    if (source.length > LONGEST_TEXT) continue
    const text = readText(source, locale)
    if (typeof text === 'string') {
      faults.push(fault(`${path}.${field}`, text))
      continue
    }
    const { use, faults: found } = checkUse(text, locale, formats, variables)
    faults.push(...found.map((message) => fault(`${path}.${field}`, message)))
    texts.set(field, { text, use })
  }
  return texts
}

/** The text, or what is wrong with it. */
function readText(source: string, locale: string): TemplateText | string {
  try {
    return parseText(source, locale)
  } catch (error) {
    const kind = error instanceof SyntaxError ? error.message : ''
    const offset = offsetOf(error)
    const near =
      offset === null ? '' : `, near ${JSON.stringify(Array.from(source.slice(offset)).slice(0, 24).join(''))}`
    return `${SYNTAX[kind] ?? (error instanceof SyntaxError ? UNREADABLE : BAD_SKELETON)}${near}`
  }
}

/** Of a syntax error; past the end where something is missing there. */
function offsetOf(error: unknown): number | null {
  if (!(error instanceof SyntaxError) || !('location' in error)) return null
  const { location } = error as { location?: { start?: { offset?: unknown } } }
  const offset = location?.start?.offset
  return typeof offset === 'number' ? offset : null
}

const UNREADABLE = 'cannot be read as an ICU message'
const BAD_SKELETON = 'has a skeleton (after ::) that cannot be read'
const NO_STYLE = 'names no style after the comma'
const NO_BRANCH = 'has a plural or select without branches such as other {…}'
const NO_BRANCH_TEXT = 'has a branch that is not followed by its text in braces'
const TWICE = 'has a branch twice'

/** The parser's words in ours. */
const SYNTAX: Readonly<Record<string, string>> = {
  EXPECT_ARGUMENT_CLOSING_BRACE: 'opens a brace that is not closed',
  EMPTY_ARGUMENT: 'has empty braces; to show a brace write it in apostrophes',
  MALFORMED_ARGUMENT: "has something in braces that is no variable; to show a brace write it in apostrophes: '{'",
  EXPECT_ARGUMENT_TYPE: 'has a comma after a variable, but no type behind it',
  INVALID_ARGUMENT_TYPE: 'uses a variable as something other than number, date, time, plural, selectordinal or select',
  EXPECT_ARGUMENT_STYLE: NO_STYLE,
  INVALID_NUMBER_SKELETON: BAD_SKELETON,
  INVALID_DATE_TIME_SKELETON: BAD_SKELETON,
  EXPECT_NUMBER_SKELETON: NO_STYLE,
  EXPECT_DATE_TIME_SKELETON: NO_STYLE,
  UNCLOSED_QUOTE_IN_ARGUMENT_STYLE: 'has an apostrophe in a style that is not closed',
  EXPECT_SELECT_ARGUMENT_OPTIONS: NO_BRANCH,
  EXPECT_SELECT_ARGUMENT_SELECTOR: NO_BRANCH,
  EXPECT_PLURAL_ARGUMENT_SELECTOR: NO_BRANCH,
  EXPECT_SELECT_ARGUMENT_SELECTOR_FRAGMENT: NO_BRANCH_TEXT,
  EXPECT_PLURAL_ARGUMENT_SELECTOR_FRAGMENT: NO_BRANCH_TEXT,
  EXPECT_PLURAL_ARGUMENT_OFFSET_VALUE: 'has an offset that is no number',
  INVALID_PLURAL_ARGUMENT_OFFSET_VALUE: 'has an offset that is no number',
  INVALID_PLURAL_ARGUMENT_SELECTOR: 'has a plural branch with = and no number behind it',
  DUPLICATE_PLURAL_ARGUMENT_SELECTOR: TWICE,
  DUPLICATE_SELECT_ARGUMENT_SELECTOR: TWICE,
  MISSING_OTHER_CLAUSE: 'has a plural or select without the branch `other`',
}

function fault(path: string, message: string): FaultDetail {
  return { path, message: `\`${path}\` ${message}` }
}
