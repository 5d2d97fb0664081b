import type { FaultDetail } from '../errors.ts'
import { nearest } from '../nearest.ts'
import type { JsonObject } from '../provider.ts'
import { digits, oneOfTexts, pattern, type ValueRule } from './push-values.ts'

const anything: ValueRule = () => null

/** Source: Apple, "Sending notification requests to APNs", which has `authorization` too: FCM signs for itself. */
const APPLE: Readonly<Record<string, ValueRule>> = {
  'apns-id': pattern(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'a UUID'),
  'apns-push-type': oneOfTexts(
    ...['alert', 'background', 'location', 'voip', 'complication', 'fileprovider', 'mdm', 'liveactivity'],
    ...['pushtotalk', 'widgets', 'controls'],
  ),
  'apns-expiration': digits('a time in seconds since 1970, or 0'),
  'apns-priority': oneOfTexts('1', '5', '10'),
  'apns-topic': anything,
  'apns-channel-id': anything,
  'apns-collapse-id': (text) =>
    Buffer.byteLength(text) <= 64 && text !== '' ? null : { message: 'It has 1 to 64 bytes.' },
}

/** Source: RFC 8030, §5: TTL, Urgency, Topic; what else a push service needs FCM writes itself. */
const WEB: Readonly<Record<string, ValueRule>> = {
  TTL: digits('a number of seconds'),
  Urgency: oneOfTexts('very-low', 'low', 'normal', 'high'),
  Topic: pattern(/^[A-Za-z0-9_-]{1,32}$/, '1 to 32 letters, digits, - and _'),
}

/** Headers that the platform does not have, and values that one of them can't have. */
export function checkHeaders(platform: 'apns' | 'webpush', headers: JsonObject): FaultDetail[] {
  const known = platform === 'apns' ? APPLE : WEB
  const names = Object.keys(known)
  const seen = new Set<string>()
  return Object.entries(headers).flatMap(([name, value]) => {
    const path = `${platform}.headers.${name.slice(0, 64)}`
    const found = names.find((one) => one.toLowerCase() === name.toLowerCase())
    if (found === undefined) return [unknownHeader(path, name.slice(0, 64), names)]
    if (seen.has(found)) return [{ path, message: 'It stands there twice; names of headers are the same in any case.' }]
    seen.add(found)
    if (typeof value !== 'string') return [{ path, message: 'It is a text.', suggestion: 'Write it in quotes' }]
    const fault = known[found]?.(value) ?? null
    return fault === null ? [] : [{ path, ...fault }]
  })
}

function unknownHeader(path: string, name: string, names: readonly string[]): FaultDetail {
  const meant = nearest(name.toLowerCase().replaceAll('_', '-'), names, 2)
  const message = `No such header is passed on; there are ${names.join(', ')}.`
  return meant === null ? { path, message } : { path, message, suggestion: meant }
}
