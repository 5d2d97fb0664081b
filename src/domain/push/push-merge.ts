import type { JsonObject, JsonValue } from '../provider.ts'

/**
 * Ours under what the caller gave: where both have a word the caller's stays, objects are put together. Names of `headers` are the
 * same in any case.
 */
export function underOwn(ours: JsonObject, own: JsonObject): JsonObject {
  const merged: Record<string, JsonValue> = { ...ours, ...own }
  for (const [name, value] of Object.entries(ours)) {
    const theirs = own[name]
    if (!isObject(value) || !isObject(theirs)) continue
    merged[name] = name === 'headers' ? headersUnder(value, theirs) : underOwn(value, theirs)
  }
  return merged
}

/** The object that stands under a name; empty where there is none. */
export function objectAt(block: JsonObject, name: string): JsonObject {
  const value = block[name]
  return isObject(value) ? value : {}
}

/** The texts under `headers` of a platform's own block, names in lower case; what isn't a text has been refused by its type. */
export function ownHeaders(block: JsonObject | null): Readonly<Record<string, string>> {
  const headers = Object.entries(objectAt(block ?? {}, 'headers'))
  return Object.fromEntries(
    headers.flatMap(([name, value]) => (typeof value === 'string' ? [[name.toLowerCase(), value]] : [])),
  )
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Without the names that have no value, and without objects that are empty then. */
export function given(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const kept = Object.entries(fields).filter(
    (field): field is [string, JsonValue] => field[1] !== undefined && !isEmpty(field[1]),
  )
  return Object.fromEntries(kept)
}

function isEmpty(value: JsonValue): boolean {
  return isObject(value) && Object.keys(value).length === 0
}

function headersUnder(ours: JsonObject, own: JsonObject): JsonObject {
  const taken = new Set(Object.keys(own).map((name) => name.toLowerCase()))
  const missing = Object.entries(ours).filter(([name]) => !taken.has(name.toLowerCase()))
  return { ...Object.fromEntries(missing), ...own }
}
