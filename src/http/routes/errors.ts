import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ErrorPage } from '../../contract/error.ts'
import { ERROR_CODES, TidingsError, type ErrorCode } from '../../domain/errors.ts'
import { json, type RouteDocs } from '../documentation.ts'
import { ERROR_PAGES } from '../error-pages.ts'
import { meantBy } from '../faults.ts'
import { html, sendPage, type Html } from '../html.ts'
import { originOf } from '../origin.ts'
import type { HttpParts, Server } from '../parts.ts'
import { shellLines, type ShellLine } from '../shell-quotes.ts'

/** What `/errors/<code>` ends with to be plain text, which a terminal shows as it is. */
const AS_TEXT = '.txt'

export function errorRoutes(app: Server, { publicUrl }: HttpParts): void {
  app.get('/errors', { config: { docs: LIST_DOCS, scope: 'open' } }, (request, reply) => {
    if (wantsPage(request, reply)) return sendPage(reply, 'Errors', listPage())
    return reply.send({ success: true, data: ERROR_CODES.map(toErrorPage) })
  })

  app.get<{ Params: { code: string } }>(
    '/errors/:code',
    { config: { docs: READ_DOCS, scope: 'open' } },
    (request, reply) => {
      const asText = request.params.code.endsWith(AS_TEXT)
      const word = asText ? request.params.code.slice(0, -AS_TEXT.length) : request.params.code
      const code = ERROR_CODES.find((known) => known === word)
      if (code === undefined) throw noCode(word)
      const lines = code === 'shell_quotes' ? shellLines(originOf(request, publicUrl)) : []
      if (asText) return reply.header('content-type', 'text/plain; charset=utf-8').send(codeText(code, lines))
      if (wantsPage(request, reply)) return sendPage(reply, code, codePage(code, lines))
      return reply.send({ success: true, data: toErrorPage(code) })
    },
  )
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
          <a href="/errors/${code}"><code>${breakable(code)}</code></a>
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

/** On a phone, a long code goes on in the next line after one of its underscores. */
function breakable(code: ErrorCode): readonly Html[] {
  const words = code.split('_')
  return words.map((word, index) => (index === words.length - 1 ? html`${word}` : html`${word}_<wbr />`))
}

const HEADINGS = {
  why: 'Why',
  fix: 'How to fix it',
  retry: 'Can the same call succeed later?',
  charged: 'Was anything sent or charged?',
} as const

function codePage(code: ErrorCode, lines: readonly ShellLine[]): Html {
  const page = ERROR_PAGES[code]
  return html`<p class="over"><a href="/errors">Errors</a> · HTTP ${page.status}</p>
    <h1><code>${code}</code></h1>
    <p class="lead">${page.what}</p>
    <dl>
      <dt>${HEADINGS.why}</dt>
      <dd>${page.why}</dd>
      <dt>${HEADINGS.fix}</dt>
      <dd>${page.fix}</dd>
      <dt>${HEADINGS.retry}</dt>
      <dd>${page.retry}</dd>
      <dt>${HEADINGS.charged}</dt>
      <dd>${page.charged}</dd>
    </dl>
    ${byShell(lines).map(
      ([shell, own]) =>
        html`<h2>In ${shell}</h2>
          ${own.map((line) => html`<pre><code>${line}</code></pre>`)}`,
    )}`
}

function codeText(code: ErrorCode, lines: readonly ShellLine[]): string {
  const page = ERROR_PAGES[code]
  const parts = (['why', 'fix', 'retry', 'charged'] as const).map((part) => `${HEADINGS[part]}\n  ${page[part]}`)
  const shells = byShell(lines).map(([shell, own]) => `In ${shell}\n\n${own.join('\n')}`)
  return `${[`${code} (HTTP ${page.status})`, page.what, ...parts, ...shells].join('\n\n')}\n`
}

function byShell(lines: readonly ShellLine[]): readonly (readonly [string, readonly string[]])[] {
  const shells = [...new Set(lines.map(({ shell }) => shell))]
  return shells.map((shell) => [shell, lines.filter((one) => one.shell === shell).map(({ line }) => line)] as const)
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
  description: 'With `.txt` after the code: as plain text, for a terminal.',
  params: { type: 'object', required: ['code'], properties: { code: { type: 'string' } } },
  ok: {
    description: 'What, why, how to fix it.',
    content: { ...alsoAsPage('ErrorPageAnswer'), 'text/plain': { schema: { type: 'string' } } },
  },
  errors: ['not_found'],
}
