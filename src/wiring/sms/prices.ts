import type { AskPrice } from '../../delivery/charge.ts'
import { countryOf } from '../../domain/country.ts'
import { priceFor, type SmsRoutes } from '../../domain/routing.ts'
import type { SmsWork } from '../../store/sms/sms-work.ts'

/** By the routes of the file. */
export function createPrices(candidates: Pick<SmsRoutes, 'candidates'>, currency: string | null): AskPrice {
  function perSegment({ contact, category, segments, provider }: SmsWork, sender: string | null): number | null {
    const facts = { contact, country: countryOf(contact), category, segments, sender }
    const here = candidates.candidates(facts, 0).find((one) => one.provider === provider)
    return here?.pricePerSegment ?? null
  }

  return (work, segments) => {
    if (currency === null) return null
    // A sender that the route gave it may be a condition of another route.
    const price = perSegment(work, work.sender) ?? perSegment(work, null)
    return price === null ? null : { amount: priceFor(price, segments), currency }
  }
}
