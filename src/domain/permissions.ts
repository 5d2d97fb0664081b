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
 * What a call changes, which says what a key that only captures may do with it. `none`: nothing but what is captured. `sms` and `push`: the
 * message that is named in the path, so that it may where that one was captured. The others are the same for whoever sends: where messages
 * leave, live keys alone change them.
 */
export type Touches = 'none' | 'sms' | 'push' | 'devices' | 'opt-outs' | 'webhooks'

/** Whether messages of a channel leave the machine. */
export interface Leaving {
  readonly sms: boolean
  readonly push: boolean
}

/** Why a test key may not make a call; null: it may. `captured`: whether the message in the path was, asked only where it matters. */
export function testKeyProblem(
  touches: Touches,
  leaving: Leaving,
  captured: () => Promise<boolean>,
): TidingsError | null | Promise<TidingsError | null> {
  switch (touches) {
    case 'none':
      return null
    case 'sms':
    case 'push':
      return leaving[touches]
        ? captured().then((is) => (is ? null : liveAlone('this message is a live one, which is')))
        : null
    case 'devices':
      return leaving.push ? liveAlone('pushes leave here: the devices and topics that they go to are') : null
    case 'opt-outs':
      return leaving.sms ? liveAlone('SMS leave here: who wants none is') : null
    case 'webhooks':
      return leaving.sms || leaving.push ? liveAlone('messages leave here: those who are told of them are') : null
  }
}

function liveAlone(what: string): TidingsError {
  return forbidden('Authorization', `This is a test key, and ${what} changed with a live key alone`)
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
