import type { onRequestHookHandler } from 'fastify'
import { TidingsError } from '../domain/errors.ts'
import { SEND_BYTES, type Gate } from './limits.ts'

/** More calls than can be served in good time: come back in 1 to 3 seconds, not all at once. */
export function overloaded(chance: () => number): TidingsError {
  return new TidingsError('overloaded', 'More calls are under way than can be served in good time', {
    retryAfterSeconds: 1 + Math.floor(chance() * 3),
  })
}

/** Lets a large body in only while there is room for it in memory; small ones always. */
export function limitLargeBodies(gate: Gate, chance: () => number): onRequestHookHandler {
  return (request, reply, done) => {
    const length = request.headers['content-length']
    if (length !== undefined && Number(length) <= SEND_BYTES) return done()
    if (!gate.enter()) return done(overloaded(chance))
    reply.raw.once('close', () => gate.leave())
    done()
  }
}
