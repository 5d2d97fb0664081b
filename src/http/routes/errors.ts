import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorPage } from '../../contract/error.ts'
import { ERROR_CODES, TidingsError, type ErrorCode } from '../../domain/errors.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { ERROR_PAGES } from '../error-pages.ts'
import { meantBy } from '../faults.ts'
import { html, sendPage, type Html } from '../html.ts'
import type { Server } from '../parts.ts'

export function errorRoutes(app: Server): void {
  app.get('/errors', { config: { docs: LIST_DOCS } }, (request, reply) => {
    if (wantsPage(request, reply)) return sendPage(reply, 'Errors', listPage())
    return reply.send({ success: true, data: ERROR_CODES.map(toErrorPage) })
  })

  app.get<{ Params: { code: string } }>('/errors/:code', { config: { docs: READ_DOCS } }, (request, reply) => {
    const code = ERROR_CODES.find((known) => known === request.params.code)
    if (code === undefined) throw noCode(request.params.code)
    if (wantsPage(request, reply)) return sendPage(reply, code, codePage(code))
    return reply.send({ success: true, data: toErrorPage(code) })
  })
}

function noCode(word: string): TidingsError {
  const meant = meantBy(word, ERROR_CODES)
  const message = 'no error has this code'
  const detail =
    meant === null
      ? { path: '', message: `${message}; /errors lists them all` }
      : { path: '', message: `${message}, did you mean \`${meant}\`?`, suggestion: `/errors/${meant}` }
  return new TidingsError('not_found', 'Not Found', { details: [detail] })
}

/** Browsers ask for text/html; programs get JSON. */
function wantsPage(request: FastifyRequest, reply: FastifyReply): boolean {
  reply.header('Vary', 'Accept')
  return request.headers.accept?.includes('text/html') ?? false
}

function toErrorPage(code: ErrorCode): ErrorPage {
  return { code, ...ERROR_PAGES[code] }
}

function listPage(): Html {
  const rows = ERROR_CODES.map(
    (code) =>
      html`<tr>
        <td>${ERROR_PAGES[code].status}</td>
        <td>
          <a href="/errors/${code}"><code>${code}</code></a>
        </td>
        <td>${ERROR_PAGES[code].what}</td>
      </tr>`,
  )
  return html`<h1>Errors</h1>
    <p class="lead">Every error has a code that stays the same. Its page says what happened and how to fix it.</p>
    <table>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Code</th>
          <th scope="col">What happened</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>`
}

function codePage(code: ErrorCode): Html {
  const { status, what, why, fix, retry, charged } = ERROR_PAGES[code]
  return html`<p class="over"><a href="/errors">Errors</a> · HTTP ${status}</p>
    <h1><code>${code}</code></h1>
    <p class="lead">${what}</p>
    <dl>
      <dt>Why</dt>
      <dd>${why}</dd>
      <dt>How to fix it</dt>
      <dd>${fix}</dd>
      <dt>Can the same call succeed later?</dt>
      <dd>${retry}</dd>
      <dt>Was anything sent or charged?</dt>
      <dd>${charged}</dd>
    </dl>`
}

function alsoAsPage(name: string): object {
  return { ...json(name), 'text/html': { schema: { type: 'string' } } }
}

const LIST_DOCS: RouteDocs = {
  operationId: 'listErrors',
  summary: 'Every error code',
  tag: 'service',
  ok: { description: 'The error reference.', content: alsoAsPage('ErrorPageList') },
  errors: [],
}

const READ_DOCS: RouteDocs = {
  operationId: 'readError',
  summary: 'What an error code means',
  tag: 'service',
  params: { type: 'object', required: ['code'], properties: { code: { type: 'string' } } },
  ok: { description: 'What, why, how to fix it.', content: alsoAsPage('ErrorPageAnswer') },
  errors: ['not_found'],
}
