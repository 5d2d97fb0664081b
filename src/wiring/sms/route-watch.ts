import type { Standing } from '../../providers/health.ts'
import type { CircuitState } from '../../providers/circuit.ts'
import type { RouterParts } from './router.ts'

type Way = Pick<Standing, 'provider' | 'country' | 'sender'>

/** How a message was given its way. */
export interface RouteChoice {
  readonly provider: string
  readonly how: Parameters<RouterParts['onChoice']>[1]
}

/** What happened to the ways lately, for who looks on. */
export interface RouteWatch {
  /** A way is in another state from now on. */
  changed(way: Way, state: CircuitState): void
  /** A message was given this way. */
  chosen(provider: string, how: RouteChoice['how']): void
  /** For how long a way has been in its state, in milliseconds; 0: it has just come to be. */
  sinceMs(way: Way): number
  /** The last choices, at most `MOST_CHOICES`, in any order. */
  choices(): readonly RouteChoice[]
}

const MOST_CHOICES = 100

/** Of all providers, countries and senders; beyond it the oldest is forgotten. */
const MOST_WAYS = 10_000

/** `now` is monotonic, in milliseconds. */
export function createRouteWatch(now: () => number): RouteWatch {
  const changes = new Map<string, number>()
  const choices: RouteChoice[] = []
  let next = 0
  return {
    changed(way, state) {
      const key = keyOf(way)
      changes.delete(key)
      if (state === 'closed') return
      changes.set(key, now())
      // A sender that is forgotten elsewhere is never said to be well.
      if (changes.size > MOST_WAYS) changes.delete(changes.keys().next().value ?? '')
    },
    chosen(provider, how) {
      choices[next] = { provider, how }
      next = (next + 1) % MOST_CHOICES
    },
    sinceMs(way) {
      const at = changes.get(keyOf(way))
      return at === undefined ? 0 : now() - at
    },
    choices: () => [...choices],
  }
}

function keyOf({ provider, country, sender }: Way): string {
  return [provider, country, sender].join('\n')
}
