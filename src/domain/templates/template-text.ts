import {
  isPluralElement,
  isSelectElement,
  parse,
  type MessageFormatElement,
  type PluralElement,
  type SelectElement,
} from '@formatjs/icu-messageformat-parser'
import { formatToParts, type Formats, type Formatters } from 'intl-messageformat'

/** A text that was read; what it is made of is the parser's. */
export type TemplateText = readonly MessageFormatElement[]

/** Without a prototype: a variable may be called as any of its members. */
export type Values = Readonly<Record<string, string | number | Date>>

/** The styles that a text may name; for anything else there are skeletons. Long times would name a zone, which ours have not. */
export const STYLES: Formats = {
  number: { integer: { maximumFractionDigits: 0 }, percent: { style: 'percent' } },
  date: {
    short: { dateStyle: 'short' },
    medium: { dateStyle: 'medium' },
    long: { dateStyle: 'long' },
    full: { dateStyle: 'full' },
  },
  time: { short: { timeStyle: 'short' }, medium: { timeStyle: 'medium' } },
}

/** Throws what the parser throws where it is no ICU message. Tags are text. */
export function parseText(text: string, locale: string): TemplateText {
  return parse(text, { ignoreTag: true, locale: new Intl.Locale(locale) })
}

/** The text with its values. Throws only where the text was not checked, or a value is missing. */
export function renderText(text: TemplateText, locale: string, formats: Formatters, values: Values): string {
  return renderParts(text, locale, formats, values, undefined)
}

/** As `renderText`, but with the weightiest branch of every plural and select, whatever their values say. */
export function renderLongest(
  text: TemplateText,
  locale: string,
  formats: Formatters,
  values: Values,
  weigh: (text: string) => number,
): string {
  const write = (elements: TemplateText, plural: number | undefined): string =>
    elements
      .map((element) => {
        const choice = isPluralElement(element) || isSelectElement(element) ? element : null
        if (choice === null) return renderParts([element], locale, formats, values, plural)
        const branches = branchesOf(choice).map((branch) => write(branch, countOf(choice, values)))
        return branches.reduce((longest, branch) => (weigh(branch) > weigh(longest) ? branch : longest), '')
      })
      .join('')
  return write(text, undefined)
}

export function branchesOf(choice: PluralElement | SelectElement): readonly TemplateText[] {
  return Object.values(choice.options).map((option) => option.value)
}

/** Wherever the language's own data lack a locale, English stands in, on every machine alike. */
export function localesFor(locale: string): string[] {
  return [locale, 'en']
}

function countOf(choice: PluralElement | SelectElement, values: Values): number | undefined {
  const value = values[choice.value]
  return isPluralElement(choice) && typeof value === 'number' ? value - choice.offset : undefined
}

function renderParts(
  text: TemplateText,
  locale: string,
  formats: Formatters,
  values: Values,
  plural: number | undefined,
): string {
  return formatToParts([...text], localesFor(locale), formats, STYLES, values, plural)
    .map((part) => String(part.value))
    .join('')
}
