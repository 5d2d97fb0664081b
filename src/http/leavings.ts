import type { FastifyReply } from 'fastify'
import type { Server } from './parts.ts'

/** Calls that take long, whose caller may leave meanwhile. */
export interface Leavings {
  /** `signal` ends the work once the caller has gone, or the server closes. */
  untilGone<Answer>(reply: FastifyReply, work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer>
  /** Calls `run` when the server closes before this call is over. */
  onClosing(reply: FastifyReply, run: () => void): void
}

export function createLeavings(app: Server): Leavings {
  const working = new Set<AbortController>()
  const told = new Set<() => void>()
  let closing = false
  app.addHook('preClose', (done) => {
    closing = true
    for (const controller of working) controller.abort()
    for (const run of told) run()
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
    onClosing(reply, run) {
      if (closing) return run()
      told.add(run)
      reply.raw.once('close', () => told.delete(run))
    },
  }
}
