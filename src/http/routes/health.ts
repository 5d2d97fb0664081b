import { TidingsError } from '../../domain/errors.ts'
import type { CheckStep } from '../../domain/provider.ts'
import { json, type RouteDocs } from '../documentation.ts'
import type { HttpParts, Server } from '../parts.ts'

export function healthRoutes(app: Server, { health, isStopping }: HttpParts): void {
  app.get('/livez', { config: { docs: LIVE_DOCS, scope: 'open' } }, () => ({ success: true }))

  app.get('/readyz', { config: { docs: READY_DOCS, scope: 'open' } }, async () => {
    if (isStopping()) throw new TidingsError('shutting_down', 'This node is being stopped')
    const checks = await health.ready()
    const failed = checks.filter((check) => !check.ok)
    if (failed.length > 0) throw notReady(failed)
    return {
      success: true,
      checks: checks.map(({ name, ok, detail }) => ({ name, ok, detail })),
      warnings: health.warnings().map(({ name, detail, fix }) => ({ name, detail, fix })),
    }
  })
}

function notReady(failed: readonly CheckStep[]): TidingsError {
  const names = failed.map((check) => check.name).join(', ')
  return new TidingsError('not_ready', `This node is not ready: ${names}`, {
    details: failed.map(({ name, detail, fix }) => ({
      path: name,
      message: detail,
      ...(fix === null ? {} : { suggestion: fix }),
    })),
  })
}

const LIVE_DOCS: RouteDocs = {
  operationId: 'isAlive',
  summary: 'Whether the process runs',
  tag: 'service',
  ok: { description: 'It does.', content: json('Done') },
  errors: [],
}

const READY_DOCS: RouteDocs = {
  operationId: 'isReady',
  summary: 'Whether calls should be led here',
  tag: 'service',
  ok: {
    description:
      'All checks passed. `warnings`: providers that would not take a message now; calls are accepted all the same, and wait.',
    content: json('Ready'),
  },
  errors: ['not_ready', 'shutting_down'],
}
