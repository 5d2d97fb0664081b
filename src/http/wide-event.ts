import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Server } from './parts.ts'

/** One line a request, when it is over. Never the URL, which may hold what others want to keep; the route tells enough. */
export function logRequests(app: Server, log: Logger): void {
  app.addHook('onResponse', (request, reply, done) => {
    const level = reply.statusCode >= 500 ? 'error' : reply.statusCode >= 400 ? 'info' : 'debug'
    if (log.isLevelEnabled(level)) log[level](toEvent(request, reply), 'request')
    done()
  })
}

function toEvent(request: FastifyRequest, reply: FastifyReply): object {
  return {
    request_id: request.id,
    method: request.method,
    route: request.routeOptions.url ?? null,
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    ...(reply.refusal === null ? {} : { code: reply.refusal.code, ...describeCause(reply.refusal) }),
  }
}

/** Only what can't hold a caller's values: a database's error has them in its further fields. */
function describeCause(refusal: Error): object {
  const { cause } = refusal
  if (!(cause instanceof Error)) return {}
  return { cause: { name: cause.name, code: 'code' in cause ? cause.code : undefined, stack: cause.stack } }
}
