import type { Caller, Scope } from './caller.ts'
import { TidingsError } from './errors.ts'
import { topicsOf } from './push/push-topics.ts'

/** Why this caller may not call a route that needs `scope`; null: he may. */
export function scopeProblem(caller: Caller, scope: Scope): TidingsError | null {
  if (caller.scopes.has(scope)) return null
  const has = caller.scopes.size === 0 ? 'none' : `only ${[...caller.scopes].join(', ')}`
  return forbidden('Authorization', `This call needs the scope ${scope}; the key has ${has}`)
}

/**
 * Why a key that only captures may not do what `scope` opens; null: it may. Devices and who follows a topic are one and the same for whoever
 * sends, so that where pushes leave they are changed by live keys alone.
 */
export function testKeyProblem({ mode }: Caller, scope: Scope, pushesLeave: boolean): TidingsError | null {
  if (mode !== 'test' || scope !== 'tokens:write' || !pushesLeave) return null
  return forbidden(
    'Authorization',
    'This is a test key, and pushes leave here: the devices and topics that they go to are changed with a live key alone',
  )
}

/** Why this caller may not text a number of `country` (ISO 3166-1 alpha-2; null: it belongs to none); null: he may. */
export function countryProblem(caller: Caller, country: string | null): TidingsError | null {
  const { countries } = caller
  if (countries === null || (country !== null && countries.has(country))) return null
  const where = country === null ? 'this number belongs to no country' : `this number is of ${country}`
  return forbidden('contact', `This key may only text ${[...countries].join(', ')}; ${where}`)
}

/** Why this caller may not notify a topic or a condition of topics, which reaches others where it negates one; null: he may. */
export function topicProblem(caller: Caller, topic: string): TidingsError | null {
  const { topics } = caller
  if (topics === null) return null
  const { topics: named, negates } = topicsOf(topic)
  if (!negates && named.every((one) => topics.some((allowed) => isWithin(one, allowed)))) return null
  return forbidden('topic', `This key may only notify the topics ${topics.join(', ')}`)
}

function isWithin(topic: string, allowed: string): boolean {
  return allowed.endsWith('*') ? topic.startsWith(allowed.slice(0, -1)) : topic === allowed
}

function forbidden(path: string, message: string): TidingsError {
  return new TidingsError('forbidden', message, { details: [{ path, message }] })
}
