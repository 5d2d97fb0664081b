import { expect, test } from 'vitest'
import type { Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { createStandIns } from './stand-ins.ts'

const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' }

interface Place {
  readonly loopbackOnly?: boolean
  readonly publicUrl?: string
}

/** Making one takes longer than asking it. */
const servers = new Map<string, Server>()

function serverAt(place: Place): Server {
  const name = JSON.stringify(place)
  const server = servers.get(name) ?? createServer({ ...createStandIns().parts, loopbackOnly: true, ...place })
  servers.set(name, server)
  return server
}

async function statusOf(headers: Readonly<Record<string, string>>, place: Place = {}): Promise<number> {
  return (await serverAt(place).inject({ url: '/livez', headers })).statusCode
}

test.each([
  'localhost:5000',
  '127.0.0.1:5000',
  '[::1]:5000',
  '192.168.1.7:5000',
  'tidings:5000',
  'tidings.localhost',
  'host.docker.internal:5000',
  'tidings.default.svc.cluster.local',
])('%s names nobody else: it is served, to browsers too', async (host) => {
  expect(await statusOf({ host, ...BROWSER })).toBe(200)
})

test.each(['evil.example:5000', 'localhost.evil.example', '127.0.0.1.evil.example:5000'])(
  'a page at %s, whose name was made to point here, gets nothing',
  async (host) => {
    expect(await statusOf({ host, ...BROWSER })).toBe(403)
    expect(await statusOf({ host })).toBe(403)
    expect(await statusOf({ host, ...BROWSER }, { loopbackOnly: false })).toBe(403)
  },
)

test('where others reach it, programs may call it by any name', async () => {
  expect(await statusOf({ host: 'sms.shop.example' }, { loopbackOnly: false })).toBe(200)
})

test('the name in PUBLIC_URL is its own', async () => {
  const publicUrl = 'https://sms.shop.example'
  expect(await statusOf({ host: 'sms.shop.example', ...BROWSER }, { publicUrl })).toBe(200)
  expect(await statusOf({ host: 'sms.shop.example.evil.example', ...BROWSER }, { publicUrl })).toBe(403)
})
