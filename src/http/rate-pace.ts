import type { FastifyRequest } from 'fastify'
import type { Lines } from './lines.ts'
import type { HttpParts } from './parts.ts'
import { nameOf } from './rate-limit.ts'

/** Holds a stream to its caller's limit: it waits where a single call would be refused. */
export interface RatePace {
  /** How many may pass at once at most. */
  readonly most: number
  /** Resolves once `calls` of them may pass; they are counted. Rejects when the lines are stopped. */
  untilAllowed(calls: number): Promise<void>
}

/** `lines` are those that are paced. */
export async function createRatePace(
  request: FastifyRequest,
  { rateLimiter, addressOf }: HttpParts,
  lines: Lines,
): Promise<RatePace> {
  if (rateLimiter === null) return { most: Infinity, untilAllowed: async () => undefined }
  const name = nameOf(request, addressOf)
  const { limit } = await rateLimiter(name, 0)

  return {
    most: limit,
    async untilAllowed(calls) {
      for (;;) {
        const { allowed, resetSeconds } = await rateLimiter(name, calls)
        if (allowed) return
        await lines.unlessStopped(resetSeconds * 1_000)
      }
    },
  }
}
