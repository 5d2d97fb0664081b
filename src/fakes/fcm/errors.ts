/** An answer as FCM gives it, beside those that take a message. */
export interface FakeError {
  readonly status: number
  readonly body: unknown
  readonly retryAfter?: string
}

const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError'
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest'
const QUOTA_FAILURE = 'type.googleapis.com/google.rpc.QuotaFailure'

/** One word for each way FCM refuses; a token or topic `fake.WORD` or `fake.WORD.SECONDS.ANYTHING` asks for it. */
const ERRORS: Readonly<Record<string, FakeError>> = {
  unregistered: error(404, 'NOT_FOUND', 'Requested entity was not found.', fcm('UNREGISTERED')),
  'invalid-payload': error(
    400,
    'INVALID_ARGUMENT',
    'Invalid value at message.android.ttl',
    fcm('INVALID_ARGUMENT'),
    violation('message.android.ttl', 'Illegal duration format'),
  ),
  'unknown-field': error(
    400,
    'INVALID_ARGUMENT',
    'Invalid JSON payload received.',
    violation('message', 'Unknown name "titel"'),
  ),
  'invalid-token': error(
    400,
    'INVALID_ARGUMENT',
    'The registration token is not a valid FCM registration token',
    fcm('INVALID_ARGUMENT'),
  ),
  'invalid-token-field': error(
    400,
    'INVALID_ARGUMENT',
    'Request contains an invalid argument.',
    fcm('INVALID_ARGUMENT'),
    violation('message.token', 'Invalid registration token'),
  ),
  'invalid-argument': error(400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.', fcm('INVALID_ARGUMENT')),
  'sender-mismatch': error(403, 'PERMISSION_DENIED', 'SenderId mismatch', fcm('SENDER_ID_MISMATCH')),
  'quota-project': error(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.', fcm('QUOTA_EXCEEDED')),
  'quota-device': error(
    429,
    'RESOURCE_EXHAUSTED',
    'Quota exceeded.',
    fcm('QUOTA_EXCEEDED'),
    quota('DEVICE', 'DeviceMessageRateExceeded'),
  ),
  'quota-topic': error(
    429,
    'RESOURCE_EXHAUSTED',
    'Quota exceeded.',
    fcm('QUOTA_EXCEEDED'),
    quota('TOPIC', 'TopicsMessageRateExceeded'),
  ),
  unavailable: error(503, 'UNAVAILABLE', 'The service is currently unavailable.', fcm('UNAVAILABLE')),
  internal: error(500, 'INTERNAL', 'Internal error encountered.', fcm('INTERNAL')),
  'third-party-auth': error(401, 'UNAUTHENTICATED', 'Auth error from APNS', fcm('THIRD_PARTY_AUTH_ERROR')),
  unauthenticated: error(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'),
  'permission-denied': error(403, 'PERMISSION_DENIED', 'The caller does not have permission.'),
  'not-found': error(404, 'NOT_FOUND', 'Requested entity was not found.'),
  unspecified: error(400, 'FAILED_PRECONDITION', 'Something else.', fcm('UNSPECIFIED_ERROR')),
  'bad-gateway': { status: 502, body: '<html>Bad Gateway</html>' },
}

export const ERROR_WORDS = Object.keys(ERRORS)

/** Null: not a word for an error. */
export function errorFor(word: string, retryAfter: string | null): FakeError | null {
  const found = Object.hasOwn(ERRORS, word) ? ERRORS[word] : undefined
  if (found === undefined) return null
  return retryAfter === null ? found : { ...found, retryAfter }
}

/** A fault in the request itself, with the field that has it. */
export function badField(field: string, description: string): FakeError {
  return error(400, 'INVALID_ARGUMENT', `Invalid value at ${field}`, violation(field, description))
}

function error(status: number, word: string, message: string, ...details: readonly object[]): FakeError {
  const more = details.length > 0 ? { details } : {}
  return { status, body: { error: { code: status, message, status: word, ...more } } }
}

function fcm(errorCode: string): object {
  return { '@type': FCM_ERROR, errorCode }
}

function violation(field: string, description: string): object {
  return { '@type': BAD_REQUEST, fieldViolations: [{ field, description }] }
}

function quota(subject: string, description: string): object {
  return { '@type': QUOTA_FAILURE, violations: [{ subject, description }] }
}
