import type { Formatters } from 'intl-messageformat'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import {
  listTemplateNames,
  readTemplateHead,
  readTemplateVersion,
  type TemplateHead,
  type TemplateRecord,
} from '../../store/templates/read-templates.ts'
import { parseText, type TemplateText } from '../../domain/templates/template-text.ts'
import type { TemplateKind } from '../../domain/templates/template.ts'

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
  /** Null: no such version, which is asked again after two seconds, and when `head`, as it is known here, has moved on. */
  version(name: string, version: number, head: TemplateHead): Promise<LoadedTemplate | null>
  /** Some names there are, for the one that was probably meant. Rejects with TidingsError. */
  names(): Promise<readonly string[]>
  /** It was changed through this node. */
  forget(name: string): void
}

/** How long a node may go on with what was the newest version, or with one that was deleted. */
const STALE_MS = 2_000

/** Versions and names kept; one of the usual size is some kB. */
const MOST_VERSIONS = 500
const MOST_NAMES = 2_000

/** Names that are looked through for the one that was meant. */
const NAMES_COMPARED = 500

export function createTemplateCache(
  db: Db,
  now: () => number,
  formatsOf: Readonly<Record<TemplateKind, Formatters>>,
): TemplateCache {
  // Also that there is none: a batch may name it ten thousand times.
  const heads = createShelf<Asked<TemplateHead | null>>(MOST_NAMES)
  const names = createShelf<Asked<readonly string[]>>(1)
  const versions = createShelf<LoadedTemplate>(MOST_VERSIONS)
  // Being looked for, or not there.
  const missing = createShelf<Asked<LoadedTemplate | null>>(MOST_VERSIONS)

  return {
    head: (name) => fresh(heads, name, () => readTemplateHead(db, name)),
    names: () => fresh(names, 'all', () => listTemplateNames(db, NAMES_COMPARED)),
    version(name, version, head) {
      const key = `${name}@${version}`
      const known = versions.get(key)
      if (known !== undefined) return Promise.resolve(known)
      return fresh(missing, `${key} of ${head.version}`, async () => {
        const record = await readTemplateVersion(db, name, version)
        if (record === null) return null
        const loaded = load(record, formatsOf[record.kind])
        versions.put(key, loaded)
        return loaded
      })
    },
    forget(name) {
      heads.drop(name)
      names.drop('all')
    },
  }

  /** What was found less than two seconds ago, or is being looked for; what failed is asked again the next time. */
  function fresh<Found>(shelf: Shelf<Asked<Found>>, key: string, ask: () => Promise<Found>): Promise<Found> {
    const known = shelf.get(key)
    if (known !== undefined && now() - known.at < STALE_MS) return known.found
    const asked = { at: now(), found: refusing(ask) }
    shelf.put(key, asked)
    asked.found.catch(() => shelf.get(key) === asked && shelf.drop(key))
    return asked.found
  }
}

interface Asked<Found> {
  readonly at: number
  readonly found: Promise<Found>
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
