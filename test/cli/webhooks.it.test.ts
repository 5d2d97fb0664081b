import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTidings, type Schema, type Tidings } from '../../src/client/tidings.ts'
import { startService, type Service } from '../client/service.ts'
import { startSink, type Sink } from '../crash/sink.ts'
import { until } from '../support/until.ts'
import { hasTerminal, inTerminal, tidings, type Ended, type RunOptions } from './run.ts'

const CONTACT = '+201009129288'

let service: Service
let sink: Sink
let client: Tidings
let here: RunOptions

beforeAll(async () => {
  service = await startService({
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    WEBHOOKS_ALLOW_HTTP: 'on',
    WEBHOOKS_ALLOW_PRIVATE: '127.0.0.1,::1',
  })
  sink = await startSink(service.directory, 'receiver')
  client = createTidings({ url: service.url })
  here = { cwd: service.directory, env: { TIDINGS_URL: service.url } }
})

afterAll(async () => {
  await sink?.stop()
  await service?.close()
})

/** `tidings webhooks …` */
function webhooks(...words: readonly string[]): Promise<Ended> {
  return tidings(['webhooks', ...words], here)
}

/** One whose receiver answers as the last part of `path` says. */
function made(path: string): Promise<Schema<'WebhookMade'>> {
  return client.webhooks.create({ url: `${sink.url}${path}`, types: ['sms.captured'] })
}

function linesOf<Value>({ stdout }: Ended): Value[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Value)
}

/** How often its receiver was called at this path. */
function callsAt(path: string): number {
  return readFileSync(sink.ledger, 'utf8')
    .split('\n')
    .filter((line) => line.includes(`"${path}"`)).length
}

test('add prints the secret, and nothing else, and the secret is the one its calls are signed with', async () => {
  const { code, stdout, stderr } = await webhooks(
    'add',
    `${sink.url}/added`,
    '--types',
    'sms.failed',
    '--description',
    'Shop',
  )
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^whsec_\S+\n$/) as string })
  const id = Number(/Webhook (\d+) was made/.exec(stderr)?.[1])
  expect(await client.webhooks.get(id)).toMatchObject({ types: ['sms.failed'], payload: 'thin', description: 'Shop' })
  const strict = await startSink(service.directory, 'strict', ['--secret', stdout.trim()])
  await client.webhooks.change(id, { url: `${strict.url}/` })
  expect(await webhooks('test', String(id))).toMatchObject({ code: 0, stderr: '' })
  const rotated = await webhooks('rotate', String(id), '--overlap-hours', '0')
  expect(rotated.stdout).toMatch(/^whsec_\S+\n$/)
  expect(rotated.stdout).not.toBe(stdout)
  // The receiver has the secret of before, which signs nothing any more.
  expect((await webhooks('test', String(id))).stdout).toMatch(/^1 {2}[\d-]{10} [\d:]{8} {2}401 in \d+ ms/)
  await strict.stop()
})

test('list has one line a webhook, and says which take what they are sent', async () => {
  const [one, other] = [(await made('/one')).data.id, (await made('/other')).data.id]
  await client.webhooks.change(other, { enabled: false })
  const { code, stdout } = await webhooks()
  expect(code).toBe(0)
  const lineOf = (id: number): string =>
    stdout.split('\n').find((line) => line.startsWith(String(id).padStart(6))) ?? ''
  expect(lineOf(one)).toBe(`${String(one).padStart(6)}  enabled  ${sink.url}/one  sms.captured`)
  expect(lineOf(other)).toMatch(/disabled since [\d-]{10} [\d:]{8}: somebody did it/)
  const listed = linesOf<Schema<'Webhook'>>(await webhooks('list', '--json'))
  expect(listed.map(({ id }) => id)).toEqual(expect.arrayContaining([one, other]))
})

test('show tells all there is of one but its secret', async () => {
  const { data, secret } = await made('/shown')
  const { stdout } = await webhooks('show', String(data.id))
  expect(stdout).toMatch(
    /^id {6}\d+\nstate {3}enabled\nurl {5}http:.*\/shown\nevents {2}sms\.captured\npayload {1}thin/,
  )
  expect(stdout).not.toContain(secret)
  expect(linesOf(await webhooks('show', String(data.id), '--json'))).toEqual([await client.webhooks.get(data.id)])
})

test('change makes another of what is named, and leaves the rest', async () => {
  const { id, url } = (await made('/changed')).data
  const words = ['change', String(id), '--full', '--types', 'sms.failed,sms.sent', '--description', 'Shop']
  expect((await webhooks(...words)).stdout).toContain('sms.failed, sms.sent')
  const changed = { url, types: ['sms.failed', 'sms.sent'], payload: 'full', description: 'Shop', enabled: true }
  expect(await client.webhooks.get(id)).toMatchObject(changed)
  const json = await webhooks('change', String(id), '--thin', '--types', 'all', '--url', `${url}/2`, '--json')
  expect(linesOf<Schema<'Webhook'>>(json)).toEqual([await client.webhooks.get(id)])
  expect(await client.webhooks.get(id)).toMatchObject({
    url: `${url}/2`,
    types: ['*'],
    payload: 'thin',
    description: 'Shop',
  })
  expect(await webhooks('change', String(id))).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--url/) as string,
  })
})

test('disable and enable say what holds now', async () => {
  const id = String((await made('/paused')).data.id)
  expect((await webhooks('disable', id)).stdout).toContain('disabled since')
  expect(await client.webhooks.get(Number(id))).toMatchObject({ enabled: false, disabled_reason: 'caller' })
  expect((await webhooks('enable', id)).stdout).toMatch(/^\d+ {2}enabled/)
  expect(linesOf<Schema<'Webhook'>>(await webhooks('disable', id, '--json'))).toMatchObject([{ enabled: false }])
})

test('a test that is not taken ends with 1, and shows what was answered', async () => {
  const id = String((await made('/500')).data.id)
  const { code, stdout } = await webhooks('test', id)
  expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringMatching(/ {2}500 in \d+ ms\n$/) as string })
  const json = await webhooks('test', id, '--json')
  expect([json.code, ...linesOf<Schema<'WebhookTested'>>(json)]).toMatchObject([
    1,
    { delivered: false, attempt: { status: 500 }, event: { type: 'webhook.test' } },
  ])
})

test('deliveries and their attempts are looked at, and delivered again one by one or all since a time', async () => {
  const id = String((await made('/taken')).data.id)
  await client.sms.send({ contact: CONTACT, subject: 'Parcel', message: 'It is here' })
  const [delivery] = await until(async () => {
    const found = linesOf<Schema<'WebhookDelivery'>>(
      await webhooks('deliveries', id, '--status', 'delivered', '--json'),
    )
    return found.length === 1 && found
  })
  const number = String(delivery?.id)
  const line = await webhooks('deliveries', id, '--types', 'sms.captured', '--since', '1h')
  expect(line.stdout).toMatch(/^ *\d+ {2}[\d-]{10} [\d:]{8} {2}delivered {2}sms\.captured {5}1 try\n$/)
  expect((await webhooks('attempts', number)).stdout).toMatch(/\n +1 {2}[\d-]{10} [\d:]{8} {2}200 in \d+ ms\n$/)
  expect(await webhooks('redeliver', number)).toMatchObject({ code: 0, stderr: '' })
  await until(() => callsAt('/taken') === 2)
  await until(async () => (await client.webhooks.delivery(Number(number))).status === 'delivered')
  expect((await webhooks('replay', id)).stdout).toBe('0 deliveries are due again.\n')
  expect((await webhooks('replay', id, '--since', '1d')).stdout).toBe('1 delivery is due again.\n')
  await until(() => callsAt('/taken') === 3)
  expect(linesOf(await webhooks('replay', id, '--since', '2020-01-01T00:00:00Z', '--only-failed', '--json'))).toEqual([
    { queued: 0 },
  ])
  const none = await webhooks('deliveries', id, '--status', 'failed')
  expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'There are none.\n' })
})

test('remove does so only when it is meant', async () => {
  const id = String((await made('/gone')).data.id)
  const asked = await webhooks('remove', id)
  expect(asked).toMatchObject({ code: 2, stdout: '' })
  expect(asked.stderr).toContain('--yes')
  expect(await webhooks('remove', id, '--yes')).toMatchObject({ code: 0, stdout: `Webhook ${id} was removed.\n` })
  expect(await webhooks('show', id)).toMatchObject({ code: 4, stdout: '' })
})

test.for([
  [['delivries', '1'], 2, 'deliveries'],
  [['show'], 2, 'id'],
  [['show', '1', '2'], 2, 'one at a time'],
  [['show', '1', '--yes'], 2, '--yes does not belong to show'],
  [['add'], 2, 'https://'],
  [['add', 'https://hooks.example.com/', '--types', 'sms.deliverd'], 2, 'sms.delivered'],
  [['add', 'https://10.0.0.1/'], 4, 'WEBHOOKS_ALLOW_PRIVATE'],
  [['replay', '1', '--since', 'yesterday'], 2, '24h'],
  [['rotate', '1', '--overlap-hours', '169'], 2, '168'],
  [['deliveries', '1', '--status', 'lost'], 2, 'queued, delivered, failed'],
  [['deliveries', '999999'], 4, 'not_found'],
] as const)('webhooks %j ends with %i', async ([words, code, hint]) => {
  const ended = await webhooks(...words)
  expect(ended).toMatchObject({ code, stdout: '' })
  expect(ended.stderr).toContain(hint)
})

test.skipIf(!hasTerminal)('in a terminal states have colours', async () => {
  await made('/coloured')
  const { code, stdout } = await inTerminal(['webhooks'], here)
  expect(code).toBe(0)
  expect(stdout).toContain('\u001b[32menabled\u001b[39m')
})

test('webhooks --help begins with what it is for, then examples', async () => {
  const { code, stdout } = await tidings(['webhooks', '--help'], { cwd: service.directory })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^[A-Z][^\n]+\.\n\n {2}tidings webhooks /)
})
