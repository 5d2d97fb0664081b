import type { FastifyReply, FastifyRequest, onRequestHookHandler, RouteOptions } from 'fastify'
import type { Caller } from '../domain/caller.ts'
import type { Category } from '../domain/category.ts'
import { TidingsError } from '../domain/errors.ts'
import { ACCEPTS_UNDER_WAY, createGate, READS_UNDER_WAY, SEND_BYTES, type Gate } from './limits.ts'
import type { HttpParts, Server } from './parts.ts'
import type { Load, Pressure } from './pressure.ts'
import type { Room } from './room.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its body names the category of what it stores, and may so be refused before it is read as JSON. */
    categoryInBody?: true
  }
}

/** More calls than can be served in good time: come back in 1 to 3 seconds, not all at once. */
export function overloaded(chance: () => number): TidingsError {
  return new TidingsError('overloaded', 'More calls are under way than can be served in good time', {
    retryAfterSeconds: 1 + Math.floor(chance() * 3),
  })
}

/** Takes a place until the answer is over. Of a caller who left before no more is heard: the place would never be free again. */
export function enterUntilClosed(gate: Gate, { raw }: FastifyReply): boolean {
  if (raw.destroyed || !gate.enter()) return false
  raw.once('close', () => gate.leave())
  return true
}

/** Whether its body may be a large one, and so may have one of few places. */
export function isLarge({ headers }: FastifyRequest): boolean {
  const length = headers['content-length']
  return length === undefined ? headers['transfer-encoding'] !== undefined : Number(length) > SEND_BYTES
}

/** Lets a large body in only while there is room for it in memory; small ones always. */
export function limitLargeBodies(gate: Gate, chance: () => number): onRequestHookHandler {
  return (request, reply, done) => {
    if (!isLarge(request)) return done()
    if (!enterUntilClosed(gate, reply)) return done(overloaded(chance))
    done()
  }
}

/** Lets calls in that store something. Who was let in must `leave`. */
export interface Accepts {
  /**
   * Throws `overloaded` for a body that nothing could be let in for, whatever stands in it. It is not read for that: where calls come by the
   * ten thousand, what is done for those that are refused is not done for the others.
   */
  knock(request: FastifyRequest, body: Buffer): void
  /** Throws `overloaded`, and what `Room` refuses. */
  enter(category: Category | undefined, caller: Caller): void
  leave(): void
}

export function createAccepts(pressure: Pressure, chance: () => number, room: Room | undefined): Accepts {
  const gate = createGate(ACCEPTS_UNDER_WAY.otp)
  return {
    knock({ routeOptions }, body) {
      // A dry run takes no place.
      if (routeOptions.config.categoryInBody !== true || body.includes('dry_run')) return
      // Without a category it is transactional, and what is written with escapes may be anything.
      const most = body.includes('otp') || body.includes('\\') ? 'otp' : 'transactional'
      if (pressure.refuses(most) || !gate.hasRoom(ACCEPTS_UNDER_WAY[most])) throw overloaded(chance)
    },
    enter(category = 'transactional', { keyId }) {
      const refusal = room?.refusal(keyId, category) ?? null
      if (refusal !== null) throw refusal
      if (pressure.refuses(category) || !gate.enter(ACCEPTS_UNDER_WAY[category])) throw overloaded(chance)
    },
    leave: () => gate.leave(),
  }
}

/** Refuses reads, exports and bulk before anything is done for them, where this node can't keep up or has as many under way as it may. */
export function shed(app: Server, pressure: Pressure, { chance, room }: Pick<HttpParts, 'chance' | 'room'>): void {
  const reads = createGate(READS_UNDER_WAY)
  app.addHook('onRoute', (route) => {
    const load = loadOf(route)
    if (load === null) return
    const isBrief = load !== 'export' && load !== 'marketing' && !STAYING.has(route.url)
    const hook: onRequestHookHandler = ({ caller }, reply, done) => {
      const refusal = load === 'marketing' ? (room?.refusal(caller.keyId, load) ?? null) : null
      if (refusal !== null) return done(refusal)
      if (pressure.refuses(load) || (isBrief && !enterUntilClosed(reads, reply))) return done(overloaded(chance))
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
