import { joinPath, meantBy } from '../http/faults.ts'

/** What is wrong in a file of JSON: where (`routes[0].via`), what, and what to do. None of it holds a value that may be secret. */
export interface FileFault {
  readonly path: string
  readonly problem: string
  readonly fix: string
}

export type JsonFields = Readonly<Record<string, unknown>>

/** Reads what somebody wrote by hand, and collects everything that is wrong in it. What is left out is `undefined`, and no fault. */
export interface JsonReader {
  readonly faults: readonly FileFault[]
  refuse(path: string, problem: string, fix: string): void
  /** The fields of an object; one that is not among `names` is a fault. Empty where it is none. */
  object(value: unknown, path: string, names: readonly string[]): JsonFields
  /** An object whose names are the writer's own. */
  entries(value: unknown, path: string): readonly (readonly [name: string, value: unknown, path: string])[]
  list(value: unknown, path: string): readonly (readonly [value: unknown, path: string])[]
  /** Null: left out, or none. */
  text(value: unknown, path: string): string | null
  number(value: unknown, path: string, least: number, most: number): number | null
  /** A number that counts something: it has no fraction. */
  whole(value: unknown, path: string, least: number, most: number): number | null
  word<const Word extends string>(value: unknown, path: string, words: readonly Word[]): Word | null
}

export function createJsonReader(): JsonReader {
  const faults: FileFault[] = []
  const refuse: JsonReader['refuse'] = (path, problem, fix) => void faults.push({ path, problem, fix })

  function fieldsOf(value: unknown, path: string): JsonFields {
    if (isObject(value)) return value
    if (value !== undefined) refuse(path, 'is no object', 'Write {…}.')
    return {}
  }

  function text(value: unknown, path: string): string | null {
    if (typeof value === 'string' && value.trim() !== '') return value
    if (value !== undefined) refuse(path, 'is no text', 'Write it in quotes, and not empty.')
    return null
  }

  function within(
    value: unknown,
    path: string,
    [least, most]: readonly [number, number],
    kind: 'a number' | 'a whole number',
  ): number | null {
    const isOfKind = typeof value === 'number' && (kind === 'a number' || Number.isInteger(value))
    if (isOfKind && value >= least && value <= most) return value
    if (value !== undefined)
      refuse(path, 'is no such number', `Write ${kind} from ${least} to ${most}, without quotes.`)
    return null
  }

  return {
    faults,
    refuse,
    object(value, path, names) {
      const fields = fieldsOf(value, path)
      for (const name of Object.keys(fields).filter((one) => !names.includes(one))) {
        const meant = meantBy(name, names)
        const fix = meant === null ? `There are ${names.join(', ')}.` : `Did you mean ${meant}?`
        refuse(joinPath(path, name), 'is a field that nothing reads', fix)
      }
      return fields
    },
    entries: (value, path) =>
      Object.entries(fieldsOf(value, path)).map(([name, one]) => [name, one, joinPath(path, name)] as const),
    list(value, path) {
      if (Array.isArray(value)) return value.map((one: unknown, index) => [one, joinPath(path, index)] as const)
      if (value !== undefined) refuse(path, 'is no list', 'Write […].')
      return []
    },
    text,
    number: (value, path, least, most) => within(value, path, [least, most], 'a number'),
    whole: (value, path, least, most) => within(value, path, [least, most], 'a whole number'),
    word(value, path, words) {
      const given = text(value, path)
      const known = words.find((word) => word === given) ?? null
      if (given !== null && known === null) {
        const meant = meantBy(given, words)
        refuse(
          path,
          'is none of the words there are',
          meant === null ? `Write one of ${words.join(', ')}.` : `Did you mean ${meant}?`,
        )
      }
      return known
    },
  }
}

export function isObject(value: unknown): value is JsonFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
