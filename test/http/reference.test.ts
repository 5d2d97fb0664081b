import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { ROOT } from '../support/documents.ts'
import { operationsOf, type Document } from '../support/openapi.ts'
import { createStandIns } from './stand-ins.ts'

let pages: string
let app: Server
let bare: Server
let document: Document

beforeAll(async () => {
  pages = mkdtempSync(join(tmpdir(), 'tidings-pages-'))
  for (const folder of ['device', 'dashboard', 'reference', 'assets']) mkdirSync(join(pages, folder))
  for (const file of ['dashboard/index.html', 'device/index.html', 'firebase-messaging-sw.js', 'web-push-sw.js'])
    writeFileSync(join(pages, file), '')
  writeFileSync(join(pages, 'reference/index.html'), '<head><!--service--></head><body><!--plain--></body>')
  app = createServer(createStandIns({ pages }).parts)
  bare = createServer(createStandIns({ pages: null }).parts)
  document = (await app.inject('/openapi.json')).json()
})

afterAll(async () => {
  await Promise.all([app.close(), bare.close()])
  rmSync(pages, { recursive: true })
})

test('nothing but its own files can be loaded into the reference, and no text becomes markup', async () => {
  const { statusCode, headers } = await app.inject('/docs')
  expect(statusCode).toBe(200)
  expect(headers['content-type']).toBe('text/html; charset=utf-8')
  const policy = String(headers['content-security-policy']).split('; ')
  expect(policy).toEqual(expect.arrayContaining(["default-src 'none'", "script-src 'self'", "connect-src 'self'"]))
  expect(policy.join(' ')).not.toMatch(/unsafe|https?:|\*/)
})

test('the page knows whether keys are asked for, and of whatever leaves the machine', async () => {
  const { body } = await app.inject('/docs')
  expect(body).toContain('<meta name="tidings-keys" content="none" />')
  expect(body).toContain('<meta name="tidings-live" content="" />')
})

test.each([
  ['without scripts', () => app],
  ['where no pages have been built', () => bare],
])('%s every operation is listed', async (_name, server) => {
  const { body } = await server().inject({ url: '/docs', headers: { accept: 'text/html' } })
  for (const { method, path } of operationsOf(document)) expect(body).toContain(`<code>${method} ${path}</code>`)
  expect(body.match(/<h1>/g)).toHaveLength(1)
})

test('the reference is there as Markdown, each operation with its address, and every link leads somewhere', async () => {
  const { headers, body } = await app.inject('/docs.md')
  expect(headers['content-type']).toBe('text/markdown; charset=utf-8')
  for (const { method, path } of operationsOf(document)) expect(body).toContain(`\n\`${method} ${path}\`\n`)
  expect(body).toContain('"message": "Your code is 482913"')
  await expectLinks('/docs.md', body)
})

test('llms.txt has the form that readers of it know: a title, a summary, then lists of links', async () => {
  const { headers, body } = await app.inject({ url: '/llms.txt', headers: { host: 'localhost:5000' } })
  expect(headers['content-type']).toBe('text/plain; charset=utf-8')
  const [title, summary] = body.split('\n\n')
  expect(title).toBe('# Tidings')
  expect(summary).toMatch(/^> \S/)
  const lists = body.split(/^## .+$/m).slice(1)
  expect(lists.length).toBeGreaterThan(1)
  for (const list of lists)
    for (const line of list.trim().split('\n'))
      expect(line).toMatch(/^- \[[^\]]+\]\(http:\/\/localhost:5000\/[\w/.-]+\)(: .+\.)?$/)
})

test('llms.txt lists every page of the documentation, and every link of it and of them leads somewhere', async () => {
  const { body } = await app.inject('/llms.txt')
  const listed = [...body.matchAll(/\]\(https?:\/\/[^/]+(\/[^)]+)\)/g)].map(([, path = '']) => path)
  const files = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
  expect(listed).toEqual(expect.arrayContaining(files.map((name) => `/docs/${name}`)))
  for (const path of listed) {
    const page = await app.inject(path)
    expect([path, page.statusCode]).toEqual([path, 200])
    if (path.startsWith('/docs/')) await expectLinks(path, page.body)
  }
})

test('a page that is not there is not found, whatever it is called', async () => {
  for (const page of ['nothing.md', 'client', '..%2fpackage.json', 'decisions', '%2e%2e%2fREADME.md'])
    expect((await app.inject(`/docs/${page}`)).statusCode).toBe(404)
})

const known = new Map<string, number>()

/** Every link of a Markdown page that stays on this service. */
async function expectLinks(from: string, text: string): Promise<void> {
  const outsideCode = text.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '')
  for (const [, link = ''] of outsideCode.matchAll(/\]\(([^)\s]+)\)/g)) {
    const { pathname, hostname } = new URL(link, `http://here${from}`)
    if (hostname !== 'here') continue
    const status = known.get(pathname) ?? (await app.inject(pathname)).statusCode
    known.set(pathname, status)
    expect([from, link, status]).toEqual([from, link, 200])
  }
}
