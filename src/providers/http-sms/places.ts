import { field } from '../http-answers.ts'

/** Where something stands in an answer. */
export type Place =
  | { readonly kind: 'path'; readonly path: string }
  /** Between two texts; `before` null: to the end of the line. No pattern, so that no answer can make reading it slow. */
  | { readonly kind: 'between'; readonly after: string; readonly before: string | null }

/** Pure: what stands at a place of an answer; null: nothing does. */
export function readPlace(place: Place, text: string, json: unknown): string | null {
  return place.kind === 'path' ? textAt(json, place.path) : between(text, place.after, place.before)
}

/** Pure: `result.0.id` in JSON; null where there is none. */
export function valueAt(json: unknown, path: string): unknown {
  return path.split('.').reduce((value, name) => field(value, name), json) ?? null
}

/** Pure: the same as text; null where there is no text, number or truth value. */
export function textAt(json: unknown, path: string): string | null {
  return toText(valueAt(json, path))
}

export function toText(value: unknown): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

function between(text: string, after: string, before: string | null): string | null {
  const start = text.indexOf(after)
  if (start === -1) return null
  const rest = text.slice(start + after.length)
  const end = before === null ? rest.search(/[\r\n]/) : rest.indexOf(before)
  if (end === -1 && before !== null) return null
  return (end === -1 ? rest : rest.slice(0, end)).trim()
}
