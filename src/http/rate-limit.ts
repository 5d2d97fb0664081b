import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { ANYONE } from '../domain/caller.ts'
import { TidingsError } from '../domain/errors.ts'
import { rateHeaders, type RateLimiter } from './limits.ts'
import type { AddressOf } from './peer.ts'

/**
 * Counts every call that reaches the route, also one that is refused for another reason later: a caller who sends nonsense costs
 * as much as one who doesn't. It comes before the body is read, so that a refusal is cheap.
 */
export function limitRate(limiter: RateLimiter, addressOf: AddressOf): onRequestAsyncHookHandler {
  return async (request, reply) => {
    const decision = await limiter(nameOf(request, addressOf))
    reply.headers(rateHeaders(decision))
    if (decision.allowed) return
    throw new TidingsError('rate_limited', 'Too Many Requests', { retryAfterSeconds: decision.resetSeconds })
  }
}

/** Who has a key is counted by it, wherever he calls from; anybody else by his address. */
export function nameOf({ caller, raw }: FastifyRequest, addressOf: AddressOf): string {
  return caller.name === ANYONE.name ? addressOf(raw) : caller.name
}
