import { afterEach, beforeEach, expect, test } from 'vitest'
import { forgetPushBodies } from '../../src/store/retention.ts'
import { eraseDevices } from '../../src/store/retired-tokens.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { ask } from '../support/node.ts'
import { until } from '../support/until.ts'
import { register, startPartsNode, type PartsNode, type PartsNodeOptions } from './push-parts-node.ts'

let database: TestDatabase
const running: PartsNode[] = []

beforeEach(async () => void (database = await createTestDatabase()))

afterEach(async () => {
  await Promise.allSettled(running.splice(0).map((one) => one.close()))
  await database.drop()
})

async function start(options: PartsNodeOptions = {}): Promise<PartsNode> {
  const one = await startPartsNode(database.url, options)
  running.push(one)
  return one
}

type Body = Readonly<Record<string, unknown>>

async function call(one: PartsNode, method: 'GET' | 'POST' | 'PUT', url: string, payload?: object): Promise<Body> {
  const answer = await one.app.inject({ method, url, ...(payload === undefined ? {} : { payload }) })
  return { http: answer.statusCode, ...answer.json<Body>() }
}

async function read(one: PartsNode, { notification_id: id }: Body): Promise<Body> {
  return (await call(one, 'GET', `/notifications/${Number(id)}`))['data'] as Body
}

async function deliveries(one: PartsNode, { notification_id: id }: Body): Promise<readonly Body[]> {
  return (await call(one, 'GET', `/notifications/${Number(id)}/deliveries`))['data'] as readonly Body[]
}

/** Every text of it is as long as its `word`, at least. */
async function makeTemplate(one: PartsNode, german = 'Hallo {word}'): Promise<void> {
  const made = await call(one, 'PUT', '/templates/sale', {
    kind: 'push',
    default_locale: 'en',
    locales: {
      en: { title: 'Hello {word}', body: 'There', link: 'https://example.com/en' },
      de: { title: german, body: 'Du' },
    },
    variables: { word: { type: 'text', sample: 'Anna', max_length: 1_000 } },
  })
  expect(made['http']).toBe(200)
}

const tokensOf = (count: number, name = 'token'): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${name}-of-a-device-${index}`)

const SALE = { template: { name: 'sale', variables: { word: 'Zoë' } } }
const PUSH = { title: 'Hello', body: 'There' }

/** The whole minutes of the day by UTC, so long from now. */
function minuteIn(hours: number): number {
  const at = new Date(Date.now() + hours * 3_600_000)
  return at.getUTCHours() * 60 + at.getUTCMinutes()
}

/** Night in UTC, and day nine hours east of it. */
const nightNow = () => ({ from: minuteIn(-2), until: minuteIn(3) })

test('each device gets the words of its language, and what is read of the push says which and how many', async () => {
  const one = await start()
  await makeTemplate(one)
  const [german = '', austrian = '', english = '', french = '', unknown = ''] = tokensOf(5)
  await register(one.node, [
    { token: german, locale: 'de' },
    { token: austrian, locale: 'de-AT' },
    { token: english, locale: 'en-GB' },
    { token: french, locale: 'fr' },
  ])
  const made = await call(one, 'POST', '/notifications/tokens', { ...SALE, tokens: tokensOf(5) })
  expect(made).toMatchObject({ http: 200, targets: 5 })
  await until(() => one.sent.length === 5)
  const said = new Map(one.sent.map(({ token, title, link }) => [token, `${title} ${link}`]))
  const [hallo, hello] = ['Hallo Zoë null', 'Hello Zoë https://example.com/en']
  expect([german, austrian, english, french, unknown].map((token) => said.get(token))).toEqual([
    ...[hallo, hallo],
    ...[hello, hello, hello],
  ])
  const read1 = await until(async () => {
    const data = await read(one, made)
    return data['status'] === 'sent' ? data : null
  })
  expect(read1).toMatchObject({ title: 'Hello Zoë', template: 'sale@1/en', waits: [] })
  expect(read1['wordings']).toEqual([
    { locale: 'de', template: 'sale@1/de', title: 'Hallo Zoë', body: 'Du', targets: 2 },
    {
      ...{ locale: 'en', template: 'sale@1/en', title: 'Hello Zoë', body: 'There', targets: 3 },
      link: 'https://example.com/en',
    },
  ])
  const locales = new Map((await deliveries(one, made)).map(({ token, locale }) => [token, locale]))
  expect([german, french, unknown].map((token) => locales.get(token))).toEqual(['de', 'en', 'en'])
})

test('a locale of the call wins; where all devices read one language the push has its words alone', async () => {
  const one = await start()
  await makeTemplate(one)
  const [german = ''] = tokensOf(1)
  await register(one.node, [{ token: german, locale: 'de-AT' }])
  const own = await call(one, 'POST', '/notifications/tokens', { ...SALE, tokens: [german] })
  expect(await read(one, own)).toMatchObject({ title: 'Hallo Zoë', template: 'sale@1/de', wordings: [] })
  const named = { template: { ...SALE.template, locale: 'en' }, tokens: [german] }
  expect(await read(one, await call(one, 'POST', '/notifications/tokens', named))).toMatchObject({
    title: 'Hello Zoë',
    wordings: [],
  })
})

test('words that one of its devices would get and that are too large refuse the whole push; a dry run measures each', async () => {
  const one = await start()
  await makeTemplate(one, '{word}'.repeat(6))
  const [german = '', english = ''] = tokensOf(2)
  await register(one.node, [{ token: german, locale: 'de' }])
  const [long, short] = ['x'.repeat(900), 'x']
  const ofWord = (word: string, tokens: readonly string[]) => ({
    template: { name: 'sale', variables: { word } },
    tokens,
  })
  expect(await call(one, 'POST', '/notifications/tokens', ofWord(long, [german, english]))).toMatchObject({
    http: 400,
    code: 'push_too_large',
    message: expect.stringContaining('`de`') as string,
  })
  expect(await call(one, 'POST', '/notifications/tokens', ofWord(long, [english]))).toMatchObject({ http: 200 })
  const dry = await call(one, 'POST', '/notifications/tokens', { ...ofWord(short, [german, english]), dry_run: true })
  const { wordings } = dry['data'] as { wordings: readonly { locale: string; targets: number; bytes: number }[] }
  expect(wordings.map(({ locale, targets }) => [locale, targets])).toEqual([
    ['de', 1],
    ['en', 1],
  ])
  expect(wordings.every(({ bytes }) => bytes > 64 && bytes < 400)).toBe(true)
})

test('a push of two languages that a node dies with goes on at another one with its words, and again so when it is resent', async () => {
  const never = new Promise<void>(() => undefined)
  const dying = await startPartsNode(database.url, { answering: never })
  await makeTemplate(dying)
  const tokens = tokensOf(40)
  await register(
    dying.node,
    tokens.slice(0, 20).map((token) => ({ token, locale: 'de' })),
  )
  const made = await call(dying, 'POST', '/notifications/tokens', { ...SALE, tokens })
  await until(() => dying.sent.length === 40)
  await dying.node.kill()
  const other = await start()
  await until(async () => {
    await ask(other.node, `update push_chunks set run_at = now() where run_at > now() and owner is null`)
    return other.sent.length === 40
  })
  const german = (sent: readonly { token: string; title: string }[]): readonly string[] =>
    sent.flatMap(({ token, title }) => (title === 'Hallo Zoë' ? [token] : [])).toSorted()
  expect(german(other.sent)).toEqual(tokens.slice(0, 20).toSorted())
  await until(async () => (await read(other, made))['status'] === 'sent')
  const again = await call(other, 'POST', `/notifications/${Number(made['notification_id'])}/resend`, {})
  await until(() => other.sent.length === 80)
  expect(german(other.sent.slice(40))).toEqual(tokens.slice(0, 20).toSorted())
  expect(await read(other, again)).toMatchObject({ wordings: [{ locale: 'de', targets: 20 }, { locale: 'en' }] })
  void dying.app.close()
})

test('at an hour of their own clocks devices are served by their zones, and their validity counts from there', async () => {
  const one = await start()
  const [tokyo = '', cairo = '', nowhere = ''] = tokensOf(3)
  await register(one.node, [
    { token: tokyo, zone: 'Asia/Tokyo', contact: '+201009129288' },
    { token: cairo, contact: '+201009129288' },
  ])
  const year = new Date().getUTCFullYear()
  // Within the next year, and no zone's clocks are changed in January.
  const day = `${new Date().getUTCMonth() === 0 ? year : year + 1}-01-${new Date().getUTCMonth() === 0 ? 31 : 15}`
  const sendAt = `${day}T18:00`
  const made = await call(one, 'POST', '/notifications/tokens', {
    ...{ ...PUSH, tokens: tokensOf(3), send_at: sendAt, local: true, ttl: 60 },
  })
  expect(made).toMatchObject({ http: 200, status: 'scheduled' })
  const data = await read(one, made)
  const at = (hour: string) => `${day}T${hour}:00:00.000Z`
  expect(data).toMatchObject({ status: 'scheduled', counts: { scheduled: 3 }, send_at: at('09') })
  expect(data['waits']).toEqual(
    ['09', '16', '18'].map((hour) => ({ reason: 'scheduled', until: at(hour), targets: 1 })),
  )
  const rows = await ask(
    one.node,
    `select extract(epoch from c.expires_at - c.run_at)::integer as seconds, n.expires_at >= max(c.expires_at) over () as last
     from push_chunks c join notifications n on n.id = c.notification_id`,
  )
  expect(rows).toEqual([1, 2, 3].map(() => ({ seconds: 60, last: true })))
  await ask(one.node, `update push_chunks set run_at = now(), leaves_at = now() where run_at = $1`, [at('16')])
  await until(() => one.sent.length === 1)
  expect(one.sent[0]?.token).toBe(cairo)
  await until(async () => {
    const { counts } = await read(one, made)
    return JSON.stringify(counts) === JSON.stringify({ sent: 1, scheduled: 2 })
  })
  expect(
    await call(one, 'POST', '/notifications/topic', { ...PUSH, topic: 'n', send_at: sendAt, local: true }),
  ).toMatchObject({ http: 400, details: [{ path: 'local' }] })
  expect(nowhere).not.toBe('')
})

test('marketing waits for the morning of each device, is looked at again before it leaves, and never goes early', async () => {
  const ahead = { ms: 0 }
  const one = await start({ quietHours: nightNow(), ahead })
  const [asleep = '', awake = '', nowhere = ''] = tokensOf(3)
  await register(one.node, [
    { token: asleep, zone: 'UTC' },
    { token: awake, zone: 'Asia/Tokyo' },
  ])
  const offer = { ...PUSH, tokens: tokensOf(3), category: 'marketing' }
  const dry = (await call(one, 'POST', '/notifications/tokens', { ...offer, dry_run: true }))['data'] as Body
  expect(dry['waits']).toMatchObject([
    { reason: 'quiet_hours', message: expect.stringContaining('One device') as string },
  ])
  const made = await call(one, 'POST', '/notifications/tokens', offer)
  await until(() => one.sent.length === 2)
  expect(one.sent.map(({ token }) => token).toSorted()).toEqual([awake, nowhere].toSorted())
  const waiting = await until(async () => {
    const data = await read(one, made)
    return (data['counts'] as Body)['sent'] === 2 ? data : null
  })
  expect(waiting).toMatchObject({
    ...{ status: 'scheduled', reason: 'quiet_hours', counts: { sent: 2, scheduled: 1 } },
    waits: [{ reason: 'quiet_hours', targets: 1 }],
  })
  // As if a node had been busy with it all evening.
  await ask(one.node, `update push_chunks set run_at = now(), leaves_at = now() where done_at is null`)
  const held = await until(async () => {
    const [row] = await ask(
      one.node,
      `select attempts_counted, quiet, extract(epoch from run_at - now()) > 7200 as later from push_chunks where attempt = 2`,
    )
    return row
  })
  expect(held).toEqual({ attempts_counted: 0, quiet: true, later: true })
  expect(await read(one, made)).toMatchObject({ status: 'queued', reason: 'quiet_hours' })
  expect(one.sent).toHaveLength(2)
  ahead.ms = 4 * 3_600_000
  await ask(one.node, `update push_chunks set run_at = now() where done_at is null`)
  await until(() => one.sent.length === 3)
})

test('codes and transactional pushes wait for nobody’s morning', async () => {
  const one = await start({ quietHours: nightNow() })
  const [asleep = ''] = tokensOf(1)
  await register(one.node, [{ token: asleep, zone: 'UTC' }])
  for (const category of ['otp', 'transactional']) {
    await call(one, 'POST', '/notifications/tokens', { ...PUSH, tokens: [asleep], category })
  }
  await until(() => one.sent.length === 2)
})

test('caps count a push once for a person, with his SMS, over two nodes; who is above is left out, with the reason of SMS', async () => {
  const caps = { mode: 'enforce', perTenMinutes: 2 } as const
  const [one, other] = [await start({ caps }), await start({ caps })]
  const [phone = '', tablet = '', stranger = ''] = tokensOf(3)
  await register(one.node, [
    { token: phone, contact: '+15005550006' },
    { token: tablet, contact: '+15005550006' },
  ])
  const send = (node: PartsNode, more: object = {}) =>
    call(node, 'POST', '/notifications/tokens', { ...PUSH, tokens: tokensOf(3), ...more })
  expect((await send(one))['warnings']).toBeUndefined()
  await send(other)
  const dry = (await send(one, { dry_run: true }))['data'] as Body
  expect(dry['warnings']).toEqual(['2 recipients have been sent as many as the caps allow, and would not get it.'])
  await ask(one.node, `delete from recipient_counts where contact like 'device:%'`)
  const third = await send(one)
  expect(third).toMatchObject({ status: 'queued', targets: 3, warnings: [expect.stringContaining('One recipient')] })
  await until(async () => {
    const { counts } = await read(one, third)
    return JSON.stringify(counts) === JSON.stringify({ sent: 1, suppressed: 2 })
  })
  const capped = { status: 'suppressed', reason: 'recipient_cap' }
  expect(await deliveries(one, third)).toMatchObject([
    { token: phone, ...capped },
    { token: tablet, ...capped },
    { token: stranger, status: 'sent' },
  ])
  const own = await send(one, { tokens: [phone] })
  expect(own).toMatchObject({ http: 200, status: 'suppressed', targets: 1 })
  expect(await ask(one.node, `select cardinality(times) as count from recipient_counts order by contact`)).toEqual([
    { count: 2 },
    { count: 1 },
  ])
})

test('a repeated call counts once for the caps, and is answered as the first', async () => {
  const one = await start({ caps: { mode: 'enforce', perTenMinutes: 3 } })
  const [device = ''] = tokensOf(1)
  const send = (): Promise<Body> =>
    one.app
      .inject({
        ...{ method: 'POST', url: '/notifications/tokens', headers: { 'idempotency-key': 'k' } },
        payload: { ...PUSH, tokens: [device] },
      })
      .then((answer) => answer.json<Body>())
  const [first, second] = [await send(), await send()]
  expect(second).toEqual(first)
  await until(async () => {
    const [row] = await ask(one.node, `select cardinality(times) as count from recipient_counts`)
    return row?.['count'] === 1
  })
})

test('words in several languages go with all other words, and what was counted for a device with its person', async () => {
  const one = await start({ caps: { mode: 'enforce' } })
  await makeTemplate(one)
  const [german = '', english = ''] = tokensOf(2)
  await register(one.node, [{ token: german, locale: 'de' }])
  const made = await call(one, 'POST', '/notifications/tokens', { ...SALE, tokens: [german, english] })
  await until(async () => (await read(one, made))['status'] === 'sent')
  await register(one.node, [{ token: 'another', contact: '+15005550006' }])
  await ask(one.node, `update tokens set client_id = (select max(id) from clients) where token = $1`, [german])
  await ask(one.node, `update notifications set time = now() - interval '40 days'`)
  await inTransaction(one.node.db, async (client) => forgetPushBodies(client, 30))
  expect(await read(one, made)).toMatchObject({ title: '', wordings: [] })
  const [client] = await ask(one.node, `select max(id) as id from clients`)
  await inTransaction(one.node.db, async (db) => eraseDevices(db, Number(client?.['id'])))
  expect(await ask(one.node, `select contact from recipient_counts`)).toHaveLength(1)
})
