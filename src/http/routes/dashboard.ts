import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import { BUILT_PAGE_HEADERS, withService } from '../built-page.ts'
import type { HttpParts, Server } from '../parts.ts'

/** Serves `/dashboard`, every address below it (which are the page's own), and `/assets/`, which all built pages share. */
export function dashboardRoutes(app: Server, parts: HttpParts): void {
  if (parts.pages === null) return
  const page = withService(readFileSync(join(parts.pages, 'dashboard', 'index.html'), 'utf8'), parts)
  for (const path of ['/dashboard', '/dashboard/*'])
    app.get(path, { config: { scope: 'open' } }, (_request, reply) => reply.headers(BUILT_PAGE_HEADERS).send(page))
  serveAssets(app, join(parts.pages, 'assets'))
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
