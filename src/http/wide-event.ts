import type { FastifyReply, FastifyRequest } from 'fastify'
import { ANYONE, type Caller } from '../domain/caller.ts'
import type { TidingsError } from '../domain/errors.ts'
import { isOneOfMany } from './held-refusals.ts'
import type { HttpParts, Server } from './parts.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Monotonic, in milliseconds; 0: refused before it was looked at. */
    arrivedAt: number
    /** Who calls. */
    caller: Caller
  }
}

/** One line for each call that was served, at `debug`; where that is off, the hot path has no hook for it. */
export function logServed(app: Server, parts: HttpParts): void {
  const { log } = parts
  if (!log.isLevelEnabled('debug')) return
  app.addHook('onResponse', (request, reply, done) => {
    if (reply.refusal === null) log.debug(toEvent(parts, request, reply), 'request')
    done()
  })
}

/** Between two lines that say that calls were refused while nodes are replaced. */
const UPGRADING_MS = 60_000

export type LogRefused = (request: FastifyRequest, reply: FastifyReply) => void

/**
 * Counts each call that was refused, and writes one line of it: our own faults at `error`, the caller's at `info`. One of too many at
 * `debug`: there are thousands of them, when there is least time for lines. That nodes are replaced is no fault: one a minute at `warn`.
 */
export function createRefusalLog(parts: HttpParts): LogRefused {
  const { log, meter, now } = parts
  let toldUpgrading = -Infinity

  function levelOf(status: number, refusal: TidingsError | null): 'debug' | 'info' | 'warn' | 'error' {
    if (refusal !== null && isOneOfMany(refusal)) return 'debug'
    if (refusal?.code !== 'upgrading') return status >= 500 ? 'error' : 'info'
    if (now() - toldUpgrading < UPGRADING_MS) return 'debug'
    toldUpgrading = now()
    return 'warn'
  }

  return (request, reply) => {
    if (reply.refusal !== null) meter?.refused(reply.statusCode, reply.refusal.code)
    const level = levelOf(reply.statusCode, reply.refusal)
    if (log.isLevelEnabled(level)) log[level](toEvent(parts, request, reply), 'request')
  }
}

/** Never the URL, which may hold what others want to keep; the route tells enough. */
function toEvent({ now, traces }: HttpParts, request: FastifyRequest, reply: FastifyReply): object {
  return {
    request_id: request.id,
    ...(traces === undefined ? {} : { trace_id: traces.idOf(request) }),
    method: request.method,
    route: request.routeOptions.url ?? null,
    status: reply.statusCode,
    ...describeCaller(request),
    // Refused before the guard saw it, at once: it may not even have the field.
    ms: request.arrivedAt > 0 ? Math.round((now() - request.arrivedAt) * 10) / 10 : 0,
    ...(reply.refusal === null ? {} : { code: reply.refusal.code, ...describeCause(reply.refusal, reply.statusCode) }),
  }
}

/** What was refused before it was looked at has none. */
function describeCaller({ caller }: { readonly caller?: Caller }): object {
  return caller === undefined || caller.name === ANYONE.name ? {} : { caller: caller.name }
}

/**
 * Only what can't hold a caller's values: a database's error has them in its further fields, that of a URL which can't be read in its
 * message, with which a stack begins.
 */
function describeCause(refusal: Error, status: number): object {
  const { cause } = refusal
  if (!(cause instanceof Error)) return {}
  const stack = status >= 500 ? { stack: cause.stack } : {}
  return { cause: { name: cause.name, code: 'code' in cause ? cause.code : undefined, ...stack } }
}
