import type { HttpParts, Server } from './parts.ts'

/** Asked every few seconds by machines: nobody looks at their traces. */
const UNTRACED: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics'])

/** Without traces no call has a hook for them. */
export function traceRoutes(app: Server, { traces }: HttpParts): void {
  if (traces === undefined) return
  app.addHook('onRequest', (request, _reply, done) => {
    const route = request.is404 ? null : (request.routeOptions.url ?? null)
    const { traceparent } = request.headers
    if (route === null || !UNTRACED.has(route)) {
      const parent = typeof traceparent === 'string' ? traceparent : undefined
      traces.begin(request, { method: request.method, route, traceparent: parent })
    }
    done()
  })
  // After the body: Node tells of its bytes in another context than that of the request.
  app.addHook('preHandler', (request, _reply, done) => traces.within(request, done))
  app.addHook('onResponse', (request, reply, done) => {
    traces.end(request, reply.statusCode, reply.refusal?.code ?? null)
    done()
  })
}
