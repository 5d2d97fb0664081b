import type { FakeFcm } from '../../../src/fakes/fcm.ts'
import { type AccessToken, createAccessTokens, type TokenResult } from '../../../src/providers/fcm/access-token.ts'
import { createTokenSource, type TokenProblem } from '../../../src/providers/fcm/token-source.ts'
import { createHttpCall } from '../../../src/providers/http-call.ts'
import { after, credentialsOf } from './rig.ts'

interface SetUp {
  readonly json?: Readonly<Record<string, unknown>> | null
  readonly now?: () => Date
  readonly chance?: number
  readonly totalMs?: number
}

/** The access tokens of one account, by a clock that `pass` moves. */
export function setUp(
  fake: FakeFcm,
  { json = fake.serviceAccount, now = () => new Date(), chance = 0, totalMs = 20_000 }: SetUp = {},
) {
  let nowMs = 0
  const call = createHttpCall({ connections: 4, totalMs })
  after(() => call.close())
  const problems: TokenProblem[] = []
  const access = createAccessTokens(createTokenSource(credentialsOf(json, fake.url), { call, now }), {
    monotonic: () => nowMs,
    chance: () => chance,
    onProblem: (problem) => void problems.push(problem),
  })
  after(() => access.close())
  return { access, problems, pass: (ms: number) => void (nowMs += ms) }
}

export function tokenOf(result: TokenResult | null): AccessToken {
  if (result === null || 'kind' in result) throw new Error(`no token: ${JSON.stringify(result)}`)
  return result
}
