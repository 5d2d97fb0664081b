import { afterAll, beforeAll, expect, test } from 'vitest'
import { readPage } from '../support/documents.ts'
import { ask } from '../support/node.ts'
import {
  call,
  openTemplateNodes,
  ORDER,
  rowsStored,
  sendSms,
  VALUES,
  type Answer,
  type TemplateNodes,
} from './template-nodes.ts'

let nodes: TemplateNodes

const PARCEL = {
  kind: 'push',
  default_locale: 'en',
  locales: { en: { title: 'Parcel {id}', body: 'On its way', link: 'https://example.com/p/{id}' } },
  variables: { id: { type: 'text', sample: 'A 1' } },
}

beforeAll(async () => {
  nodes = await openTemplateNodes()
  const en = { subject: 's', message: '{name}, {id}, {count}' }
  await call(nodes.app, 'PUT', '/templates/order', ORDER)
  await call(nodes.app, 'PUT', '/templates/order', { ...ORDER, locales: { en, de: en } })
  await call(nodes.app, 'PUT', '/templates/late', ORDER)
  await call(nodes.app, 'PUT', '/templates/parcel', PARCEL)
})

afterAll(() => nodes.close())

test('templates are listed by name page by page, and versions newest first', async () => {
  const names: string[] = []
  for (let url: string | null = '/templates?limit=2'; url !== null;) {
    const page: Answer = await call(nodes.app, 'GET', url)
    names.push(...(page.body['data'] as { name: string }[]).map(({ name }) => name))
    url = /^<(.*)>; rel="next"$/.exec(page.link ?? '')?.[1] ?? null
    expect(url === null).toBe(page.body['next'] === null)
  }
  expect(names).toEqual(['late', 'order', 'parcel'])
  const versions = await call(nodes.app, 'GET', '/templates/order/versions?limit=1')
  expect(versions.body).toMatchObject({ data: [{ version: 2, locales: ['en', 'de'] }] })
  const older = await call(nodes.app, 'GET', /^<(.*)>/.exec(versions.link ?? '')?.[1] ?? '')
  expect(older.body).toMatchObject({ data: [{ version: 1 }], next: null })
})

test('a template is read as it was given, also an older version', async () => {
  const first = await call(nodes.app, 'GET', '/templates/order?version=1')
  expect(first.body).toMatchObject({ success: true, data: { name: 'order', version: 1, ...ORDER } })
  expect(Object.keys((first.body['data'] as { locales: object }).locales)).toEqual(['en', 'de'])
  expect((await call(nodes.app, 'GET', '/templates/order')).body).toMatchObject({ data: { version: 2 } })
  expect((await call(nodes.app, 'GET', '/templates/order?version=9')).status).toBe(404)
  expect((await call(nodes.app, 'GET', '/templates/order?version=x')).status).toBe(400)
  expect((await call(nodes.app, 'GET', '/templates/Order')).status).toBe(404)
})

test('a preview shows the message, its size and what each locale may need, and stores nothing', async () => {
  const before = await rowsStored(nodes.node)
  const answer = await call(nodes.app, 'POST', '/templates/order/preview', {
    locale: 'de',
    version: 1,
    variables: VALUES,
  })
  expect(answer.body).toMatchObject({
    data: {
      template: 'order@1/de',
      locale: 'de',
      subject: 'Auftrag B-2',
      message: 'Hallo Zoë, 1 Paket ist unterwegs.',
      encoding: 'ucs2',
      guilty: { character: 'ë', index: 8 },
      segments: 1,
      locales: [
        { locale: 'en', sample: { encoding: 'gsm7', segments: 1 }, longest: { encoding: 'gsm7', segments: 1 } },
        { locale: 'de', sample: { encoding: 'gsm7', segments: 1 } },
      ],
      warnings: [],
    },
  })
  const samples = await call(nodes.app, 'POST', '/templates/parcel/preview', {})
  expect(samples.body).toMatchObject({ data: { title: 'Parcel A 1', link: 'https://example.com/p/A%201' } })
  expect((await call(nodes.app, 'POST', '/templates/order/preview', { variables: { name: 1 } })).body).toMatchObject({
    code: 'invalid_variables',
    details: [{ path: 'variables.name' }, { path: 'variables.id' }, { path: 'variables.count' }],
  })
  expect((await call(nodes.app, 'POST', '/templates/nothing/preview', {})).status).toBe(404)
  expect(await rowsStored(nodes.node)).toEqual(before)
})

test('a name keeps its channel until the template is deleted', async () => {
  const push = { kind: 'push', default_locale: 'en', locales: { en: { title: 'a', body: 'b' } } }
  const answer = await call(nodes.app, 'PUT', '/templates/order', push)
  expect(answer.body).toMatchObject({ code: 'invalid_template', details: [{ path: 'kind' }] })
})

test('a deleted template is gone from every node within two seconds, and its version numbers are not given out again', async () => {
  await sendSms(nodes.other, { name: 'order', version: 1, variables: VALUES })
  expect((await call(nodes.app, 'DELETE', '/templates/order')).body).toEqual({ success: true })
  expect((await call(nodes.app, 'DELETE', '/templates/order')).status).toBe(404)
  expect((await call(nodes.app, 'GET', '/templates/order')).status).toBe(404)
  expect((await call(nodes.app, 'GET', '/templates/order/versions')).status).toBe(404)
  expect((await sendSms(nodes.app, { name: 'order', version: 1, variables: VALUES })).status).toBe(400)
  nodes.clock.ms += 2_000
  expect((await sendSms(nodes.other, { name: 'order', version: 1, variables: VALUES })).status).toBe(400)
  expect(await ask(nodes.node, `select count(*)::int as count from template_versions where name = 'order'`)).toEqual([
    { count: 0 },
  ])
  const anew = await call(nodes.app, 'PUT', '/templates/order', ORDER)
  expect(anew.body).toMatchObject({ changed: true, data: { version: 3 } })
  nodes.clock.ms += 2_000
  const old = await sendSms(nodes.other, { name: 'order', version: 1, variables: VALUES })
  expect(old.body['message']).toContain('`order` has version 3 only')
})

test('what is done to templates stands in the audit', async () => {
  const acts = await ask(nodes.node, `select act, what, caller from audit where what like 'order%' order by id`)
  expect(acts).toEqual([
    { act: 'template.stored', what: 'order@1', caller: 'anyone' },
    { act: 'template.stored', what: 'order@2', caller: 'anyone' },
    { act: 'template.deleted', what: 'order', caller: 'anyone' },
    { act: 'template.stored', what: 'order@3', caller: 'anyone' },
  ])
})

test('the page about templates says what works', async () => {
  const page = readPage('docs/templates.md')
  const lines = [...page.matchAll(/^curl (?:-X (\w+) )?localhost:5000(\S+) .*?-d '(.*?)'$/gms)]
  expect(lines).toHaveLength(3)
  for (const [, method = 'POST', path = '', body = ''] of lines) {
    const answer = await call(nodes.app, method === 'PUT' ? 'PUT' : 'POST', path, JSON.parse(body) as object)
    expect([answer.status, answer.body['warnings'] ?? []]).toEqual([200, []])
  }
  const [sent] = await ask(nodes.node, 'select body, template from messages order by id desc limit 1')
  expect(page).toContain(`sends "${String(sent?.['body'])}"`)
  expect(page).toContain(`\`${String(sent?.['template'])}\``)
})

test('templates that are put at the same time become versions one after another', async () => {
  const puts = Array.from({ length: 8 }, (_, index) =>
    call(nodes.app, 'PUT', '/templates/rush', {
      ...ORDER,
      locales: { en: { subject: 's', message: `text ${index}` } },
      variables: {},
    }),
  )
  const versions = (await Promise.all(puts)).map(({ body }) => (body['data'] as { version: number }).version)
  expect(versions.toSorted((one, two) => one - two)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

test('a template takes up to 64 KiB', async () => {
  const tags = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'sv', 'da', 'fi', 'pl', 'cs', 'sk', 'hu', 'ro']
  const locales = (message: string): object => Object.fromEntries(tags.map((tag) => [tag, { subject: 's', message }]))
  const sized = (message: string): object => ({ kind: 'sms', default_locale: 'en', locales: locales(message) })
  const taken = await call(nodes.app, 'PUT', '/templates/large', sized('ü'.repeat(1_950)))
  expect([taken.status, taken.body['changed']]).toEqual([200, true])
  const refused = await call(nodes.app, 'PUT', '/templates/large', sized('語'.repeat(1_950)))
  expect(refused.body).toMatchObject({ error: 413, code: 'body_too_large' })
})

test('a name that cannot be one is refused with the rule', async () => {
  const answer = await call(nodes.app, 'PUT', '/templates/My%20Order', ORDER)
  expect(answer.body).toMatchObject({ code: 'invalid_request', details: [{ path: 'name' }] })
})
