import fc, { type Arbitrary } from 'fast-check'
import { operationsOf, type Document, type Operation, type Schema } from './openapi.ts'
import { fitting, odd, spoilt, type Hints } from './schema-values.ts'

/** A request, ready to be written to a socket. */
export interface GeneratedCall {
  readonly operation: Operation
  /** Not the operation's own, where `wild`. */
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** Another method or path than the operation's: only what holds for every answer can be asked of it. */
  readonly wild: boolean
  /** Goes on where the last page of the operation ended, if one did. */
  readonly goesOn: boolean
}

export interface World {
  readonly document: Document
  readonly hints: Hints
  /** Values of `Authorization`. */
  readonly authorizations: readonly string[]
}

/** Requests over all operations of the document, of which about half are as they should be. */
export function generatedCalls(world: World): Arbitrary<GeneratedCall> {
  const each = operationsOf(world.document).map((operation) => ({
    // What stores something deserves most of it.
    weight: operation.bodies === null ? 1 : world.hints[`${operation.method} ${operation.path}`] === undefined ? 2 : 5,
    arbitrary: callsOf(operation, world),
  }))
  return fc.oneof(...each)
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'] as const

const LONGEST_TARGET = 4_096

function callsOf(operation: Operation, world: World): Arbitrary<GeneratedCall> {
  const resolve = resolver(world.document)
  const regular = fc
    .tuple(
      path(operation, resolve, world.hints),
      query(operation, resolve, world.hints),
      headers(operation, world),
      body(operation, resolve, world.hints),
      fc.boolean(),
    )
    .map(([at, asked, fields, sent, goesOn]): GeneratedCall => ({
      operation,
      method: operation.method,
      target: at + asked,
      headers: { ...sent.headers, ...fields },
      body: sent.text,
      wild: false,
      goesOn,
    }))
  const wild = fc.tuple(regular, fc.constantFrom(...METHODS), wildPath()).map(([call, method, change]) => ({
    ...call,
    // What is cut off while its headers are read has no method any more, so that its answer has a body.
    method: method === 'HEAD' && change(call.target).length > LONGEST_TARGET ? 'GET' : method,
    target: change(call.target),
    wild: true,
  }))
  return fc.oneof({ weight: 9, arbitrary: regular }, { weight: 1, arbitrary: wild })
}

function resolver({ components }: Document): (reference: string) => Schema {
  return (reference) => {
    const schema = components.schemas[reference.split('/').at(-1) ?? '']
    if (schema === undefined) throw new Error(`the document has no ${reference}`)
    return schema
  }
}

type Resolve = ReturnType<typeof resolver>

function path({ method, path: pattern, parameters }: Operation, resolve: Resolve, hints: Hints): Arbitrary<string> {
  const values = parameters
    .filter((parameter) => parameter.in === 'path')
    .map(({ name, schema }) => {
      const good = hints[`${method} ${pattern} {${name}}`] ?? hints[`{${name}}`] ?? fitting(schema, resolve, hints)
      return mostly(good, odd(), 9).map((value) => [`{${name}}`, encoded(value)] as const)
    })
  return fc.tuple(...values).map((all) => all.reduce((made, [name, value]) => made.replace(name, () => value), pattern))
}

function query({ path: at, parameters }: Operation, resolve: Resolve, hints: Hints): Arbitrary<string> {
  const known = parameters.filter((parameter) => parameter.in === 'query')
  // A wait of thirty seconds is no answer.
  const always = at === '/inbox/wait' ? ['timeout=0'] : []
  const pairs = known.map(({ name, schema }) => {
    const usual = hints[`?${name}`] ?? fitting(schema, resolve, hints)
    const good = name === 'timeout' ? fc.constantFrom(0, '00', 121) : usual
    return fc.option(mostly(good, name === 'timeout' ? fc.constant('x') : odd(), 6), { freq: 1 }).map((value) => {
      return value === null ? [] : [`${name}=${encoded(value)}`]
    })
  })
  const strange = mostly(
    fc.constant(''),
    fc.constantFrom('x=1', 'limit=1&limit=2', '%', '=', '&&', 'a[b]=c', '__proto__=1'),
    9,
  )
  return fc.tuple(strange, ...pairs).map(([more, ...given]) => {
    const all = [...given.flat(), ...(more === '' ? [] : [more])]
    const whole = all.some((pair) => pair.startsWith('timeout=')) ? all : [...all, ...always]
    return whole.length === 0 ? '' : `?${whole.join('&')}`
  })
}

/** Values of headers that many routes read. */
const COMMON_HEADERS: Readonly<Record<string, readonly string[]>> = {
  accept: ['*/*', 'application/json', 'text/html', 'text/plain', 'application/x-ndjson', 'nonsense', 'text/*;q=0'],
  'request-id': ['order-17/2', 'a "b"', 'x'.repeat(300), 'é'],
  host: ['localhost', '127.0.0.1:80', 'evil.example', 'a b', '[::1]'],
  origin: ['https://evil.example', 'null', 'http://localhost:5000'],
  'sec-fetch-site': ['cross-site', 'same-origin', 'none'],
  cookie: ['tidings=abc', 'tidings_session=abc', 'x'.repeat(400), '=;;='],
  'content-encoding': ['gzip', 'identity'],
  'if-none-match': ['*', '"x"'],
  expect: ['100-continue'],
  range: ['bytes=0-1'],
  'x-twilio-signature': ['abc', ''],
}

const PREFER = [
  'wait=0',
  'wait=0',
  'wait=0',
  'wait=1',
  'respond-async',
  'wait=abc',
  'wait=-1',
  'wait',
  'handling=lenient',
  '',
]

function headers({ parameters }: Operation, { authorizations }: World): Arbitrary<Record<string, string>> {
  const address = fc.integer({ min: 1, max: 0xffff }).map((part) => `2001:db8::${part.toString(16)}`)
  const authorization = mostly<string | null>(fc.constant(null), fc.constantFrom(...authorizations), 2)
  const own = parameters
    .filter((parameter) => parameter.in === 'header')
    .map(({ name }) => {
      const key = mostly(
        fc.integer({ max: 5_000, min: 0 }).map((n) => `key-${n}`),
        fc.constantFrom('', 'a b', 'x'.repeat(256), 'é'),
        8,
      )
      const value =
        name === 'Idempotency-Key' ? key : name === 'Prefer' ? fc.constantFrom(...PREFER) : fc.constantFrom('1', 'x')
      return fc.option(value, { freq: 1 }).map((text) => (text === null ? [] : [[name, text] as const]))
    })
  const common = fc
    .constantFrom(...Object.keys(COMMON_HEADERS))
    .chain((name) => fc.constantFrom(...(COMMON_HEADERS[name] ?? [])).map((value) => [name, value] as const))
  const strange = mostly<readonly (readonly [string, string])[]>(
    fc.constant([]),
    common.map((one) => [one]),
    7,
  )
  return fc.tuple(address, authorization, strange, ...own).map(([from, key, more, ...given]) => ({
    'x-forwarded-for': from,
    ...(key === null ? {} : { authorization: key }),
    ...Object.fromEntries([...given.flat(), ...more]),
  }))
}

interface Body {
  readonly headers: Readonly<Record<string, string>>
  readonly text: string | null
}

const JUNK = [
  '',
  ' ',
  'null',
  '[]',
  '{}',
  '"x"',
  '1',
  '{',
  '{"a":1}{',
  '[1,]',
  '{contact: 1}',
  '['.repeat(40),
  '\uFEFF{}',
  'a=b&c=d',
  '{"a":1,"a":2}',
]
const TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'text/plain',
  'application/x-ndjson',
  'nonsense',
  'a/b',
]

function body({ method, path: at, bodies }: Operation, resolve: Resolve, hints: Hints): Arbitrary<Body> {
  const none: Body = { headers: {}, text: null }
  const junk = fc.tuple(fc.constantFrom(...TYPES), fc.constantFrom(...JUNK)).map(([type, text]) => written(type, text))
  if (bodies === null) return mostly<Body>(fc.constant(none), junk, 12)
  const large = fc
    .integer({ min: 32_000, max: 70_000 })
    .map((length) => written('application/json', `{"tag":"${'x'.repeat(length)}"}`))
  const good = Object.entries(bodies).map(([type, { schema }]) => {
    const usual = hints[`${method} ${at}`] ?? []
    if (type === 'application/json') return inJson(fc.oneof(fitting(schema, resolve, hints), ...[usual].flat()))
    if (type === 'application/x-ndjson') return inLines(hints)
    return fc
      .constantFrom('MessageSid=SM1&MessageStatus=sent', '', 'x')
      .map((text) => written(type === '*/*' ? 'text/plain' : type, text))
  })
  return fc.oneof(
    { weight: 20, arbitrary: fc.oneof(...good) },
    { weight: 2, arbitrary: junk },
    { weight: 1, arbitrary: fc.constant(none) },
    { weight: 1, arbitrary: large },
  )
}

/** Half of them are spoilt. */
function inJson(good: Arbitrary<unknown>): Arbitrary<Body> {
  const value = good.chain((one) => fc.oneof(fc.constant(one), spoilt(one)))
  return value.map((one) => written('application/json', JSON.stringify(one)))
}

/** Lines for both routes that take them: a first one with what all have in common, and then one for each of them. */
function inLines(hints: Hints): Arbitrary<Body> {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 })
  const contact = hints['contact'] ?? text
  const first = fc.oneof(
    fc.record({ subject: text, message: text }),
    fc.record({ title: text, body: text }),
    fc.record({ subject: text, message: text, dry_run: fc.boolean() }, { requiredKeys: ['subject', 'message'] }),
    odd(),
  )
  const item = fc.oneof(
    fc.record({ contact, key: text }, { requiredKeys: ['contact'] }),
    fc.record({ token: text }),
    fc.record({ fid: text }),
    odd(),
  )
  return fc
    .tuple(first, fc.array(item, { maxLength: 6 }), fc.constantFrom('\n', '\n', '\r\n', '\n\n'), fc.boolean())
    .map(([head, items, end, last]) => {
      const lines = [head, ...items].map((line) => JSON.stringify(line)).join(end)
      return written('application/x-ndjson', last ? lines + end : lines)
    })
}

/** The strings of the text that UTF-8 cannot hold are escaped by JSON.stringify already. */
function written(type: string, text: string): Body {
  return { headers: { 'content-type': type }, text }
}

function wildPath(): Arbitrary<(target: string) => string> {
  return fc.constantFrom<(target: string) => string>(
    (target) => target,
    (target) => target,
    (target) => `${target}/`,
    (target) => `/${target}`,
    (target) => `${target}%00`,
    (target) => `${target}%FF`,
    (target) => target.toUpperCase(),
    (target) => `/api/v1${target}`,
    (target) => `${target}/../x`,
    (target) => target.slice(0, -1) || '*',
    (target) => `${target};a=b`,
    (target) => `${target}${'x'.repeat(4_100)}`,
  )
}

function mostly<T>(good: Arbitrary<T>, bad: Arbitrary<T>, times: number): Arbitrary<T> {
  return fc.oneof({ weight: times, arbitrary: good }, { weight: 1, arbitrary: bad })
}

/** As part of a URL; a half of a surrogate pair has no such form. */
function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '\uFFFD'))
}
