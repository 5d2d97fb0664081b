import type { Formatters } from 'intl-messageformat'
import { MAX_PAYLOAD_BYTES } from '../push/push-size.ts'
import { MAX_SEGMENTS } from '../sms/sms-text.ts'
import { renderFields, renderLongestFields, sizeOf, type TemplateSize } from './template-render.ts'
import type { ReadTexts, TemplateReading } from './template-reading.ts'
import { sampleValues } from './template-values.ts'
import type { TemplateContent, TemplateKind } from './template.ts'

/** What messages in one locale take. */
export interface LocaleSize {
  readonly locale: string
  /** With the samples. */
  readonly sample: TemplateSize
  /** With each text as long as it may be, and the longest branch of each plural and select. */
  readonly longest: TemplateSize
}

const MOST_WARNINGS = 20

/** Measures one locale that was read. `textFormat`: what an SMS is made of its subject and message. */
export function measureLocale(
  kind: TemplateKind,
  content: TemplateContent,
  locale: string,
  read: ReadTexts,
  formats: Formatters,
  textFormat: string,
): LocaleSize {
  const texts = new Map([...read].map(([field, { text }]) => [field, text]))
  const of = { locale, texts, formats, variables: content.variables }
  const sample = renderFields(of, sampleValues(content.variables, false))
  const longest = renderLongestFields(kind, of, sampleValues(content.variables, true))
  return { locale, sample: sizeOf(kind, sample, textFormat), longest: sizeOf(kind, longest, textFormat) }
}

/** What a template's author may want to know: sentences, the first twenty. */
export function warningsOf(
  content: TemplateContent,
  reading: TemplateReading,
  sizes: readonly LocaleSize[],
): readonly string[] {
  const uses = [...reading.locales].map(([locale, read]) => ({ locale, used: usedIn(read) }))
  const all = [
    ...unusedVariables(content, uses),
    ...[...reading.locales].flatMap(([locale, read]) => lackingForms(locale, read)),
    ...sizes.flatMap(sizeWarnings),
  ]
  const more = all.length - MOST_WARNINGS
  return more > 0 ? [...all.slice(0, MOST_WARNINGS), `and ${more} more`] : all
}

interface LocaleUse {
  readonly locale: string
  readonly used: ReadonlySet<string>
}

function usedIn(read: ReadTexts): ReadonlySet<string> {
  return new Set([...read.values()].flatMap(({ use }) => [...use.variables]))
}

/** Nowhere, or not in some translation: mostly an oversight there. */
function unusedVariables(content: TemplateContent, uses: readonly LocaleUse[]): string[] {
  return Object.keys(content.variables).flatMap((name) => {
    const without = uses.filter(({ used }) => !used.has(name)).map(({ locale }) => `\`${locale}\``)
    if (without.length === uses.length) return [`\`variables.${name}\` is declared, but no text uses it`]
    return without.length === 0 ? [] : [`\`variables.${name}\` is used, but not in ${without.join(', ')}`]
  })
}

function lackingForms(locale: string, read: ReadTexts): string[] {
  return [...read].flatMap(([field, { use }]) =>
    use.lacking.map((forms) => `\`locales.${locale}.${field}\` has no plural branch of its own for ${forms}`),
  )
}

function sizeWarnings({ locale, sample, longest }: LocaleSize): string[] {
  const place = `\`locales.${locale}\``
  if (longest.kind === 'push') {
    const room = Object.values(MAX_PAYLOAD_BYTES).filter((bytes) => longest.bytes > bytes)
    const most = Math.min(...room)
    return room.length === 0
      ? []
      : [`${place} can need ${longest.bytes} bytes; push services take ${most} for ${whose(most)}`]
  }
  const always = sample.kind === 'sms' && sample.measure.culprit !== null
  const culprit = always ? sample.measure.culprit : longest.measure.culprit
  const guilty =
    culprit === null
      ? []
      : [
          `${place} ${always ? 'is' : 'can be'} sent as ucs2, 70 characters a segment: ${JSON.stringify(culprit.character)} is not in the GSM alphabet`,
        ]
  const { segments } = longest.measure
  if (segments <= MAX_SEGMENTS) return guilty
  return [
    ...guilty,
    `${place} can need ${segments} segments; more than ${MAX_SEGMENTS} go out only with \`max_segments\``,
  ]
}

function whose(bytes: number): string {
  return bytes === MAX_PAYLOAD_BYTES.topic ? 'a topic' : 'a token'
}
