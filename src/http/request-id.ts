import type { IncomingMessage } from 'node:http'

/** What may stand in a log line and a header as it is. */
const SANE = /^[\w.:/+=@-]{1,128}$/

/** The caller's Request-Id where it is sane, else one of ours. */
export function readRequestId(request: IncomingMessage, newRequestId: () => string): string {
  const given = request.headers['request-id']
  return typeof given === 'string' && SANE.test(given) ? given : newRequestId()
}
