import type { ServerHttp2Session } from 'node:http2'
import type { SeenStream } from '../http2-sessions.ts'
import type { FakeKeys } from './provider-token.ts'
import { refusalOf, type FakeRefusal } from './reasons.ts'
import { readPush, type FakePush } from './request.ts'
import type { Script } from './script.ts'

/** What becomes of a push: it is taken, or refused, or something is played. */
export type Verdict = { readonly push: FakePush; readonly script: Script | null } | FakeRefusal

export interface JudgeParts {
  readonly keys: FakeKeys
  readonly topics: readonly string[]
  /** `seen` counts the device's earlier pushes. Null: take it. */
  readonly script: (push: FakePush, seen: number) => Script | null
  /** The connection’s token was taken, for the first time. */
  readonly onKnown: (session: ServerHttp2Session) => void
  readonly now: () => Date
}

/** One connection may change its token once in 20 minutes. Source: Apple, "Establishing a token-based connection to APNs". */
const UPDATE_EVERY_MS = 20 * 60_000

/** Method and path first, then who it is, then the push. Apple publishes no order. */
export function createJudge({ keys, topics, script, onKnown, now }: JudgeParts) {
  const tokens = new WeakMap<ServerHttp2Session, { readonly issuedAt: number; readonly since: number }>()
  const seen = new Map<string, number>()

  function isUpdatedTooOften(session: ServerHttp2Session, issuedAt: number): boolean {
    const before = tokens.get(session)
    const at = now().getTime()
    if (before?.issuedAt === issuedAt) return false
    if (before !== undefined && at - before.since < UPDATE_EVERY_MS) return true
    tokens.set(session, { issuedAt, since: at })
    if (before === undefined) onKnown(session)
    return false
  }
  return ({ method, path, headers, body }: SeenStream, session: ServerHttp2Session): Verdict => {
    if (method !== 'POST') return refusalOf('MethodNotAllowed')
    if (!path.startsWith('/3/device/')) return refusalOf('BadPath')
    const token = keys.judge(headers.authorization)
    if (typeof token === 'string') return refusalOf(token)
    if (isUpdatedTooOften(session, token.issuedAtSeconds)) return refusalOf('TooManyProviderTokenUpdates')
    const push = readPush(path, headers, body, topics)
    if ('reason' in push) return push
    const before = seen.get(push.device) ?? 0
    seen.set(push.device, before + 1)
    return { push, script: script(push, before) }
  }
}
