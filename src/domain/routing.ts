import type { Category } from './category.ts'
import type { Msisdn } from './contact.ts'

/** What a route is chosen by. */
export interface RouteFacts {
  /** Where it goes: with `REDIRECT_TO` that is another than it was meant for. */
  readonly contact: Msisdn
  /** ISO 3166-1 alpha-2; null: the number belongs to no single one. */
  readonly country: string | null
  /** As its caller named it; null: he named none. */
  readonly sender: string | null
  readonly category: Category
  readonly segments: number
}

/** One provider that a message may go through. */
export interface Candidate {
  readonly provider: string
  /** The caller's, else the route's; null: the provider's configured one. */
  readonly sender: string | null
  /** In the currency of the routes; null: nobody has told. */
  readonly pricePerSegment: number | null
}

export interface Price {
  /** Of the whole message. */
  readonly amount: number
  /** ISO 4217 */
  readonly currency: string
}

/** `detour`: candidates before it are not well; `none-well`: none is, and it is the first one nevertheless. */
export type ChoiceKind = 'first' | 'detour' | 'none-well'

/** The candidate that a message goes through first. */
export interface Choice extends Candidate {
  /** ISO 3166-1 alpha-2, where it goes; null: the number belongs to no single one. */
  readonly country: string | null
  readonly kind: ChoiceKind
  /** Why this one: a sentence. */
  readonly reason: string
  /** Null: not known. */
  readonly price: Price | null
}

/** Decides where messages go, by the routes and by how the providers do. */
export interface SmsRouter {
  /** Null: there is no route for it. Where no candidate is well it is the first one: the message waits there. Changes nothing. */
  choose(facts: RouteFacts): Choice | null
  /** A message is about to be stored for this choice, and uses its share. Call what comes back once, with whether it goes that way. */
  take(choice: Choice): (goes: boolean) => void
  /** The first candidate that is well and not among `tried`, which the message then goes to; null: there is none. */
  next(facts: RouteFacts, tried: readonly string[]): Candidate | null
}

export interface Via {
  readonly provider: string
  /** Its share of the messages, against the other weights of its route; 0: only when none of the others is well. */
  readonly weight: number
  /** For messages whose caller names none; null: the provider's configured one. */
  readonly sender: string | null
  /** By prefix (`+20100`), country (`EG`) or `*`, for one segment. */
  readonly prices: ReadonlyMap<string, number>
}

/** One route. A condition that is null holds for every message. */
export interface RouteRule {
  readonly countries: ReadonlySet<string> | null
  /** `+20100` */
  readonly prefixes: readonly string[] | null
  readonly senders: ReadonlySet<string> | null
  readonly categories: ReadonlySet<Category> | null
  readonly via: readonly Via[]
  readonly order: 'listed' | 'weight' | 'cost'
  /** After all of `via`, in this order. */
  readonly fallbacks: readonly Via[]
  /** Refusals of the message itself after which the next provider is tried nevertheless. */
  readonly failoverOn: ReadonlySet<string>
}

export interface RoutedCandidate extends Candidate {
  /** Of its route among the rules, from 0. */
  readonly place: number
}

export interface SmsRoutes {
  /** Pure: best first, no provider twice; empty: no route is for this message. `draw`, 0 ≤ x < 1, decides between weights. */
  candidates(facts: RouteFacts, draw: number): readonly RoutedCandidate[]
  /** Whether this message's route has another provider tried after a refusal of the message itself. */
  failsOverOn(facts: RouteFacts, reason: string): boolean
}

/** The first rule whose conditions all hold is a message's route. */
export function createSmsRoutes(rules: readonly RouteRule[]): SmsRoutes {
  return {
    candidates(facts, draw) {
      const place = rules.findIndex((rule) => isFor(rule, facts))
      const rule = rules[place]
      return rule === undefined ? [] : ordered(rule, facts, draw).map((via) => toCandidate(via, facts, place))
    },
    failsOverOn: (facts, reason) => rules.find((rule) => isFor(rule, facts))?.failoverOn.has(reason) === true,
  }
}

/** Places of rules that no message ever comes to, each with the place of the one that takes all of its messages. */
export function unreachableRules(rules: readonly RouteRule[]): readonly { place: number; by: number }[] {
  return rules.flatMap((rule, place) => {
    const by = rules.findIndex((earlier, index) => index < place && covers(earlier, rule))
    return by === -1 ? [] : [{ place, by }]
  })
}

/** What one segment costs: the longest prefix counts, then the country, then `*`. Null: not told. */
export function priceOf(
  prices: ReadonlyMap<string, number>,
  { contact, country }: Pick<RouteFacts, 'contact' | 'country'>,
): number | null {
  for (let length = contact.length; length > 1; length -= 1) {
    const price = prices.get(contact.slice(0, length))
    if (price !== undefined) return price
  }
  return (country === null ? undefined : prices.get(country)) ?? prices.get('*') ?? null
}

/** Of `segments`, at a price that has at most six decimals: sums of binary fractions are no prices. */
export function priceFor(pricePerSegment: number, segments: number): number {
  return Math.round(pricePerSegment * segments * 1e6) / 1e6
}

function isFor({ countries, prefixes, senders, categories }: RouteRule, facts: RouteFacts): boolean {
  if (countries !== null && (facts.country === null || !countries.has(facts.country))) return false
  if (categories?.has(facts.category) === false) return false
  if (senders !== null && (facts.sender === null || !senders.has(facts.sender))) return false
  return prefixes === null || prefixes.some((prefix) => facts.contact.startsWith(prefix))
}

function ordered(rule: RouteRule, facts: RouteFacts, draw: number): readonly Via[] {
  const first =
    rule.order === 'weight' ? byWeight(rule.via, draw) : rule.order === 'cost' ? byCost(rule.via, facts) : rule.via
  const all = [...first, ...rule.fallbacks]
  return all.filter(({ provider }, index) => all.findIndex((one) => one.provider === provider) === index)
}

/** Drawn one after another without putting any back, all by one draw: what is left of it decides the next. */
function byWeight(via: readonly Via[], draw: number): readonly Via[] {
  const left = [...via]
  const drawn: Via[] = []
  let rest = draw
  for (;;) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0)
    if (total === 0) return [...drawn, ...left]
    const hit = hitBy(left, rest * total)
    drawn.push(...left.splice(hit.index, 1))
    rest = hit.rest
  }
}

function hitBy(via: readonly Via[], point: number): { index: number; rest: number } {
  let from = 0
  for (const [index, { weight }] of via.entries()) {
    if (weight > 0 && point < from + weight) return { index, rest: (point - from) / weight }
    from += weight
  }
  // Rounded up to the very end.
  return { index: via.findLastIndex(({ weight }) => weight > 0), rest: 0 }
}

/** The cheapest first; those without a price last. */
function byCost(via: readonly Via[], facts: RouteFacts): readonly Via[] {
  const cost = ({ prices }: Via): number => priceOf(prices, facts) ?? Infinity
  // Two infinities have no difference.
  return via.toSorted((a, b) => (cost(a) === cost(b) ? 0 : cost(a) - cost(b)))
}

function toCandidate({ provider, sender, prices }: Via, facts: RouteFacts, place: number): RoutedCandidate {
  return { provider, sender: facts.sender ?? sender, pricePerSegment: priceOf(prices, facts), place }
}

/** Every message of `later` is one of `earlier`, as far as each condition tells by itself. */
function covers(earlier: RouteRule, later: RouteRule): boolean {
  return (
    holds(earlier.countries, later.countries) &&
    holds(earlier.senders, later.senders) &&
    holds(earlier.categories, later.categories) &&
    (earlier.prefixes === null ||
      later.prefixes?.every((prefix) => earlier.prefixes?.some((wider) => prefix.startsWith(wider))) === true)
  )
}

function holds<Word>(wide: ReadonlySet<Word> | null, narrow: ReadonlySet<Word> | null): boolean {
  return wide === null || (narrow !== null && [...narrow].every((word) => wide.has(word)))
}
