import type { Formatters } from 'intl-messageformat'
import type { Db } from '../store/db.ts'
import { refusing } from '../store/faults.ts'
import {
  readTemplateHead,
  readTemplateVersion,
  type TemplateHead,
  type TemplateRecord,
} from '../store/read-templates.ts'
import { parseText, type TemplateText } from '../domain/template-text.ts'
import type { TemplateKind } from '../domain/template.ts'

/** A version with its texts read, as far as somebody asked for them. */
export interface LoadedTemplate {
  readonly record: TemplateRecord
  /** The texts of one of its locales, by field. */
  texts(locale: string): ReadonlyMap<string, TemplateText>
  readonly formats: Formatters
}

/**
 * Templates as this node knows them, so that most sends ask the database nothing: versions never change, and which of them is the newest
 * is asked again when the answer is older than two seconds.
 */
export interface TemplateCache {
  /** Null: no such template. Rejects with TidingsError. */
  head(name: string): Promise<TemplateHead | null>
  /** Null: no such version. */
  version(name: string, version: number): Promise<LoadedTemplate | null>
  /** It was changed through this node. */
  forget(name: string): void
}

/** How long a node may go on with what was the newest version, or with one that was deleted. */
const STALE_MS = 2_000

/** Versions and names kept; one of the usual size is some kB. */
const MOST_VERSIONS = 500
const MOST_NAMES = 2_000

export function createTemplateCache(
  db: Db,
  now: () => number,
  formatsOf: Readonly<Record<TemplateKind, Formatters>>,
): TemplateCache {
  const heads = createShelf<{ readonly at: number; readonly head: Promise<TemplateHead | null> }>(MOST_NAMES)
  const versions = createShelf<Promise<LoadedTemplate | null>>(MOST_VERSIONS)

  return {
    head(name) {
      const known = heads.get(name)
      if (known !== undefined && now() - known.at < STALE_MS) return known.head
      const asked = { at: now(), head: refusing(() => readTemplateHead(db, name)) }
      heads.put(name, asked)
      keepOnly(asked.head, () => heads.get(name) === asked && heads.drop(name))
      return asked.head
    },
    version(name, version) {
      const key = `${name}@${version}`
      const known = versions.get(key)
      if (known !== undefined) return known
      const asked = refusing(() => readTemplateVersion(db, name, version)).then(
        (record) => record && load(record, formatsOf[record.kind]),
      )
      versions.put(key, asked)
      keepOnly(asked, () => versions.get(key) === asked && versions.drop(key))
      return asked
    },
    forget: (name) => heads.drop(name),
  }
}

/** What failed, or found nothing, is asked again the next time. */
function keepOnly(asked: Promise<unknown>, drop: () => void): void {
  void asked.then(
    (found) => found === null && drop(),
    () => drop(),
  )
}

function load(record: TemplateRecord, formats: Formatters): LoadedTemplate {
  const read = new Map<string, ReadonlyMap<string, TemplateText>>()
  return {
    record,
    formats,
    texts(locale) {
      const known = read.get(locale)
      if (known !== undefined) return known
      const fields = Object.entries(record.content.locales[locale] ?? {})
      const texts = new Map(fields.map(([field, text]) => [field, parseText(text, locale)]))
      read.set(locale, texts)
      return texts
    },
  }
}

interface Shelf<Value> {
  get(key: string): Value | undefined
  put(key: string, value: Value): void
  drop(key: string): void
}

/** Holds so many; what was not asked for the longest makes room. */
function createShelf<Value>(most: number): Shelf<Value> {
  const held = new Map<string, Value>()
  return {
    get(key) {
      const value = held.get(key)
      if (value === undefined) return undefined
      held.delete(key)
      held.set(key, value)
      return value
    },
    put(key, value) {
      held.delete(key)
      const oldest = held.size < most ? undefined : held.keys().next().value
      if (oldest !== undefined) held.delete(oldest)
      held.set(key, value)
    },
    drop: (key) => void held.delete(key),
  }
}
