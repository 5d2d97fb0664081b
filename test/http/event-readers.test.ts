import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EventRow } from '../../src/domain/event.ts'
import type { EventOutlet } from '../../src/flows/webhooks/event-feed.ts'
import type { HttpParts, Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { until } from '../support/until.ts'
import { createStandIns } from './stand-ins.ts'

const PLACE = { xid: '1', id: 0 }

let app: Server
let url: URL
/** Those who follow, in the order in which they came. */
const followers = new Set<EventOutlet>()
/** The server's ends of the connections. */
const served: Socket[] = []

beforeAll(async () => {
  const { parts } = createStandIns()
  const followed: HttpParts['events']['follow'] = (_place, outlet) => {
    followers.add(outlet)
    return { at: () => PLACE, stop: () => void followers.delete(outlet) }
  }
  app = createServer({ ...parts, events: { ...parts.events, follow: followed } })
  app.server.on('connection', (socket: Socket) => void served.push(socket))
  url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
})

afterAll(() => app.close())

function ask(): Socket {
  const socket = connect(Number(url.port), url.hostname).on('error', () => undefined)
  socket.pause().write('GET /events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  return socket
}

/** A reader whose events have begun; it reads nothing yet. */
async function follow(): Promise<Socket> {
  const before = followers.size
  const socket = ask()
  await until(() => followers.size > before)
  return socket
}

/** What came to a reader until the server had no more for him, from here on. */
async function readAll(socket: Socket): Promise<string> {
  const pieces: Buffer[] = []
  socket.on('data', (piece: Buffer) => void pieces.push(piece)).resume()
  await once(socket, 'end')
  return Buffer.concat(pieces).toString()
}

const SENT: EventRow = {
  ...PLACE,
  at: new Date('2026-03-01T14:02:11.000Z'),
  type: 'sms.sent',
  status: 'sent',
  reason: null,
  messageId: 1,
  notificationId: null,
  tokenId: null,
  clientId: null,
  endpointId: null,
  category: 'transactional',
  // The only field of a thin event that has room for much.
  tag: 'x'.repeat(100_000),
  provider: 'sandbox',
  segments: 1,
  topic: null,
  contact: null,
  sender: null,
  subject: null,
  message: null,
  title: null,
  body: null,
  token: null,
}

test('a reader who reads nothing holds a megabyte, is told why it ends, and the others get everything', async () => {
  const slow = await follow()
  const theirs = served.at(-1)
  const other = await follow()
  let told = ''
  other.on('data', (piece: Buffer) => (told += String(piece).replaceAll('x', ''))).resume()
  const COUNT = 400
  for (let id = 1; id <= COUNT; id += 1) {
    for (const { take } of followers) take({ ...SENT, id })
    await nextTurn()
    // More than a few of these would be too much for one who reads, too.
    if (id % 5 === 0) await until(() => told.includes(`id: 1-${id}\n`), 60_000, 1)
  }
  if (theirs === undefined) throw new Error('nobody was served')
  const gone = theirs.bytesWritten - theirs.writableLength
  const text = await readAll(slow)
  expect(Buffer.byteLength(text) - gone).toBeLessThan(1.5 * 1_048_576)
  expect(text).toMatch(/event: closing\ndata: \{"reason":"too_slow"\}\n\n\r\n0\r\n\r\n$/)
  expect(text).not.toContain(`id: 1-${COUNT}\n`)
  expect(told.match(/event: message/g)).toHaveLength(COUNT)
  other.destroy()
  await until(() => followers.size === 0)
})

test('the 101st reader is told to come back, and gets in once another has left', async () => {
  const readers = Array.from({ length: 100 }, ask)
  await until(() => followers.size === 100)
  const refused = await fetch(new URL('/events', url))
  expect({ status: refused.status, wait: refused.headers.get('retry-after') }).toEqual({ status: 503, wait: '5' })
  expect(await refused.json()).toMatchObject({ code: 'overloaded' })
  readers.pop()?.destroy()
  await until(() => followers.size === 99)
  readers.push(await follow())
  expect(followers.size).toBe(100)
  for (const reader of readers) reader.destroy()
  await until(() => followers.size === 0)
})
