import { ERROR_PAGES } from './error-pages.ts'
import type { HttpParts, Server } from './parts.ts'

/** Each route counts by itself, so that nothing has to be looked up on a call; what was refused is counted where it is logged. */
export function meterRoutes(app: Server, { meter, now }: HttpParts): void {
  if (meter === undefined) return
  // Whoever watches a figure that first appears as 1 has seen no increase.
  for (const [code, { status }] of Object.entries(ERROR_PAGES)) if (status >= 500) meter.refused(status, code, 0)
  app.addHook('onRoute', (route) => {
    const tell = meter.route([route.method].flat().join('|'), route.url)
    route.onSend = [
      ...[route.onSend ?? []].flat(),
      (request, reply, _payload, done) => {
        tell(reply.statusCode, now() - request.arrivedAt)
        done()
      },
    ]
  })
}
