import type { onRequestHookHandler, RouteOptions } from 'fastify'
import type { Category } from '../domain/category.ts'
import { TidingsError } from '../domain/errors.ts'
import { ACCEPTS_UNDER_WAY, createGate, READS_UNDER_WAY, SEND_BYTES, type Gate } from './limits.ts'
import type { Server } from './parts.ts'
import type { Load, Pressure } from './pressure.ts'

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

/** Lets calls in that store something. Throws `overloaded`; who was let in must `leave`. */
export interface Accepts {
  enter(category: Category | undefined): void
  leave(): void
}

export function createAccepts(pressure: Pressure, chance: () => number): Accepts {
  const gate = createGate(ACCEPTS_UNDER_WAY.otp)
  return {
    enter(category = 'transactional') {
      if (pressure.refuses(category) || !gate.enter(ACCEPTS_UNDER_WAY[category])) throw overloaded(chance)
    },
    leave: () => gate.leave(),
  }
}

/** Refuses reads, exports and bulk before anything is done for them, where this node can't keep up or has as many under way as it may. */
export function shed(app: Server, pressure: Pressure, chance: () => number): void {
  const reads = createGate(READS_UNDER_WAY)
  app.addHook('onRoute', (route) => {
    const load = loadOf(route)
    if (load === null) return
    const isBrief = load !== 'export' && load !== 'marketing' && !STAYING.has(route.url)
    const hook: onRequestHookHandler = (_request, reply, done) => {
      if (pressure.refuses(load) || (isBrief && !reads.enter())) return done(overloaded(chance))
      if (isBrief) reply.raw.once('close', () => reads.leave())
      done()
    }
    route.onRequest = [hook, ...[route.onRequest ?? []].flat()]
  })
}

/** Whoever asks these stays: they have limits of their own. */
const STAYING = new Set(['/inbox/wait', '/inbox/events', '/events'])

/** Null: never refused here. What stores messages one by one is judged by their category. */
function loadOf({ method, url, config }: RouteOptions): Load | null {
  if (url.endsWith('/export')) return 'export'
  if (url === '/smss/batch') return 'marketing'
  if (config?.scope !== 'messages:read') return null
  if (![method].flat().includes('GET') && ![method].flat().includes('HEAD')) return null
  return url.startsWith('/inbox') ? 'dashboard' : 'read'
}
