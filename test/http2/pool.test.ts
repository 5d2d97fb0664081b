import { getEventListeners, once } from 'node:events'
import type { ServerHttp2Stream } from 'node:http2'
import { expect, test } from 'vitest'
import { createHttp2Pool } from '../../src/http2/pool.ts'
import { answerAll, echo, pool, post, range, startPeer } from './peer.ts'

test('an answer brings status, headers and body', async () => {
  const peer = await startPeer(echo)
  expect(await post(pool(peer.origin), '{"a":"é"}')).toEqual({
    kind: 'answer',
    status: 200,
    headers: expect.objectContaining({ 'x-seen': 'yes' }) as unknown,
    body: '{"a":"é"}',
  })
})

test('connections are opened only when those there are have no room', async () => {
  const peer = await startPeer(echo)
  const client = pool(peer.origin)
  for (const index of range(5)) await post(client, String(index))
  expect(peer.sessions.length).toBe(1)
  await Promise.all(range(1_000).map((index) => post(client, String(index))))
  expect(peer.sessions.length).toBeGreaterThan(1)
  expect(peer.sessions.length).toBeLessThanOrEqual(4)
})

test('never more streams are open than the peer allows, also after it allows fewer', async () => {
  let [open, most] = [0, 0]
  const held: ServerHttp2Stream[] = []
  const peer = await startPeer((stream) => {
    open += 1
    most = Math.max(most, open)
    held.push(stream)
    stream.on('close', () => (open -= 1))
    if (held.length >= 10) answerAll(held)
  })
  peer.server.updateSettings({ maxConcurrentStreams: 10 })
  const client = pool(peer.origin, { sessions: 1 })
  const first = await Promise.all(range(100).map((index) => post(client, String(index))))
  expect(first.filter((result) => result.kind === 'answer').length).toBe(100)
  expect(most).toBe(10)

  const [session] = peer.sessions
  if (session === undefined) throw new Error('no session')
  const told = once(session, 'localSettings')
  session.settings({ maxConcurrentStreams: 5 })
  await told
  ;[most, held.length] = [0, 0]
  const later = range(5).map((index) => post(client, String(index)))
  const more = range(5).map((index) => post(client, String(index)))
  await once(peer.server, 'stream')
  while (held.length < 5) await once(peer.server, 'stream')
  expect(most).toBe(5)
  answerAll(held)
  while (held.length < 5) await once(peer.server, 'stream')
  answerAll(held)
  await Promise.all([...later, ...more])
  expect(most).toBe(5)
})

test('an aborted request is not processed while it waits and uncertain once written', async () => {
  const peer = await startPeer(() => undefined)
  peer.server.updateSettings({ maxConcurrentStreams: 1 })
  const client = pool(peer.origin, { sessions: 1 })
  const stopped = new AbortController()
  const results = Promise.all([post(client, 'written', stopped.signal), post(client, 'waits', stopped.signal)])
  await once(peer.server, 'stream')
  stopped.abort()
  expect(await results).toEqual([
    { kind: 'fault', processed: 'maybe', reason: 'aborted' },
    { kind: 'fault', processed: 'no', reason: 'aborted' },
  ])
  expect(await post(client, 'late', stopped.signal)).toEqual({ kind: 'fault', processed: 'no', reason: 'aborted' })
})

test('no more requests wait than allowed', async () => {
  const peer = await startPeer(() => undefined)
  const client = pool(peer.origin, { queue: 2 })
  const stopped = new AbortController()
  const waiting = [post(client, '1', stopped.signal), post(client, '2', stopped.signal)]
  expect(await post(client, '3', stopped.signal)).toEqual({ kind: 'fault', processed: 'no', reason: 'queue_full' })
  stopped.abort()
  await Promise.all(waiting)
})

test('close answers what is written, gives back what waits, and lets the connections go', async () => {
  const held: ServerHttp2Stream[] = []
  const peer = await startPeer((stream) => void held.push(stream))
  peer.server.updateSettings({ maxConcurrentStreams: 1 })
  const client = pool(peer.origin, { sessions: 1 })
  const results = Promise.all([post(client, 'written'), post(client, 'waits')])
  await once(peer.server, 'stream')
  const closed = client.close()
  answerAll(held)
  expect(await results).toMatchObject([{ kind: 'answer' }, { kind: 'fault', processed: 'no', reason: 'closed' }])
  await closed
  expect(await post(client, 'late')).toEqual({ kind: 'fault', processed: 'no', reason: 'closed' })
})

test('requests leave no listener on the signal they shared', async () => {
  const peer = await startPeer(echo)
  const client = pool(peer.origin)
  const shared = new AbortController()
  await Promise.all(range(500).map((index) => post(client, String(index), shared.signal)))
  expect(getEventListeners(shared.signal, 'abort')).toEqual([])
})

test('without TLS only loopback addresses are spoken to', () => {
  const parts = { monotonic: () => 0, chance: () => 0 }
  expect(() => createHttp2Pool({ origin: 'http://192.0.2.1:8080' }, parts)).toThrow('loopback')
  expect(() => createHttp2Pool({ origin: 'ftp://127.0.0.1' }, parts)).toThrow('loopback')
})
