import type { KeyMode } from '../../domain/api-key.ts'
import { ANYONE, type Caller } from '../../domain/caller.ts'
import { isCountry } from '../../domain/contact.ts'
import { TidingsError, type FaultDetail } from '../../domain/errors.ts'
import { hasOtherAdmin, type KeyFields } from '../../store/keys/api-keys.ts'
import type { DbClient } from '../../store/db.ts'
import type { KeyRecord } from '../../store/keys/read-api-keys.ts'
import { isCidr } from './cidrs.ts'
import type { KeyHash } from './key-hash.ts'

/** FCM's letters for topics, and a `*` at the end. Source: FCM, "Topic messaging on the server". */
const TOPIC = /^(?:[\w.~%-]+\*?|\*)$/

/** What can't be in a key; null: nothing. `now`: a time of expiry must lie after it; null: any will do. */
export function fieldProblem(mode: KeyMode, fields: KeyFields, now: Date | null): TidingsError | null {
  const { scopes, countries, topics, cidrs, expiresAt } = fields
  const faults: FaultDetail[] = [
    ...wrong('countries', countries, (one) => isCountry(one), 'is not a country of ISO 3166-1'),
    ...wrong('topics', topics, (one) => TOPIC.test(one), 'is no topic; a `*` may stand at its end'),
    ...wrong('cidrs', cidrs, isCidr, 'is neither an address nor a block like 10.0.0.0/8'),
  ]
  if (mode === 'test' && scopes.includes('admin')) {
    const message = 'a test key cannot have the scope admin: what is for the service itself is never captured'
    faults.push({ path: 'scopes', message })
  }
  if (expiresAt !== null && Number.isNaN(expiresAt.getTime())) {
    faults.push({ path: 'expires_at', message: '`expires_at` is no time that exists' })
  }
  if (now !== null && expiresAt !== null && expiresAt <= now) {
    faults.push({ path: 'expires_at', message: '`expires_at` lies in the past' })
  }
  if (faults.length === 0) return null
  return new TidingsError('invalid_request', faults.map(({ message }) => message).join('; '), { details: faults })
}

/**
 * Whoever comes without a key manages test keys alone, since a live one would still open the door once keys are asked for; so does a
 * test key.
 */
export function boundaryProblem(mode: KeyMode, by: Caller): TidingsError | null {
  if (mode === 'test' || (by.name !== ANYONE.name && by.mode === 'live')) return null
  const message =
    by.name === ANYONE.name
      ? 'Live keys are managed with a live key that has the scope admin, or on the machine itself: npm run keys'
      : 'A test key manages test keys alone'
  return new TidingsError('forbidden', message, { details: [{ path: 'mode', message }] })
}

/** Why no secret of a live key can be made here; null: it can. */
export function secretProblem(mode: KeyMode, hash: KeyHash): TidingsError | null {
  if (mode === 'test' || hash.isSecret) return null
  const message = 'Live keys need a SECRET_KEY on every node, the same one; `openssl rand -base64 32` makes one'
  return new TidingsError('forbidden', message, { details: [{ path: 'mode', message }] })
}

export function revokedProblem({ revokedAt }: KeyRecord): TidingsError | null {
  return revokedAt === null ? null : new TidingsError('key_revoked', 'This key was revoked; make another one')
}

/** Why this key must stay an administrator; null: it is none, or may stop being one. */
export async function lastAdminProblem(client: DbClient, key: KeyRecord, now: Date): Promise<TidingsError | null> {
  if (!mayAdminister(key, now) || (await hasOtherAdmin(client, key.id))) return null
  return new TidingsError('last_admin_key', 'No other key has the scope admin; make one first, then do this')
}

export function mayAdminister({ scopes, expiresAt }: KeyFields, now: Date): boolean {
  return scopes.includes('admin') && (expiresAt === null || expiresAt > now)
}

function wrong(
  path: string,
  values: readonly string[] | null,
  isRight: (value: string) => boolean,
  complaint: string,
): readonly FaultDetail[] {
  return (values ?? []).flatMap((value, index) =>
    isRight(value) ? [] : [{ path: `${path}[${index}]`, message: `\`${path}[${index}]\` ${complaint}` }],
  )
}
