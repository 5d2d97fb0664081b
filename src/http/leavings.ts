import type { FastifyReply } from 'fastify'
import type { Server } from './parts.ts'

/** Calls that take long, whose caller may leave meanwhile. */
export interface Leavings {
  /** `signal` ends the work once the caller has gone, or the server closes. */
  untilGone<Answer>(reply: FastifyReply, work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer>
}

export function createLeavings(app: Server): Leavings {
  const working = new Set<AbortController>()
  let closing = false
  app.addHook('preClose', (done) => {
    closing = true
    for (const controller of working) controller.abort()
    done()
  })
  return {
    async untilGone(reply, work) {
      const controller = new AbortController()
      // Of one who left before the route ran, no more is heard.
      if (closing || reply.raw.destroyed) controller.abort()
      reply.raw.once('close', () => controller.abort())
      working.add(controller)
      try {
        return await work(controller.signal)
      } finally {
        working.delete(controller)
      }
    },
  }
}
