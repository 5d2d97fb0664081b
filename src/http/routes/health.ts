import type { Checks } from '../../contract/health.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { CheckStep } from '../../domain/provider.ts'
import { json, jsonEither, type RouteDocs } from '../documentation.ts'
import type { HttpParts, Server } from '../parts.ts'

export function healthRoutes(app: Server, { health, isStopping }: HttpParts): void {
  app.get('/livez', { config: { docs: LIVE_DOCS, scope: 'open' } }, () => ({ success: true }))

  const verbose = { parameter: 'verbose', scope: 'admin' } as const
  app.get('/readyz', { config: { docs: READY_DOCS, scope: 'open', scopeWith: verbose } }, async ({ query }) => {
    if (isVerbose(query)) return look(health, isStopping())
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

function isVerbose(query: unknown): boolean {
  return typeof query === 'object' && query !== null && 'verbose' in query
}

/** Always an answer, as whoever asks for it wants to know what is wrong. */
async function look(health: HttpParts['health'], isStopping: boolean): Promise<Checks> {
  const [steps, checks] = await Promise.all([health.ready(), health.look()])
  return { success: true, ready: !isStopping && steps.every(({ ok }) => ok), checks: [...checks] }
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
  description:
    'With `verbose`: everything that is looked at, with what is wrong, why, and how to mend it, as `tidings doctor` tells it. It answers 200 then, and asks for a key with the scope `admin` where keys are asked for.',
  tag: 'service',
  query: { type: 'object', properties: { verbose: { type: 'string', description: 'Needs no value.' } } },
  ok: {
    description:
      'All checks passed. `warnings`: providers that would not take a message now; calls are accepted all the same, and wait.',
    content: jsonEither('Ready', 'Checks'),
  },
  errors: ['not_ready', 'shutting_down', 'unauthorized', 'forbidden', 'too_many_wrong_keys', 'database_unavailable'],
}
