import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { beforeAll, expect, test } from 'vitest'
import { ERROR_CODES } from '../../../src/domain/errors.ts'
import { EXAMPLES } from '../../../src/http/examples.ts'
import { callOf, exampleOf } from '../../../web/reference/call.ts'
import { groupsOf, type Document, type Operation, type Schema } from '../../../web/reference/document.ts'
import { errorsOf } from '../../../web/reference/errors.ts'
import { limitWords, typeWords } from '../../../web/reference/limits.ts'
import { goesOut, whyNoKey } from '../../../web/reference/live.ts'
import { previewOf } from '../../../web/reference/preview.ts'
import { found } from '../../../web/reference/search.ts'
import { operationsIn, readDocument } from './read-document.ts'

let document: Document
let operations: readonly Operation[]

beforeAll(async () => {
  document = await readDocument()
  operations = operationsIn(document)
})

test('every operation of the document is on the page, under a name of its own', () => {
  const all = Object.values(document.paths).flatMap((methods) => Object.values(methods))
  expect(operations).toHaveLength(all.length)
  expect(new Set(operations.map(({ slug }) => slug)).size).toBe(all.length)
  expect(operations.map(({ slug }) => slug)).toEqual(expect.arrayContaining(['post-smss', 'get-smss-id', 'get-root']))
  for (const { slug } of operations) expect(slug).toMatch(/^[a-z0-9-]+$/)
})

test('every example belongs to an operation, and its body is what the schema asks for', () => {
  const ids = new Set(operations.map(({ operationId }) => operationId))
  for (const id of Object.keys(EXAMPLES)) expect(ids).toContain(id)
  const ajv = new Ajv2020({ strict: false })
  formats.default(ajv)
  ajv.addSchema({ ...document, $id: 'document' })
  const bodies = operations.flatMap(({ operationId, requestBody }) => {
    const { example, schema } = requestBody?.content['application/json'] ?? {}
    return example === undefined || schema?.$ref === undefined ? [] : [{ operationId, example, $ref: schema.$ref }]
  })
  expect(bodies.length).toBeGreaterThan(10)
  for (const { operationId, example, $ref } of bodies) {
    const validate = ajv.compile({ $ref: `document${$ref}` })
    validate(example)
    expect([operationId, validate.errors]).toEqual([operationId, null])
  }
})

test('an operation without an example is called with the least that its schema takes', () => {
  const schema: Schema = {
    type: 'object',
    required: ['name', 'kind', 'limits'],
    properties: {
      name: { type: 'string', examples: ['The shop'] },
      kind: { type: 'string', enum: ['a', 'b'] },
      limits: { type: 'object', required: ['most'], properties: { most: { type: 'integer', minimum: 3 } } },
      note: { type: 'string' },
    },
  }
  const [first] = operations
  if (first === undefined) throw new Error('there are no operations')
  const { body } = exampleOf(
    { ...first, parameters: [], requestBody: { content: { 'application/json': { schema } } } },
    document,
  )
  expect(JSON.parse(body)).toEqual({ name: 'The shop', kind: 'a', limits: { most: 3 } })
})

test('every code that an operation is refused with is read from the document', () => {
  for (const operation of operations) {
    const errors = errorsOf(operation)
    for (const { code, what } of errors) {
      expect(ERROR_CODES).toContain(code)
      expect(what).toMatch(/^[A-Z].*\.$/s)
    }
    const refusals = Object.entries(operation.responses).filter(([status]) => status !== '200')
    const named = refusals.flatMap(([, { description }]) => description.match(/`[a-z_]+`: /g) ?? [])
    expect(errors).toHaveLength(named.length)
  }
})

test('a search finds by method, path, words and parameters', () => {
  const slugs = (query: string): readonly string[] =>
    found(groupsOf(document), query).flatMap((group) => group.operations.map(({ slug }) => slug))
  expect(slugs('')).toHaveLength(operations.length)
  expect(slugs('POST smss batch')).toEqual(['post-smss-batch'])
  expect(slugs('revoke')).toContain('delete-keys-key')
  expect(slugs('extract')).toEqual(['get-inbox-wait'])
  expect(slugs('nothing of the kind')).toEqual([])
})

test.each<[Schema, string, readonly string[]]>([
  [{ type: 'string', minLength: 1, maxLength: 64 }, 'text', ['at most 64 characters']],
  [{ type: ['string', 'null'], format: 'date-time' }, 'time or null', []],
  [{ type: 'integer', minimum: 1, maximum: 255 }, 'whole number', ['1 to 255']],
  [{ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER }, 'whole number', ['at least 1']],
  [{ type: 'integer', minimum: 0, maximum: 120, default: 30 }, 'whole number', ['0 to 120', '`30` unless given']],
  [{ type: 'boolean', enum: [true] }, '`true`', []],
  [{ type: 'array', items: { $ref: '#/components/schemas/Key' }, maxItems: 6 }, 'list of Key', ['at most 6 items']],
  [{ oneOf: [{ $ref: '#/components/schemas/Key' }, { type: 'null' }] }, 'Key or null', []],
])('%j is put into words', (schema, type, limits) => {
  expect(typeWords(schema, document)).toBe(type)
  expect(limitWords(schema)).toEqual(limits)
})

test('a phone shows what an SMS or a push says, and nothing of what only a template knows', () => {
  const [sms, push] = ['/smss', '/notifications/topic'].map((path) => ({ path, method: 'POST' }))
  if (sms === undefined || push === undefined) throw new Error('there are two')
  expect(previewOf({ ...sms, body: '{"contact": "1", "message": "Hi"}' })).toEqual({ kind: 'sms', text: 'Hi' })
  expect(previewOf({ ...push, body: '{"title": "A", "body": "B"}' })).toEqual({ kind: 'push', title: 'A', text: 'B' })
  expect(previewOf({ ...sms, body: '{"contact": "1", "template": {"name": "x"}}' })).toBeNull()
  expect(previewOf({ ...sms, method: 'GET', body: null })).toBeNull()
})

test('what is left empty is not sent', () => {
  const operation = operations.find(({ operationId }) => operationId === 'sendSms')
  if (operation === undefined) throw new Error('there is no such operation')
  const values = { parameters: { 'header:Prefer': 'wait=1', 'header:Idempotency-Key': '' }, body: ' ' }
  const call = callOf(operation, values, { origin: 'http://localhost:5000', withKeys: false })
  expect(call.headers).toEqual([['prefer', 'wait=1']])
  expect(call.body).toBeNull()
})

test('what a reader writes for a truth or a number is one in the samples, and anything else stays what it is', () => {
  const [first] = operations
  if (first === undefined) throw new Error('there are no operations')
  const parameters = ['yes', 'no', 'perhaps', 'count'].map((name) => {
    const schema: Schema = { type: name === 'count' ? 'integer' : 'boolean' }
    return { in: 'query', name, schema } as const
  })
  const values = {
    parameters: { 'query:yes': 'true', 'query:no': 'false', 'query:perhaps': 'maybe', 'query:count': '3' },
    body: '',
  }
  const { queryValues } = callOf({ ...first, parameters }, values, { origin: '', withKeys: false })
  expect(queryValues).toEqual({ yes: true, no: false, perhaps: 'maybe', count: 3 })
})

test('only what sends something is said to go out, and only where its channel is live', () => {
  const out = (live: readonly string[]): readonly string[] =>
    operations.filter((operation) => goesOut(operation, live)).map(({ operationId }) => operationId)
  expect(out([])).toEqual([])
  expect(out(['sms']).toSorted()).toEqual(['resendSms', 'sendSms', 'sendSmsBatch'])
  expect(out(['push']).toSorted()).toEqual([
    'pushToDevices',
    'pushToTokens',
    'pushToTopic',
    'resendNotification',
    'resumeNotification',
  ])
  // Whoever adds an operation that takes such a scope decides here.
  const scopes = operations.filter(({ method, scope }) => method === 'POST' && /^(?:sms|push):send$/.test(scope ?? ''))
  const others = scopes
    .filter((operation) => !goesOut(operation, ['sms', 'push']))
    .map(({ operationId }) => operationId)
  expect(others.toSorted()).toEqual([
    'addOptOut',
    'cancelNotification',
    'cancelSms',
    'markSmsConverted',
    'pauseNotification',
    'playLife',
  ])
})

test('nothing is said to be captured where something leaves', () => {
  expect(whyNoKey([])).toContain('captured')
  for (const live of [['sms'], ['sms', 'push']]) expect(whyNoKey(live)).toContain('AUTH=off')
})
