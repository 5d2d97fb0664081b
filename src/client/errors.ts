import { ERROR_STATUS } from './error-codes.ts'

type Statuses = typeof ERROR_STATUS

/** Every code that Tidings refuses a call with; what each means stands at `/errors/<code>`. */
export type ErrorCode = keyof Statuses

/** One fault in a request: where (`items[17].contact`), what, and what to write instead. */
export interface FaultDetail {
  readonly path: string
  readonly message: string
  readonly suggestion?: string
}

/** These always say how long to wait. */
type Limited = 'rate_limited' | 'too_many_wrong_keys'

/** What is known of a call that was refused. */
interface Refusal {
  readonly message: string
  readonly code: ErrorCode | 'unexpected_answer'
  readonly status: number
  readonly details: readonly FaultDetail[]
  readonly requestId: string | null
  readonly docs: string | null
  readonly retryAfter: number | null
}

class ApiError extends Error implements Refusal {
  /** `unexpected_answer`: whatever answered, it was not Tidings, or one that knows more codes than this client. */
  readonly code: ErrorCode | 'unexpected_answer'
  /** The HTTP status. */
  readonly status: number
  /** Every fault that was found; of a 429 which limit it was; else empty where there is only one thing to say. */
  readonly details: readonly FaultDetail[]
  /** What the log of the service has the call under. */
  readonly requestId: string | null
  /** The whole address of the page about the code. */
  readonly docs: string | null
  /** Seconds after which the same call can succeed; null where waiting does not help. */
  readonly retryAfter: number | null

  constructor(refusal: Refusal) {
    super(refusal.message)
    this.name = 'TidingsApiError'
    this.code = refusal.code
    this.status = refusal.status
    this.details = refusal.details
    this.requestId = refusal.requestId
    this.docs = refusal.docs
    this.retryAfter = refusal.retryAfter
  }
}

type Known = {
  readonly [Code in ErrorCode]: ApiError & {
    readonly code: Code
    readonly status: Statuses[Code]
    readonly retryAfter: Code extends Limited ? number : number | null
  }
}[ErrorCode]

/** A call that was refused. `code` tells the members apart: where it is `rate_limited`, `retryAfter` is a number. */
export type TidingsApiError = Known | (ApiError & { readonly code: 'unexpected_answer' })

/** For `instanceof`. */
export const TidingsApiError = ApiError as new (refusal: Refusal) => TidingsApiError

/** Nobody answered, or the answer broke off. Whether the call was heard is not known; `cause` says what happened. */
export class TidingsUnreachable extends Error {
  /** How often it was tried. */
  readonly attempts: number

  constructor(message: string, attempts: number, cause: unknown) {
    super(message, { cause })
    this.name = 'TidingsUnreachable'
    this.attempts = attempts
  }
}

/** The error of an answer: its status, its headers, and its body as JSON or as text. */
export function toApiError(response: Response, body: unknown): TidingsApiError {
  const code = textOf(body, 'code')
  const known = code !== null && isCode(code) && ERROR_STATUS[code] === response.status
  const docs = textOf(body, 'docs')
  return new TidingsApiError({
    message: textOf(body, 'message') ?? `HTTP ${response.status} from something that is not Tidings`,
    code: known ? code : 'unexpected_answer',
    status: response.status,
    details: detailsOf(body),
    requestId: textOf(body, 'request_id') ?? response.headers.get('request-id'),
    docs: docs === null || response.url === '' ? docs : new URL(docs, response.url).href,
    retryAfter: retryAfterOf(response, code),
  })
}

/** The error of one item of a batch, or of the end of one. */
export function errorOfItem(item: {
  readonly code: string
  readonly message: string
  readonly docs: string
  readonly retry_after?: number
  readonly details?: readonly FaultDetail[]
}): TidingsApiError {
  const known = isCode(item.code) ? item.code : null
  return new TidingsApiError({
    message: item.message,
    code: known ?? 'unexpected_answer',
    status: known === null ? 500 : ERROR_STATUS[known],
    details: item.details ?? [],
    requestId: null,
    docs: item.docs === '' ? null : item.docs,
    retryAfter: item.retry_after ?? null,
  })
}

/** Of an error object; null where it is none. */
export function codeOf(body: unknown): string | null {
  return textOf(body, 'code')
}

/** A proxy may have taken the header away. */
const USUAL_WAIT_SECONDS = 1

function retryAfterOf({ headers }: Response, code: string | null): number | null {
  const given = headers.get('retry-after')
  if (given !== null && /^\d+$/.test(given)) return Number(given)
  return code === 'rate_limited' || code === 'too_many_wrong_keys' ? USUAL_WAIT_SECONDS : null
}

function detailsOf(body: unknown): readonly FaultDetail[] {
  const details = valueOf(body, 'details')
  return Array.isArray(details) ? details.filter(isDetail) : []
}

function isDetail(value: unknown): value is FaultDetail {
  return textOf(value, 'path') !== null && textOf(value, 'message') !== null
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_STATUS, code)
}

function textOf(object: unknown, name: string): string | null {
  const value = valueOf(object, name)
  return typeof value === 'string' ? value : null
}

function valueOf(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null ? Reflect.get(object, name) : null
}
