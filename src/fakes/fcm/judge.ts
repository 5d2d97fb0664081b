import type { IncomingHttpHeaders } from 'node:http'
import { errorFor, type FakeError } from './errors.ts'
import { type FakeSend, readSend } from './request.ts'
import { type Script, scriptFor } from './script.ts'

export interface Verdict {
  readonly send: FakeSend | null
  /** Null: take it. */
  readonly script: Script | null
}

/** Authorization first, then the project, then the message: the order FCM has. */
export type Judge = (path: string, headers: IncomingHttpHeaders, body: string) => Verdict

export function createJudge(
  sendPath: string,
  isAlive: (accessToken: string) => boolean,
  script: ((send: FakeSend, seen: number) => Script | null) | undefined,
): Judge {
  const seen = new Map<string, number>()
  return (path, headers, body) => {
    if (!isAlive((headers.authorization ?? '').replace(/^Bearer /, ''))) return refused('unauthenticated')
    if (path !== sendPath) return refused('not-found')
    const send = readSend(body)
    if ('status' in send) return { send: null, script: { kind: 'error', error: send } }
    const before = seen.get(send.target) ?? 0
    if (script !== undefined || send.target.startsWith('fake.')) seen.set(send.target, before + 1)
    return { send, script: script?.(send, before) ?? scriptFor(send.target, before) }
  }
}

function refused(word: string): Verdict {
  const error: FakeError = errorFor(word, null) ?? { status: 500, body: {} }
  return { send: null, script: { kind: 'error', error } }
}
