import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { FastifyReply } from 'fastify'
import { deviceSettings } from '../device.ts'
import type { RouteDocs } from '../documentation.ts'
import { takesGzip } from '../gzip.ts'
import { html, sendPage, type Html } from '../html.ts'
import { originOf } from '../origin.ts'
import type { Channel, HttpParts, Server } from '../parts.ts'
import { curlLine } from '../shell-quotes.ts'

/** The page at `/` with its worker, and the OpenAPI document. */
export function pageRoutes(app: Server, parts: HttpParts): void {
  if (parts.pages === null) bareFirstPage(app, parts)
  else devicePage(app, parts, parts.pages)

  let document = ''
  let packed: Buffer | null = null
  app.addHook('onReady', (done) => {
    document = `${JSON.stringify(app.swagger())}\n`
    done()
  })
  app.get('/openapi.json', { config: { docs: OPENAPI_DOCS, scope: 'open' } }, (request, reply) => {
    void reply.headers({ 'content-type': 'application/json; charset=utf-8', vary: 'accept-encoding' })
    if (!takesGzip(request.headers['accept-encoding'])) return reply.send(document)
    packed ??= gzipSync(document)
    return reply.header('content-encoding', 'gzip').send(packed)
  })
}

/** Where nothing has been built. */
function bareFirstPage(app: Server, parts: HttpParts): void {
  app.get('/', { config: { docs: FIRST_DOCS, scope: 'open' } }, (request, reply) =>
    sendPage(
      reply,
      'What runs here',
      html`<h1>Tidings runs.</h1>
        ${whatRuns(parts, originOf(request, parts.publicUrl))}`,
    ),
  )
}

/** The hosts that a browser registers with. Source: Firebase's own SDK; both are called by the page and its worker. */
const GOOGLE = 'https://firebaseinstallations.googleapis.com https://fcmregistrations.googleapis.com'

const SAFE = {
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

const PAGE_HEADERS = {
  ...SAFE,
  'content-type': 'text/html; charset=utf-8',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
}

/** `away`: other hosts that it may call, with spaces between. */
function pagePolicy(away: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "manifest-src 'self'",
    "worker-src 'self'",
    `connect-src 'self' ${away}`.trim(),
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types tidings-worker',
  ].join('; ')
}

/** `away`: other hosts that it may call; where a push says where to report, that is the service's public address. */
function workerHeaders(away: string): Readonly<Record<string, string>> {
  const policy = `default-src 'none'; connect-src 'self' ${away}`.trim()
  return { ...SAFE, 'content-type': 'text/javascript; charset=utf-8', 'content-security-policy': policy }
}

/** Lets an iPhone add the page to its Home Screen, from where alone it gets pushes. Source: W3C, “Web Application Manifest”. */
const MANIFEST = JSON.stringify({ name: 'Tidings', short_name: 'Tidings', start_url: '/', display: 'standalone' })

function devicePage(app: Server, parts: HttpParts, directory: string): void {
  const { publicUrl, channels, device } = parts
  const { keys, pushProject, callProject, webPushKey } = device
  const captured = channels.push.capturing
  const settings = deviceSettings(keys, { captured, pushProject, callProject, publicUrl, webPushKey })
  const away = settings.webPushKey === null ? GOOGLE : ''
  const reports = publicUrl === null ? '' : new URL(publicUrl).origin
  const page = readFileSync(join(directory, 'device', 'index.html'), 'utf8').replace('<!--settings-->', () =>
    dataElement('settings', settings),
  )
  const { vapidKey: _forThePage, ...options } = settings.firebase ?? { vapidKey: '' }
  const workerOptions = settings.firebase === null ? null : options
  const worker = `self.TIDINGS_FIREBASE = ${JSON.stringify(workerOptions)};\n${readFileSync(join(directory, WORKER), 'utf8')}`

  app.get('/', { config: { docs: FIRST_DOCS, scope: 'open' } }, (request, reply) => {
    const service = whatRuns(parts, originOf(request, publicUrl))
    return sendWith(
      reply,
      { ...PAGE_HEADERS, 'content-security-policy': pagePolicy(away) },
      page.replace('<!--service-->', () => service.markup),
    )
  })
  app.get(`/${WORKER}`, { config: { scope: 'open' } }, (_request, reply) =>
    sendWith(reply, workerHeaders(`${GOOGLE} ${reports}`), worker),
  )
  const webPushWorker = readFileSync(join(directory, WEB_PUSH_WORKER), 'utf8')
  app.get(`/${WEB_PUSH_WORKER}`, { config: { scope: 'open' } }, (_request, reply) =>
    sendWith(reply, workerHeaders(reports), webPushWorker),
  )
  app.get('/manifest.webmanifest', { config: { scope: 'open' } }, (_request, reply) =>
    sendWith(reply, { ...SAFE, 'content-type': 'application/manifest+json' }, MANIFEST),
  )
}

/** The name that Firebase's SDK gives it. */
const WORKER = 'firebase-messaging-sw.js'
/** Where there is no Firebase. */
const WEB_PUSH_WORKER = 'web-push-sw.js'

function sendWith(reply: FastifyReply, headers: Readonly<Record<string, string>>, body: string): FastifyReply {
  return reply.headers(headers).send(body)
}

/** JSON that a page reads and no browser runs. Without `<` nothing in it ends the element. */
function dataElement(id: string, value: object): string {
  return `<script type="application/json" id="${id}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`
}

function whatRuns({ channels, version }: HttpParts, origin: string): Html {
  const captured = channels.sms.capturing && channels.push.capturing
  const lead = captured
    ? 'Capture mode: nothing leaves this machine.'
    : 'What is sent here leaves this machine where it says live.'
  return html`<section class="service" aria-labelledby="service">
    <div>
      <h2 id="service">What runs here</h2>
      <p class="lead">${lead}</p>
      ${firstSms(channels.sms, origin)}
      <p>
        <a href="/dashboard">The dashboard</a> · <a href="/docs">The API reference</a> ·
        <a href="/errors">Every error, and how to fix it</a> · <a href="/readyz">Whether this node is ready</a>
      </p>
    </div>
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
    <p class="over">Version ${version}</p>
  </section>`
}

function firstSms({ capturing, provider }: Channel, origin: string): Html {
  const line = curlLine(origin, '/smss').replaceAll(/ (?=-[Hd] )/g, ' \\\n  ')
  const cost = capturing ? '' : `This sends a real SMS through ${provider}: put a number of your own in. `
  return html`<div class="copyable-top">
      <h3>${capturing ? 'Send your first SMS' : 'Send an SMS'}</h3>
      <span data-copy="first-sms"></span>
    </div>
    <pre tabindex="0" id="first-sms">${line}</pre>
    <p>
      ${cost}It answers with a <code>message_id</code>; <code>/smss/&lt;message_id&gt;</code> says what became of it.
    </p>`
}

function channelRow(name: string, channel: Channel): Html {
  const state = channel.capturing
    ? html`<span class="state held mute">▢ Captured, not sent</span>`
    : html`<span class="state live ok">✓ Live</span>`
  return html`<tr>
    <td>${name}</td>
    <td>${state}</td>
    <td><code>${channel.provider}</code></td>
  </tr>`
}

const FIRST_DOCS: RouteDocs = {
  operationId: 'firstPage',
  summary: 'A page that registers this browser for pushes, and says what runs here',
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
