import { failure, type Failure } from '../../domain/failure.ts'
import { notSent } from '../http2-faults.ts'
import type { AccessToken, AccessTokens, TokenResult } from './access-token.ts'
import { stillUnauthenticated } from './outcomes.ts'

/** The access token was not taken; another one may be. */
interface Unauthenticated {
  readonly kind: 'unauthenticated'
}

/** One call with the access token at hand and, where Google does not take it, once with another. `refused`: what there is to say without one. */
export async function withAccessToken<Result extends { readonly kind: string }>(
  tokens: Pick<AccessTokens, 'current' | 'get' | 'replace'>,
  call: (token: AccessToken) => Promise<Result | Unauthenticated>,
  refused: (failure: Failure) => Result,
  signal: AbortSignal,
): Promise<Result> {
  const first = tokens.current() ?? (await tokens.get(signal))
  if ('kind' in first) return refused(withoutToken(first))
  const said = await call(first)
  if (!isUnauthenticated(said)) return said
  const second = await tokens.replace(first, signal)
  if ('kind' in second) return refused(withoutToken(second))
  const again = await call(second)
  return isUnauthenticated(again) ? refused(stillUnauthenticated()) : again
}

function isUnauthenticated(said: { readonly kind: string }): said is Unauthenticated {
  return said.kind === 'unauthenticated'
}

const AGAIN_MS = 10_000

/** Nothing was written: what is to be sent waits for the credentials, it does not fail by them. */
function withoutToken(problem: Exclude<TokenResult, AccessToken>): Failure {
  switch (problem.kind) {
    case 'aborted':
      return notSent(null)
    case 'refused':
      return failure('blocked', 'credentials_refused', { code: problem.code, waitMs: problem.againMs })
    case 'unreachable':
      return failure('transient', 'no_access_token', {
        code: problem.code,
        counted: false,
        waitMs: AGAIN_MS,
        pause: 'lane',
      })
  }
}
