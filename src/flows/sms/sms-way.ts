import type { Caller } from '../../domain/caller.ts'
import type { Msisdn } from '../../domain/contact.ts'
import { countryOf } from '../../domain/country.ts'
import { TidingsError } from '../../domain/errors.ts'
import { SANDBOX } from '../../domain/provider.ts'
import type { Choice, RouteFacts, SmsRouter } from '../../domain/routing.ts'
import { detourOf, type Detour, type StagingRules } from '../../domain/staging.ts'

/** What holds for all messages, whoever sends them. */
export interface SmsLimits {
  /** ISO 3166-1 alpha-2, the countries that messages may go to; null: all. */
  readonly countries: ReadonlySet<string> | null
  /** Senders that a caller may name; null: any. */
  readonly senders: ReadonlySet<string> | null
  /** In the currency of the routes, unless a caller says less; null: any price. */
  readonly maxPrice: number | null
  /** ISO 4217; null: no prices are known. */
  readonly currency: string | null
}

export interface WayParts {
  readonly router: Pick<SmsRouter, 'choose'>
  /** Null: everybody may be reached. */
  readonly staging: StagingRules | null
  /** Without it nothing is limited. */
  readonly limits?: SmsLimits
}

/** Where an SMS goes. */
export interface Way {
  readonly provider: string
  /** The caller's, else the route's; null: the provider's configured one. */
  readonly sender: string | null
  /** Null: nothing was chosen, since whatever a test key sends is captured. */
  readonly choice: Choice | null
  /** Null: it goes to whom it is meant for. */
  readonly detour: Detour | null
}

/**
 * Throws a TidingsError where it may not go, costs more than it may, or no route is for it. What is captured instead, because of who sends
 * it or whom it is for, is limited by nothing. `most`: what its caller would pay.
 */
export function wayOf(parts: WayParts, caller: Caller, facts: RouteFacts, most: number | null): Way {
  if (caller.mode === 'test') return captured(facts, null, null)
  const usual = parts.router.choose(facts)
  const detour = parts.staging === null || usual?.provider === SANDBOX ? null : detourOf(parts.staging, facts.contact)
  if (detour?.kind === 'capture') return captured(facts, usual, detour)
  const goes = detour === null ? facts : movedTo(facts, detour.to)
  const choice = detour === null ? usual : parts.router.choose(goes)
  const problem = limitProblem(parts.limits ?? NO_LIMITS, goes)
  if (problem !== null) throw problem
  if (choice === null) throw refused('no_route', 'contact', noRoute(goes))
  checkPrice(choice, most, parts.limits ?? NO_LIMITS)
  return { provider: choice.provider, sender: choice.sender, choice, detour }
}

const NO_LIMITS: SmsLimits = { countries: null, senders: null, maxPrice: null, currency: null }

function captured(facts: RouteFacts, choice: Choice | null, detour: Detour | null): Way {
  return { provider: SANDBOX, sender: facts.sender, choice, detour }
}

function movedTo(facts: RouteFacts, contact: Msisdn): RouteFacts {
  return { ...facts, contact, country: countryOf(contact) }
}

function limitProblem({ countries, senders }: SmsLimits, { country, sender }: RouteFacts): TidingsError | null {
  if (countries !== null && (country === null || !countries.has(country))) {
    const where = country === null ? 'this number belongs to no country' : `this number is of ${country}`
    return refused('country_not_allowed', 'contact', `ALLOWED_COUNTRIES is ${[...countries].join(', ')}; ${where}`)
  }
  if (senders === null || sender === null || senders.has(sender)) return null
  return refused('sender_not_allowed', 'sender', 'This sender is not among those that callers may name')
}

function noRoute({ country, category }: RouteFacts): string {
  const where = country === null ? 'a number of no country' : `a number of ${country}`
  return `No route takes a message to ${where} (${category})`
}

function checkPrice({ price, provider }: Choice, most: number | null, { maxPrice, currency }: SmsLimits): void {
  if (most !== null && currency === null)
    throw refused('invalid_request', 'max_price', 'Prices are told by the routes file, and it has none')
  const limit = Math.min(most ?? Infinity, maxPrice ?? Infinity)
  if (price === null || price.amount <= limit) return
  const costs = `It costs ${price.amount} ${price.currency} through ${provider}, and may cost ${limit}`
  throw refused('too_expensive', most === null ? 'contact' : 'max_price', costs)
}

function refused(
  code: 'no_route' | 'country_not_allowed' | 'sender_not_allowed' | 'too_expensive' | 'invalid_request',
  path: string,
  message: string,
): TidingsError {
  return new TidingsError(code, `${path}: ${message}`, { details: [{ path, message }] })
}
