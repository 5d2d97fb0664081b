import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { ANYONE } from '../domain/caller.ts'
import { TidingsError } from '../domain/errors.ts'
import { rateHeaders, type RateLimiter } from './limits.ts'
import type { HttpParts } from './parts.ts'
import type { AddressOf } from './peer.ts'

/**
 * Counts every call that reaches the route, also one that is refused for another reason later: a caller who sends nonsense costs
 * as much as one who doesn't. It comes before the body is read, so that a refusal is cheap.
 */
export function limitRate(limiter: RateLimiter, addressOf: AddressOf): onRequestAsyncHookHandler {
  return (request, reply) => countCall(request, reply, limiter, addressOf)
}

/** A push with an SMS in its place asks for one as `POST /smss` does: who may not ask for more there may not here. */
export async function limitFallback(
  request: FastifyRequest,
  reply: FastifyReply,
  { rateLimiter, addressOf }: HttpParts,
  { fallback }: { readonly fallback?: unknown },
): Promise<void> {
  if (rateLimiter !== null && fallback !== undefined) await countCall(request, reply, rateLimiter, addressOf)
}

async function countCall(
  request: FastifyRequest,
  reply: FastifyReply,
  limiter: RateLimiter,
  addressOf: AddressOf,
): Promise<void> {
  const decision = await limiter(nameOf(request, addressOf))
  reply.headers(rateHeaders(decision))
  if (decision.allowed) return
  throw new TidingsError('rate_limited', 'Too Many Requests', { retryAfterSeconds: decision.resetSeconds })
}

/** Who has a key is counted by it, wherever he calls from; anybody else by his address. */
export function nameOf({ caller, raw }: FastifyRequest, addressOf: AddressOf): string {
  return caller.name === ANYONE.name ? addressOf(raw) : caller.name
}
