/** Every way a call can be refused. A code is a promise: it has one HTTP status and one page in the error reference. */
export const ERROR_CODES = [
  'invalid_json',
  'shell_quotes',
  'invalid_request',
  'invalid_contact',
  'too_many_segments',
  'country_not_allowed',
  'sender_not_allowed',
  'no_route',
  'too_expensive',
  'premium_number',
  'push_too_large',
  'invalid_template',
  'unknown_template',
  'invalid_variables',
  'invalid_idempotency_key',
  'malformed_http',
  'invalid_url',
  'unauthorized',
  'forbidden',
  'forged_callback',
  'cross_site',
  'not_found',
  'inbox_timeout',
  'method_not_allowed',
  'request_timeout',
  'idempotency_in_progress',
  'not_playable',
  'too_late',
  'still_open',
  'nothing_to_undo',
  'no_devices',
  'content_gone',
  'ticket_expired',
  'events_gone',
  'last_admin_key',
  'key_revoked',
  'body_too_large',
  'uri_too_long',
  'unsupported_media_type',
  'idempotency_conflict',
  'rate_limited',
  'spend_limit',
  'code_too_soon',
  'queue_full',
  'too_many_wrong_keys',
  'headers_too_large',
  'internal_error',
  'database_unavailable',
  'outcome_unknown',
  'storage_full',
  'overloaded',
  'upgrading',
  'shutting_down',
  'not_ready',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** One fault in a request: where (JSON Pointer-like path, `tokens[3]`), what, and what to write instead. */
export interface FaultDetail {
  readonly path: string
  readonly message: string
  readonly suggestion?: string
}

/** A caller's mistake or a refusal for now; everything else that is thrown is a bug. */
export class TidingsError extends Error {
  readonly code: ErrorCode
  readonly details: readonly FaultDetail[]
  /** Seconds to wait before the same call can succeed; null where waiting does not help. */
  readonly retryAfterSeconds: number | null

  constructor(
    code: ErrorCode,
    message: string,
    more: { details?: readonly FaultDetail[]; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? {} : { cause: more.cause })
    this.name = 'TidingsError'
    this.code = code
    this.details = more.details ?? []
    this.retryAfterSeconds = more.retryAfterSeconds ?? null
  }
}

/** A refusal's message, some of which are whole sentences, as a part of another sentence. */
export function withoutStop(message: string): string {
  return message.endsWith('.') ? message.slice(0, -1) : message
}
