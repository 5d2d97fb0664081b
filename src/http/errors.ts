import { FAULT_OF_FRAMEWORK } from './framework-errors.ts'
import type { ErrorObject } from '../contract/error.ts'
import { TidingsError, type ErrorCode, type FaultDetail } from '../domain/errors.ts'
import { ERROR_PAGES } from './error-pages.ts'

/** Codes whose `message` is fixed by the contract, whoever raised them and whatever he said. */
const FIXED_MESSAGE: Partial<Record<ErrorCode, string>> = {
  not_found: 'Not Found',
  method_not_allowed: 'Method Not Allowed',
  internal_error: 'Internal Server Error',
}

/** The same for every code of this status. */
const TOO_MANY = { status: 429, message: 'Too Many Requests' } as const

/** Seconds to wait where the refusal itself does not say. */
const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  idempotency_in_progress: 1,
  spend_limit: 3_600,
  code_too_soon: 30,
  queue_full: 30,
  not_playable: 2,
  database_unavailable: 2,
  outcome_unknown: 2,
  storage_full: 60,
  overloaded: 2,
  upgrading: 10,
  shutting_down: 5,
  not_ready: 5,
}

/**
 * PostgreSQL classes 08 (connection), 53 (resources), 57 (operator), read-only, a right that is missing, a lock that others keep, and what
 * sockets say. Source: PostgreSQL, appendix A.
 */
const DATABASE_GONE =
  /^(?:08\w{3}|53[03]00|57P0[1-3]|57014|25006|42501|55P03|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/

/** A statement that had to make a file larger. Source: PostgreSQL, appendix A. */
const DISK_FULL = '53100'

/** node-postgres has no codes for these. */
const CONNECTION_LOST = /^(?:timeout exceeded when trying to connect|Connection terminated|Query read timeout)/

/** What we answer to anything that was thrown: refusals as they are, the framework's in our words, the rest as a bug. */
export function toRefusal(thrown: unknown): TidingsError {
  if (thrown instanceof TidingsError) return thrown
  const code = codeOf(thrown)
  const fault = FAULT_OF_FRAMEWORK[code]
  if (fault !== undefined) return new TidingsError(fault.code, fault.message, { cause: thrown })
  if (thrown instanceof Error && thrown.message === 'aborted') {
    return new TidingsError('malformed_http', 'The connection ended before the request did', { cause: thrown })
  }
  if (code === DISK_FULL) {
    return new TidingsError('storage_full', 'The database has no room left. Nothing was stored.', { cause: thrown })
  }
  if (DATABASE_GONE.test(code) || (thrown instanceof Error && CONNECTION_LOST.test(thrown.message))) {
    return new TidingsError('database_unavailable', 'The database cannot be reached', { cause: thrown })
  }
  return new TidingsError('internal_error', 'Internal Server Error', { cause: thrown })
}

export function statusOf(refusal: TidingsError): number {
  return ERROR_PAGES[refusal.code].status
}

/** Seconds for Retry-After; null where the header has no place. */
export function retryAfterOf(refusal: TidingsError): number | null {
  return refusal.retryAfterSeconds ?? RETRY_AFTER_SECONDS[refusal.code] ?? null
}

/** The object of the contract. */
export function toErrorObject(refusal: TidingsError, requestId: string): ErrorObject {
  const status = statusOf(refusal)
  const isTooMany = status === TOO_MANY.status
  const details = isTooMany ? tooManyOf(refusal) : refusal.details
  return {
    success: false,
    error: status,
    message: isTooMany ? TOO_MANY.message : (FIXED_MESSAGE[refusal.code] ?? refusal.message),
    code: refusal.code,
    docs: `/errors/${refusal.code}`,
    request_id: requestId,
    ...(details.length === 0 ? {} : { details: details.map((detail) => ({ ...detail })) }),
  }
}

/** Which limit it was stands beside the message, which can't say it. */
function tooManyOf({ details, message }: TidingsError): readonly FaultDetail[] {
  return details.length > 0 || message === TOO_MANY.message ? details : [{ path: '', message }]
}

function codeOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return ''
  return typeof thrown.code === 'string' ? thrown.code : ''
}
