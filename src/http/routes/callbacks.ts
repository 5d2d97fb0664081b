import type { FastifyReply, FastifyRequest } from 'fastify'
import type { IncomingHttpHeaders } from 'node:http'
import { TidingsError } from '../../domain/errors.ts'
import type { ProviderCallback } from '../../domain/provider.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { CALLBACK_BYTES } from '../limits.ts'
import type { HttpParts, Server } from '../parts.ts'

/** The provider's raw bytes, whatever their type: the signature is checked before anything in them is read. */
export function callbackRoutes(app: Server, { receipts, inbound, publicUrl, addressOf }: HttpParts): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: CALLBACK_BYTES }, (_request, body, done) =>
    done(null, body),
  )
  const callbackOf = (request: FastifyRequest): ProviderCallback => ({
    // Without PUBLIC_URL no provider was told to call, so nothing that is signed over a URL can be genuine.
    url: `${publicUrl ?? ''}${request.originalUrl}`,
    headers: joinHeaders(request.headers),
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    address: addressOf(request.raw),
  })

  const takeStatus = async (request: ProviderRequest): Promise<object> => {
    const reading = await receipts.accept(request.params.provider, callbackOf(request))
    if (reading !== 'accepted') throw refusalOf(reading)
    return { success: true }
  }
  const takeInbound = async (request: ProviderRequest, reply: FastifyReply): Promise<unknown> => {
    const taken = await inbound.accept(request.params.provider, callbackOf(request))
    if (taken.kind !== 'accepted') throw refusalOf(taken.kind)
    if (taken.reply === null) return { success: true }
    return reply.type(taken.reply.contentType).send(taken.reply.text)
  }

  const routes = [
    ['/callbacks/:provider/status', STATUS_DOCS, takeStatus],
    ['/callbacks/:provider/inbound', INBOUND_DOCS, takeInbound],
  ] as const
  for (const [path, docs, take] of routes) {
    app.post(path, { bodyLimit: CALLBACK_BYTES, config: { docs, scope: 'open' } }, take)
    // Some providers know nothing but a query.
    app.get(path, { exposeHeadRoute: false, config: { scope: 'open' } }, take)
  }
}

type ProviderRequest = FastifyRequest<{ Params: { provider: string } }>

function refusalOf(reading: 'forged' | 'malformed' | 'unknown'): TidingsError {
  switch (reading) {
    case 'forged':
      return new TidingsError('forged_callback', 'The signature is not the provider’s')
    case 'malformed':
      return new TidingsError('invalid_request', 'The callback is signed, but cannot be read')
    case 'unknown':
      return new TidingsError('not_found', 'Not Found')
  }
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

const INBOUND_DOCS: RouteDocs = {
  ...STATUS_DOCS,
  operationId: 'takeInboundCallback',
  summary: 'A text that somebody sent to you',
  description:
    'Called by providers, signed by them; answered when it is stored, in the words that the provider wants to read.',
  ok: { description: 'Stored.', content: { ...json('Done'), 'text/xml': ANY_BODY } },
}
