import type { InboxWaited } from '../../contract/inbox.ts'
import { TidingsError } from '../../domain/errors.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { FILTER_PARAMETERS } from '../inbox-documentation.ts'
import { toInboxItem } from '../inbox-items.ts'
import { inboxQuery, readParameters, type Parameters } from '../inbox-parameters.ts'
import type { Leavings } from '../leavings.ts'
import type { HttpParts, Server } from '../parts.ts'

const USUAL_SECONDS = 30
const LONGEST_SECONDS = 120

export function inboxWaitRoutes(app: Server, { inbox }: HttpParts, leavings: Leavings): void {
  app.get(
    '/inbox/wait',
    { config: { docs: WAIT_DOCS, scope: 'messages:read' }, exposeHeadRoute: false },
    async (request, reply): Promise<InboxWaited> => {
      const parameters = readParameters(request.query, ['to', 'tag', 'channel', 'since', 'timeout', 'extract'])
      const query = inboxQuery(parameters)
      const seconds = readTimeout(parameters)
      const withCode = readExtract(parameters)
      parameters.check()
      const wait = { query, timeoutMs: seconds * 1_000, withCode }
      const waited = await leavings.untilGone(reply, (signal) => inbox.wait(wait, signal))
      switch (waited.kind) {
        case 'found': {
          const code = withCode && waited.code !== null ? { code: waited.code } : {}
          return { success: true, data: toInboxItem(waited.record), ...code }
        }
        case 'timeout':
          throw new TidingsError('inbox_timeout', timeoutMessage(seconds, waited.missedByMs))
        case 'aborted':
          throw new TidingsError('shutting_down', 'This node is being stopped')
      }
    },
  )
}

function readTimeout(parameters: Parameters): number {
  const text = parameters.text('timeout')
  if (text === null) return USUAL_SECONDS
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : LONGEST_SECONDS + 1
  if (seconds > LONGEST_SECONDS) parameters.fault('timeout', `\`timeout\` must be 0 to ${LONGEST_SECONDS}, in seconds`)
  return seconds
}

function readExtract(parameters: Parameters): boolean {
  const text = parameters.text('extract')
  if (text !== null && text !== 'code') parameters.fault('extract', '`extract` must be code')
  return text === 'code'
}

function timeoutMessage(seconds: number, missedByMs: number | null): string {
  const none = `No message that matches came within ${seconds} s`
  if (missedByMs === null) return none
  return `${none}; the last one that would came ${(missedByMs / 1_000).toFixed(1)} s before \`since\``
}

const WAIT_DOCS: RouteDocs = {
  operationId: 'waitForMessage',
  summary: 'The newest captured message that matches, as soon as there is one',
  description:
    'For tests: no sleep, no polling. Answers at once with what is there already since `since`, else as soon as a message was captured, on whichever node. With `extract=code` only a message that carries a one-time code will do, and `code` is that code.',
  tag: 'inbox',
  query: {
    type: 'object',
    properties: {
      ...FILTER_PARAMETERS,
      since: {
        type: 'string',
        description:
          'An RFC 3339 time, or an item’s `id`: only what was accepted after it. Without it: at most 5 seconds before the call. Note the time before you do what sends the message, or give the `id` of the last one.',
      },
      timeout: {
        type: 'integer',
        minimum: 0,
        maximum: LONGEST_SECONDS,
        default: USUAL_SECONDS,
        description: 'Seconds. 0: look once.',
      },
      extract: { type: 'string', enum: ['code'] },
    },
  },
  ok: { description: 'The message.', content: json('InboxWaited') },
  errors: ['invalid_request', 'inbox_timeout', 'database_unavailable', 'overloaded', 'shutting_down'],
}
