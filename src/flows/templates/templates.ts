import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Caller } from '../../domain/caller.ts'
import { TidingsError } from '../../domain/errors.ts'
import { createFormats } from '../../domain/templates/template-formats.ts'
import {
  checkContent,
  readLocale,
  type ReadTexts,
  type TemplateReading,
} from '../../domain/templates/template-reading.ts'
import { renderFields, sizeOf, type LocaleTexts, type TemplateSize } from '../../domain/templates/template-render.ts'
import { readValues, sampleValues } from '../../domain/templates/template-values.ts'
import type { TemplateContent, TemplateKind } from '../../domain/templates/template.ts'
import { measureLocale, warningsOf, type LocaleSize } from '../../domain/templates/template-warnings.ts'
import type { Db } from '../../store/db.ts'
import { linkProblem, readDbFault, refusing, toRefusal } from '../../store/faults.ts'
import {
  listTemplates,
  listTemplateVersions,
  readTemplateHead,
  readTemplateVersion,
  type TemplateEntry,
  type TemplateRecord,
  type TemplateVersion,
} from '../../store/templates/read-templates.ts'
import { deleteTemplate, storeTemplate } from '../../store/templates/templates.ts'
import { createTemplateCache } from './template-cache.ts'
import { createTemplateWords, findTexts, refusal, type TemplateUse, type TemplateWords } from './template-words.ts'

/** What `PUT /templates/{name}` takes, its JSON types already checked. */
export interface TemplateInput extends TemplateContent {
  readonly kind: TemplateKind
}

export interface PutTemplate {
  readonly record: TemplateRecord
  /** False: the newest version is the same, and stays the newest. */
  readonly changed: boolean
  /** Sentences. */
  readonly warnings: readonly string[]
}

/** A message that a template would make, and what every locale would need. */
export interface TemplatePreview {
  readonly record: TemplateRecord
  readonly locale: string
  readonly fields: Readonly<Record<string, string>>
  readonly size: TemplateSize
  readonly sizes: readonly LocaleSize[]
  readonly warnings: readonly string[]
}

/** Texts that are sent by name. Every function throws TidingsError for a refusal. */
export interface TemplatesFlow extends TemplateWords {
  /** Null: no such template, or no such version. `version` null: the newest. */
  read(name: string, version: number | null): Promise<TemplateRecord | null>
  list(after: string, limit: number): Promise<readonly TemplateEntry[]>
  /** Newest first; null: no such template. */
  versions(name: string, before: number, limit: number): Promise<readonly TemplateVersion[] | null>
  /** Resolves after COMMIT. The name has been checked. */
  put(name: string, input: TemplateInput, caller: Caller): Promise<PutTemplate>
  /** Resolves with whether it was there. */
  remove(name: string, caller: Caller): Promise<boolean>
  /** With the samples where no variables are given; null: no such template. */
  preview(use: TemplateUse): Promise<TemplatePreview | null>
}

export interface TemplatesParts {
  readonly readDb: Db
  readonly workDb: Db
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** What an SMS is made of its subject and message. */
  readonly textFormat: string
}

export function createTemplatesFlow(parts: TemplatesParts): TemplatesFlow {
  const { readDb, workDb, textFormat } = parts
  const formats = { sms: createFormats(true), push: createFormats(false) }
  const cache = createTemplateCache(readDb, parts.now, formats)

  return {
    ...createTemplateWords(cache),
    read: (name, version) => refusing(() => readRecord(readDb, name, version)),
    list: (after, limit) => refusing(() => listTemplates(readDb, after, limit)),
    versions: (name, before, limit) =>
      refusing(async () =>
        (await readTemplateHead(readDb, name)) === null ? null : listTemplateVersions(readDb, name, before, limit),
      ),
    async put(name, input, caller) {
      const { kind, ...content } = input
      const { reading, sizes } = await readThrough(kind, content)
      if (reading.faults.length > 0) throw refusal('invalid_template', reading.faults)
      const stored = await changing(() => storeTemplate(workDb, name, kind, content, caller))
      cache.forget(name)
      if (stored.kind === 'other_kind') throw otherKind(name, kind)
      const { version, createdAt, changed } = stored
      const record = { name, kind, version, content, createdAt }
      return { record, changed, warnings: warningsOf(content, reading, sizes) }
    },
    async remove(name, caller) {
      const removed = await changing(() => deleteTemplate(workDb, name, caller))
      cache.forget(name)
      return removed
    },
    async preview(use) {
      if ((await cache.head(use.name)) === null) return null
      const { template, locale } = await findTexts(cache, use, null, '')
      const { kind, content } = template.record
      const fields = previewFields(locale, use)
      const { reading, sizes } = await readThrough(kind, content)
      const warnings = warningsOf(content, reading, sizes)
      const size = sizeOf(kind, fields, textFormat)
      return { record: template.record, locale: locale.locale, fields, size, sizes, warnings }
    },
  }

  /** Locale by locale, since a large template takes its time and others wait. */
  async function readThrough(
    kind: TemplateKind,
    content: TemplateContent,
  ): Promise<{ readonly reading: TemplateReading; readonly sizes: readonly LocaleSize[] }> {
    const faults = [...checkContent(content)]
    const locales = new Map<string, ReadTexts>()
    const sizes: LocaleSize[] = []
    for (const locale of Object.keys(content.locales)) {
      const read = readLocale(kind, content, locale, formats[kind])
      faults.push(...read.faults)
      locales.set(locale, read.texts)
      if (faults.length === 0) sizes.push(measureLocale(kind, content, locale, read.texts, formats[kind], textFormat))
      await nextTurn()
    }
    return { reading: { locales, faults }, sizes }
  }
}

/** With the samples where the caller gave nothing. */
function previewFields(locale: LocaleTexts, { variables }: TemplateUse): Readonly<Record<string, string>> {
  if (variables === undefined) return renderFields(locale, sampleValues(locale.variables, false))
  const { values, faults } = readValues(locale.variables, variables, 'variables')
  if (faults.length > 0) throw refusal('invalid_variables', faults)
  return renderFields(locale, values)
}

/** A change of which it may not be known whether it was made; made twice it is the same. */
async function changing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const fault = readDbFault(error)
    if (fault.kind !== 'unknown') throw toRefusal(fault, error) ?? error
    if (linkProblem(error) === null) throw error
    const message = 'The database broke off; the template may have changed. Repeat the call.'
    throw new TidingsError('outcome_unknown', message, { retryAfterSeconds: 2, cause: error })
  }
}

async function readRecord(db: Db, name: string, version: number | null): Promise<TemplateRecord | null> {
  const head = await readTemplateHead(db, name)
  return head && readTemplateVersion(db, name, version ?? head.version)
}

function otherKind(name: string, kind: TemplateKind): TidingsError {
  const [is, asked] = kind === 'sms' ? ['push', 'SMS'] : ['SMS', 'push']
  const message = `\`kind\`: \`${name}\` is a template for ${is}; delete it first, or choose another name for ${asked}`
  return refusal('invalid_template', [{ path: 'kind', message }])
}
