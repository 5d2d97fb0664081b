/** What an error answer of FCM says, as far as it could be read. */
export interface FcmError {
  readonly httpStatus: number
  /** `FcmError.errorCode`, FCM's own word. */
  readonly errorCode: string | null
  /** `google.rpc.Code`, Google's word for every API. */
  readonly status: string | null
  readonly message: string
  /** Of a `google.rpc.BadRequest`: the fields at fault. */
  readonly violations: readonly { readonly field: string; readonly description: string }[]
  /** Of a `google.rpc.QuotaFailure`: whose quota it was, in Google's words. */
  readonly quotas: readonly string[]
}

/** Reads `{"error": …}`; what isn't JSON leaves the HTTP status alone. Source: google.aip.dev/193. */
export function readFcmError(httpStatus: number, body: string): FcmError {
  const error = objectOf(objectOf(parse(body))['error'])
  const details = listOf(error['details']).map(objectOf)
  const ofType = (name: string) => details.filter((detail) => textOf(detail['@type']).endsWith(`/google.${name}`))
  return {
    httpStatus,
    errorCode: textOf(ofType('firebase.fcm.v1.FcmError')[0]?.['errorCode']) || null,
    status: textOf(error['status']) || null,
    message: textOf(error['message']),
    violations: ofType('rpc.BadRequest')
      .flatMap((detail) => listOf(detail['fieldViolations']).map(objectOf))
      .map((violation) => ({ field: textOf(violation['field']), description: textOf(violation['description']) })),
    quotas: ofType('rpc.QuotaFailure')
      .flatMap((detail) => listOf(detail['violations']).map(objectOf))
      .map((violation) => `${textOf(violation['subject'])} ${textOf(violation['description'])}`),
  }
}

/** The `name` of an accepted message; null where it is missing. */
export function readName(body: string): string | null {
  return textOf(objectOf(parse(body))['name']) || null
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {}
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
