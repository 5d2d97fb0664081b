import type { Inbound, InboundList } from '../../contract/inbound.ts'
import type { InboundRecord } from '../../store/inbound/read-inbound.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { LINK, momentOf, momentParameter, PAGE_PARAMETERS, pageEnd, readPaging } from '../history-parameters.ts'
import { readParameters } from '../inbox-parameters.ts'
import type { InboundQuery } from '../inbound-parts.ts'
import type { HttpParts, Server } from '../parts.ts'

/** What people send to us, to be read. */
export function inboundRoutes(app: Server, { inbound }: HttpParts): void {
  app.get(
    '/inbound',
    { config: { docs: LIST_DOCS, scope: 'messages:read' } },
    async (request, reply): Promise<InboundList> => {
      const { limit, before, ...query } = readQuery(request.query)
      const found = await inbound.list(query, limit + 1, before)
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const more = found.length > limit && last !== undefined ? last.id : null
      const { next } = pageEnd(reply, request.url, { next: more, searchedUntil: null })
      return { success: true, data: page.map(toInbound), next }
    },
  )
}

function readQuery(query: unknown): InboundQuery & ReturnType<typeof readPaging> {
  const parameters = readParameters(query, ['contact', 'since', 'review', 'limit', 'cursor'])
  const paging = readPaging(parameters)
  const since = momentOf(parameters, 'since')
  const review = parameters.text('review') ?? 'false'
  if (review !== 'true' && review !== 'false') parameters.fault('review', '`review` must be one of true, false')
  parameters.check()
  return { ...paging, contact: parameters.text('contact'), since, review: review === 'true' }
}

function toInbound(record: InboundRecord): Inbound {
  return {
    inbound_id: record.id,
    contact: record.contact,
    sent_to: record.sentTo,
    message: record.text,
    segments: record.segments,
    missing_segments: record.missingSegments,
    provider: record.provider,
    provider_message_id: record.providerMessageId,
    action: record.action,
    review: record.review,
    reply_message_id: record.replyId,
    sent_at: record.sentAt?.toISOString() ?? null,
    created_at: record.time.toISOString(),
  }
}

const LIST_DOCS: RouteDocs = {
  operationId: 'listInbound',
  summary: 'What people sent to you, newest first',
  tag: 'sms',
  query: {
    type: 'object',
    properties: {
      contact: { type: 'string', description: 'Only from this number, or this short code or name.' },
      since: momentParameter('Those that came from then on'),
      review: {
        type: 'boolean',
        default: false,
        description: '`true`: only those that sound like a STOP, and are none by the letter.',
      },
      ...PAGE_PARAMETERS,
    },
  },
  ok: { description: 'A page of texts.', content: json('InboundList'), headers: LINK },
  errors: ['invalid_request', 'database_unavailable'],
}
