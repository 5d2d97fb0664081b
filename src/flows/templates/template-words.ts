import { TidingsError, type ErrorCode, type FaultDetail } from '../../domain/errors.ts'
import { nearest } from '../../domain/nearest.ts'
import { canonicalLocale, pickLocale, TEMPLATE_NAME, type TemplateKind } from '../../domain/templates/template.ts'
import { renderFields, type LocaleTexts } from '../../domain/templates/template-render.ts'
import { readValues } from '../../domain/templates/template-values.ts'
import type { TemplateHead } from '../../store/templates/read-templates.ts'
import type { LoadedTemplate, TemplateCache } from './template-cache.ts'

/** What a call says instead of its words, its JSON types already checked. */
export interface TemplateUse {
  readonly name: string
  /** Else the newest. */
  readonly version?: number
  /** BCP 47; else the template's default. */
  readonly locale?: string
  readonly variables?: Readonly<Record<string, unknown>>
}

/** `origin`: `name@version/locale`, as it is stored with the message. */
export interface SmsWords {
  readonly subject: string
  readonly message: string
  readonly origin: string
}

export interface PushWords {
  readonly title: string
  readonly body: string
  readonly link?: string
  readonly image?: string
  readonly origin: string
}

/** The words of one push, in each language that its template has. */
export interface Wordings {
  /** Of those whose language nobody told, or is none of these. */
  readonly usual: string
  /** The best there is for who reads a language (BCP 47); null: nobody said which. */
  pick(locale: string | null): string
  /** In one of the languages that `pick` names. Throws TidingsError where its values make too long a text of it. */
  words(locale: string): PushWords
}

/** Makes words of templates; throws TidingsError for every refusal. Mostly without asking the database. */
export interface TemplateWords {
  sms(use: TemplateUse): Promise<SmsWords>
  push(use: TemplateUse): Promise<PushWords>
  /** For a call that names no locale: its recipients' own decide. */
  wordings(use: TemplateUse): Promise<Wordings>
}

/** A text beyond this is no message; it is not even measured. UTF-16 code units. */
const LONGEST_RENDERED = 32_768

export function createTemplateWords(cache: TemplateCache): TemplateWords {
  async function open(kind: TemplateKind, use: TemplateUse): Promise<Opened> {
    const { template, locale } = await findTexts(cache, use, kind, 'template')
    const { values, faults } = readValues(locale.variables, use.variables ?? {}, 'template.variables')
    if (faults.length > 0) throw refusal('invalid_variables', faults)
    return { template, locale, render: (texts) => rendered(kind, template, texts, values) }
  }

  return {
    async sms(use) {
      const { locale, render } = await open('sms', use)
      const { fields, origin } = render(locale)
      return { subject: fields['subject'] ?? '', message: fields['message'] ?? '', origin }
    },
    async push(use) {
      const { locale, render } = await open('push', use)
      return toPushWords(render(locale))
    },
    async wordings(use) {
      const { template, locale: usual, render } = await open('push', use)
      const locales = Object.keys(template.record.content.locales)
      return wordingsOf(usual.locale, locales, (locale) =>
        toPushWords(render({ ...usual, locale, texts: template.texts(locale) })),
      )
    },
  }
}

/** Each language is put into words once. */
export function wordingsOf(usual: string, locales: readonly string[], say: (locale: string) => PushWords): Wordings {
  const said = new Map<string, PushWords>()
  return {
    usual,
    pick: (locale) => (locale === null ? usual : pickLocale(locales, locale, usual)),
    words(locale) {
      const words = said.get(locale) ?? say(locale)
      said.set(locale, words)
      return words
    },
  }
}

interface Opened {
  readonly template: LoadedTemplate
  readonly locale: LocaleTexts
  readonly render: (texts: LocaleTexts) => Rendered
}

interface Rendered {
  readonly fields: Readonly<Record<string, string>>
  readonly origin: string
}

function rendered(
  kind: TemplateKind,
  { record: { name, version } }: LoadedTemplate,
  texts: LocaleTexts,
  values: ReturnType<typeof readValues>['values'],
): Rendered {
  const fields = renderFields(texts, values)
  checkRendered(kind, fields)
  return { fields, origin: `${name}@${version}/${texts.locale}` }
}

function toPushWords({ fields, origin }: Rendered): PushWords {
  const { title = '', body = '', link, image } = fields
  // An address that came out empty is none.
  return { title, body, ...(link ? { link } : {}), ...(image ? { image } : {}), origin }
}

/** The version and locale that a call means; `path` is where it names them. `kind` null: any. Throws TidingsError. */
export async function findTexts(
  cache: TemplateCache,
  use: TemplateUse,
  kind: TemplateKind | null,
  path: 'template' | '',
): Promise<{ readonly template: LoadedTemplate; readonly locale: LocaleTexts }> {
  const at = (field: string): string => (path === '' ? field : `${path}.${field}`)
  const asked = use.locale === undefined ? null : canonicalLocale(use.locale)
  if (use.locale !== undefined && asked === null) {
    throw refusal('invalid_request', [wrong(at('locale'), 'is not a language tag such as en, pt-BR or zh-Hant')])
  }
  const head = TEMPLATE_NAME.test(use.name) ? await cache.head(use.name) : null
  if (head === null) throw await unknownName(cache, use.name, at('name'))
  if (kind !== null && head.kind !== kind) throw refusal('unknown_template', [otherKind(at('name'), use.name, head)])
  const version = use.version ?? head.version
  const template = await loadVersion(cache, use.name, head, version)
  if (template === null) throw refusal('unknown_template', [unknownVersion(at('version'), use.name, head)])
  const { content } = template.record
  const usual = content.default_locale
  const locale = asked === null ? usual : pickLocale(Object.keys(content.locales), asked, usual)
  const texts = template.texts(locale)
  return { template, locale: { locale, texts, formats: template.formats, variables: content.variables } }
}

/** One refusal that names every fault, the first three in its sentence. */
export function refusal(code: ErrorCode, details: readonly FaultDetail[]): TidingsError {
  const named = details.slice(0, 3).map((detail) => detail.message)
  const more = details.length > 3 ? [`and ${details.length - 3} more`] : []
  return new TidingsError(code, [...named, ...more].join('; '), { details: details.slice(0, 100) })
}

/** One that was deleted may still be known here by its version. */
async function loadVersion(
  cache: TemplateCache,
  name: string,
  head: TemplateHead,
  version: number,
): Promise<LoadedTemplate | null> {
  return version < head.firstVersion ? null : cache.version(name, version, head)
}

function checkRendered(kind: TemplateKind, fields: Readonly<Record<string, string>>): void {
  for (const [field, text] of Object.entries(fields)) {
    if (text.length > LONGEST_RENDERED) {
      const most = LONGEST_RENDERED.toLocaleString('en')
      throw refusal('invalid_variables', [
        wrong(
          'template.variables',
          `make the ${field} ${text.length.toLocaleString('en')} characters long; ${most} is the most`,
        ),
      ])
    }
  }
  if (kind === 'sms' && fields['message'] === '') {
    throw refusal('invalid_variables', [wrong('template.variables', 'make a message that is empty')])
  }
}

async function unknownName(cache: TemplateCache, name: string, path: string): Promise<TidingsError> {
  const short = name.slice(0, 64)
  const names = name.length > 64 ? [] : await cache.names()
  const meant = nearest(short.toLowerCase(), names, Math.min(2, Math.ceil(short.length / 3)))
  const message = `\`${path}\`: no template is called \`${short}\``
  if (meant === null) return refusal('unknown_template', [{ path, message }])
  return refusal('unknown_template', [{ path, message: `${message}, did you mean \`${meant}\`?`, suggestion: meant }])
}

function otherKind(path: string, name: string, head: TemplateHead): FaultDetail {
  const [is, needed] = head.kind === 'sms' ? ['for SMS', 'push'] : ['for push', 'SMS']
  return { path, message: `\`${path}\`: \`${name}\` is a template ${is}; this call needs one for ${needed}` }
}

function unknownVersion(path: string, name: string, head: TemplateHead): FaultDetail {
  const { firstVersion: first, version: last } = head
  const versions = first === last ? `version ${last} only` : `versions ${first} to ${last}`
  return { path, message: `\`${path}\`: \`${name}\` has ${versions}`, suggestion: String(last) }
}

function wrong(path: string, message: string): FaultDetail {
  return { path, message: `\`${path}\` ${message}` }
}
