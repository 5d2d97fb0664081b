/** A year, as browsers want it for a name to count. Source: RFC 6797 §6.1.1. */
const HSTS_SECONDS = 31_536_000

/**
 * Headers of every answer; a page replaces what it needs otherwise. An answer that a browser is led to shows nothing, runs nothing, stands in
 * no frame and is kept nowhere. Over TLS the browser is told to stay there: for this name, not for those below it, which are not ours.
 * Source: OWASP REST Security Cheat Sheet, “Security Headers”.
 */
export function safeHeaders(publicUrl: string | null): Readonly<Record<string, string>> {
  return {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    ...(publicUrl?.startsWith('https:') === true ? { 'strict-transport-security': `max-age=${HSTS_SECONDS}` } : {}),
  }
}
