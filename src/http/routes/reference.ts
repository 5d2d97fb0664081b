import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TidingsError } from '../../domain/errors.ts'
import { BUILT_PAGE_HEADERS, withService } from '../built-page.ts'
import type { RouteDocs } from '../documentation.ts'
import { readGuides } from '../guides.ts'
import { html, sendPage, type Html } from '../html.ts'
import { llmsText } from '../llms-text.ts'
import { originOf } from '../origin.ts'
import type { HttpParts, Server } from '../parts.ts'
import { operationsOf, type ReferenceDocument } from '../reference-document.ts'
import { referenceMarkdown } from '../reference-markdown.ts'

/** From the sources as from what is built of them. */
const GUIDES = fileURLToPath(new URL('../../../docs', import.meta.url))

/** The reference, for people and as Markdown; the documentation as Markdown; and the list of it that language models look for. */
export function referenceRoutes(app: Server, parts: HttpParts): void {
  const { publicUrl, pages } = parts
  const guides = readGuides(GUIDES)
  const document = once(() => JSON.parse(JSON.stringify(app.swagger())) as ReferenceDocument)
  const list = once(() => plainList(document()))
  const built = pages === null ? null : withService(readFileSync(join(pages, 'reference', 'index.html'), 'utf8'), parts)

  app.get('/docs', { config: { docs: PAGE_DOCS, scope: 'open' } }, (_request, reply) => {
    if (built === null) return sendPage(reply, 'API reference', list())
    const plain = html`<noscript><main>${list()}</main></noscript>`
    return reply.headers(BUILT_PAGE_HEADERS).send(built.replace('<!--plain-->', () => plain.markup))
  })
  app.get('/docs.md', { config: { docs: MARKDOWN_DOCS, scope: 'open' } }, (request, reply) =>
    reply.type(MARKDOWN).send(referenceMarkdown(document(), originOf(request, publicUrl))),
  )
  app.get<{ Params: { page: string } }>(
    '/docs/:page',
    { config: { docs: GUIDE_DOCS, scope: 'open' } },
    (request, reply) => {
      const guide = guides.find(({ name }) => name === request.params.page)
      if (guide === undefined) throw noPage()
      return reply.type(MARKDOWN).send(guide.text)
    },
  )
  app.get('/llms.txt', { config: { docs: LLMS_DOCS, scope: 'open' } }, (request, reply) =>
    reply.type('text/plain; charset=utf-8').send(llmsText(guides, originOf(request, publicUrl))),
  )
}

/** Source: RFC 7763. */
const MARKDOWN = 'text/markdown; charset=utf-8'

/** Made by the first call, when all routes are there, and kept. */
function once<Made>(make: () => Made): () => Made {
  let made: Made | null = null
  return () => (made ??= make())
}

function noPage(): TidingsError {
  return new TidingsError('not_found', 'Not Found', {
    details: [{ path: '', message: 'there is no such page; /llms.txt lists them all' }],
  })
}

/** For whoever runs no scripts. */
function plainList(document: ReferenceDocument): Html {
  const operations = operationsOf(document)
  const groups = document.tags.map(({ name, description }) => {
    const own = operations.filter(({ tag }) => tag === name)
    const rows = own.map(({ method, path, summary }) => html`<li><code>${method} ${path}</code> ${summary}</li>`)
    return html`<h2>${description}</h2>
      <ul>
        ${rows}
      </ul>`
  })
  return html`<h1>API reference</h1>
    <p class="lead">
      Each operation with its fields and errors: <a href="/docs.md">as Markdown</a>,
      <a href="/openapi.json">as OpenAPI 3.1</a>.
    </p>
    ${groups}`
}

function text(type: string): object {
  return { [type]: { schema: { type: 'string' } } }
}

const PAGE_DOCS: RouteDocs = {
  operationId: 'referencePage',
  summary: 'The reference, as a page to read and to try calls from',
  tag: 'service',
  ok: { description: 'The page.', content: text('text/html') },
  errors: [],
}

const MARKDOWN_DOCS: RouteDocs = {
  operationId: 'referenceMarkdown',
  summary: 'The reference as Markdown',
  tag: 'service',
  ok: { description: 'Markdown.', content: text('text/markdown') },
  errors: [],
}

const GUIDE_DOCS: RouteDocs = {
  operationId: 'readGuide',
  summary: 'A page of the documentation as Markdown',
  tag: 'service',
  description: '`/llms.txt` lists them.',
  params: { type: 'object', required: ['page'], properties: { page: { type: 'string' } } },
  ok: { description: 'Markdown.', content: text('text/markdown') },
  errors: ['not_found'],
}

const LLMS_DOCS: RouteDocs = {
  operationId: 'readLlmsText',
  summary: 'What there is to read about Tidings, for language models',
  tag: 'service',
  description: 'In the form of llmstxt.org.',
  ok: { description: 'A list of links.', content: text('text/plain') },
  errors: [],
}
