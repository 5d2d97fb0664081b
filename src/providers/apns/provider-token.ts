import type { KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'

/** What Apple's developer site hands out. */
export interface ApnsKey {
  /** Private, on P-256. */
  readonly key: KeyObject
  /** Ten letters and digits each. */
  readonly keyId: string
  readonly teamId: string
}

export interface ProviderToken {
  /** The value of the header. */
  readonly authorization: string
  readonly issuedAtSeconds: number
}

/** The signed token that every request carries. */
export interface ProviderTokens {
  get(): Promise<ProviderToken>
  /** After Apple found `rejected` too old: another one, or null as long as there is no newer one to be had. */
  replace(rejected: ProviderToken): Promise<ProviderToken | null>
}

/**
 * Apple takes a token for an hour, and no more than one new one in 20 minutes. Ours are of each full half hour, so that all nodes, and those that
 * start again and again, say they are of the same time; one is used until it is 52 minutes old, which leaves at least 21 minutes before the
 * next. A minute of the half hour must be over: the clock may be fast. Source: Apple, "Establishing a token-based connection to APNs".
 */
const TURN_SECONDS = 1_800
const SETTLED_SECONDS = 60
const USED_SECONDS = 3_120

export function createProviderTokens(key: ApnsKey, now: () => Date): ProviderTokens {
  let held: { readonly issuedAtSeconds: number; readonly token: Promise<ProviderToken> } | null = null

  const nowSeconds = (): number => now().getTime() / 1_000
  const newest = (): number => Math.floor((nowSeconds() - SETTLED_SECONDS) / TURN_SECONDS) * TURN_SECONDS

  function renew(): Promise<ProviderToken> {
    const issuedAtSeconds = newest()
    held = { issuedAtSeconds, token: signed(key, issuedAtSeconds) }
    return held.token
  }
  return {
    async get() {
      const age = held === null ? Infinity : nowSeconds() - held.issuedAtSeconds
      // A clock that was set back must not leave a token of the future in use.
      return held === null || age >= USED_SECONDS || age < 0 ? renew() : held.token
    },
    async replace(rejected) {
      const current = await held?.token
      if (current !== undefined && current.issuedAtSeconds > rejected.issuedAtSeconds) return current
      return newest() > rejected.issuedAtSeconds ? renew() : null
    },
  }
}

async function signed({ key, keyId, teamId }: ApnsKey, issuedAtSeconds: number): Promise<ProviderToken> {
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: keyId })
    .setIssuer(teamId)
    .setIssuedAt(issuedAtSeconds)
    .sign(key)
  return { authorization: `bearer ${token}`, issuedAtSeconds }
}
