import { TidingsError } from '../../domain/errors.ts'
import type { RouteDocs } from '../documentation.ts'
import type { HttpParts, Server } from '../parts.ts'

export function metricsRoutes(app: Server, { meter }: HttpParts): void {
  app.get('/metrics', { config: { docs: DOCS, scope: 'metrics:read' } }, async (request, reply) => {
    if (meter === undefined) throw new TidingsError('not_found', 'Not Found')
    const { type, text } = await meter.page(request.headers.accept)
    return reply.header('content-type', type).header('vary', 'Accept').send(text)
  })
}

const EXAMPLE = `# HELP tidings_nodes Nodes alive at this one’s last heartbeat, itself included
# TYPE tidings_nodes gauge
tidings_nodes 2
`

const DOCS: RouteDocs = {
  operationId: 'readMetrics',
  summary: 'What this node counts',
  description:
    'For Prometheus, in its text format, or in OpenMetrics where the Accept header asks for it; docs/metrics.md explains each metric. Figures of the queue are the whole database’s, and up to 5 seconds old.',
  tag: 'service',
  ok: {
    description: 'One line for each figure.',
    content: {
      'text/plain': { schema: { type: 'string' }, example: EXAMPLE },
      'application/openmetrics-text': { schema: { type: 'string' }, example: `${EXAMPLE}# EOF\n` },
    },
  },
  errors: [],
}
