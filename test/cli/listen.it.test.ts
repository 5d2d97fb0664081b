import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTidings, type Tidings, type TidingsEvent } from '../../src/client/tidings.ts'
import { startProxy } from '../client/proxy.ts'
import { startService, type Service } from '../client/service.ts'
import { until } from '../support/until.ts'
import {
  hasTerminal,
  inTerminal,
  startInTerminal,
  startTidings,
  tidings,
  untilWritten,
  type RunOptions,
} from './run.ts'

const CONTACT = '+201009129288'

let service: Service
let client: Tidings
let here: RunOptions

beforeAll(async () => {
  service = await startService()
  client = createTidings({ url: service.url })
  here = { cwd: service.directory, env: { TIDINGS_URL: service.url } }
})

afterAll(() => service.close())

interface Hook {
  readonly url: string
  readonly calls: { readonly headers: IncomingHttpHeaders; readonly body: string }[]
  close(): void
}

/** Answers with these statuses in turn, then with 204. */
async function startHook(statuses: number[] = []): Promise<Hook> {
  const calls: Hook['calls'] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      calls.push({ headers: request.headers, body })
      response.writeHead(statuses.shift() ?? 204).end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('it has no port')
  return { url: `http://127.0.0.1:${address.port}/hook`, calls, close: () => server.close() }
}

async function send(tag: string): Promise<number> {
  return (await client.sms.send({ contact: CONTACT, subject: 'Parcel', message: 'It is here', tag })).message_id
}

function eventsOf(
  stdout: string,
): (TidingsEvent & { forwarded?: { status: number | null; failure: string | null } })[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TidingsEvent)
}

test('listen shows what happens until it is stopped, in the order it happens', async () => {
  const running = startTidings(['listen', 'tag:heard', '--types', 'sms.sending,sms.captured', '--json', '--full'], here)
  await untilWritten(running, /Ctrl-C stops/)
  const ids = [await send('heard'), await send('heard')]
  await send('other')
  await until(() => eventsOf(running.stdout()).length >= 4)
  running.process.kill('SIGINT')
  expect(await running.ended).toBe(130)
  const events = eventsOf(running.stdout())
  expect(new Set(events.map(({ data }) => data['message_id']))).toEqual(new Set(ids))
  expect(events[0]).toMatchObject({ type: 'sms.sending', data: { contact: CONTACT, message: 'It is here' } })
})

test('listen forwards each event signed, as a webhook is, and shows the answer', async () => {
  const hook = await startHook([500])
  const words = ['listen', 'tag:forwarded', '--types', 'sms.captured', '--forward-to', hook.url, '--json']
  const running = startTidings(words, here)
  await untilWritten(running, /Ctrl-C stops/)
  const secret = /^Signed with (whsec_\S+)$/m.exec(running.stderr())?.[1]
  const ids = [await send('forwarded'), await send('forwarded')]
  await until(() => eventsOf(running.stdout()).length === 2)
  running.process.kill('SIGINT')
  await running.ended
  expect(eventsOf(running.stdout()).map(({ forwarded }) => forwarded?.status)).toEqual([500, 204])
  const judge = new Webhook(secret ?? '')
  const told = hook.calls.map(
    ({ headers, body }) => judge.verify(body, headers as Record<string, string>) as TidingsEvent,
  )
  expect(told.map(({ data }) => data['message_id'])).toEqual(ids)
  const { id, type, timestamp, data } = eventsOf(running.stdout())[0] ?? { id: '' }
  expect(told[0]).toEqual({ type, timestamp, data })
  expect(hook.calls[0]?.headers['webhook-id']).toBe(`evt_${id.replace('-', '_')}`)
  hook.close()
})

test('listen takes the secret from the environment, and then says nothing of it', async () => {
  const hook = await startHook()
  const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
  const env = { ...here.env, TIDINGS_WEBHOOK_SECRET: secret }
  const running = startTidings(['listen', 'tag:known', '--forward-to', hook.url], { ...here, env })
  await untilWritten(running, /Ctrl-C stops/)
  await send('known')
  await until(() => hook.calls[0])
  running.process.kill('SIGINT')
  await running.ended
  expect(running.stderr() + running.stdout()).not.toContain('whsec_')
  const { headers, body } = hook.calls[0] ?? { headers: {}, body: '' }
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({ type: 'sms.sending' })
  hook.close()
})

test('listen comes back by itself and misses nothing', async () => {
  // The stream breaks off after its first event: two lines, four of `ready`, four of the event.
  const proxy = await startProxy(service.url, (before) => {
    if (before === 0) return { after: 10 }
    return before < 3 ? { status: 503, body: '{}' } : 'pass'
  })
  const env = { TIDINGS_URL: proxy.url }
  const running = startTidings(['listen', 'tag:missed', '--types', 'sms.captured', '--json'], { ...here, env })
  await untilWritten(running, /Ctrl-C stops/)
  const ids = [await send('missed')]
  await until(() => proxy.calls.length > 1)
  ids.push(await send('missed'), await send('missed'))
  await until(() => eventsOf(running.stdout()).length === 3)
  await untilWritten(running, /nothing was missed/)
  running.process.kill('SIGINT')
  await running.ended
  expect(eventsOf(running.stdout()).map(({ data }) => data['message_id'])).toEqual(ids)
  await proxy.close()
})

test.for([
  [['listen', '--types', 'sms.deliverd'], 4, 'sms.delivered'],
  [['listen', '--forward-to', 'localhost'], 2, 'http://localhost:3000/hook'],
  [['listen', '--since', '2001-01-01'], 4, 'events_gone'],
  [['trigger'], 2, '--list'],
  [['trigger', 'sms.deliverd'], 2, 'sms.delivered'],
] as const)('%j ends with %i and says what to do', async ([words, code, hint]) => {
  const ended = await tidings(words, here)
  expect(ended.code).toBe(code)
  expect(ended.stderr).toContain(hint)
})

test('a secret that is none is refused, and not repeated', async () => {
  const env = { ...here.env, TIDINGS_WEBHOOK_SECRET: 'hunter2' }
  const { code, stderr } = await tidings(['listen', '--forward-to', 'http://127.0.0.1:9'], { ...here, env })
  expect(code).toBe(2)
  expect(stderr).not.toContain('hunter2')
})

test('trigger makes every event happen that it lists', async () => {
  const list = await tidings(['trigger', '--list', '--json'], here)
  const types = JSON.parse(list.stdout) as string[]
  expect(types).toContain('sms.delivered')
  for (const type of types) {
    const { code, stdout, stderr } = await tidings(['trigger', type, '--json'], here)
    expect({ type, code, stderr }).toEqual({ type, code: 0, stderr: '' })
    expect((JSON.parse(stdout) as TidingsEvent).type).toBe(type)
  }
}, 180_000)

test('trigger refuses where the message would leave the machine, and sends nothing', async () => {
  const live = await startService({
    TWILIO_ACCOUNT_SID: 'AC_fictional',
    TWILIO_AUTH_TOKEN: 'fictional',
    TWILIO_FROM: '+15005550006',
    TWILIO_BASE_URL: 'http://127.0.0.1:9',
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    AUTH: 'off',
  })
  const there = { cwd: live.directory, env: { TIDINGS_URL: live.url } }
  for (const type of ['sms.delivered', 'sms.cancelled']) {
    const { code, stdout, stderr } = await tidings(['trigger', type], there)
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toMatch(/would send this through twilio\..*tidings_test_/)
  }
  expect((await createTidings({ url: live.url }).sms.page()).data).toEqual([])
  // Pushes have no provider there.
  expect((await tidings(['trigger', 'push.sent'], there)).code).toBe(0)
  await live.close()
})

test.skipIf(!hasTerminal)('on a terminal both show a line an event, and Ctrl-C stops', async () => {
  const running = startInTerminal(['listen', '--types', 'sms.captured'], here)
  await untilWritten(running, /Ctrl-C stops/)
  const made = await inTerminal(['trigger', 'sms.captured'], here)
  expect(made.stdout).toMatch(/sms\.captured.*message \d+/)
  await untilWritten(running, /sms\.captured.*message \d+, trigger/)
  running.process.stdin?.write('x')
  expect(await running.ended).toBe(130)
})
