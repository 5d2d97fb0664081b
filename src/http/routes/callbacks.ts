import type { IncomingHttpHeaders } from 'node:http'
import { TidingsError } from '../../domain/errors.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { CALLBACK_BYTES } from '../limits.ts'
import type { HttpParts, Server } from '../parts.ts'

/** The provider's raw bytes, whatever their type: the signature is checked before anything in them is read. */
export function callbackRoutes(app: Server, { receipts, publicUrl }: HttpParts): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: CALLBACK_BYTES }, (_request, body, done) =>
    done(null, body),
  )

  app.post<{ Params: { provider: string } }>(
    '/callbacks/:provider/status',
    { bodyLimit: CALLBACK_BYTES, config: { docs: STATUS_DOCS, scope: 'open' } },
    async (request) => {
      const reading = await receipts.accept(request.params.provider, {
        // Without PUBLIC_URL no provider was told to call, so nothing that is signed over a URL can be genuine.
        url: `${publicUrl ?? ''}${request.originalUrl}`,
        headers: joinHeaders(request.headers),
        body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      })
      switch (reading) {
        case 'accepted':
          return { success: true }
        case 'forged':
          throw new TidingsError('forged_callback', 'The signature is not the provider’s')
        case 'malformed':
          throw new TidingsError('invalid_request', 'The callback is signed, but cannot be read')
        case 'unknown':
          throw new TidingsError('not_found', 'Not Found')
      }
    },
  )
}

function joinHeaders(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )
}

const ANY_BODY = { schema: { type: 'string' } }

const STATUS_DOCS: RouteDocs = {
  operationId: 'takeStatusCallback',
  summary: 'A provider’s word on a message',
  description: 'Called by providers, signed by them.',
  tag: 'service',
  params: { type: 'object', required: ['provider'], properties: { provider: { type: 'string' } } },
  body: { content: { 'application/x-www-form-urlencoded': { schema: { type: 'object' } }, '*/*': ANY_BODY } },
  ok: { description: 'Stored.', content: json('Done') },
  errors: [
    'invalid_request',
    'forged_callback',
    'not_found',
    'body_too_large',
    'unsupported_media_type',
    'database_unavailable',
    'outcome_unknown',
  ],
}
