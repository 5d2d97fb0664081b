import type { onRequestAsyncHookHandler } from 'fastify'
import { TidingsError } from '../domain/errors.ts'
import { rateHeaders, type RateLimiter } from './limits.ts'

/**
 * Counts every call that reaches the route, also one that is refused for another reason later: a caller who sends nonsense costs
 * as much as one who doesn't. It comes before the body is read, so that a refusal is cheap.
 */
export function limitRate(limiter: RateLimiter): onRequestAsyncHookHandler {
  return async (request, reply) => {
    const decision = await limiter(callerOf(request.raw.socket.remoteAddress))
    reply.headers(rateHeaders(decision))
    if (decision.allowed) return
    throw new TidingsError('rate_limited', 'Too Many Requests', { retryAfterSeconds: decision.resetSeconds })
  }
}

/** The peer's address; an IPv4 one is the same whichever socket it arrives at (RFC 4291 §2.5.5.2). */
function callerOf(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:/, '')
}
