import { pino, type Logger } from 'pino'
import type { SettledSms } from '../delivery/ledger.ts'

export type Log = Logger

/** Where lines go: each one whole, with its line feed. */
export interface LogSink {
  write(line: string): void
}

/** What people wrote to people, and what opens doors. */
const SECRET_FIELDS = ['text', 'message', 'subject', 'body', 'title', 'authorization', 'password', 'token', 'contact']

/**
 * JSON lines; the level is one of pino's (`trace` … `silent`). Numbers and push tokens are masked wherever they stand,
 * fields that hold a text or a secret are left out.
 */
export function createLog(level: string, sink: LogSink = pino.destination({ fd: 1, sync: true })): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRET_FIELDS, remove: true },
    serializers: { err: errorFields, error: errorFields },
  }
  return pino(options, { write: (line: string) => sink.write(masked(line)) })
}

/** One wide line for each submission that was settled. `traceOf`: the trace of a message; null: nothing is traced. */
export function logAttempts(
  log: Log,
  settled: readonly SettledSms[],
  traceOf: ((messageId: number) => string | null) | null,
): void {
  if (!log.isLevelEnabled('info')) return
  for (const { id, status, settlement } of settled) {
    const { attempt, provider, attemptStatus, reason, code, next, waitMs } = settlement
    const due = next === 'none' ? {} : { next, wait_ms: waitMs }
    const trace = traceOf === null ? {} : { trace_id: traceOf(id) }
    log.info(
      {
        event: 'attempt',
        message_id: id,
        attempt,
        provider,
        outcome: attemptStatus,
        status,
        reason,
        code,
        ...due,
        ...trace,
      },
      'attempt',
    )
  }
}

/** Pure. `+2010*****288`: enough to tell two apart, not to call. A push token keeps its first 8 characters, an API key its id. */
export function masked(line: string): string {
  return (
    line
      .replaceAll(/\+([1-9]\d{3})\d{1,8}(\d{3})(?!\d)/g, '+$1*****$2')
      // From the beginning of a word only: a long one is read once, not from each of its dashes.
      .replaceAll(/(?<![\w-])([\w-]{8})[\w-]*:APA91[\w-]{10,}/g, '$1…')
      .replaceAll(/(?<!\w)(tidings_(?:live|test)_[0-9A-Za-z]{10}_)\w{16,}/g, '$1…')
  )
}

interface ErrorFields {
  readonly type: string
  readonly message: string
  readonly stack: string | undefined
  readonly code: unknown
  readonly cause: ErrorFields | null
}

/** A database's error also carries the row it is about; only these are known to be harmless. */
function errorFields(error: unknown): ErrorFields {
  if (!(error instanceof Error))
    return { type: typeof error, message: String(error), stack: undefined, code: null, cause: null }
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    code: 'code' in error ? error.code : null,
    cause: error.cause === undefined ? null : errorFields(error.cause),
  }
}
