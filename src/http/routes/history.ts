import type { ClientHistory, ClientList, NotificationList, SmsList } from '../../contract/history.ts'
import type { TokenList } from '../../contract/tokens.ts'
import { SEARCH_WORDS, type SearchedList } from '../../domain/search/search.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { LINK, PAGE_PARAMETERS, pageEnd, readHistoryQuery, searchParameter } from '../history-parameters.ts'
import type { HttpParts, Server } from '../parts.ts'
import { toClient, toFlag, toNotification, toSms, toToken } from '../records.ts'

/** The lists of what was sent, and to whom. */
export function historyRoutes(app: Server, { history }: HttpParts): void {
  app.get('/smss', { config: { docs: SMS_DOCS, scope: 'messages:read' } }, async (request, reply) => {
    const page = await history.messages(readHistoryQuery(request.query))
    return {
      success: true,
      data: page.rows.map(toSms),
      ...pageEnd(reply, request.url, page),
    } satisfies SmsList
  })

  app.get('/notifications', { config: { docs: PUSH_DOCS, scope: 'messages:read' } }, async (request, reply) => {
    const page = await history.notifications(readHistoryQuery(request.query))
    return {
      success: true,
      data: page.rows.map(toNotification),
      ...pageEnd(reply, request.url, page),
    } satisfies NotificationList
  })

  app.get('/clients', { config: { docs: CLIENTS_DOCS, scope: 'messages:read' } }, async (request, reply) => {
    const page = await history.clients(readHistoryQuery(request.query))
    return {
      success: true,
      data: page.rows.map(toClient),
      ...pageEnd(reply, request.url, page),
    } satisfies ClientList
  })

  app.get('/clients/:contact', { config: { docs: CLIENT_DOCS, scope: 'messages:read' } }, async (request, reply) => {
    const query = readHistoryQuery(request.query)
    const client = await history.client(contactOf(request.params))
    const [page, flags] = await Promise.all([history.messagesOf(client, query), history.flagsOf(client)])
    return {
      success: true,
      client: toClient(client),
      flags: flags.map(toFlag),
      data: page.rows.map(toSms),
      ...pageEnd(reply, request.url, page),
    } satisfies ClientHistory
  })

  app.get('/tokens', { config: { docs: TOKENS_DOCS, scope: 'messages:read' } }, async (request, reply) => {
    const page = await history.tokens(readHistoryQuery(request.query))
    return {
      success: true,
      data: page.rows.map(toToken),
      ...pageEnd(reply, request.url, page),
    } satisfies TokenList
  })
}

/** As it stands in the path. */
export function contactOf(params: unknown): string {
  const text = typeof params === 'object' && params !== null && 'contact' in params ? params.contact : ''
  return typeof text === 'string' ? text : ''
}

export const CONTACT_PARAMETER = {
  type: 'object',
  required: ['contact'],
  properties: {
    contact: { type: 'string', description: 'The number, with its country code.', examples: ['+201009129288'] },
  },
}

function listDocs(
  list: SearchedList,
  docs: Pick<RouteDocs, 'operationId' | 'summary' | 'tag'> & { readonly schema: string },
): RouteDocs {
  const { schema, ...named } = docs
  return {
    ...named,
    description: `${docs.summary}, newest first. A page may be shorter than \`limit\` although \`next\` leads on.`,
    query: { type: 'object', properties: { q: searchParameter(SEARCH_WORDS[list]), ...PAGE_PARAMETERS } },
    ok: { description: 'A page.', content: json(schema), headers: LINK },
    errors: ['invalid_request', 'database_unavailable'],
  }
}

const SMS_DOCS = listDocs('smss', {
  operationId: 'listSms',
  summary: 'The SMS that were sent',
  tag: 'sms',
  schema: 'SmsList',
})

const PUSH_DOCS = listDocs('notifications', {
  operationId: 'listNotifications',
  summary: 'The notifications that were sent',
  tag: 'push',
  schema: 'NotificationList',
})

const CLIENTS_DOCS = listDocs('clients', {
  operationId: 'listClients',
  summary: 'The people that SMS were sent to',
  tag: 'history',
  schema: 'ClientList',
})

const TOKENS_DOCS = listDocs('tokens', {
  operationId: 'listTokens',
  summary: 'The devices: tokens and installation ids that were registered, or that pushes were sent to',
  tag: 'history',
  schema: 'TokenList',
})

const CLIENT_DOCS: RouteDocs = {
  ...listDocs('smss', {
    operationId: 'readClient',
    summary: 'Everything that was sent to one person',
    tag: 'history',
    schema: 'ClientHistory',
  }),
  params: CONTACT_PARAMETER,
  errors: ['invalid_request', 'invalid_contact', 'not_found', 'database_unavailable'],
}
