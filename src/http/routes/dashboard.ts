import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { html } from '../html.ts'
import type { HttpParts, Server } from '../parts.ts'

/** Nothing but our own files, no script that a text could bring along, no string that becomes markup. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
}

/** Serves `/dashboard`, every address below it (which are the page's own), and `/assets/`, which all built pages share. */
export function dashboardRoutes(app: Server, parts: HttpParts): void {
  if (parts.pages === null) return
  const page = withService(readFileSync(join(parts.pages, 'dashboard', 'index.html'), 'utf8'), parts)
  for (const path of ['/dashboard', '/dashboard/*'])
    app.get(path, { config: { scope: 'open' } }, (_request, reply) => reply.headers(HEADERS).send(page))
  serveAssets(app, join(parts.pages, 'assets'))
}

/** What the page has to know before it asks for anything. */
function withService(page: string, { version, channels, auth }: HttpParts): string {
  const live = [...(channels.sms.capturing ? [] : ['sms']), ...(channels.push.capturing ? [] : ['push'])]
  const { markup } = html`<meta name="tidings-version" content="${version}" />
    <meta name="tidings-live" content="${live.join(' ')}" />
    <meta name="tidings-keys" content="${auth.required ? 'required' : 'none'}" />`
  return page.replace('<!--service-->', () => markup)
}

/** Their names change with their content, so a browser asks for each of them once. */
function serveAssets(app: Server, root: string): void {
  app.register(fastifyStatic, {
    root,
    prefix: '/assets/',
    wildcard: false,
    globIgnore: ['**/*.{br,gz}'],
    index: false,
    decorateReply: false,
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    setHeaders: (response) => {
      response.setHeader('Vary', 'Accept-Encoding')
      response.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
    },
  })
}
