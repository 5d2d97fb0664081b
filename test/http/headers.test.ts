import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createStandIns } from './stand-ins.ts'

const ASSET = '/assets/main-0a1b2c.js'

let pages: string
let app: Server
let url: string
let operations: readonly (readonly [method: string, path: string])[]

beforeAll(async () => {
  pages = mkdtempSync(join(tmpdir(), 'tidings-headers-'))
  for (const folder of ['device', 'dashboard', 'reference', 'assets']) mkdirSync(join(pages, folder))
  for (const page of ['device', 'dashboard', 'reference']) writeFileSync(join(pages, page, 'index.html'), '')
  writeFileSync(join(pages, 'firebase-messaging-sw.js'), '')
  writeFileSync(join(pages, 'web-push-sw.js'), '')
  writeFileSync(join(pages, ASSET), 'void 0')
  app = createServer(createStandIns({ pages }).parts)
  url = await app.listen({ host: '127.0.0.1', port: 0 })
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, object> }
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, '1')] as const),
  )
})

afterAll(async () => {
  await app.close()
  rmSync(pages, { recursive: true })
})

const OTHERS = [
  ['GET', '/dashboard'],
  ['GET', '/dashboard/inbox/x'],
  ['GET', '/firebase-messaging-sw.js'],
  ['GET', '/web-push-sw.js'],
  ['GET', '/manifest.webmanifest'],
  ['GET', ASSET],
  ['GET', '/nowhere'],
  ['GET', '/errors/not_found.txt'],
  ['PUT', '/smss'],
  ['OPTIONS', '/smss'],
  ['HEAD', '/smss'],
  ['GET', '/%zz'],
  ['GET', `/${'x'.repeat(5_000)}`],
] as const

interface Seen {
  readonly call: string
  readonly status: number
  readonly headers: Headers
}

/** What a page of another site would ask, of every route and of what is none. */
async function seeAll(): Promise<readonly Seen[]> {
  const seen: Seen[] = []
  for (const [method, path] of [...operations, ...OTHERS]) {
    const body = method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? null : '{"to":1}'
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST', accept: 'text/html' }
    const json: Record<string, string> = body === null ? {} : { 'content-type': 'application/json' }
    const answer = await fetch(url + path, { method, body, headers: { ...headers, ...json } })
    // A stream of events has no end.
    await answer.body?.cancel()
    seen.push({ call: `${method} ${path.slice(0, 40)}`, status: answer.status, headers: answer.headers })
  }
  return seen
}

const isPage = ({ headers }: Seen): boolean => headers.get('content-type')?.startsWith('text/html') === true

test('no answer can be framed, guessed at, kept, or read by another site', async () => {
  const seen = await seeAll()
  expect(seen.length).toBeGreaterThan(50)
  const faults = seen.flatMap(({ call, headers }) => {
    const policy = headers.get('content-security-policy') ?? ''
    const rules: Readonly<Record<string, boolean>> = {
      nosniff: headers.get('x-content-type-options') === 'nosniff',
      referrer: headers.get('referrer-policy') === 'no-referrer',
      resource: headers.get('cross-origin-resource-policy') === 'same-origin',
      policy: policy.startsWith("default-src 'none'") && !/unsafe|\*/.test(policy),
      kept: call.includes('/assets/') || headers.get('cache-control') === 'no-store',
      // Devices report from workers of every origin, and read nothing but that it was stored.
      cors: call.includes(' /evidence/') || ![...headers.keys()].some((name) => name.startsWith('access-control-')),
      maker: !headers.has('server') && !headers.has('x-powered-by'),
      tls: !headers.has('strict-transport-security'),
      id: headers.has('request-id'),
    }
    return Object.entries(rules).flatMap(([name, holds]) => (holds ? [] : [`${call}: ${name}`]))
  })
  expect(faults).toEqual([])
  const opened = seen.filter(isPage).filter(({ headers }) => {
    const policy = headers.get('content-security-policy') ?? ''
    const walled = ["frame-ancestors 'none'", "base-uri 'none'"].every((rule) => policy.includes(rule))
    const trusted = !policy.includes('script-src') || policy.includes("require-trusted-types-for 'script'")
    return !walled || !trusted || headers.get('cross-origin-opener-policy') !== 'same-origin'
  })
  expect(seen.filter(isPage).length).toBeGreaterThan(3)
  expect(opened.map(({ call }) => call)).toEqual([])
})

test('over TLS the browser is told to come by TLS alone', async () => {
  const secure = createServer(createStandIns({ publicUrl: 'https://tidings.example' }).parts)
  for (const path of ['/', '/smss/1', '/nowhere', '/%zz'])
    expect((await secure.inject(path)).headers['strict-transport-security']).toBe('max-age=31536000')
  await secure.close()
})

test.each(['nonsense\r\n\r\n', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'])(
  '%j is answered with them, too',
  async (bytes) => {
    const text = await new Promise<string>((resolve, reject) => {
      let heard = ''
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes))
      socket.setEncoding('latin1').on('data', (chunk: string) => (heard += chunk))
      socket.on('error', reject).on('close', () => resolve(heard))
    })
    expect(text).toMatch(/^x-content-type-options: nosniff\r$/im)
    expect(text).toMatch(/^cache-control: no-store\r$/im)
    expect(text).toMatch(/^content-security-policy: default-src 'none';/im)
  },
)
