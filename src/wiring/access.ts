import { randomBytes } from 'node:crypto'
import { asksForKeys, type Config } from '../settings/config.ts'
import type { Dbs } from './dbs.ts'
import { startLoop, type LoopParts } from '../delivery/loop.ts'
import { createKeyHash } from '../flows/keys/key-hash.ts'
import { createKeyring, type Keyring } from '../flows/keys/keyring.ts'
import { createKeys, type Keys } from '../flows/keys/keys.ts'
import { createSessions } from '../flows/keys/sessions.ts'
import type { HttpParts } from '../http/parts.ts'
import { createAddressOf } from '../http/peer.ts'
import { sessionOf } from '../http/session-cookie.ts'
import { readAudit } from '../store/keys/read-audit.ts'
import { readKey, readKeys } from '../store/keys/read-api-keys.ts'

/** Who may call, and who decides it. */
export interface Access {
  readonly keys: Keys
  readonly http: Pick<HttpParts, 'auth' | 'keys' | 'sessions' | 'addressOf'>
  /** What follows the dashboard's address, for whoever sits at the machine. */
  makeSignIn(): Promise<string>
  close(): Promise<void>
}

export interface AccessParts extends LoopParts {
  readonly dbs: Dbs
  readonly now: () => Date
  /** In milliseconds. */
  readonly monotonic: () => number
}

/** How often it is stored when keys were last used. */
const USES_MS = 30_000

const FORGET_MS = 600_000

/** `secretKey`: null where none is set, and none is needed. */
export function openAccess(config: Config, secretKey: Buffer | null, parts: AccessParts): Access {
  const { dbs, now, monotonic } = parts
  const hash = createKeyHash(secretKey, config.previousSecretKeys)
  const keyring = createKeyring({ db: dbs.read, hash, now: monotonic })
  const onChanged = (rowId: number): void => keyring.forget(rowId)
  const keys = createKeys({ db: dbs.work, hash, draw: randomBytes, now, onChanged })
  const addressOf = createAddressOf(config.trustProxy)
  const sessions = createSessions({ db: dbs.work, keyring, draw: randomBytes })
  const cookies = { sessions, addressOf, publicUrl: config.publicUrl, now: monotonic }
  const forget = startLoop('sessions', FORGET_MS, () => sessions.forget(), parts)
  const uses = startLoop('key uses', USES_MS, () => keyring.noteUses(dbs.work), parts)
  return {
    keys,
    http: {
      auth: { required: asksForKeys(config), keyring, session: (request) => sessionOf(request, cookies) },
      keys: {
        flow: keys,
        read: (id) => readKey(dbs.read, id),
        list: (limit, after) => readKeys(dbs.read, limit, after),
        audit: (limit, before, filter) => readAudit(dbs.read, limit, before, filter),
      },
      sessions,
      addressOf,
    },
    makeSignIn: async () => `${SIGN_IN_MARK}${await sessions.makeLink()}`,
    async close() {
      await Promise.all([uses.stop(), forget.stop()])
      await lastUses(keyring, parts)
    },
  }
}

/** As `web/dashboard/session/session.ts` reads it; what follows a # is sent to no server and stands in no log. */
const SIGN_IN_MARK = '#sign-in='

async function lastUses(keyring: Keyring, { dbs, log }: AccessParts): Promise<void> {
  await keyring
    .noteUses(dbs.work)
    .catch((error: unknown) => log.warn({ event: 'keys.uses', err: error }, 'the last uses of keys were not stored'))
}
