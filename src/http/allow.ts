import type { RouteOptions } from 'fastify'
import { distance } from '../domain/nearest.ts'

/** Which methods a path takes, for paths that no route with the asked method matched. */
export interface Paths {
  add(route: RouteOptions): void
  /** Empty: no route has this path. A path that is written out wins over one that a parameter would fit. */
  methodsOf(path: string): readonly string[]
  /** The routes that were probably meant, as `POST /smss`, one for each method, the asked one first; empty where none is near. */
  near(method: string, path: string): readonly string[]
}

/** More can't be a slip of a path of ours, and would be costly to compare. */
const LONGEST_PATH = 128

/** Typing slips in all of a path. */
const MOST_EDITS = 2

export function createPaths(): Paths {
  const known = new Map<string, Set<string>>()
  return {
    add: ({ url, method }) => {
      const methods = known.get(url) ?? new Set()
      for (const one of [method].flat()) methods.add(one)
      known.set(url, methods)
    },
    methodsOf: (path) => {
      const decoded = decode(path)
      const own = known.get(decoded)
      const found = own === undefined ? fitting(known, decoded.split('/')) : [own]
      const methods = new Set(found.flatMap((here) => [...here]))
      return methods.size === 0 ? [] : [...methods, 'OPTIONS']
    },
    near: (method, path) => {
      const pattern = nearestPattern([...known.keys()].filter(isForCallers), decode(path))
      if (pattern === null) return []
      const methods = [...(known.get(pattern) ?? [])].filter((one) => one !== 'HEAD')
      return methods
        .toSorted((one, other) => Number(other === method) - Number(one === method))
        .map((one) => spell(one, pattern))
    },
  }
}

/** `GET /smss/{id}`, as the OpenAPI document writes it. */
export function spell(method: string, pattern: string): string {
  return `${method} ${pattern.replaceAll(/:(\w+)/g, '{$1}')}`
}

function fitting(known: ReadonlyMap<string, Set<string>>, asked: readonly string[]): readonly Set<string>[] {
  return [...known].filter(([pattern]) => fits(pattern.split('/'), asked)).map(([, methods]) => methods)
}

function fits(pattern: readonly string[], asked: readonly string[]): boolean {
  if (pattern.at(-1) === '*') return fits(pattern.slice(0, -1), asked.slice(0, pattern.length - 1))
  if (pattern.length !== asked.length) return false
  return pattern.every((part, index) => fitsPart(part, asked[index] ?? ''))
}

/** Every id of ours has a digit: `/notifications/topics` is a slip, and no notification. */
function fitsPart(part: string, asked: string): boolean {
  if (part === ':id') return /\d/.test(asked)
  return part.startsWith(':') ? asked !== '' : part === asked
}

/** Files of pages are nothing to call. */
function isForCallers(pattern: string): boolean {
  return pattern !== '/' && !pattern.includes('*') && !pattern.startsWith('/assets/')
}

/** Something before the path, like `/api/v1`, or a slash after it is forgiven only where the rest is right. */
function nearestPattern(patterns: readonly string[], path: string): string | null {
  if (path.length > LONGEST_PATH) return null
  const asked = path
    .toLowerCase()
    .split('/')
    .filter((part) => part !== '')
  const ranked = patterns.flatMap((pattern) => {
    const parts = pattern.split('/').slice(1)
    const before = asked.length - parts.length
    const edits = before < 0 ? Infinity : editsBetween(parts, asked.slice(before))
    const loose = parts.filter((part, index) => part.startsWith(':') && !fitsPart(part, asked[before + index] ?? ''))
    // Two slips in words are likelier than a word where an id belongs, and one than something that stands before all of it.
    const odd = 2 * loose.length + (before > 0 ? 2 : 0)
    return edits <= MOST_EDITS && (before === 0 || edits === 0) ? [{ pattern, edits: edits + odd }] : []
  })
  return ranked.toSorted((one, other) => one.edits - other.edits)[0]?.pattern ?? null
}

function editsBetween(pattern: readonly string[], asked: readonly string[]): number {
  return pattern.reduce((sum, part, index) => {
    const word = asked[index] ?? ''
    if (part.startsWith(':')) return sum
    if (Math.abs(part.length - word.length) > MOST_EDITS) return Infinity
    const edits = distance(word, part)
    // Of a short word little is left after two slips.
    return edits <= Math.ceil(word.length / 3) ? sum + edits : Infinity
  }, 0)
}

/** As the router does: `%73mss` is `smss`. What can't be decoded is no path of ours. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
