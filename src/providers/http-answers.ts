import { type Failure, failure } from '../domain/failure.ts'
import type { HttpFault } from './http-call.ts'

/** Pure: what no answer means. A request that never left can simply be made again; one that may have been seen is uncertain. */
export function failureOfFault(fault: HttpFault): Failure {
  if (fault.written) return failure('uncertain', fault.reason)
  // We stopped it ourselves: nothing was tried.
  if (fault.reason === 'aborted') return failure('transient', 'not_sent', { counted: false })
  return failure('transient', fault.reason === 'timeout' ? 'connect_timeout' : `${fault.reason}_failed`)
}

/** Pure: the JSON of a body; null where it is none. */
export function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return null
  }
}

/** A text or a number of JSON; a text is taken whole, so that nothing in it is read as a number. */
const WORD_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|-?\d[\d.eE+-]*/gs

/** Pure: the same, but that a whole number of more digits than a number holds is a text: ids have up to twenty. */
export function readJsonWithIds(body: Buffer): unknown {
  const text = body.toString().replace(WORD_OR_NUMBER, (found) => (/^\d{16,}$/.test(found) ? `"${found}"` : found))
  return readJson(Buffer.from(text))
}

/** Pure: one own field of a JSON object; undefined where there is none. */
export function field(json: unknown, name: string): unknown {
  if (typeof json !== 'object' || json === null) return undefined
  return Object.getOwnPropertyDescriptor(json, name)?.value
}

/** `Basic` and both, in base64. Source: RFC 7617 §2. */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}
