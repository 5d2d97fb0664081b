import { TidingsError } from '../domain/errors.ts'
import { sqlState } from './transaction.ts'

/** What a failed statement means for what it was to write. */
export type DbFault =
  /** Nothing was written; the database can't take it now. */
  | { readonly kind: 'unavailable'; readonly full: boolean }
  /** The link broke after the statement was sent: it may have been committed. */
  | { readonly kind: 'unknown' }
  /** Another transaction was in the way and is gone (a deadlock): the same statement can be repeated at once. */
  | { readonly kind: 'conflict' }
  /** The statement itself is at fault: one of its rows, or a bug. */
  | { readonly kind: 'refused' }

/** Classifies an error of a statement that was sent. Source of the classes: PostgreSQL documentation, appendix A. */
export function readDbFault(error: unknown): DbFault {
  const state = sqlState(error)
  if (state === null) return { kind: 'unknown' }
  if (state === '40001' || state === '40P01') return { kind: 'conflict' }
  if (state === '53100') return { kind: 'unavailable', full: true }
  return ['08', '53', '57'].includes(state.slice(0, 2)) || REFUSES_ALL.has(state)
    ? { kind: 'unavailable', full: false }
    : { kind: 'refused' }
}

/**
 * Read-only, not in the state for it, and a role without the right: whatever the row, until an operator has mended it. And a lock that was
 * not given within its second: whoever holds it keeps it, and callers are owed an answer.
 */
const REFUSES_ALL: ReadonlySet<string> = new Set(['25006', '55000', '42501', '55P03'])

/** The refusal a caller is given for a fault; null where it is a bug. */
export function toRefusal(fault: DbFault, cause: unknown): TidingsError | null {
  switch (fault.kind) {
    case 'unavailable':
      return fault.full
        ? new TidingsError('storage_full', 'The database has no room left. Nothing was stored.', {
            retryAfterSeconds: 10,
            cause,
          })
        : unavailable(cause)
    case 'unknown':
      return new TidingsError(
        'outcome_unknown',
        'The database broke off while storing. Repeat the call with the same Idempotency-Key to learn what became of it.',
        { retryAfterSeconds: 2, cause },
      )
    case 'conflict':
      return unavailable(cause)
    case 'refused':
      return null
  }
}

/** Whether a statement waited for a lock as long as it may. Source: PostgreSQL documentation, appendix A: lock_not_available. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '55P03'
}

/** For the person at the terminal: what went wrong, where it is the link to the database that did; null for any other error. */
export function linkProblem(error: unknown): string | null {
  if (error instanceof AggregateError) return error.errors.map(linkProblem).find((problem) => problem !== null) ?? null
  if (!(error instanceof Error)) return null
  const isLink = 'code' in error && typeof error.code === 'string' && LINK_CODES.test(error.code)
  const away = sqlState(error) !== null && readDbFault(error).kind === 'unavailable'
  return isLink || away || LINK_WORDS.test(error.message) ? error.message : null
}

/** Of the system, when a connection is made or used. */
const LINK_CODES = /^(?:ECONN|EPIPE$|ETIMEDOUT$|EHOST|ENET|EAI_)/

/** The driver's own, which have no code. */
const LINK_WORDS = /^(?:Connection terminated|timeout e|Query read timeout|Client (?:has|was) )/

/** The refusal for a database that can't be reached: nothing was sent to it. */
export function unavailable(cause: unknown): TidingsError {
  return new TidingsError('database_unavailable', 'The database cannot be reached. Nothing was stored.', {
    retryAfterSeconds: 2,
    cause,
  })
}

/** Runs one statement; a fault of the database becomes the refusal a caller is given, a bug stays what it is. Conflicts are repeated. */
export async function refusing<T>(statement: () => Promise<T>, repeats = 3): Promise<T> {
  try {
    return await statement()
  } catch (error) {
    const fault = readDbFault(error)
    if (fault.kind === 'conflict' && repeats > 0) return refusing(statement, repeats - 1)
    // What broke off here is a look-up or an upsert that harms nobody: the call can simply be repeated.
    throw (fault.kind === 'unknown' ? unavailable(error) : toRefusal(fault, error)) ?? error
  }
}
