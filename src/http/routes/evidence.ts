import type { FastifyReply, FastifyRequest } from 'fastify'
import { TidingsError } from '../../domain/errors.ts'
import { EVIDENCE, TICKET_LENGTH, type Evidence } from '../../domain/push/ticket.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { refuseParameters } from '../paging.ts'
import type { HttpParts, Server } from '../parts.ts'
import { createWrongKeys } from '../wrong-keys.ts'

/** Nothing is read of a body; an app may send what its HTTP library insists on. */
const BODY_BYTES = 1_024

/** Seconds that a browser need not ask again; Chromium's most. */
const PREFLIGHT_SECONDS = 7_200

/**
 * Open to everybody: whoever has a ticket has got the push, or was given it by the device that did. In a scope of its own, since no body is read.
 */
export function evidenceRoutes(app: Server, { evidence, addressOf }: HttpParts): void {
  const wrong = createWrongKeys()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_BYTES }, (_request, _body, done) => done(null))
  // From workers of every origin, and without cookies: it answers what anybody may know.
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('Access-Control-Allow-Origin', '*')
    done()
  })

  app.post(
    PATH,
    { bodyLimit: BODY_BYTES, config: { docs: DOCS, scope: 'open' } },
    async (request: EvidenceRequest, reply: FastifyReply) => {
      refuseParameters(request.query)
      const { ticket, evidence: said } = request.params
      if (!isEvidence(said)) throw new TidingsError('not_found', 'Not Found')
      reply.header('Cache-Control', 'no-store')
      try {
        await evidence.report(ticket, said)
      } catch (error) {
        throw refusalFor(error, request)
      }
      return { success: true }
    },
  )

  app.options(PATH, { config: { scope: 'open' } }, (_request, reply) =>
    reply
      .code(204)
      .headers({
        Allow: 'POST, OPTIONS',
        'Access-Control-Allow-Methods': 'POST',
        'Access-Control-Allow-Headers': 'content-type',
        'Access-Control-Max-Age': String(PREFLIGHT_SECONDS),
      })
      .send(),
  )

  /** A ticket that is right is never kept waiting by what else comes from its address, which may be that of a proxy. */
  function refusalFor(error: unknown, request: EvidenceRequest): unknown {
    if (!(error instanceof TidingsError) || error.code !== 'not_found') return error
    const address = addressOf(request.raw)
    const blockedFor = wrong.blockedFor(address, request.arrivedAt)
    wrong.count(address, request.arrivedAt)
    if (blockedFor === 0) return error
    return new TidingsError('rate_limited', 'Too many tickets that are none came from this address', {
      retryAfterSeconds: blockedFor,
    })
  }
}

const PATH = '/evidence/:ticket/:evidence'

type EvidenceRequest = FastifyRequest<{ Params: { ticket: string; evidence: string } }>

function isEvidence(word: string): word is Evidence {
  return EVIDENCE.some((one) => one === word)
}

const DOCS: RouteDocs = {
  operationId: 'reportEvidence',
  summary: 'A device’s word on a push',
  description:
    'Called by apps and service workers: `data.tidings` of a push is the URL up to the ticket. No key is needed, and no body. Told twice, it counts once.',
  tag: 'push',
  params: {
    type: 'object',
    required: ['ticket', 'evidence'],
    properties: {
      ticket: { type: 'string', minLength: TICKET_LENGTH, maxLength: TICKET_LENGTH },
      evidence: { type: 'string', enum: [...EVIDENCE] },
    },
  },
  ok: { description: 'Stored, now or before.', content: json('Done') },
  errors: [
    'not_found',
    'ticket_expired',
    'body_too_large',
    'rate_limited',
    'database_unavailable',
    'overloaded',
    'outcome_unknown',
  ],
}
