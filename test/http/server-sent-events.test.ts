import { once } from 'node:events'
import { connect } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { InboxEvent } from '../../src/flows/inbox/inbox-feed.ts'
import type { HttpParts, Server } from '../../src/http/parts.ts'
import { createServer } from '../../src/http/server.ts'
import { until } from '../support/until.ts'
import { INBOX_SMS } from './records.ts'
import { createStandIns } from './stand-ins.ts'

const AT = new Date('2026-03-01T14:02:11.000Z')

interface Feed {
  readonly app: Server
  readonly url: URL
  readonly readers: Set<(event: InboxEvent) => void>
}

/** A server whose inbox does what the test says. */
async function serve(more: Partial<HttpParts['inbox']> = {}): Promise<Feed> {
  const readers = new Set<(event: InboxEvent) => void>()
  const { parts } = createStandIns()
  const follow: HttpParts['inbox']['follow'] = (take) => {
    readers.add(take)
    return { ready: Promise.resolve(AT), stop: () => void readers.delete(take) }
  }
  const app = createServer({ ...parts, inbox: { ...parts.inbox, follow, ...more } })
  return { app, url: new URL(await app.listen({ host: '127.0.0.1', port: 0 })), readers }
}

/** What came until the server hung up, or `enough` was there. */
async function read({ url }: Feed, headers: string, enough: string): Promise<string> {
  const socket = connect(Number(url.port), url.hostname)
  socket.write(`GET /inbox/events HTTP/1.1\r\nHost: a\r\n${headers}\r\n`)
  let text = ''
  for await (const chunk of socket) {
    text += String(chunk)
    if (text.includes(enough)) break
  }
  return text
}

test('a reader gets the headers of a stream, when to try again, and word that nothing is left out from here on', async () => {
  const feed = await serve()
  const text = await read(feed, '', 'event: ready')
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(text).toMatch(/^content-type: text\/event-stream; charset=utf-8\r$/im)
  expect(text).toMatch(/^cache-control: no-store\r$/im)
  expect(text).toContain('retry: 2000\n\n')
  expect(text).toContain(`event: ready\nid: ${AT.getTime()}\n`)
  await feed.app.close()
})

test('what a reader missed comes before the word that he is up to date', async () => {
  let asked: Date | null = null
  const feed = await serve({
    missed: async (since) => {
      asked = since
      return [{ kind: 'deleted', at: since, tag: 'a', to: null }]
    },
  })
  const text = await read(feed, 'Last-Event-ID: 1772373731000\r\n', 'event: ready')
  expect(asked).toEqual(new Date(1_772_373_731_000))
  expect(text.indexOf('event: deleted\nid: 1772373731000\ndata: {"tag":"a","to":null}\n\n')).toBeGreaterThan(0)
  expect(text.indexOf('event: deleted')).toBeLessThan(text.indexOf('event: ready'))
  await feed.app.close()
})

test('a reader who missed too much is told to read everything again', async () => {
  const feed = await serve({ missed: async () => null })
  expect(await read(feed, 'Last-Event-ID: 1\r\n', 'event: ready')).toContain('event: reset\n')
  expect(await read(feed, 'Last-Event-ID: yesterday\r\n', 'event: ready')).not.toContain('event: reset\n')
  await feed.app.close()
})

test('a reader who leaves is not told any more', async () => {
  const feed = await serve()
  const socket = connect(Number(feed.url.port), feed.url.hostname)
  socket.write('GET /inbox/events HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => feed.readers.size === 1)
  socket.destroy()
  await until(() => feed.readers.size === 0)
  await feed.app.close()
})

test('a reader who does not read is dropped, and holds no more than a few megabytes', async () => {
  const feed = await serve()
  const socket = connect(Number(feed.url.port), feed.url.hostname)
  socket.pause()
  socket.write('GET /inbox/events HTTP/1.1\r\nHost: a\r\n\r\n')
  await until(() => feed.readers.size === 1)
  const text = 'x'.repeat(20_000)
  let events = 0
  for (; feed.readers.size > 0 && events < 10_000; events++) {
    for (const take of feed.readers) take({ kind: 'message', at: AT, record: { ...INBOX_SMS, id: events + 1, text } })
    await nextTurn()
  }
  expect(feed.readers.size).toBe(0)
  socket.destroy()
  await feed.app.close()
})

test('more readers than may follow are told to come back', async () => {
  const feed = await serve()
  const sockets = Array.from({ length: 100 }, () => {
    const socket = connect(Number(feed.url.port), feed.url.hostname)
    socket.write('GET /inbox/events HTTP/1.1\r\nHost: a\r\n\r\n')
    return socket.resume()
  })
  await until(() => feed.readers.size === 100)
  const refused = await fetch(new URL('/inbox/events', feed.url))
  expect(refused.status).toBe(503)
  expect(await refused.json()).toMatchObject({ code: 'overloaded' })
  for (const socket of sockets) socket.destroy()
  await until(() => feed.readers.size === 0)
  await feed.app.close()
})

test('a stop ends the streams', async () => {
  const feed = await serve()
  const socket = connect(Number(feed.url.port), feed.url.hostname)
  socket.write('GET /inbox/events HTTP/1.1\r\nHost: a\r\n\r\n')
  socket.resume()
  await until(() => feed.readers.size === 1)
  const ended = once(socket, 'close')
  await feed.app.close()
  await ended
  expect(feed.readers.size).toBe(0)
})
