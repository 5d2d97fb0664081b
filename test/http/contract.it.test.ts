import { expect, test } from 'vitest'
import { createServer } from '../../src/http/server.ts'
import { createStandIns } from './stand-ins.ts'

const SMS = { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' }

test('POST /smss answers success and the id of the message', async () => {
  const { parts, recorded } = createStandIns()
  const answer = await createServer(parts).inject({ method: 'POST', url: '/smss', payload: SMS })
  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toMatchObject({ success: true, message_id: 1, status: 'queued', segments: 1, encoding: 'gsm7' })
  expect(recorded.sms).toEqual([{ input: SMS, idempotency: null }])
})

test('every field of an SMS reaches the flow as it was sent', async () => {
  const { parts, recorded } = createStandIns()
  const all = { ...SMS, sender: 'Acme', tag: 'a b', category: 'otp', ttl: 60, on_uncertain: 'retry', max_segments: 2 }
  await createServer(parts).inject({ method: 'POST', url: '/smss', payload: all })
  expect(recorded.sms[0]?.input).toEqual(all)
})

test('POST /notifications/tokens hands on tokens, installation ids and content apart', async () => {
  const { parts, recorded } = createStandIns()
  const content = {
    title: 'Hello',
    body: 'There',
    data: { count: '1' },
    image: 'https://example.com/a.png',
    link: 'https://example.com/',
    android: { priority: 'high' },
    apns: { headers: { 'apns-priority': '10' } },
    webpush: {},
    fcm_options: { analytics_label: 'a' },
    ttl: 0,
  }
  const payload = { tokens: ['one', 'two', 'one'], fids: ['three'], ...content }
  const answer = await createServer(parts).inject({ method: 'POST', url: '/notifications/tokens', payload })
  expect(answer.json()).toEqual({ success: true, notification_id: 1, status: 'queued', targets: 3 })
  expect(recorded.tokens).toEqual([
    { input: content, tokens: ['one', 'two', 'one'], fids: ['three'], idempotency: null },
  ])
})

test('POST /notifications/topic answers success and the id of the notification', async () => {
  const { parts, recorded } = createStandIns()
  const payload = { topic: 'news', title: 'Hello', body: 'There' }
  const answer = await createServer(parts).inject({ method: 'POST', url: '/notifications/topic', payload })
  expect(answer.json()).toMatchObject({ success: true, notification_id: 1 })
  expect(recorded.topics).toEqual([{ input: { title: 'Hello', body: 'There' }, topic: 'news', idempotency: null }])
})

test('Prefer: wait=N answers with what became of it, and says how long was waited at most', async () => {
  let waitedMs = 0
  const { parts } = createStandIns()
  const app = createServer({
    ...parts,
    sms: {
      ...parts.sms,
      waitFor: async (_id, waitMs) => {
        waitedMs = waitMs
        return { status: 'failed', reason: 'invalid_number' }
      },
    },
  })
  const headers = { prefer: 'respond-async, wait=600' }
  const answer = await app.inject({ method: 'POST', url: '/smss', payload: SMS, headers })
  expect(answer.json()).toMatchObject({ status: 'failed', reason: 'invalid_number' })
  expect(answer.headers['preference-applied']).toBe('wait=60')
  expect(waitedMs).toBe(60_000)
})

test('a push that is waited for answers with counts, and with `partial` when its targets ended differently', async () => {
  const { parts } = createStandIns()
  const payload = { tokens: ['one', 'two'], title: 'a', body: 'b' }
  const request = { method: 'POST', url: '/notifications/tokens', payload, headers: { prefer: 'wait=1' } } as const
  const answer = await createServer(parts).inject(request)
  expect(answer.json()).toMatchObject({ status: 'sent', reason: 'partial', counts: { sent: 1, failed: 1 } })
})

test('an Idempotency-Key comes with a hash for each field, and only a field that differs has another hash', async () => {
  const { parts, recorded } = createStandIns()
  const app = createServer(parts)
  const headers = { 'idempotency-key': 'key-1' }
  await app.inject({ method: 'POST', url: '/smss', payload: SMS, headers })
  await app.inject({ method: 'POST', url: '/smss', payload: { ...SMS, message: 'another' }, headers })
  const [first, second] = recorded.sms.map((call) => call.idempotency)
  expect(first).toMatchObject({ route: 'POST /smss', key: 'key-1' })
  expect(Object.keys(first?.fields ?? {})).toEqual(['contact', 'subject', 'message'])
  expect(second?.fields['contact']).toBe(first?.fields['contact'])
  expect(second?.fields['message']).not.toBe(first?.fields['message'])
})

test('the order of keys inside a field does not make it another body', async () => {
  const { parts, recorded } = createStandIns()
  const app = createServer(parts)
  const send = (data: object): unknown =>
    app.inject({
      method: 'POST',
      url: '/notifications/topic',
      headers: { 'idempotency-key': 'k' },
      payload: { topic: 'news', title: 'a', body: 'b', data },
    })
  await send({ one: '1', two: '2' })
  await send({ two: '2', one: '1' })
  const [first, second] = recorded.topics.map((call) => call.idempotency?.fields['data'])
  expect(second).toBe(first)
})

test('an answer given before is marked Idempotent-Replayed', async () => {
  const { parts } = createStandIns()
  const headers = { 'idempotency-key': 'seen' }
  const answer = await createServer(parts).inject({ method: 'POST', url: '/smss', payload: SMS, headers })
  expect(answer.headers['idempotent-replayed']).toBe('true')
})

test.each(['', 'a b', 'é', 'x'.repeat(256)])('the Idempotency-Key %j is refused', async (key) => {
  const { parts, recorded } = createStandIns()
  const headers = { 'idempotency-key': key }
  const answer = await createServer(parts).inject({ method: 'POST', url: '/smss', payload: SMS, headers })
  expect(answer.statusCode).toBe(400)
  expect(answer.json()).toMatchObject({ code: 'invalid_idempotency_key' })
  expect(recorded.sms).toEqual([])
})

test("a caller's Request-Id comes back, and one that could harm a log is replaced", async () => {
  const { parts } = createStandIns()
  const app = createServer(parts)
  const kept = await app.inject({ url: '/livez', headers: { 'request-id': 'order-17/2' } })
  expect(kept.headers['request-id']).toBe('order-17/2')
  const replaced = await app.inject({ url: '/nowhere', headers: { 'request-id': 'a "b"' } })
  expect(replaced.headers['request-id']).toBe('request-1')
  expect(replaced.json()).toMatchObject({ request_id: 'request-1' })
})

test('a node that is being stopped says so at /readyz, still lives at /livez, and closes connections', async () => {
  const { parts } = createStandIns({ isStopping: () => true })
  const app = createServer(parts)
  const ready = await app.inject('/readyz')
  expect(ready.statusCode).toBe(503)
  expect(ready.json()).toMatchObject({ success: false, error: 503, code: 'shutting_down' })
  expect(ready.headers['retry-after']).toBe('5')
  const live = await app.inject('/livez')
  expect(live.statusCode).toBe(200)
  expect(live.headers.connection).toBe('close')
})

test('a node whose check fails is not ready, and says which and what to do', async () => {
  const steps = [{ name: 'database', ok: false, detail: 'does not answer', fix: 'start it' }]
  const { parts } = createStandIns({ health: { ready: async () => steps, warnings: () => [], look: async () => [] } })
  const answer = await createServer(parts).inject('/readyz')
  expect(answer.statusCode).toBe(503)
  expect(answer.json()).toMatchObject({
    code: 'not_ready',
    details: [{ path: 'database', message: 'does not answer', suggestion: 'start it' }],
  })
})

test('the first page says what runs, runs no script and allows only its own style', async () => {
  const { parts } = createStandIns({
    channels: { sms: { provider: 'twilio', capturing: false }, push: { provider: 'sandbox', capturing: true } },
  })
  const answer = await createServer(parts).inject({ url: '/', headers: { host: 'tidings.example:5000' } })
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(answer.body).toContain('twilio')
  expect(answer.body).toContain('curl http://tidings.example:5000/smss')
  expect(answer.body).not.toContain('<script')
  const style = /<style>([^]*)<\/style>/.exec(answer.body)?.[1] ?? ''
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style))
  expect(answer.headers['content-security-policy']).toContain(`'sha256-${Buffer.from(digest).toString('base64')}'`)
})

test.each(['a"><script>', "a' -o /etc/passwd '", 'user@host'])(
  'the Host header %j is no host: it is refused, and not repeated',
  async (host) => {
    const app = createServer(createStandIns().parts)
    for (const url of ['/', '/errors/shell_quotes.txt']) {
      const { statusCode, body } = await app.inject({ url, headers: { host } })
      expect(statusCode).toBe(400)
      expect(body).not.toContain(host)
    }
  },
)

test('of a Host header that a shell would run no example is made', async () => {
  const app = createServer(createStandIns().parts)
  const host = 'a$(id)'
  const page = await app.inject({ url: '/', headers: { host } })
  expect(page.body).toContain('curl http://localhost:')
  const headers = { host, 'content-type': 'application/json' }
  const refused = await app.inject({ method: 'POST', url: '/smss', headers, payload: '{contact: 1}' })
  expect(refused.json<{ message: string }>().message).toContain('curl http://localhost:')
})

test('a callback reaches the receipts with the raw body and the URL that the provider signed', async () => {
  const { parts, recorded } = createStandIns({ publicUrl: 'https://tidings.example' })
  const answer = await createServer(parts).inject({
    method: 'POST',
    url: '/callbacks/twilio/status?attempt=1.2&x=%20y',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': 'abc', host: 'evil.example' },
    payload: 'MessageStatus=sent&Body=%FF',
  })
  expect(answer.json()).toEqual({ success: true })
  const call = recorded.callbacks[0]
  expect(call?.provider).toBe('twilio')
  expect(call?.callback.url).toBe('https://tidings.example/callbacks/twilio/status?attempt=1.2&x=%20y')
  expect(call?.callback.headers['x-twilio-signature']).toBe('abc')
  expect(call?.callback.body.toString()).toBe('MessageStatus=sent&Body=%FF')
})

test.each([
  ['forged', 403, 'forged_callback'],
  ['malformed', 400, 'invalid_request'],
  ['unknown', 404, 'not_found'],
] as const)('a callback that is %s is answered with %i', async (reading, status, code) => {
  const { parts } = createStandIns({ receipts: { accept: async () => reading } })
  const answer = await createServer(parts).inject({ method: 'POST', url: '/callbacks/twilio/status', payload: '{}' })
  expect(answer.statusCode).toBe(status)
  expect(answer.json()).toMatchObject({ success: false, error: status, code })
})

test('more accepts than can be under way at once are told to come back', async () => {
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  const { parts } = createStandIns()
  const app = createServer({
    ...parts,
    sms: {
      ...parts.sms,
      accept: async (input, caller, idempotency) => {
        await held
        return parts.sms.accept(input, caller, idempotency)
      },
    },
  })
  const calls = Array.from({ length: 257 }, () => app.inject({ method: 'POST', url: '/smss', payload: SMS }))
  const first = await Promise.race(calls)
  expect(first.statusCode).toBe(503)
  expect(first.json()).toMatchObject({ code: 'overloaded' })
  expect(first.headers['retry-after']).toBe('2')
  release()
  const statuses = (await Promise.all(calls)).map((answer) => answer.statusCode)
  expect(statuses.filter((status) => status === 200)).toHaveLength(256)
  const after = await app.inject({ method: 'POST', url: '/smss', payload: SMS })
  expect(after.statusCode).toBe(200)
})

test.each(['news', '/topics/news', 'n'.repeat(900)])('the topic %s is taken', async (topic) => {
  const { parts, recorded } = createStandIns()
  const payload = { topic, title: 'Hello', body: 'There' }
  await createServer(parts).inject({ method: 'POST', url: '/notifications/topic', payload })
  expect(recorded.topics.map((call) => call.topic)).toEqual([topic])
})

test.each(['/news', '/topics/', '/topics/a/b', 'a b', 'n'.repeat(901)])('the topic %s is refused', async (topic) => {
  const { parts, recorded } = createStandIns()
  const payload = { topic, title: 'Hello', body: 'There' }
  const answer = await createServer(parts).inject({ method: 'POST', url: '/notifications/topic', payload })
  expect(answer.json()).toMatchObject({ error: 400, details: [{ path: 'topic' }] })
  expect(recorded.topics).toEqual([])
})

test('every answer in JSON ends its line', async () => {
  const app = createServer(createStandIns().parts)
  const payload = { contact: '+201009129288', subject: 'Hello', message: 'Your code is 482913' }
  const answers = [
    await app.inject({ method: 'POST', url: '/smss', payload }),
    await app.inject({ method: 'POST', url: '/smss', payload: {} }),
    await app.inject('/livez'),
    await app.inject('/nowhere'),
    await app.inject('/openapi.json'),
  ]
  for (const answer of answers) {
    expect(answer.body.endsWith('}\n')).toBe(true)
    expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(answer.body)))
  }
})
