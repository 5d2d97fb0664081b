import { countryOf } from '../../domain/country.ts'
import type { Failure } from '../../domain/failure.ts'
import { SANDBOX } from '../../domain/provider.ts'
import type { RouteFacts, SmsRouter, SmsRoutes } from '../../domain/routing.ts'
import type { Health, Way } from '../../providers/health.ts'
import type { SmsWork } from '../../store/sms/sms-work.ts'
import type { Senders } from './senders.ts'

/** As much of a message as tells where else it may go. */
export type Leaving = Pick<SmsWork, 'contact' | 'category' | 'segments' | 'sender' | 'provider' | 'tried'>

/** The provider that an accepted message goes to instead of its own; null: it stays. */
export interface Failover {
  /** Its provider did not take it, for sure, or has said since that it did not arrive. `ended`: it would be given up there. */
  onward(work: Leaving, failure: Failure, ended: boolean): string | null
  /** It is about to be submitted. `down`: its provider has not been reached from this node for long. */
  detour(work: Leaving, down: boolean): string | null
}

export interface FailoverParts {
  readonly health: Pick<Health, 'admits' | 'begin' | 'isShut'>
  readonly senderAt: Senders['senderAt']
  readonly candidates: SmsRoutes
  readonly next: SmsRouter['next']
  readonly onFailover: (from: string, to: string) => void
}

export function createFailover({ health, senderAt, candidates, next, onFailover }: FailoverParts): Failover {
  /** As it was chosen: a sender that the route gave it may be a condition of another route. */
  function factsOf(work: Leaving): RouteFacts {
    const { contact, category, segments, sender } = work
    const facts = { contact, country: countryOf(contact), category, segments, sender }
    const isHere = candidates.candidates(facts, 0).some(({ provider }) => provider === work.provider)
    return isHere ? facts : { ...facts, sender: null }
  }

  function wayOf(work: Leaving, { country }: RouteFacts): Way {
    return { provider: work.provider, country, sender: senderAt(work.provider, work, country) }
  }

  function leave(work: Leaving, facts: RouteFacts): string | null {
    const to = next(facts, [...work.tried, work.provider])?.provider ?? null
    if (to !== null) onFailover(work.provider, to)
    return to
  }

  function goesOn(work: Leaving, facts: RouteFacts, failure: Failure, ended: boolean): boolean {
    switch (failure.class) {
      case 'permanent':
      case 'recipient-gone':
        return candidates.failsOverOn(facts, failure.reason) || isWorthAnother(work, failure)
      case 'blocked':
        return true
      case 'throttled':
      case 'transient':
        return failure.reason !== NOT_SENT && (ended || health.isShut(wayOf(work, facts)))
      case 'uncertain':
        return false
    }
  }

  return {
    onward(work, failure, ended) {
      if (work.provider === SANDBOX) return null
      const facts = factsOf(work)
      return goesOn(work, facts, failure, ended) ? leave(work, facts) : null
    },
    detour(work, down) {
      if (work.provider === SANDBOX) return null
      const facts = factsOf(work)
      const way = wayOf(work, facts)
      // Nothing is submitted, and so nothing else would tell.
      if (down) health.begin(way)('fault')
      if (down) return leave(work, facts)
      return health.admits(way) ? null : leave(work, facts)
    },
  }
}

/** Once: it may be charged each time. */
function isWorthAnother({ tried, category }: Leaving, { elsewhere }: Failure): boolean {
  return elsewhere !== null && tried.length === 0 && !(elsewhere.butMarketing && category === 'marketing')
}

/** Nothing was tried: this node stopped. */
const NOT_SENT = 'not_sent'
