/** An answer as Apple gives it, beside those that take a push. */
export interface FakeRefusal {
  readonly reason: string
  readonly status: number
  /** Since when the device is gone, in milliseconds since 1970. */
  readonly timestamp?: number
  /** In seconds. */
  readonly retryAfter?: string
}

/** Source: Apple, "Handling notification responses from APNs". */
const STATUSES: Readonly<Record<string, number>> = {
  BadCollapseId: 400,
  BadDeviceToken: 400,
  BadExpirationDate: 400,
  BadMessageId: 400,
  BadPriority: 400,
  BadTopic: 400,
  DeviceTokenNotForTopic: 400,
  DuplicateHeaders: 400,
  IdleTimeout: 400,
  InvalidPushType: 400,
  MissingDeviceToken: 400,
  MissingTopic: 400,
  PayloadEmpty: 400,
  TopicDisallowed: 400,
  BadCertificate: 403,
  BadCertificateEnvironment: 403,
  ExpiredProviderToken: 403,
  Forbidden: 403,
  InvalidProviderToken: 403,
  MissingProviderToken: 403,
  UnrelatedKeyIdInToken: 403,
  BadEnvironmentKeyIdInToken: 403,
  BadPath: 404,
  MethodNotAllowed: 405,
  ExpiredToken: 410,
  Unregistered: 410,
  PayloadTooLarge: 413,
  TooManyProviderTokenUpdates: 429,
  TooManyRequests: 429,
  InternalServerError: 500,
  ServiceUnavailable: 503,
  Shutdown: 503,
}

export const REASONS = Object.keys(STATUSES)

/** `number`: with status 410 since when, in milliseconds since 1970, else seconds of `Retry-After`; empty: none. */
export function refusalOf(reason: string, number = ''): FakeRefusal {
  const status = STATUSES[reason] ?? 500
  if (status === 410) return { reason, status, timestamp: number === '' ? Date.now() : Number(number) }
  return number === '' ? { reason, status } : { reason, status, retryAfter: number }
}
