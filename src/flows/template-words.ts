import { TidingsError, type ErrorCode, type FaultDetail } from '../domain/errors.ts'
import { nearest } from '../domain/nearest.ts'
import { canonicalLocale, pickLocale, TEMPLATE_NAME, type TemplateKind } from '../domain/template.ts'
import { renderFields, type LocaleTexts } from '../domain/template-render.ts'
import { readValues } from '../domain/template-values.ts'
import type { TemplateHead } from '../store/read-templates.ts'
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

/** Makes words of templates; throws TidingsError for every refusal. Mostly without asking the database. */
export interface TemplateWords {
  sms(use: TemplateUse): Promise<SmsWords>
  push(use: TemplateUse): Promise<PushWords>
}

/** A text beyond this is no message; it is not even measured. UTF-16 code units. */
const LONGEST_RENDERED = 32_768

export function createTemplateWords(cache: TemplateCache): TemplateWords {
  async function render(
    kind: TemplateKind,
    use: TemplateUse,
  ): Promise<{ fields: Readonly<Record<string, string>>; origin: string }> {
    const { template, locale } = await findTexts(cache, use, kind, 'template')
    const { name, version } = template.record
    const { values, faults } = readValues(locale.variables, use.variables ?? {}, 'template.variables')
    if (faults.length > 0) throw refusal('invalid_variables', faults)
    const fields = renderFields(locale, values)
    checkRendered(kind, fields)
    return { fields, origin: `${name}@${version}/${locale.locale}` }
  }

  return {
    async sms(use) {
      const { fields, origin } = await render('sms', use)
      return { subject: fields['subject'] ?? '', message: fields['message'] ?? '', origin }
    },
    async push(use) {
      const { fields, origin } = await render('push', use)
      const { title = '', body = '', link, image } = fields
      // An address that came out empty is none.
      return { title, body, ...(link ? { link } : {}), ...(image ? { image } : {}), origin }
    },
  }
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
