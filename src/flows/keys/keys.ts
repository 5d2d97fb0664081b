import { makeKey, makeSecret, type DrawBytes, type KeyMode } from '../../domain/api-key.ts'
import { ANYONE, SCOPES, type Caller } from '../../domain/caller.ts'
import { TidingsError } from '../../domain/errors.ts'
import {
  hadAdmin,
  insertKey,
  lockKeys,
  replaceSecret,
  revokeKey,
  updateKey,
  type KeyFields,
  type NewKey,
} from '../../store/keys/api-keys.ts'
import { doneBy, writeAudit } from '../../store/keys/audit.ts'
import type { Db, DbClient } from '../../store/db.ts'
import { readKey, type KeyRecord } from '../../store/keys/read-api-keys.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { KeyHash } from './key-hash.ts'
import * as rules from './key-rules.ts'

export interface KeyInput extends KeyFields {
  readonly mode: KeyMode
}

/** The only time that the key itself is known. */
export interface MadeKey {
  readonly record: KeyRecord
  readonly key: string
}

/** Whoever acts from the command line of a machine that reaches the database. */
export const COMMAND_LINE: Caller = { ...ANYONE, name: 'command line' }

/** Each act stands in the audit, in the same transaction. Throws TidingsError for every refusal. */
export interface Keys {
  create(input: KeyInput, by: Caller): Promise<MadeKey>
  change(id: string, fields: Partial<KeyFields>, by: Caller): Promise<KeyRecord>
  /** The key so far opens for `overlapSeconds` more. */
  rotate(id: string, overlapSeconds: number, by: Caller): Promise<MadeKey>
  /** Works on every node within 5 s. */
  revoke(id: string, by: Caller): Promise<KeyRecord>
  /**
   * A key with every scope, if there never was one that could administer; of several nodes that start together one makes it. `hand`
   * brings it to a person before it is stored: where that fails, there is no key. Null: there was one.
   */
  makeFirst(hand: (key: string) => Promise<void>): Promise<KeyRecord | null>
}

export interface KeysParts {
  readonly db: Db
  readonly hash: KeyHash
  readonly draw: DrawBytes
  readonly now: () => Date
  /** Told the row of a key that was changed. */
  readonly onChanged: (rowId: number) => void
}

export function createKeys(parts: KeysParts): Keys {
  const { db, hash, draw, now } = parts
  return {
    async create(input, by) {
      const problem =
        rules.fieldProblem(input.mode, input, now()) ??
        rules.boundaryProblem(input.mode, by) ??
        rules.secretProblem(input.mode, hash)
      if (problem !== null) throw problem
      return inTransaction(db, (client) => insert(client, parts, input, by))
    },
    change: (id, fields, by) =>
      changing(parts, id, by, async (client, before) => {
        const after = { ...before, ...fields }
        const problem =
          rules.revokedProblem(before) ??
          rules.fieldProblem(before.mode, after, null) ??
          (rules.mayAdminister(after, now()) ? null : await rules.lastAdminProblem(client, before, now()))
        if (problem !== null) return problem
        const record = await updateKey(client, id, after)
        await writeAudit(client, { ...doneBy(by), act: 'key.changed', what: id, details: told(record) })
        return record
      }),
    async rotate(id, overlapSeconds, by) {
      let key = ''
      const record = await changing(parts, id, by, async (client, before) => {
        const problem = rules.revokedProblem(before) ?? rules.secretProblem(before.mode, hash)
        if (problem !== null) return problem
        key = makeSecret(before, draw)
        const details = { overlap_seconds: overlapSeconds }
        await writeAudit(client, { ...doneBy(by), act: 'key.rotated', what: id, details })
        return replaceSecret(client, id, hashed(hash, key), overlapSeconds)
      })
      return { record, key }
    },
    revoke: (id, by) =>
      changing(parts, id, by, async (client, before) => {
        if (before.revokedAt !== null) return before
        const problem = await rules.lastAdminProblem(client, before, now())
        if (problem !== null) return problem
        await writeAudit(client, { ...doneBy(by), act: 'key.revoked', what: id, details: told(before) })
        return revokeKey(client, id)
      }),
    makeFirst: (hand) =>
      inTransaction(db, async (client) => {
        await lockKeys(client)
        if (await hadAdmin(client)) return null
        const { record, key } = await insert(client, parts, FIRST, COMMAND_LINE)
        await hand(key)
        return record
      }),
  }
}

const FIRST: KeyInput = {
  mode: 'live',
  name: 'first key',
  scopes: SCOPES,
  countries: null,
  topics: null,
  cidrs: null,
  expiresAt: null,
}

async function insert(client: DbClient, { draw, hash }: KeysParts, input: KeyInput, by: Caller): Promise<MadeKey> {
  const { id, key } = makeKey(input.mode, draw)
  const record = await insertKey(client, { ...input, id, ...hashed(hash, key) })
  await writeAudit(client, { ...doneBy(by), act: 'key.created', what: id, details: told(record) })
  return { record, key }
}

/** One change of keys at a time, over all nodes. A refusal is given back before it is thrown: the connection is still good. */
async function changing(
  { db, onChanged }: KeysParts,
  id: string,
  by: Caller,
  change: (client: DbClient, before: KeyRecord) => Promise<KeyRecord | TidingsError>,
): Promise<KeyRecord> {
  const result = await inTransaction(db, async (client) => {
    await lockKeys(client)
    const before = await readKey(client, id)
    if (before === null) return new TidingsError('not_found', 'Not Found')
    return rules.boundaryProblem(before.mode, by) ?? change(client, before)
  })
  if (result instanceof TidingsError) throw result
  onChanged(result.rowId)
  return result
}

function hashed(hash: KeyHash, key: string): Pick<NewKey, 'secretHash' | 'secretKeyMark'> {
  return { secretHash: hash.of(key), secretKeyMark: hash.mark }
}

/** What the audit says about a key. */
function told(key: KeyRecord): Record<string, unknown> {
  const { mode, name, scopes, countries, topics, cidrs, spendLimit, expiresAt } = key
  const limits = { countries, topics, cidrs, ...(spendLimit === null ? {} : { spend_limit: spendLimit }) }
  return { mode, name, scopes, ...limits, expires_at: expiresAt }
}
