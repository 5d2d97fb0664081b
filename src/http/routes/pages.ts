import type { RouteDocs } from '../documentation.ts'
import { html, sendPage, type Html } from '../html.ts'
import { originOf } from '../origin.ts'
import type { Channel, HttpParts, Server } from '../parts.ts'
import { curlLine } from '../shell-quotes.ts'

export function pageRoutes(app: Server, parts: HttpParts): void {
  app.get('/', { config: { docs: FIRST_DOCS } }, (request, reply) =>
    sendPage(reply, 'What runs here', firstPage(parts, originOf(request, parts.publicUrl))),
  )

  let document = ''
  app.addHook('onReady', (done) => {
    document = JSON.stringify(app.swagger())
    done()
  })
  app.get('/openapi.json', { config: { docs: OPENAPI_DOCS } }, (_request, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(document),
  )
}

function firstPage({ channels, version }: HttpParts, origin: string): Html {
  const captured = channels.sms.capturing && channels.push.capturing
  return html`<h1>Tidings runs.</h1>
    <p class="lead">
      ${captured ? 'Capture mode: nothing leaves this machine.' : 'What is sent here leaves this machine where it says live.'}
    </p>
    <table>
      <thead>
        <tr>
          <th scope="col">Channel</th>
          <th scope="col">Mode</th>
          <th scope="col">Provider</th>
        </tr>
      </thead>
      <tbody>
        ${channelRow('SMS', channels.sms)} ${channelRow('Push', channels.push)}
      </tbody>
    </table>
    <h2>Send your first SMS</h2>
    <pre><code>${curlLine(origin, '/smss')}</code></pre>
    <p>It answers with a <code>message_id</code>; <code>/smss/&lt;message_id&gt;</code> says what became of it.</p>
    <h2>More</h2>
    <p>
      <a href="/openapi.json">The API as OpenAPI 3.1</a> · <a href="/errors">Every error, and how to fix it</a> ·
      <a href="/readyz">Whether this node is ready</a>
    </p>
    <p class="over">Version ${version}</p>`
}

function channelRow(name: string, channel: Channel): Html {
  const state = channel.capturing
    ? html`<span class="state held">▢ Captured, not sent</span>`
    : html`<span class="state live">✓ Live</span>`
  return html`<tr>
    <td>${name}</td>
    <td>${state}</td>
    <td><code>${channel.provider}</code></td>
  </tr>`
}

const FIRST_DOCS: RouteDocs = {
  operationId: 'firstPage',
  summary: 'A page that says what runs here',
  tag: 'service',
  ok: { description: 'The page.', content: { 'text/html': { schema: { type: 'string' } } } },
  errors: [],
}

const OPENAPI_DOCS: RouteDocs = {
  operationId: 'readOpenApi',
  summary: 'This document',
  tag: 'service',
  ok: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
  errors: [],
}
