import { randomBytes } from 'node:crypto'
import type { Config } from '../settings/config.ts'
import { keyPrefix } from '../domain/api-key.ts'
import { TidingsError } from '../domain/errors.ts'
import { createSealer } from '../domain/sealed.ts'
import { StartRefusal } from '../embedded/refusal.ts'
import { createKeyHash } from '../flows/keys/key-hash.ts'
import { resealAll, type Resealed } from '../flows/keys/reseal.ts'
import { COMMAND_LINE, createKeys, type Keys } from '../flows/keys/keys.ts'
import { toKey } from '../http/records.ts'
import type { KeysAct } from './keys-words.ts'
import { openSecretKey } from './secret-key.ts'
import { createDb, type Db } from '../store/db.ts'
import { readKeys, type KeyRecord } from '../store/keys/read-api-keys.ts'
import { keysUnderOthers } from '../store/keys/sealed.ts'

export interface KeysCommandParts {
  readonly config: Config
  /** Migrated already. */
  readonly databaseUrl: string
  readonly now: () => Date
  /** What was asked for, alone: on stdout. */
  readonly say: (text: string) => void
  /** For programs: as the API has it. */
  readonly json?: boolean
  /** What a person should know beside it. */
  readonly tell: (line: string) => void
}

/** Lists or changes keys in the database itself. Throws a StartRefusal with the one line that says why it can't. */
export async function runKeys(
  act: Exclude<KeysAct, { kind: 'help' | 'wrong' }>,
  parts: KeysCommandParts,
): Promise<void> {
  const timeouts = { statementTimeoutMs: 10_000, queryTimeoutMs: 11_000 }
  const db = createDb(parts.databaseUrl, { max: 1, name: 'tidings keys', ...timeouts }, () => undefined)
  try {
    const { previousSecretKeys } = parts.config
    const secretKey = openSecretKey(parts.config, randomBytes)
    const hash = createKeyHash(secretKey, previousSecretKeys)
    const keys = createKeys({ db, hash, draw: randomBytes, now: parts.now, onChanged: () => undefined })
    if (act.kind === 'list') await list(db, parts)
    else if (act.kind === 'reseal') await reseal(db, secretKey, parts)
    else await change(act, keys, parts)
  } catch (error) {
    throw error instanceof TidingsError ? new StartRefusal(sentence(error)) : error
  } finally {
    await db.end()
  }
}

/** Says what is left to do before the earlier secret keys can go. */
async function reseal(
  db: Db,
  secretKey: Buffer | null,
  { config, say, tell, json = false }: KeysCommandParts,
): Promise<void> {
  if (secretKey === null) throw new StartRefusal('There is no SECRET_KEY: nothing is encrypted under it.')
  const sealer = createSealer(secretKey, config.previousSecretKeys)
  const { webhooks, browsers } = await resealAll(db, sealer)
  const { resealed, unreadable } = webhooks
  const keys = await keysUnderOthers(db, createKeyHash(secretKey).mark)
  if (json) say(`${JSON.stringify({ resealed, unreadable, browsers, keys_under_others: keys })}\n`)
  tell(`Encrypted again: the secrets of ${resealed} webhooks.`)
  if (unreadable > 0) tell(`Unreadable, as their key is not in SECRET_KEY_PREVIOUS: those of ${unreadable} webhooks.`)
  tellOfBrowsers(browsers, tell)
  if (keys.length > 0) tell(`Not used since SECRET_KEY was changed: the keys ${keys.join(', ')}.`)
  if (unreadable + browsers.unreadable + keys.length === 0) tell('Nothing needs SECRET_KEY_PREVIOUS any more.')
}

function tellOfBrowsers({ resealed, unreadable }: Resealed, tell: (line: string) => void): void {
  if (resealed > 0) tell(`Encrypted again: the subscriptions of ${resealed} browsers.`)
  if (unreadable > 0) tell(`Unreadable, as their key is not in SECRET_KEY_PREVIOUS: those of ${unreadable} browsers.`)
}

async function change(
  act: Extract<KeysAct, { kind: 'create' | 'rotate' | 'revoke' }>,
  keys: Keys,
  { say, tell, json = false }: KeysCommandParts,
): Promise<void> {
  if (act.kind === 'revoke') {
    const revoked = await keys.revoke(act.id, COMMAND_LINE)
    const { name } = revoked
    if (json) say(`${JSON.stringify(toKey(revoked))}\n`)
    return tell(`The key ${act.id} (${name}) opens nothing any more; on a node that runs, within 5 s.`)
  }
  const made =
    act.kind === 'create'
      ? await keys.create(act.input, COMMAND_LINE)
      : await keys.rotate(act.id, act.overlapSeconds, COMMAND_LINE)
  say(json ? `${JSON.stringify({ key: made.key, data: toKey(made.record) })}\n` : `${made.key}\n`)
  tell('Keep it: it is stored nowhere, and shown this once.')
}

/** Of one page: who has more keys than this lists them over HTTP. */
const MOST_LISTED = 1_000

async function list(db: Db, { say, tell, now, json = false }: KeysCommandParts): Promise<void> {
  const keys = await readKeys(db, MOST_LISTED, 0)
  if (keys.length === 0) return tell('There are no keys yet. npm run keys -- --help says how to make one.')
  if (json) return say(keys.map((key) => `${JSON.stringify(toKey(key))}\n`).join(''))
  const prefixes = keys.map(keyPrefix)
  const width = Math.max(...prefixes.map((prefix) => prefix.length))
  for (const [index, key] of keys.entries()) {
    say(`${(prefixes[index] ?? '').padEnd(width)}  ${state(key, now()).padEnd(9)}  ${facts(key).join(' · ')}\n`)
  }
}

function state({ revokedAt, expiresAt, lastUsedAt }: KeyRecord, now: Date): string {
  if (revokedAt !== null) return 'revoked'
  if (expiresAt !== null && expiresAt <= now) return 'expired'
  return lastUsedAt === null ? 'not used' : 'in use'
}

/** A name is a caller's text, and must not steer the terminal. */
function facts(key: KeyRecord): readonly string[] {
  const { name, scopes, countries, topics, cidrs, spendLimit, expiresAt, lastUsedAt } = key
  return [
    name.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' '),
    scopes.join(' '),
    ...[countries, topics, cidrs].flatMap((limit) => (limit === null ? [] : [`only ${limit.join(' ')}`])),
    ...(spendLimit === null ? [] : [`at most ${spendLimit} a day`]),
    ...(expiresAt === null ? [] : [`until ${expiresAt.toISOString()}`]),
    ...(lastUsedAt === null ? [] : [`last used ${lastUsedAt.toISOString()}`]),
  ]
}

function sentence({ code, message }: TidingsError): string {
  return code === 'not_found' ? 'There is no key with this id; npm run keys lists them.' : `${message}.`
}
