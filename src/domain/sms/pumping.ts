import type { Msisdn } from '../contact.ts'

/** How many one-time codes are still usual, of all nodes together. */
export interface PumpingLimits {
  /** To numbers with the same first seven digits, within ten minutes; ten times as many a day. */
  readonly perPrefix: number
  /** To one country, likewise. */
  readonly perCountry: number
}

/** Ten minutes by the clock (`10m`) or a day (UTC), and what is counted in it. */
export type TrafficKind = 'prefix-10m' | 'prefix-day' | 'country-10m' | 'country-day' | 'block-10m' | 'all-day'

/** What was counted, of all nodes together. */
export interface Traffic {
  readonly kind: TrafficKind
  /** `+2010091`, `EG`; of a block all digits but two; `*` for all. */
  readonly key: string
  /** One-time codes; of a block: different numbers. */
  readonly codes: number
  /** Those that somebody typed in again, as far as it was told. */
  readonly converted: number
}

export type PumpingRule =
  'prefix_rate' | 'prefix_day' | 'country_rate' | 'country_day' | 'number_sequence' | 'conversion'

/** Something that looks like a machine asking for codes. */
export interface PumpingAlarm {
  readonly rule: PumpingRule
  /** A prefix, or a country. */
  readonly what: string
}

/** Digits, the country code included: in most plans a carrier's range, and in all of them many thousand people. */
const PREFIX_DIGITS = 7

/** Different numbers of one block of a hundred, within ten minutes: people don't live next to each other in a numbering plan. */
const SEQUENCE = 20

/** Codes of a day before their conversion tells anything, and the least share of them that people type in again. */
const CONVERSION_CODES = 50
const LEAST_CONVERSION = 0.1

const DAY_FACTOR = 10

/** `+2010091` */
export function prefixOf(contact: Msisdn): string {
  return contact.slice(0, PREFIX_DIGITS + 1)
}

/** The hundred numbers that one is among, and its place there. */
export function blockOf(contact: Msisdn): { readonly block: string; readonly place: number } {
  return { block: contact.slice(0, -2), place: Number(contact.slice(-2)) }
}

/**
 * What the counts of some keys say, each kind of a key together with its other kinds. Whether codes are typed in again is judged only where
 * it is told at all, of a day's codes that are older than ten minutes.
 */
export function pumpingAlarms(traffic: readonly Traffic[], limits: PumpingLimits): readonly PumpingAlarm[] {
  const told = traffic.some(({ kind, converted }) => kind === 'all-day' && converted > 0)
  const recent = new Map(traffic.filter(({ kind }) => kind === 'prefix-10m').map(({ key, codes }) => [key, codes]))
  return traffic.flatMap((one) => {
    const alarm = limitAlarm(one, limits)
    const old = one.kind === 'prefix-day' ? one.codes - (recent.get(one.key) ?? 0) : 0
    const seldom = told && old > CONVERSION_CODES && one.converted < old * LEAST_CONVERSION
    return [...(alarm === null ? [] : [alarm]), ...(seldom ? [{ rule: 'conversion' as const, what: one.key }] : [])]
  })
}

function limitAlarm({ kind, key, codes }: Traffic, { perPrefix, perCountry }: PumpingLimits): PumpingAlarm | null {
  switch (kind) {
    case 'prefix-10m':
      return codes > perPrefix ? { rule: 'prefix_rate', what: key } : null
    case 'prefix-day':
      return codes > perPrefix * DAY_FACTOR ? { rule: 'prefix_day', what: key } : null
    case 'country-10m':
      return codes > perCountry ? { rule: 'country_rate', what: key } : null
    case 'country-day':
      return codes > perCountry * DAY_FACTOR ? { rule: 'country_day', what: key } : null
    case 'block-10m':
      return codes >= SEQUENCE ? { rule: 'number_sequence', what: key.slice(0, PREFIX_DIGITS + 1) } : null
    case 'all-day':
      return null
  }
}
