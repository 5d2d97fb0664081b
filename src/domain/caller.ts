/** What a key may be allowed to do. `admin` is everything that concerns the service itself: keys, pauses, erasing, settings. */
export const SCOPES = [
  'sms:send',
  'push:send',
  'messages:read',
  'tokens:write',
  'webhooks:write',
  'metrics:read',
  'admin',
] as const

export type Scope = (typeof SCOPES)[number]

/** Who makes a call, and what he may do. */
export interface Caller {
  /** Stands for him in idempotency records and rate limits: `anyone` while no key is asked for, else `key:` and the key's public id. */
  readonly name: string
  /** The row of his key, stored with what he sends; null: he came without one. */
  readonly keyId: number | null
  /** `test`: whatever he sends is captured, also where a provider is set. */
  readonly mode: 'live' | 'test'
  readonly scopes: ReadonlySet<Scope>
  /** ISO 3166-1 alpha-2, the countries he may text; null: all. */
  readonly countries: ReadonlySet<string> | null
  /** From where he calls; left out where nobody asks. */
  readonly address?: string
  /** What his SMS may cost a day, in the currency of the routes; left out or null: any sum. */
  readonly spendLimit?: number | null
  /** Topics he may notify, a trailing `*` stands for any ending; null: all. */
  readonly topics: readonly string[] | null
}

/** Whoever reaches the port, while no key is asked for. */
export const ANYONE: Caller = {
  name: 'anyone',
  keyId: null,
  mode: 'live',
  scopes: new Set(SCOPES),
  countries: null,
  topics: null,
}
