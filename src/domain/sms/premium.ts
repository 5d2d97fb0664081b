import { describeContact, type Msisdn } from '../contact.ts'
import { tariffOfValid } from './numbering-plans.ts'

/** What makes a number dear: what kind of network it is in, or what is charged for it. */
export type CostlyKind = 'satellite' | 'international network' | 'universal number' | 'premium rate' | 'shared cost'

/**
 * Country codes that belong to no country, and where a message costs what nobody expects. Source: ITU-T, "List of ITU-T Recommendation E.164
 * assigned country codes": 870 Inmarsat, 881 global mobile satellite systems, 882 and 883 international networks, 878 universal personal
 * telecommunication, 808 international shared cost, 979 international premium rate.
 */
const CODES: ReadonlyMap<string, CostlyKind> = new Map([
  ['870', 'satellite'],
  ['881', 'satellite'],
  ['882', 'international network'],
  ['883', 'international network'],
  ['878', 'universal number'],
  ['808', 'shared cost'],
  ['979', 'premium rate'],
])

/**
 * Why an SMS to this number may cost far more than one to a mobile phone; null: nothing says so. Of a country's own ranges those count that
 * libphonenumber has as premium rate or shared cost, unless they are mobile or fixed lines, too.
 */
export function costlyKind(contact: Msisdn): CostlyKind | null {
  const code = CODES.get(contact.slice(1, 4))
  if (code !== undefined) return code
  const tariff = tariffOfValid(contact) ?? describeContact(contact).numberType
  if (tariff === 'premium rate' || tariff === 'premium_rate') return 'premium rate'
  return tariff === 'shared cost' || tariff === 'shared_cost' ? 'shared cost' : null
}
