import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../../src/settings/config.ts'
import { createSealer, type Sealer } from '../../src/domain/sealed.ts'
import { createKeyHash, type KeyHash } from '../../src/flows/keys/key-hash.ts'
import { createKeyring, type Keyring } from '../../src/flows/keys/keyring.ts'
import { COMMAND_LINE, createKeys, type Keys } from '../../src/flows/keys/keys.ts'
import { runKeys } from '../../src/commands/keys-command.ts'
import { checkSecretKeys } from '../../src/commands/secret-key-check.ts'
import { createDb, type Db } from '../../src/store/db.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const [FIRST, SECOND, OTHER] = [1, 2, 3].map((byte) => Buffer.alloc(32, byte)) as [Buffer, Buffer, Buffer]
const PLACE = { secret: (id: number) => `webhooks|${id}|secret`, old: (id: number) => `webhooks|${id}|old_secret` }

let database: TestDatabase
let db: Db

beforeEach(async () => {
  database = await createTestDatabase()
  const options = { max: 3, name: 'test', statementTimeoutMs: 30_000, queryTimeoutMs: 31_000 }
  db = createDb(database.url, options, () => undefined)
})

afterEach(async () => {
  await db.end()
  await database.drop()
})

function keysUnder(hash: KeyHash): Keys {
  return createKeys({ db, hash, draw: randomBytes, now: () => new Date(), onChanged: () => undefined })
}

function keyringUnder(secretKey: Buffer, previous: readonly Buffer[] = []): Keyring {
  return createKeyring({ db, hash: createKeyHash(secretKey, previous), now: () => 0 })
}

const INPUT = { mode: 'live', name: 'shop', scopes: ['sms:send'], countries: null, topics: null, cidrs: null } as const

async function makeKey(): Promise<{ id: string; key: string }> {
  const { key, record } = await keysUnder(createKeyHash(FIRST)).create({ ...INPUT, expiresAt: null }, COMMAND_LINE)
  return { id: record.id, key }
}

function sealerOf(current: Buffer, ...others: Buffer[]): Sealer {
  return createSealer(current, others)
}

/** Webhooks with two secrets each. */
async function makeWebhooks(sealer: Sealer, from: number, to: number): Promise<void> {
  for (let id = from; id <= to; id += 1) {
    const [secret, old] = [`secret ${id}`, `old ${id}`]
    await db.query({
      text: `insert into webhooks (id, url, types, secret, old_secret, old_secret_until) overriding system value
        values ($1, 'https://hooks.example/', '{*}', $2, $3, now() + interval '1 day')`,
      values: [id, sealer.seal(Buffer.from(secret), PLACE.secret(id)), sealer.seal(Buffer.from(old), PLACE.old(id))],
    })
  }
}

/** The ids of those that this sealer can't read. */
async function unreadable(sealer: Sealer): Promise<readonly number[]> {
  const text = 'select id, secret, old_secret as "oldSecret" from webhooks order by id'
  const { rows } = await db.query<{ id: number; secret: Buffer; oldSecret: Buffer }>({ text, values: [] })
  return rows.flatMap(({ id, secret, oldSecret }) => {
    const read = [sealer.open(secret, PLACE.secret(id)), sealer.open(oldSecret, PLACE.old(id))].map(String)
    return read[0] === `secret ${id}` && read[1] === `old ${id}` ? [] : [id]
  })
}

async function reseal(previous: Buffer): Promise<string> {
  const env = { SECRET_KEY: SECOND.toString('base64'), SECRET_KEY_PREVIOUS: previous.toString('base64') }
  const reading = readConfig({ ...env, DATABASE_URL: database.url })
  if ('faults' in reading) throw new Error(JSON.stringify(reading.faults))
  const told: string[] = []
  const { config } = reading
  const outputs = { say: () => undefined, tell: (line: string) => void told.push(line) }
  await runKeys({ kind: 'reseal' }, { config, databaseUrl: database.url, now: () => new Date(), ...outputs })
  return told.join('\n')
}

/** Browsers whose subscriptions are sealed under this key. */
async function makeBrowsers(sealer: Sealer, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await db.query({
      text: `with t as (insert into tokens (kind, token) values ('token', $1) returning id)
        insert into web_subscriptions (token_id, subscription) select id, $2 from t`,
      values: [name, sealer.seal(Buffer.from(name), `web_subscriptions|${name}|subscription`)],
    })
  }
}

test('subscriptions of browsers are encrypted again, too; those whose key is nowhere are left, and told of', async () => {
  const names = Array.from({ length: 120 }, (_, index) => `webpush:${index}`)
  await makeBrowsers(sealerOf(FIRST), names)
  await makeBrowsers(sealerOf(OTHER), ['webpush:lost'])
  await expect(checkSecretKeys(database.url, [SECOND])).rejects.toThrow('121 API keys, webhooks and browsers')
  const told = await reseal(FIRST)
  expect(told).toContain('the subscriptions of 120 browsers.')
  expect(told).toContain('those of 1 browsers.')
  const text = 'select t.token, w.subscription from web_subscriptions w join tokens t on t.id = w.token_id'
  const { rows } = await db.query<{ token: string; subscription: Buffer }>({ text, values: [] })
  const read = rows.flatMap(
    ({ token, subscription }) =>
      sealerOf(SECOND).open(subscription, `web_subscriptions|${token}|subscription`)?.toString() ?? [],
  )
  expect(read.toSorted()).toEqual(names.toSorted())
})

test('a key opens while SECRET_KEY is changed, and was stored under the new one by then', async () => {
  const { key } = await makeKey()
  expect(await keyringUnder(SECOND).look(`Bearer ${key}`)).toBe('foreign')
  const between = keyringUnder(SECOND, [OTHER, FIRST])
  expect(await between.look(`Bearer ${key}`)).toMatchObject({ caller: { mode: 'live' } })
  await between.noteUses(db)
  expect(await keyringUnder(SECOND).look(`Bearer ${key}`)).toMatchObject({ caller: { mode: 'live' } })
  expect(await keyringUnder(FIRST).look(`Bearer ${key}`)).toBe('foreign')
})

test('a key’s secret before its rotation opens until its end, under the new SECRET_KEY, too', async () => {
  const { id, key: old } = await makeKey()
  const { key: young } = await keysUnder(createKeyHash(FIRST)).rotate(id, 3_600, COMMAND_LINE)
  const between = keyringUnder(SECOND, [FIRST])
  for (const key of [old, young]) {
    expect(await between.look(`Bearer ${key}`)).toMatchObject({ caller: { mode: 'live' } })
    await between.noteUses(db)
  }
  const after = keyringUnder(SECOND)
  for (const key of [old, young]) expect(await after.look(`Bearer ${key}`)).toMatchObject({ caller: { mode: 'live' } })
})

test('what is encrypted is encrypted again, in batches, and can be read at every moment', async () => {
  const between = sealerOf(SECOND, FIRST)
  await makeWebhooks(sealerOf(FIRST), 1, 130)
  await makeWebhooks(between, 131, 140)
  let done = false
  const seen: (readonly number[])[] = []
  const watching = (async () => {
    while (!done) seen.push(await unreadable(between))
  })()
  const told = await reseal(FIRST)
  done = true
  await watching
  expect(told).toContain('the secrets of 130 webhooks')
  expect(told).toContain('Nothing needs SECRET_KEY_PREVIOUS any more.')
  expect(seen.flat()).toEqual([])
  expect(await unreadable(sealerOf(SECOND))).toEqual([])
  expect(await reseal(FIRST)).toContain('the secrets of 0 webhooks')
})

test('what the keys at hand can’t read is left as it is, and told', async () => {
  await makeWebhooks(sealerOf(OTHER), 1, 1)
  await makeWebhooks(sealerOf(FIRST), 2, 2)
  const { id } = await makeKey()
  const told = await reseal(FIRST)
  expect(told).toContain('those of 1 webhooks')
  expect(told).toContain(`Not used since SECRET_KEY was changed: the keys ${id}.`)
  expect(await unreadable(sealerOf(OTHER))).toEqual([2])
  expect(await unreadable(sealerOf(SECOND))).toEqual([1])
})

test('a start with a wrong SECRET_KEY is refused in one line; one that is being changed is not', async () => {
  expect(await checkSecretKeys(database.url, [OTHER])).toBeNull()
  await makeKey()
  await makeWebhooks(sealerOf(FIRST), 1, 1)
  await expect(checkSecretKeys(database.url, [OTHER])).rejects.toThrow(
    /^2 API keys, webhooks and browsers were made under another SECRET_KEY, and none under this one\. Set it back, .*$/,
  )
  expect(await checkSecretKeys(database.url, [FIRST])).toBeNull()
  expect(await checkSecretKeys(database.url, [OTHER, FIRST])).toBeNull()
  await makeWebhooks(sealerOf(OTHER), 2, 2)
  expect(await checkSecretKeys(database.url, [OTHER])).toContain('Name that one in SECRET_KEY_PREVIOUS')
})
