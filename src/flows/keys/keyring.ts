import { timingSafeEqual } from 'node:crypto'
import { parseKey } from '../../domain/api-key.ts'
import type { Caller } from '../../domain/caller.ts'
import { hashAgain, noteUses, type Rehash } from '../../store/keys/api-keys.ts'
import type { Db } from '../../store/db.ts'
import { readLock, type KeyLock } from '../../store/keys/read-api-keys.ts'
import { createCidrList, type CidrList } from './cidrs.ts'
import type { KeyHash } from './key-hash.ts'

/** A key that is right. */
export interface GoodKey {
  readonly caller: Caller
  /** Where it may be used from; null: anywhere. */
  readonly from: CidrList | null
}

/** `foreign`: made under another SECRET_KEY. */
export type WrongKey = 'malformed' | 'unknown' | 'revoked' | 'expired' | 'foreign'

/** Tells right keys from wrong ones, mostly from memory. Keys are given as the header that brings them: `Bearer tidings_…`. */
export interface Keyring {
  /** From memory; null: `look` must be asked. `now` is monotonic, in milliseconds. */
  known(header: string, now: number): GoodKey | null
  /** Asks the database, and remembers a right one. */
  look(header: string): Promise<GoodKey | WrongKey>
  /** Whether it was right at some time since this process began. */
  wasGood(header: string): boolean
  /** After a change of this key: asks the database again at its next use on this node. */
  forget(rowId: number): void
  /** Stores when keys were last used, and those that were made under an earlier SECRET_KEY under this one. */
  noteUses(workDb: Db): Promise<void>
}

export interface KeyringParts {
  readonly db: Db
  readonly hash: KeyHash
  /** Monotonic, in milliseconds. */
  readonly now: () => number
}

/** The longest that a node acts upon what it knew: a key that was revoked opens nothing after that, on any node. */
export const KNOWN_MS = 5_000

/** From this age on a key in use is looked up again behind the caller's back, so that nobody waits for it. */
const LOOK_AGAIN_MS = 2_000

/** Right keys kept; nobody can fill it with wrong ones. */
const MOST_KNOWN = 10_000

interface Entry extends GoodKey {
  readonly rowId: number
  readonly goodUntil: number
  lookAgainAt: number
  /** Since it was last stored that it was. */
  used: boolean
  /** It is stored under an earlier SECRET_KEY; null: under this one. */
  rehash: Rehash | null
}

export function createKeyring({ db, hash, now }: KeyringParts): Keyring {
  const entries = new Map<string, Entry>()
  const looking = new Map<string, Promise<GoodKey | WrongKey>>()

  async function look(header: string): Promise<GoodKey | WrongKey> {
    const asked = now()
    const key = keyIn(header)
    const parts = parseKey(key)
    if (parts === null) return 'malformed'
    const lock = await readLock(db, parts.id)
    const verdict = judge(lock, hash, key)
    if (typeof verdict === 'string') {
      entries.delete(header)
      return verdict
    }
    const goodUntil = asked + verdict.goodForMs
    const entry: Entry = { ...verdict, goodUntil, lookAgainAt: asked + LOOK_AGAIN_MS, used: true }
    if (entries.size >= MOST_KNOWN && !entries.has(header)) entries.delete(entries.keys().next().value ?? '')
    entries.set(header, entry)
    return entry
  }

  /** Callers that come together wait for one answer. */
  function lookOnce(header: string): Promise<GoodKey | WrongKey> {
    const running = looking.get(header) ?? look(header).finally(() => looking.delete(header))
    looking.set(header, running)
    return running
  }

  return {
    known(header, at) {
      const entry = entries.get(header)
      if (entry === undefined || at >= entry.goodUntil) return null
      if (at >= entry.lookAgainAt) {
        entry.lookAgainAt = Infinity
        // Where the database is away the entry ends by itself, and the next caller is told.
        void lookOnce(header).catch(() => undefined)
      }
      entry.used = true
      return entry
    },
    look: lookOnce,
    wasGood: (header) => entries.has(header),
    forget(rowId) {
      for (const [header, entry] of entries) if (entry.rowId === rowId) entries.set(header, { ...entry, goodUntil: 0 })
    },
    async noteUses(workDb) {
      const used = [...entries.values()].filter((entry) => entry.used)
      if (used.length === 0) return
      for (const entry of used) entry.used = false
      await noteUses(workDb, [...new Set(used.map(({ rowId }) => rowId))])
      for (const entry of used) {
        if (entry.rehash === null) continue
        await hashAgain(workDb, entry.rehash)
        entry.rehash = null
      }
    },
  }
}

function keyIn(header: string): string {
  return header.slice(header.lastIndexOf(' ') + 1)
}

/** Compared with where there is nothing to compare with, so that an unknown id takes as long as a wrong secret. */
const NOTHING = Buffer.alloc(32)

type Right = GoodKey & { readonly rowId: number; readonly goodForMs: number; readonly rehash: Rehash | null }

function judge(lock: KeyLock | null, hash: KeyHash, key: string): Right | WrongKey {
  const hashes = [hash.of(key), ...hash.former(key)]
  const stored = [lock?.secretHash ?? NOTHING, lock?.oldSecretHash ?? NOTHING]
  const [current, old] = stored.map((one) => hashes.filter((presented) => timingSafeEqual(presented, one))[0])
  if (lock === null) return 'unknown'
  const before = current ?? old
  if (before === undefined) return lock.secretKeyMark === hash.mark ? 'unknown' : 'foreign'
  if (lock.revokedAt !== null) return 'revoked'
  const ends = [KNOWN_MS, lock.expiresInMs ?? KNOWN_MS, current === undefined ? (lock.oldSecretInMs ?? 0) : KNOWN_MS]
  const goodForMs = Math.min(...ends)
  if (goodForMs <= 0) return 'expired'
  const { rowId } = lock
  const from = lock.cidrs === null ? null : createCidrList(lock.cidrs)
  const after = hashes[0] ?? before
  const rehash = before === after ? null : { rowId, before, after, mark: hash.mark }
  return { caller: toCaller(lock), from, rowId, goodForMs, rehash }
}

function toCaller({ id, rowId, mode, scopes, countries, topics, spendLimit }: KeyLock): Caller {
  return {
    name: `key:${id}`,
    keyId: rowId,
    mode,
    scopes: new Set(scopes),
    countries: countries === null ? null : new Set(countries),
    topics,
    ...(spendLimit === null ? {} : { spendLimit }),
  }
}
