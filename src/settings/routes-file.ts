import { CATEGORIES, type Category } from '../domain/category.ts'
import { isCountry } from '../domain/contact.ts'
import { REASON_SECTIONS } from '../domain/reason-pages.ts'
import { unreachableRules, type RouteRule, type Via } from '../domain/routing.ts'
import { isObject, type JsonFields, type JsonReader } from './json-reader.ts'

/** What ROUTES_FILE says beside the providers. */
export interface RoutesFile {
  /** ISO 4217, of all prices; null: there are none. */
  readonly currency: string | null
  readonly rules: readonly RouteRule[]
  /** The group of a sender. */
  readonly senderGroups: ReadonlyMap<string, string>
  /** Senders that callers may name; null: any. */
  readonly allowedSenders: ReadonlySet<string> | null
  /** Of one message; null: whatever it costs. */
  readonly maxPrice: number | null
}

/** What a provider, and a group of senders, may be called. */
export const PROVIDER_NAME = /^[a-z][a-z0-9-]{0,31}$/

/** Top-level names of the file. */
export const ROUTES_FIELDS = [
  '$schema',
  'currency',
  'providers',
  'routes',
  'sender_groups',
  'allowed_senders',
  'max_price',
] as const

/** More than any message costs. */
const MOST = 1_000_000

/** Reads everything but the providers, whose names are `providers`. Wrong parts are told to `read`, and left out. */
export function readRoutes(fields: JsonFields, providers: readonly string[], read: JsonReader): RoutesFile {
  const currency = readCurrency(fields['currency'], read)
  const rules = read.list(fields['routes'], 'routes').map(([one, path]) => readRule(one, path, providers, read))
  if (rules.length === 0) {
    read.refuse('routes', 'holds no route', 'Write at least [{"via": ["…"]}], which takes every message.')
  }
  const maxPrice = read.number(fields['max_price'], 'max_price', 0, MOST)
  const prices = rules.some(({ via, fallbacks }) => [...via, ...fallbacks].some((one) => one.prices.size > 0))
  if (currency === null && fields['currency'] === undefined && (prices || maxPrice !== null)) {
    read.refuse('currency', 'is missing, while there are prices', 'Write the one that they are in, like "EUR".')
  }
  const senders = rules.flatMap(({ via, fallbacks }) => [...via, ...fallbacks].flatMap(({ sender }) => sender ?? []))
  const allowed = readTexts(fields['allowed_senders'], 'allowed_senders', read)
  return {
    currency,
    rules,
    senderGroups: readGroups(fields['sender_groups'], read),
    allowedSenders: allowed === null ? null : new Set([...allowed, ...senders]),
    maxPrice,
  }
}

/** Sentences about what keeps nothing from starting, and is probably not what was meant. */
export function routesHints({ rules }: RoutesFile, providers: readonly string[]): readonly string[] {
  const used = new Set(rules.flatMap(({ via, fallbacks }) => [...via, ...fallbacks].map(({ provider }) => provider)))
  const idle = providers.filter((name) => !used.has(name))
  return [
    ...unreachableRules(rules).map(
      ({ place, by }) =>
        `ROUTES_FILE: no message comes to routes[${place}], as routes[${by}] takes all of its messages first`,
    ),
    ...idle.map((name) => `ROUTES_FILE: no route goes through the provider ${name}`),
  ]
}

function readCurrency(value: unknown, read: JsonReader): string | null {
  const currency = read.text(value, 'currency')
  if (currency === null || /^[A-Z]{3}$/.test(currency)) return currency
  read.refuse('currency', 'is no code of ISO 4217', 'Write three capitals, like "EUR".')
  return null
}

const RULE_FIELDS = ['countries', 'prefixes', 'senders', 'categories', 'via', 'order', 'then', 'failover_on'] as const

function readRule(value: unknown, path: string, providers: readonly string[], read: JsonReader): RouteRule {
  if (!isObject(value)) read.refuse(path, 'is no object', 'Write {"via": […]}.')
  const fields: JsonFields = isObject(value) ? read.object(value, path, RULE_FIELDS) : {}
  const via = read.list(fields['via'], `${path}.via`).map(([one, at]) => readVia(one, at, providers, read))
  if (via.length === 0 && isObject(value)) {
    read.refuse(`${path}.via`, 'names no provider', `Write at least one of ${providers.join(', ')}.`)
  }
  const weighted = via.some((one) => one?.weighted === true)
  return {
    countries: readCountries(fields['countries'], `${path}.countries`, read),
    prefixes: readPrefixes(fields['prefixes'], `${path}.prefixes`, read),
    senders: toSet(readTexts(fields['senders'], `${path}.senders`, read)),
    categories: readCategories(fields['categories'], `${path}.categories`, read),
    via: via.flatMap((one) => (one === null ? [] : [one.via])),
    order:
      read.word(fields['order'], `${path}.order`, ['listed', 'weight', 'cost']) ?? (weighted ? 'weight' : 'listed'),
    fallbacks: read
      .list(fields['then'], `${path}.then`)
      .flatMap(([one, at]) => readVia(one, at, providers, read)?.via ?? []),
    failoverOn: new Set(readReasons(fields['failover_on'], `${path}.failover_on`, read)),
  }
}

const VIA_FIELDS = ['provider', 'weight', 'sender', 'prices'] as const

/** A name alone is a provider without more. */
function readVia(
  value: unknown,
  path: string,
  providers: readonly string[],
  read: JsonReader,
): { via: Via; weighted: boolean } | null {
  const fields: JsonFields = typeof value === 'string' ? { provider: value } : read.object(value, path, VIA_FIELDS)
  const at = typeof value === 'string' ? path : `${path}.provider`
  const named = fields['provider']
  if (named === undefined) read.refuse(at, 'is missing', `Write one of ${providers.join(', ')}.`)
  const provider = read.word(named, at, providers)
  const weight = read.number(fields['weight'], `${path}.weight`, 0, MOST)
  const sender = read.text(fields['sender'], `${path}.sender`)
  const prices = readPrices(fields['prices'], `${path}.prices`, read)
  if (provider === null) return null
  return { via: { provider, weight: weight ?? 1, sender, prices }, weighted: weight !== null }
}

function readPrices(value: unknown, path: string, read: JsonReader): ReadonlyMap<string, number> {
  return new Map(
    read.entries(value, path).flatMap(([name, one, at]) => {
      const where = name === '*' || PREFIX.test(name) ? name : name.toUpperCase()
      if (where !== '*' && !PREFIX.test(where) && !isCountry(where)) {
        read.refuse(at, 'stands for no messages', 'Write a country (EG), a prefix (+20100), or * for all others.')
      }
      const price = read.number(one, at, 0, MOST)
      return price === null ? [] : [[where, price] as const]
    }),
  )
}

const PREFIX = /^\+[1-9]\d{0,14}$/

function readCountries(value: unknown, path: string, read: JsonReader): ReadonlySet<string> | null {
  const words = readTexts(value, path, read)?.map((word) => word.toUpperCase()) ?? null
  words?.forEach((word, index) => {
    if (!isCountry(word))
      read.refuse(`${path}[${index}]`, 'is no country of ISO 3166-1', 'Write two letters, like "EG".')
  })
  return toSet(words)
}

function readPrefixes(value: unknown, path: string, read: JsonReader): readonly string[] | null {
  const words = readTexts(value, path, read)
  words?.forEach((word, index) => {
    if (!PREFIX.test(word)) read.refuse(`${path}[${index}]`, 'is no beginning of a number', 'Write it like "+20100".')
  })
  return words
}

function readCategories(value: unknown, path: string, read: JsonReader): ReadonlySet<Category> | null {
  if (value === undefined) return null
  const words = filled(read.list(value, path), value, path, read)
  return new Set(words.flatMap(([one, at]) => read.word(one, at, CATEGORIES) ?? []))
}

function readReasons(value: unknown, path: string, read: JsonReader): readonly string[] {
  const known = REASON_SECTIONS.flatMap(([, reasons]) => [...reasons.keys()])
  return read.list(value, path).flatMap(([one, at]) => read.word(one, at, known) ?? [])
}

function readGroups(value: unknown, read: JsonReader): ReadonlyMap<string, string> {
  const groups = new Map<string, string>()
  for (const [group, list, path] of read.entries(value, 'sender_groups')) {
    if (!PROVIDER_NAME.test(group) || group === 'default') {
      read.refuse(
        path,
        'is no name of a group',
        'Up to 32 of a to z, 0 to 9 and -, a letter first; default is that of all other senders.',
      )
    }
    for (const sender of readTexts(list, path, read) ?? []) {
      if (groups.has(sender)) read.refuse(path, 'has a sender that another group has, too', 'Leave it in one of them.')
      groups.set(sender, group)
    }
  }
  return groups
}

/** Null: left out, which means all. An empty list would mean none, and is a fault. */
function readTexts(value: unknown, path: string, read: JsonReader): readonly string[] | null {
  if (value === undefined) return null
  return filled(read.list(value, path), value, path, read).flatMap(([one, at]) => read.text(one, at) ?? [])
}

function filled<Item>(items: readonly Item[], value: unknown, path: string, read: JsonReader): readonly Item[] {
  if (items.length === 0 && Array.isArray(value)) read.refuse(path, 'is empty', 'Leave it out: then it holds for all.')
  return items
}

function toSet(words: readonly string[] | null): ReadonlySet<string> | null {
  return words === null ? null : new Set(words)
}
