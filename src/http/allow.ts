import type { RouteOptions } from 'fastify'

/** Which methods a path takes, for paths that no route with the asked method matched. */
export interface Paths {
  add(route: RouteOptions): void
  /** Empty: no route has this path. */
  methodsOf(path: string): readonly string[]
}

export function createPaths(): Paths {
  const known = new Map<string, Set<string>>()
  return {
    add: ({ url, method }) => {
      const methods = known.get(url) ?? new Set()
      for (const one of [method].flat()) methods.add(one)
      known.set(url, methods)
    },
    methodsOf: (path) => {
      const asked = decode(path).split('/')
      const found = [...known].filter(([pattern]) => fits(pattern.split('/'), asked))
      const methods = new Set(found.flatMap(([, here]) => [...here]))
      return methods.size === 0 ? [] : [...methods, 'OPTIONS']
    },
  }
}

function fits(pattern: readonly string[], asked: readonly string[]): boolean {
  if (pattern.at(-1) === '*') return fits(pattern.slice(0, -1), asked.slice(0, pattern.length - 1))
  if (pattern.length !== asked.length) return false
  return pattern.every((part, index) => (part.startsWith(':') ? asked[index] !== '' : part === asked[index]))
}

/** As the router does: `%73mss` is `smss`. What can't be decoded is no path of ours. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
