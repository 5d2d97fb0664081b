import { createHash } from 'node:crypto'
import { ANYONE, type Caller } from '../../domain/caller.ts'
import { doneBy, writeAudit } from '../../store/keys/audit.ts'
import type { Db, DbClient } from '../../store/db.ts'
import * as store from '../../store/keys/sessions.ts'
import { inTransaction } from '../../store/transaction.ts'
import { createCidrList } from './cidrs.ts'
import { KNOWN_MS, type GoodKey, type Keyring, type WrongKey } from './keyring.ts'

/** Somebody signed in in a browser. */
export interface Session extends GoodKey {
  /** The name of the key; null: signed in by a link. */
  readonly keyName: string | null
  readonly endsAt: Date
}

/** What the browser keeps, 43 characters of base64url. */
export type SessionSecret = string

/** `elsewhere`: the key is right, and may not be used from there. */
export type OpenedByKey =
  | { readonly kind: 'open'; readonly secret: SessionSecret }
  | { readonly kind: 'wrong'; readonly why: WrongKey }
  | { readonly kind: 'elsewhere' }

/**
 * Sessions of browsers: half an hour idle, twelve hours at most, no longer than the key they were opened with. That one was opened or closed
 * stands in the audit, in the same transaction.
 */
export interface Sessions {
  /** Null: nobody is signed in by this. Mostly from memory, for at most 5 s. `now` is monotonic, in milliseconds. */
  find(secret: SessionSecret, now: number): Promise<Session | null>
  openByKey(key: string, address: string): Promise<OpenedByKey>
  /** Null: the link was used, is older than half an hour, or never was. */
  openByLink(link: string, address: string): Promise<SessionSecret | null>
  close(secret: SessionSecret, address: string): Promise<void>
  /** For an address that opens one session, within half an hour. */
  makeLink(): Promise<string>
  /** Removes what is over. */
  forget(): Promise<void>
}

export interface SessionsParts {
  readonly db: Db
  readonly keyring: Keyring
  readonly draw: (bytes: number) => Buffer
}

/** Whoever was handed a link by the terminal of the machine itself. */
const BY_LINK: Caller = { ...ANYONE, name: 'dashboard' }

const SECRET_BYTES = 32
const SECRET = /^[A-Za-z0-9_-]{43}$/

/** Sessions remembered; beyond that the oldest are asked for again. */
const MOST_KNOWN = 1_000

export function createSessions({ db, keyring, draw }: SessionsParts): Sessions {
  const known = new Map<SessionSecret, { readonly session: Session; readonly until: number }>()

  async function open(client: DbClient, keyRowId: number | null, by: Caller, address: string): Promise<SessionSecret> {
    const secret = draw(SECRET_BYTES).toString('base64url')
    await store.insertSession(client, hashOf(secret), keyRowId)
    await writeAudit(client, { ...doneBy({ ...by, address }), act: 'session.opened', what: by.name })
    return secret
  }

  return {
    async find(secret, now) {
      const kept = known.get(secret)
      if (kept !== undefined && now < kept.until) return kept.session
      known.delete(secret)
      const record = SECRET.test(secret) ? await store.findSession(db, hashOf(secret)) : null
      if (record === null) return null
      const session = toSession(record)
      if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value ?? '')
      known.set(secret, { session, until: now + KNOWN_MS })
      return session
    },
    async openByKey(key, address) {
      const found = await keyring.look(`Bearer ${key}`)
      if (typeof found === 'string') return { kind: 'wrong', why: found }
      if (found.from !== null && !found.from.has(address)) return { kind: 'elsewhere' }
      const { caller } = found
      const secret = await inTransaction(db, (client) => open(client, caller.keyId, caller, address))
      return { kind: 'open', secret }
    },
    async openByLink(link, address) {
      if (!SECRET.test(link)) return null
      return inTransaction(db, async (client) =>
        (await store.takeLink(client, hashOf(link))) ? open(client, null, BY_LINK, address) : null,
      )
    },
    async close(secret, address) {
      known.delete(secret)
      await inTransaction(db, async (client) => {
        const gone = await store.deleteSession(client, hashOf(secret))
        if (gone === null) return
        const caller = gone.keyId === null ? BY_LINK.name : `key:${gone.keyId}`
        await writeAudit(client, { caller, address, act: 'session.closed', what: caller })
      })
    },
    async makeLink() {
      const link = draw(SECRET_BYTES).toString('base64url')
      await store.insertLink(db, hashOf(link))
      return link
    },
    forget: () => store.forgetSessions(db),
  }
}

/** 256 random bits can't be guessed from their hash, so it needs no salt. */
function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function toSession({ key, endsAt }: store.SessionRecord): Session {
  if (key === null) return { caller: BY_LINK, from: null, keyName: null, endsAt }
  const caller: Caller = {
    name: `key:${key.id}`,
    keyId: key.rowId,
    mode: key.mode,
    scopes: new Set(key.scopes),
    countries: key.countries === null ? null : new Set(key.countries),
    topics: key.topics,
    ...(key.spendLimit === null ? {} : { spendLimit: key.spendLimit }),
  }
  return { caller, from: key.cidrs === null ? null : createCidrList(key.cidrs), keyName: key.name, endsAt }
}
