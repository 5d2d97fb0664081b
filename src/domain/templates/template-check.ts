import {
  isArgumentElement,
  isDateElement,
  isLiteralElement,
  isNumberElement,
  isPluralElement,
  isPoundElement,
  isSelectElement,
  isTimeElement,
  type MessageFormatElement,
  type PluralElement,
} from '@formatjs/icu-messageformat-parser'
import type { Formatters } from 'intl-messageformat'
import { nearest } from '../nearest.ts'
import type { Variable, VariableType } from './template.ts'
import { branchesOf, localesFor, STYLES, type TemplateText } from './template-text.ts'

/** What a text makes of its variables: `plurals` as far as a locale's forms matter. */
export interface TextUse {
  readonly variables: ReadonlySet<string>
  /** Forms of the locale that a plural has no branch for, as `n: few, many`. */
  readonly lacking: readonly string[]
}

/** Plurals and selects inside each other, and things in braces in one text. More is no text any more. */
const DEEPEST = 4
const MOST_PLACES = 100

const PLURAL_FORMS = ['zero', 'one', 'two', 'few', 'many', 'other']

/**
 * Looks through a text that was read: every variable declared and of the right type, every style one that can be shown, so that
 * rendering never fails. `faults` continue a sentence that begins with the text's place.
 */
export function checkUse(
  text: TemplateText,
  locale: string,
  formats: Formatters,
  variables: Readonly<Record<string, Variable>>,
): { readonly use: TextUse; readonly faults: readonly string[] } {
  const found: Found = { locale, formats, variables, used: new Set(), lacking: [], faults: [], places: 0 }
  visit(text, 0, found)
  if (found.places > MOST_PLACES) found.faults.push(`has more than ${MOST_PLACES} things in braces`)
  return { use: { variables: found.used, lacking: found.lacking }, faults: [...new Set(found.faults)] }
}

interface Found {
  readonly locale: string
  readonly formats: Formatters
  readonly variables: Readonly<Record<string, Variable>>
  readonly used: Set<string>
  readonly lacking: string[]
  readonly faults: string[]
  places: number
}

function visit(text: TemplateText, depth: number, found: Found): void {
  if (depth > DEEPEST) {
    found.faults.push(`has more than ${DEEPEST} plurals and selects inside each other`)
    return
  }
  for (const element of text) {
    if (isLiteralElement(element) || isPoundElement(element)) continue
    found.places += 1
    found.used.add(element.value)
    const fault = typeFault(element, found.variables) ?? styleFault(element, found)
    if (fault !== null) found.faults.push(fault)
    if (isPluralElement(element)) checkForms(element, found)
    if (isPluralElement(element) || isSelectElement(element)) {
      for (const branch of branchesOf(element)) visit(branch, depth + 1, found)
    }
  }
}

/** The variable isn't declared, or of a type that cannot stand here. */
function typeFault(element: Place, variables: Readonly<Record<string, Variable>>): string | null {
  const name = element.value
  if (!Object.hasOwn(variables, name)) return undeclared(name, Object.keys(variables))
  const type = variables[name]?.type ?? 'text'
  const { takes, as } = roleOf(element)
  if (takes.includes(type)) return null
  if (isArgumentElement(element)) return `shows the ${type} \`${name}\` bare: write {${name}, ${type}, short}`
  return `uses \`${name}\` as ${as}, which takes ${takes.map((one) => `a ${one}`).join(' or ')}; it is declared as a ${type}`
}

function undeclared(name: string, names: readonly string[]): string {
  const short = name.slice(0, 64)
  const meant = nearest(short, names, Math.min(2, Math.ceil(short.length / 3)))
  const hint = meant === null ? 'declare it in `variables`' : `did you mean \`${meant}\`?`
  return `uses the variable \`${short}\`, which is not declared: ${hint}`
}

type Place = Exclude<MessageFormatElement, { type: 0 } | { type: 7 }>

/** Which types can stand in this place, and what the place is called. */
function roleOf(element: MessageFormatElement): { readonly takes: readonly VariableType[]; readonly as: string } {
  if (isNumberElement(element)) return { takes: ['number'], as: 'a number' }
  if (isPluralElement(element)) return { takes: ['number'], as: 'a plural' }
  if (isDateElement(element)) return { takes: ['date', 'time'], as: 'a date' }
  if (isSelectElement(element)) return { takes: ['text'], as: 'a select' }
  if (isArgumentElement(element)) return { takes: ['text', 'number', 'url'], as: 'it is' }
  return { takes: ['time'], as: 'a time' }
}

/** A style that isn't known, or that the language's own formats refuse; they are made here once, and so never fail later. */
function styleFault(element: Place, { locale, formats }: Found): string | null {
  const name = element.value
  const locales = localesFor(locale)
  if (isNumberElement(element)) {
    const { style } = element
    if (typeof style === 'string') return unknownStyle('number', style)
    return canMake(() => formats.getNumberFormat(locales, style?.parsedOptions)) ? null : unshowable(name)
  }
  if (!isDateElement(element) && !isTimeElement(element)) return null
  const { style } = element
  if (typeof style === 'string') return unknownStyle(isDateElement(element) ? 'date' : 'time', style)
  const options = style?.parsedOptions
  if (options?.timeZoneName !== undefined) return `shows a time zone for \`${name}\`: times carry only their offset`
  return canMake(() => formats.getDateTimeFormat(locales, options)) ? null : unshowable(name)
}

function unknownStyle(kind: 'number' | 'date' | 'time', style: string): string | null {
  if (Object.hasOwn(STYLES[kind], style)) return null
  const known = Object.keys(STYLES[kind]).join(', ')
  return `names the ${kind} style \`${style.slice(0, 64)}\`; there are ${known}, and skeletons, which begin with ::`
}

function unshowable(name: string): string {
  return `has a skeleton for \`${name}\` that cannot be shown`
}

function canMake(make: () => unknown): boolean {
  try {
    make()
    return true
  } catch {
    return false
  }
}

/** Branches that no number ever takes, and forms of the locale that fall to `other`. */
function checkForms(plural: PluralElement, found: Found): void {
  const keys = Object.keys(plural.options)
  for (const key of keys.filter((one) => !/^=-?\d+$/.test(one) && !PLURAL_FORMS.includes(one))) {
    const meant = nearest(key.slice(0, 64), PLURAL_FORMS, 2)
    const hint = meant === null ? `there are ${PLURAL_FORMS.join(', ')} and =1` : `did you mean \`${meant}\`?`
    found.faults.push(`has a plural branch \`${key.slice(0, 64)}\`: ${hint}`)
  }
  const rules = found.formats.getPluralRules(localesFor(found.locale), { type: plural.pluralType ?? 'cardinal' })
  const exact = new Set(keys.filter((key) => key.startsWith('=')).map((key) => rules.select(Number(key.slice(1)))))
  const lacking = rules.resolvedOptions().pluralCategories.filter((form) => !keys.includes(form) && !exact.has(form))
  if (lacking.length > 0) found.lacking.push(`\`${plural.value}\`: ${lacking.join(', ')}`)
}
