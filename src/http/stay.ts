import type { FastifyRequest } from 'fastify'
import type { Scope } from '../domain/caller.ts'
import { mayStay } from './auth.ts'
import type { HttpParts } from './parts.ts'
import type { EventStream } from './server-sent-events.ts'

/** How often it is asked whether a reader may still be here; the answer mostly comes from memory. */
const WATCH_MS = 1_000

/** A stream ends with the right to it. */
export function endWithRight(request: FastifyRequest, stream: EventStream, parts: HttpParts, scope: Scope): void {
  const watchOver = async (): Promise<void> => {
    const stays = await mayStay(request, parts, scope).catch(() => true)
    if (!stays) stream.body.end()
  }
  const watch = setInterval(() => void watchOver(), WATCH_MS)
  stream.onEnd(() => clearInterval(watch))
}
