import { expect, test } from 'vitest'
import { forgetPushBodies } from '../../src/store/past/retention.ts'
import { eraseDevices } from '../../src/store/push/retired-tokens.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { ask } from '../support/node.ts'
import { until } from '../support/until.ts'
import {
  call,
  deliveries,
  read,
  register,
  startPartsNode,
  tokensOf,
  usePartsNodes,
  type PartsNode,
} from './push-parts-node.ts'

const { start, url } = usePartsNodes()

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

const SALE = { template: { name: 'sale', variables: { word: 'Zoë' } } }

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
  const dying = await startPartsNode(url(), { answering: never })
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
