import { countryOf } from '../../domain/country.ts'
import type { Msisdn } from '../../domain/contact.ts'
import {
  blockOf,
  prefixOf,
  pumpingAlarms,
  type PumpingAlarm,
  type PumpingLimits,
  type TrafficKind,
} from '../../domain/sms/pumping.ts'
import type { Db } from '../../store/db.ts'
import { addTraffic, type TrafficCount } from '../../store/rules/rules.ts'

/** One-time codes by where they go, counted in memory and told to the database now and then, where all nodes' counts come together. */
export interface CodeTraffic {
  sent(contact: Msisdn): void
  /** Somebody typed one in that had been sent to this number. */
  converted(contact: Msisdn): void
  /** Tells what was counted since the last time, and returns what all nodes' counts say about it. Where it rejects, nothing is lost. */
  tell(): Promise<readonly PumpingAlarm[]>
}

/** Keys between two tellings; while the database is away, what goes elsewhere is not counted. */
const MOST_KEYS = 20_000

interface Tally {
  readonly kind: TrafficKind
  readonly key: string
  codes: number
  converted: number
  /** Which numbers of a block; null for others. */
  readonly places: Set<number> | null
}

export function createCodeTraffic(db: Db, limits: PumpingLimits): CodeTraffic {
  let tallies = new Map<string, Tally>()

  function tallyOf(kind: TrafficKind, key: string): Tally | null {
    const name = `${kind} ${key}`
    const known = tallies.get(name)
    if (known !== undefined) return known
    if (tallies.size >= MOST_KEYS) return null
    const tally = { kind, key, codes: 0, converted: 0, places: kind === 'block-10m' ? new Set<number>() : null }
    tallies.set(name, tally)
    return tally
  }

  function count(kind: TrafficKind, key: string, codes: number, converted: number, places: Iterable<number>): void {
    const tally = tallyOf(kind, key)
    if (tally === null) return
    tally.codes += codes
    tally.converted += converted
    for (const place of places) tally.places?.add(place)
  }

  return {
    sent(contact) {
      const { block, place } = blockOf(contact)
      for (const [kind, key] of keysOf(contact)) count(kind, key, 1, 0, [])
      count('block-10m', block, 1, 0, [place])
    },
    converted(contact) {
      count('prefix-day', prefixOf(contact), 0, 1, [])
      count('all-day', ALL, 0, 1, [])
    },
    async tell() {
      if (tallies.size === 0) return []
      const told = [...tallies.values()]
      tallies = new Map()
      try {
        return pumpingAlarms(await addTraffic(db, told.map(toCount)), limits)
      } catch (error) {
        for (const { kind, key, codes, converted, places } of told) count(kind, key, codes, converted, places ?? [])
        throw error
      }
    },
  }
}

const ALL = '*'

function keysOf(contact: Msisdn): readonly (readonly [TrafficKind, string])[] {
  const [prefix, country] = [prefixOf(contact), countryOf(contact)]
  const ofCountry =
    country === null
      ? []
      : ([
          ['country-10m', country],
          ['country-day', country],
        ] as const)
  return [['prefix-10m', prefix], ['prefix-day', prefix], ...ofCountry, ['all-day', ALL]]
}

function toCount({ kind, key, codes, converted, places }: Tally): TrafficCount {
  return { kind, key, codes, converted, numbers: places === null ? null : bitsOf(places) }
}

function bitsOf(places: ReadonlySet<number>): string {
  return Array.from({ length: 100 }, (_, place) => (places.has(place) ? '1' : '0')).join('')
}
