import { TidingsError, withoutStop, type FaultDetail } from '../../domain/errors.ts'

/** Faults listed in one answer; beyond that nobody reads them. */
const MOST_FAULTS = 100

/** Of those, how many the sentence names. */
const NAMED_FAULTS = 3

/** Throws one refusal for all that are among `items`, by their places; its code is theirs where they have the same. */
export function refuseAll(items: readonly unknown[]): void {
  const refused = items.flatMap((item, index) => (item instanceof TidingsError ? [{ index, refusal: item }] : []))
  const [first] = refused
  if (first === undefined) return
  const alike = refused.every(({ refusal }) => refusal.code === first.refusal.code)
  const sentences = refused
    .slice(0, NAMED_FAULTS)
    .map(({ index, refusal }) => `items[${index}]: ${withoutStop(refusal.message)}`)
  const more = refused.length - sentences.length
  const sentence = `${sentences.join('; ')}${more === 0 ? '' : `; and ${more} more`}. Nothing was stored.`
  throw new TidingsError(alike ? first.refusal.code : 'invalid_request', sentence, {
    details: refused.flatMap(({ index, refusal }) => detailsAt(index, refusal)).slice(0, MOST_FAULTS),
    ...(alike && first.refusal.retryAfterSeconds !== null
      ? { retryAfterSeconds: first.refusal.retryAfterSeconds }
      : {}),
  })
}

function detailsAt(index: number, { message, details }: TidingsError): readonly FaultDetail[] {
  const place = `items[${index}]`
  if (details.length === 0) return [{ path: place, message }]
  return details.map((detail) => ({ ...detail, path: pathWithin(place, detail.path) }))
}

function pathWithin(place: string, path: string): string {
  if (path === '') return place
  return path.startsWith('[') ? `${place}${path}` : `${place}.${path}`
}
