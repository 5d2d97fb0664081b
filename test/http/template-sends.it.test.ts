import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask } from '../support/node.ts'
import {
  call,
  openTemplateNodes,
  ORDER,
  readSent,
  rowsStored,
  sendSms,
  VALUES,
  type TemplateNodes,
} from './template-nodes.ts'

let nodes: TemplateNodes

beforeAll(async () => {
  nodes = await openTemplateNodes()
})

afterAll(() => nodes.close())

test('an SMS is sent with a template, and says what it was made from', async () => {
  const put = await call(nodes.app, 'PUT', '/templates/order', ORDER)
  expect(put.body).toMatchObject({ success: true, changed: true, data: { name: 'order', version: 1, kind: 'sms' } })
  const sent = await sendSms(nodes.app, { name: 'order', locale: 'de-AT', variables: VALUES })
  expect(sent.body).toMatchObject({ success: true, status: 'queued', segments: 1 })
  expect(await readSent(nodes.app, sent)).toMatchObject({
    data: { subject: 'Auftrag B-2', message: 'Hallo Zoë, 1 Paket ist unterwegs.', template: 'order@1/de' },
  })
})

test('the same template again changes nothing, another text is the next version, and the first can still be named', async () => {
  const again = await call(nodes.app, 'PUT', '/templates/order', ORDER)
  expect(again.body).toMatchObject({ changed: false, data: { version: 1 } })
  const en = { ...ORDER.locales.en, message: '{name}: {count, number} parcels.' }
  const changed = await call(nodes.app, 'PUT', '/templates/order', { ...ORDER, locales: { ...ORDER.locales, en } })
  expect(changed.body).toMatchObject({ changed: true, data: { version: 2 } })
  const [newest, first] = [
    await sendSms(nodes.app, { name: 'order', variables: VALUES }),
    await sendSms(nodes.app, { name: 'order', version: 1, variables: VALUES }),
  ]
  const texts = await Promise.all([newest, first].map((sent) => readSent(nodes.app, sent)))
  expect(texts).toMatchObject([
    { data: { message: 'Zoë: 1 parcels.', template: 'order@2/en' } },
    { data: { message: 'Hi Zoë, 1 parcel is on the way.', template: 'order@1/en' } },
  ])
})

test('another node sends with a new version two seconds later at the latest, and asks the database nothing in between', async () => {
  await call(nodes.app, 'PUT', '/templates/late', {
    ...ORDER,
    locales: { en: { subject: 's', message: 'one' } },
    variables: {},
  })
  await sendSms(nodes.other, { name: 'late' })
  await call(nodes.app, 'PUT', '/templates/late', {
    ...ORDER,
    locales: { en: { subject: 's', message: 'two' } },
    variables: {},
  })
  nodes.clock.ms += 1_999
  const askedBefore = nodes.asked.count
  const before = await sendSms(nodes.other, { name: 'late' })
  expect(nodes.asked.count).toBe(askedBefore)
  nodes.clock.ms += 1
  const later = await sendSms(nodes.other, { name: 'late' })
  const texts = await Promise.all([before, later].map((sent) => readSent(nodes.app, sent)))
  expect(texts).toMatchObject([{ data: { message: 'one' } }, { data: { message: 'two' } }])
})

test('a push is sent with a template, whose link carries its values percent-encoded', async () => {
  const put = await call(nodes.app, 'PUT', '/templates/parcel', {
    kind: 'push',
    default_locale: 'en',
    locales: { en: { title: 'Parcel {id}', body: 'On its way', link: 'https://example.com/p/{id}' } },
    variables: { id: { type: 'text', sample: 'A 1' } },
  })
  expect(put.status).toBe(200)
  const template = { name: 'parcel', variables: { id: 'a/b c' } }
  const sent = [
    await call(nodes.app, 'POST', '/notifications/tokens', { tokens: ['a'], template }),
    await call(nodes.app, 'POST', '/notifications/topic', { topic: 'news', template, link: 'https://example.com/own' }),
  ]
  const read = await Promise.all(sent.map((one) => readSent(nodes.app, one)))
  expect(read).toMatchObject([
    { data: { title: 'Parcel a/b c', body: 'On its way', content: { link: 'https://example.com/p/a%2Fb%20c' } } },
    { data: { title: 'Parcel a/b c', content: { link: 'https://example.com/own' } } },
  ])
  expect(await ask(nodes.node, 'select distinct template from notifications')).toEqual([{ template: 'parcel@1/en' }])
})

test.each([
  [{ name: 'ordr', variables: VALUES }, 'unknown_template', 'no template is called `ordr`, did you mean `order`?'],
  [{ name: 'nothing at all' }, 'unknown_template', 'no template is called `nothing at all`'],
  [{ name: 'order', version: 3, variables: VALUES }, 'unknown_template', '`order` has versions 1 to 2'],
  [{ name: 'parcel', variables: { id: 'x' } }, 'unknown_template', 'is a template for push'],
  [{ name: 'order', locale: 'english!', variables: VALUES }, 'invalid_request', 'is not a language tag'],
  [{ name: 'order' }, 'invalid_variables', '`template.variables.name` is missing; it is a text, as in "Anna"'],
  [{ name: 'order', variables: { ...VALUES, count: '1' } }, 'invalid_variables', 'must be a number, without quotes'],
  [{ name: 'order', variables: { ...VALUES, name: 7 } }, 'invalid_variables', 'must be a text, in quotes'],
  [{ name: 'order', variables: { ...VALUES, name: '' } }, 'invalid_variables', 'must not be empty'],
  [{ name: 'order', variables: { ...VALUES, name: 'x'.repeat(41) } }, 'invalid_variables', '40 is the most'],
  [{ name: 'order', variables: { ...VALUES, nmae: 'x' } }, 'invalid_variables', 'did you mean `name`?'],
  [{ name: 'order', variables: { ...VALUES, toString: 'x' } }, 'invalid_variables', 'no variable `toString`'],
  [
    { name: 'order', variables: { ...VALUES, name: null } },
    'invalid_request',
    'must be a string or a number, not null',
  ],
  [{ name: 'order', variables: 5 }, 'invalid_request', 'must be an object'],
  [{ name: '' }, 'invalid_request', 'must not be empty'],
  [{}, 'invalid_request', '`template.name` is missing'],
  [{ name: 'order', verison: 1 }, 'invalid_request', 'did you mean `version`?'],
] as const)('a send with the template %j is refused with %s, and nothing is stored', async (template, code, words) => {
  const before = await rowsStored(nodes.node)
  const answer = await sendSms(nodes.app, template)
  expect(answer.status).toBe(400)
  expect(answer.body).toMatchObject({ success: false, error: 400, code })
  expect(answer.body['message']).toContain(words)
  expect(await rowsStored(nodes.node)).toEqual(before)
})

test('a name that is not there is looked for once in two seconds, however often it is named', async () => {
  await sendSms(nodes.app, { name: 'missing' })
  const before = nodes.asked.count
  await Promise.all(Array.from({ length: 50 }, () => sendSms(nodes.app, { name: 'missing' })))
  expect(nodes.asked.count).toBe(before)
  const made = { ...ORDER, locales: { en: { subject: 's', message: 'here' } }, variables: {} }
  await call(nodes.app, 'PUT', '/templates/missing', made)
  expect((await sendSms(nodes.app, { name: 'missing' })).status).toBe(200)
})

test('a version that is not there is looked for once in two seconds, until there is a newer one', async () => {
  const texts = (message: string): object => ({
    ...ORDER,
    locales: { en: { subject: 's', message } },
    variables: {},
  })
  await call(nodes.app, 'PUT', '/templates/growing', texts('one'))
  const second = { name: 'growing', version: 2 }
  expect((await sendSms(nodes.app, second)).status).toBe(400)
  const before = nodes.asked.count
  await Promise.all(Array.from({ length: 50 }, () => sendSms(nodes.app, second)))
  expect(nodes.asked.count).toBe(before)
  await call(nodes.app, 'PUT', '/templates/growing', texts('two'))
  expect((await sendSms(nodes.app, second)).status).toBe(200)
})

test('a call has its words or a template, not both and not neither', async () => {
  const template = { name: 'order', variables: VALUES }
  const both = await call(nodes.app, 'POST', '/smss', { contact: '+201009129288', message: 'x', template })
  expect(both.body).toMatchObject({
    code: 'invalid_request',
    message: '`message` cannot stand beside `template`, which brings it',
    details: [{ path: 'message' }],
  })
  const neither = await call(nodes.app, 'POST', '/smss', {})
  expect(neither.body['message']).toBe('`contact` is missing; `subject` is missing; `message` is missing')
  const push = await call(nodes.app, 'POST', '/notifications/topic', { title: 'x', topic: 'news', template })
  expect(push.body['message']).toBe('`title` cannot stand beside `template`, which brings it')
  const tokens = await call(nodes.app, 'POST', '/notifications/tokens', { tokens: ['a'], body: 'x', template })
  expect(tokens.body['message']).toBe('`body` cannot stand beside `template`, which brings it')
})
