import type { Watch } from './fault-proxy.ts'

export interface CutAnswersOptions {
  /** How many of a connection's answers are cut off, 0..1, by the name the connection gave itself; 0 for others. */
  readonly shares: Readonly<Record<string, number>>
  /** 0 <= n < 1 */
  readonly chance: () => number
  readonly onCut: (name: string) => void
}

/**
 * On a connection to Postgres: what was sent is carried out, but nothing of the answer passes, and once the last of it has come (so that
 * whatever it was is committed) the connection is reset. Source of the messages: PostgreSQL documentation, message formats.
 */
export function cutAnswers(options: CutAnswersOptions): Watch {
  let name: string | null = null
  let ready = false
  let doomed = false
  let unread = Buffer.alloc(0)

  /** Whether a ReadyForQuery outside a transaction has come. */
  function isIdle(bytes: Buffer): boolean {
    unread = Buffer.concat([unread, bytes])
    let idle = false
    while (unread.length >= 5) {
      const end = 1 + unread.readUInt32BE(1)
      if (unread.length < end) break
      idle = unread[0] === 0x5a && unread[5] === 0x49
      unread = unread.subarray(end)
    }
    return idle
  }
  return {
    onRequest(bytes) {
      name ??= /application_name\0([^\0]*)\0/.exec(bytes.toString('latin1'))?.[1] ?? ''
      if (ready && !doomed) doomed = options.chance() < (options.shares[name] ?? 0)
    },
    onAnswer(bytes) {
      const idle = isIdle(bytes)
      ready ||= idle
      if (!doomed) return bytes
      if (!idle) return Buffer.alloc(0)
      options.onCut(name ?? '')
      return null
    },
  }
}
