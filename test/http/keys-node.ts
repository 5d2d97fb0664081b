import type { LightMyRequestResponse } from 'fastify'
import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import type { Caller } from '../../src/domain/caller.ts'
import { createKeyHash } from '../../src/flows/keys/key-hash.ts'
import { createKeyring, type Keyring } from '../../src/flows/keys/keyring.ts'
import { COMMAND_LINE, createKeys, type KeyInput, type Keys, type MadeKey } from '../../src/flows/keys/keys.ts'
import type { HttpParts, Server } from '../../src/http/parts.ts'
import { createAddressOf } from '../../src/http/peer.ts'
import { createServer } from '../../src/http/server.ts'
import { createDb, type Db } from '../../src/store/db.ts'
import { readAudit } from '../../src/store/keys/read-audit.ts'
import { readKey, readKeys } from '../../src/store/keys/read-api-keys.ts'
import { createStandIns, type Recorded } from './stand-ins.ts'

/** A node whose keys are real; what they let in is only recorded. */
export interface KeysNode {
  readonly app: Server
  readonly keys: Keys
  readonly keyring: Keyring
  readonly db: Db
  readonly recorded: Recorded
  /** Lets its clock go on. */
  pass(ms: number): void
  make(input?: Partial<KeyInput>, by?: Caller): Promise<MadeKey>
  close(): Promise<void>
}

const SECRET_KEY = Buffer.alloc(32, 7)

export function openKeysNode(
  url: string,
  more: Partial<HttpParts> = {},
  secretKey: Buffer | null = SECRET_KEY,
): KeysNode {
  const options = { max: 4, name: 'keys', statementTimeoutMs: 30_000, queryTimeoutMs: 31_000 }
  const db = createDb(url, options, () => undefined)
  let elapsedMs = 1_000
  const now = (): number => elapsedMs
  const hash = createKeyHash(secretKey)
  const keyring = createKeyring({ db, hash, now })
  const onChanged = (rowId: number): void => keyring.forget(rowId)
  const keys = createKeys({ db, hash, draw: randomBytes, now: () => new Date(), onChanged })
  const { parts, recorded } = createStandIns({
    auth: { required: true, keyring, session: () => null },
    keys: {
      flow: keys,
      read: (id) => readKey(db, id),
      list: (limit, after) => readKeys(db, limit, after),
      audit: (limit, before, filter) => readAudit(db, limit, before, filter),
    },
    // A test says by X-Forwarded-For where it calls from.
    addressOf: createAddressOf(1),
    now,
    ...more,
  })
  const app = createServer(parts)
  return {
    app,
    keys,
    keyring,
    db,
    recorded,
    pass: (ms) => void (elapsedMs += ms),
    make: (input = {}, by = COMMAND_LINE) => keys.create({ ...KEY, ...input }, by),
    async close() {
      await app.close()
      await db.end()
    },
  }
}

const KEY: KeyInput = {
  mode: 'live',
  name: 'a key',
  scopes: ['sms:send'],
  countries: null,
  topics: null,
  cidrs: null,
  expiresAt: null,
}

let addresses = 0

/** An address nobody has called from yet. */
export const somewhere = (): string => `2001:db8:0:${(++addresses).toString(16)}::1`

export interface Call {
  readonly key?: string
  readonly body?: object
  readonly from?: string
}

export interface Answer {
  readonly status: number
  readonly headers: LightMyRequestResponse['headers']
  readonly body: Readonly<Record<string, unknown>> & { readonly data?: Readonly<Record<string, unknown>> }
}

export async function call(
  { app }: KeysNode,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  { key, body, from = somewhere() }: Call = {},
): Promise<Answer> {
  const headers = { 'x-forwarded-for': from, ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) }
  const answer = await app.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) })
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
}

export const SMS = { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' }

/** Sends an SMS. */
export function send(node: KeysNode, key: string, options: Call = {}): Promise<Answer> {
  return call(node, 'POST', '/smss', { key, body: SMS, ...options })
}

/** Makes a key over HTTP. */
export async function create(node: KeysNode, admin: string, body: object): Promise<{ key: string; id: string }> {
  const fields = { name: 'a key', scopes: ['sms:send'], ...body }
  const answer = await call(node, 'POST', '/keys', { key: admin, body: fields })
  expect(answer).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } })
  return { key: String(answer.body['key']), id: String(answer.body.data?.['id']) }
}

/** No key, and an empty audit, which is otherwise only added to. */
export async function emptyKeys({ db }: KeysNode): Promise<void> {
  await db.query(
    `alter table audit disable trigger user; truncate api_keys, audit cascade; alter table audit enable trigger user`,
  )
}
