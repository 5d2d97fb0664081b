import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createStandIns } from './stand-ins.ts'

const SCRIPT = 'console.log("a script that is long enough to be worth its compression")'
const ASSET = '/assets/main-0a1b2c.js'

let pages: string
let app: Server

beforeAll(() => {
  pages = mkdtempSync(join(tmpdir(), 'tidings-pages-'))
  for (const folder of ['device', 'dashboard', 'reference', 'assets']) mkdirSync(join(pages, folder))
  writeFileSync(join(pages, 'dashboard/index.html'), '<head><!--service--></head>')
  writeFileSync(join(pages, 'device/index.html'), '')
  writeFileSync(join(pages, 'reference/index.html'), '')
  writeFileSync(join(pages, 'firebase-messaging-sw.js'), '')
  writeFileSync(join(pages, 'web-push-sw.js'), '')
  writeFileSync(join(pages, ASSET), SCRIPT)
  writeFileSync(join(pages, `${ASSET}.gz`), gzipSync(SCRIPT))
  writeFileSync(join(pages, `${ASSET}.br`), brotliCompressSync(SCRIPT))
  const live = { provider: 'twilio "&<"', capturing: false }
  const captured = { provider: 'sandbox', capturing: true }
  app = createServer(createStandIns({ pages, channels: { sms: live, push: captured } }).parts)
})

afterAll(async () => {
  await app.close()
  rmSync(pages, { recursive: true })
})

test.each(['/dashboard', '/dashboard/', '/dashboard/inbox/%2B201009129288/sms_1', '/dashboard?q=x'])(
  '%s is the page, which reads the address itself',
  async (url) => {
    const { statusCode, headers, body } = await app.inject(url)
    expect(statusCode).toBe(200)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(body).toContain('<meta name="tidings-live" content="sms" />')
    expect(body).toContain('<meta name="tidings-version" content="0.0.0" />')
  },
)

test('nothing but its own files can be loaded into the page, and no text becomes markup', async () => {
  const { headers } = await app.inject('/dashboard')
  const policy = String(headers['content-security-policy']).split('; ')
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("script-src 'self'")
  expect(policy).toContain("require-trusted-types-for 'script'")
  expect(policy.join(' ')).not.toMatch(/unsafe|https?:|\*/)
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  })
})

describe('an asset', () => {
  test.each([
    ['br', (body: Buffer) => brotliDecompressSync(body)],
    ['gzip', (body: Buffer) => gunzipSync(body)],
    [undefined, (body: Buffer) => body],
  ])('is sent as %s to a browser that takes it', async (encoding, read) => {
    const accepted = encoding === undefined ? {} : { 'accept-encoding': encoding }
    const { headers, rawPayload } = await app.inject({ url: ASSET, headers: accepted })
    expect(headers['content-encoding']).toBe(encoding)
    expect(headers['content-type']).toMatch(/javascript/)
    expect(headers.vary).toBe('Accept-Encoding')
    expect(read(rawPayload).toString()).toBe(SCRIPT)
  })

  test('is asked for once, for its name changes with it', async () => {
    const { headers } = await app.inject(ASSET)
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(headers['x-content-type-options']).toBe('nosniff')
  })

  test.each(['/assets/main-old.js', `${ASSET}.gz`, '/assets/..%2fdashboard%2findex.html'])(
    'that is not there is not found: %s',
    async (url) => {
      const { statusCode, body } = await app.inject(url)
      expect(statusCode).toBe(404)
      expect(body).not.toContain('<!--service-->')
    },
  )
})

test('a path of the page takes nothing but GET', async () => {
  const { statusCode, headers } = await app.inject({ method: 'POST', url: '/dashboard/inbox/x' })
  expect(statusCode).toBe(405)
  expect(headers.allow).toBe('GET, HEAD, OPTIONS')
})

test('without pages there is no dashboard', async () => {
  const bare = createServer(createStandIns({ pages: null }).parts)
  expect((await bare.inject('/dashboard')).statusCode).toBe(404)
  await bare.close()
})
