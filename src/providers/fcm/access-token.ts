import { createAborts } from '../../http2/aborts.ts'
import type { Grant, TokenProblem, TokenSource } from './token-source.ts'

export interface AccessToken {
  readonly value: string
  /** The headers of every call made with it; the same object each time. */
  readonly headers: Readonly<Record<string, string>>
}

export type TokenResult = AccessToken | NoToken | { readonly kind: 'aborted' }

export interface NoToken extends TokenProblem {
  /** Milliseconds until one is asked for again. */
  readonly againMs: number
}

/** One account's access token: kept, asked for by one at a time, renewed before it ends while the old one stays in use. */
export interface AccessTokens {
  /** The token at hand, null if there is none. Starts an early renewal where it is time. */
  current(): AccessToken | null
  /** The token at hand, or a new one. */
  get(signal: AbortSignal): Promise<TokenResult>
  /** After FCM refused `rejected`: another token. Asks at most once a minute; in between it says that waiting is needed. */
  replace(rejected: AccessToken, signal: AbortSignal): Promise<TokenResult>
  close(): void
}

export interface AccessTokenParts {
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number
  /** 0..1. */
  readonly chance: () => number
  /** Told once for each failed renewal. */
  readonly onProblem: (problem: TokenProblem) => void
}

/** A token of an hour is renewed after 53 to 55 minutes, one of less than ten minutes at half time. */
const RENEW = { beforeMs: 300_000, spreadMs: 120_000, shortMs: 600_000 }
/** A token is not used in its last half minute: a call takes up to 15 s. */
const LAST_USE_MS = 30_000
/** After a failed renewal, 1 s, 2 s … a minute; 5 s, 10 s … a minute where Google says no, which it may go on doing for days. */
const AGAIN = { firstMs: { unreachable: 1_000, refused: 5_000 }, mostMs: 60_000 }
const REPLACE_EVERY_MS = 60_000

interface Held {
  readonly token: AccessToken
  readonly renewAtMs: number
  readonly lastUseMs: number
}

export function createAccessTokens(source: TokenSource, parts: AccessTokenParts): AccessTokens {
  const { monotonic, chance } = parts
  const closing = new AbortController()
  const aborts = createAborts<(aborted: TokenResult) => void>((resolve) => resolve({ kind: 'aborted' }))
  let held: Held | null = null
  let failed: Failed | null = null
  let renewal: Promise<TokenResult> | null = null
  let replacedAtMs = -Infinity

  function usable(): AccessToken | null {
    return held !== null && monotonic() < held.lastUseMs ? held.token : null
  }
  function renew(): Promise<TokenResult> {
    renewal ??= source(closing.signal)
      .then(keep)
      .finally(() => (renewal = null))
    return renewal
  }
  function keep(result: Grant | TokenProblem): TokenResult {
    if (result.kind === 'grant') {
      failed = null
      held = hold(result, monotonic(), chance())
      return held.token
    }
    failed = fail(result, failed, monotonic(), chance())
    parts.onProblem(result)
    return noToken(failed)
  }
  function noToken({ problem, untilMs }: Failed): NoToken {
    return { ...problem, againMs: Math.max(1, Math.ceil(untilMs - monotonic())) }
  }
  /** Who is aborted stops waiting; the renewal goes on, since others wait for it too. */
  function waitFor(result: Promise<TokenResult>, signal: AbortSignal): Promise<TokenResult> {
    if (signal.aborted) return Promise.resolve({ kind: 'aborted' })
    return new Promise<TokenResult>((resolve, reject) => {
      aborts.watch(signal, resolve)
      result.finally(() => aborts.unwatch(signal, resolve)).then(resolve, reject)
    })
  }
  const mayAsk = () => failed === null || monotonic() >= failed.untilMs

  function current(): AccessToken | null {
    const token = usable()
    if (token !== null && held !== null && monotonic() >= held.renewAtMs && mayAsk()) void renew()
    return token
  }
  async function get(signal: AbortSignal): Promise<TokenResult> {
    const token = current()
    if (token !== null) return token
    if (renewal === null && failed !== null && !mayAsk()) return noToken(failed)
    return waitFor(renew(), signal)
  }
  return {
    current,
    get,
    async replace(rejected, signal) {
      if (held?.token !== rejected) return get(signal)
      if (renewal === null && monotonic() - replacedAtMs < REPLACE_EVERY_MS) return REJECTED
      if (renewal === null) replacedAtMs = monotonic()
      // Whatever comes of asking, this one is of no use any more.
      held = null
      return waitFor(renew(), signal)
    },
    close: () => closing.abort(),
  }
}

interface Failed {
  readonly problem: TokenProblem
  readonly untilMs: number
  /** In a row, for the same reason. */
  readonly times: number
}

function fail(problem: TokenProblem, before: Failed | null, nowMs: number, chance: number): Failed {
  const times = before?.problem.kind === problem.kind ? before.times + 1 : 1
  const waitMs = Math.min(AGAIN.mostMs, AGAIN.firstMs[problem.kind] * 2 ** (times - 1))
  // Lanes wait for as long as they are told: those that a refusal stops are told these very seconds.
  const spread = problem.kind === 'refused' ? 1 : 0.5 + chance / 2
  return { problem, untilMs: nowMs + waitMs * spread, times }
}

const REJECTED: NoToken = {
  kind: 'refused',
  code: 'UNAUTHENTICATED',
  detail: 'FCM does not accept the access token that Google gave for these credentials',
  againMs: REPLACE_EVERY_MS,
}

function hold(grant: Grant, nowMs: number, chance: number): Held {
  const early = RENEW.beforeMs + RENEW.spreadMs * chance
  const renewAfterMs = grant.lifeMs < RENEW.shortMs ? grant.lifeMs / 2 : grant.lifeMs - early
  const headers = { authorization: `Bearer ${grant.accessToken}`, 'content-type': 'application/json' }
  return {
    token: { value: grant.accessToken, headers },
    renewAtMs: nowMs + renewAfterMs,
    lastUseMs: nowMs + Math.max(grant.lifeMs - LAST_USE_MS, grant.lifeMs / 2),
  }
}
