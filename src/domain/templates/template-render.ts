import type { Formatters } from 'intl-messageformat'
import { payloadBytes } from '../push/push-size.ts'
import { formatText, measureText, type SmsMeasure } from '../sms/sms-text.ts'
import { ADDRESS_FIELDS, type TemplateKind, type Variable } from './template.ts'
import { renderLongest, renderText, type TemplateText, type Values } from './template-text.ts'

/** One locale of a version. */
export interface LocaleTexts {
  readonly locale: string
  readonly texts: ReadonlyMap<string, TemplateText>
  readonly formats: Formatters
  readonly variables: Readonly<Record<string, Variable>>
}

/** What a message of a template takes on its way. */
export type TemplateSize =
  { readonly kind: 'sms'; readonly measure: SmsMeasure } | { readonly kind: 'push'; readonly bytes: number }

/** Every field with its values. */
export function renderFields(locale: LocaleTexts, values: Values): Readonly<Record<string, string>> {
  return mapFields(locale, values, (text, own) => renderText(text, locale.locale, locale.formats, own))
}

/** Every field with the longest branch of each plural and select. */
export function renderLongestFields(
  kind: TemplateKind,
  locale: LocaleTexts,
  values: Values,
): Readonly<Record<string, string>> {
  const weigh = kind === 'sms' ? weighSms : (text: string) => Buffer.byteLength(text)
  return mapFields(locale, values, (text, own) => renderLongest(text, locale.locale, locale.formats, own, weigh))
}

/** `textFormat`: what an SMS is made of its subject and message. */
export function sizeOf(kind: TemplateKind, fields: Readonly<Record<string, string>>, textFormat: string): TemplateSize {
  if (kind === 'sms') {
    const { subject = '', message = '' } = fields
    return { kind, measure: measureText(formatText(textFormat, { subject, message })) }
  }
  const { title = '', body = '', image, link } = fields
  const addresses = { ...(image === undefined ? {} : { image }), ...(link === undefined ? {} : { link }) }
  return { kind, bytes: payloadBytes({ title, body, ...addresses }) }
}

function mapFields(
  { texts, variables }: LocaleTexts,
  values: Values,
  write: (text: TemplateText, values: Values) => string,
): Readonly<Record<string, string>> {
  const encoded = [...texts.keys()].some((field) => ADDRESS_FIELDS.has(field)) ? encode(values, variables) : values
  const written = [...texts].map(([field, text]) => [field, write(text, ADDRESS_FIELDS.has(field) ? encoded : values)])
  return Object.fromEntries(written) as Record<string, string>
}

/** Texts as they can stand in an address without becoming more of it than a value. */
function encode(values: Values, variables: Readonly<Record<string, Variable>>): Values {
  const encoded = Object.create(null) as Record<string, string | number | Date>
  for (const [name, value] of Object.entries(values)) {
    encoded[name] = typeof value === 'string' && variables[name]?.type === 'text' ? encodeURIComponent(value) : value
  }
  return encoded
}

/** A character outside the GSM alphabet weighs most: it turns 160 into 70. */
function weighSms(text: string): number {
  const { encoding, units } = measureText(text)
  return encoding === 'ucs2' ? OUTSIDE + units : units
}

const OUTSIDE = 1_000_000
