import { readUrl } from '../../domain/url.ts'
import { basicAuthorization } from '../http-answers.ts'
import { PLAIN, type Reading } from './reading.ts'
import type { HttpSmsFile } from './schema.ts'
import type { RequestTemplate } from './settings.ts'
import { type JsonTemplate, renderText, type Template, type Values } from './template.ts'

type RequestFile = HttpSmsFile['request']

/** The connection's own. Source: RFC 9110 §7.6.1, and what decides where a body ends. */
const NOT_OURS = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

export function readRequest(request: RequestFile, reading: Reading): RequestTemplate {
  const method = request.method ?? 'POST'
  const { format } = request.body
  if (method === 'GET' && format !== 'query') {
    reading.fault('request.body.format', `is ${format}, and a GET has no body`, 'Write query, or POST as the method.')
  }
  return {
    method,
    url: readAddress('request.url', request.url, reading),
    headers: [...readHeaders(request, reading), ...readAuth(request.auth, reading)],
    body:
      format === 'json'
        ? { format, fields: readJsonTemplate('request.body.fields', request.body.fields, reading) }
        : { format, fields: readFields(request.body.fields, reading) },
  }
}

/** The scheme, host and port are fixed, and nothing in the path can be a step up: of the query everything may be filled in. */
function readAddress(path: string, url: string, reading: Reading): Template {
  const before = reading.faults().length
  const [place = '', ...rest] = url.split('?')
  const fixed = reading.template(path, place, PLAIN)
  const query = rest.length === 0 ? [] : reading.template(path, `?${rest.join('?')}`, null)
  if (reading.faults().length > before) return []
  const [one, other] = ['1', '2'].map((filling) => readUrl(renderText(fixed, allOf(filling)) ?? ''))
  if (one === null || one === undefined || !/^https?:$/.test(one.protocol) || url.includes('#')) {
    reading.fault(path, 'is no URL of http or https without a fragment', 'Write it like https://sms.example/send.')
  } else if (one.origin !== other?.origin || one.username !== '' || one.password !== '') {
    reading.fault(path, 'has a placeholder, a user or a password before its path', 'Write the host as it is; see auth.')
  }
  return [...fixed, ...query]
}

function allOf(filling: string): Values {
  return {
    contact: filling,
    contact_digits: filling,
    text: filling,
    sender: filling,
    attempt_id: filling,
    callback_url: filling,
    validity_seconds: filling,
  }
}

function readHeaders({ headers = {}, body }: RequestFile, reading: Reading): [string, Template][] {
  const given = Object.entries(headers).map(([name, value]): [string, Template] => {
    const path = `request.headers.${name}`
    checkHeaderName(path, name, reading)
    const template = typeof value === 'string' ? reading.template(path, value, PLAIN) : [reading.secret(path, value)]
    checkHeaderText(path, template, reading)
    return [name.toLowerCase(), template]
  })
  const isSaid = given.some(([name]) => name === 'content-type')
  return isSaid || body.format === 'query' ? given : [['content-type', [CONTENT_TYPES[body.format]]], ...given]
}

const CONTENT_TYPES = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const

function readAuth(auth: RequestFile['auth'], reading: Reading): [string, Template][] {
  if (auth === undefined) return []
  const part = (name: 'user' | 'password' | 'token' | 'value'): string => {
    const value = auth[name]
    if (value !== undefined) return reading.secret(`request.auth.${name}`, value)
    reading.fault(`request.auth.${name}`, `is missing, and ${auth.kind} needs it`, 'Set it.')
    return ''
  }
  const header = (name: string, value: string): [string, Template][] => {
    checkHeaderText('request.auth', [value], reading)
    return [[name.toLowerCase(), [value]]]
  }
  switch (auth.kind) {
    case 'basic':
      return header('authorization', basicAuthorization(part('user'), part('password')))
    case 'bearer':
      return header('authorization', `Bearer ${part('token')}`)
    case 'header':
      checkHeaderName('request.auth.name', auth.name ?? '', reading)
      return header(auth.name ?? '', part('value'))
  }
}

/** Source: RFC 9110 §5.6.2. */
function checkHeaderName(path: string, name: string, reading: Reading): void {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/.test(name)) reading.fault(path, 'is no name of a header', 'Correct it.')
  if (NOT_OURS.includes(name.toLowerCase())) reading.fault(path, 'belongs to the connection', 'Leave it out.')
}

/** The text itself is not told: it may be a secret. */
function checkHeaderText(path: string, template: Template, reading: Reading): void {
  const isPlain = template.every((piece) => typeof piece !== 'string' || /^[\x20-\x7e]*$/.test(piece))
  if (!isPlain) reading.fault(path, 'holds what no header can, a line end or the like', 'Correct it.')
}

function readFields(fields: Readonly<Record<string, unknown>>, reading: Reading): [string, Template][] {
  return Object.entries(fields).map(([name, value]) => {
    const path = `request.body.fields.${name}`
    const env = envOf(value)
    if (env !== null) return [name, [reading.secret(path, env)]]
    if (typeof value === 'string') return [name, reading.template(path, value, null)]
    reading.fault(path, 'is no text', 'A form and a query have texts alone.')
    return [name, []]
  })
}

/** `{"env": "NAME"}` is a secret, `{"as_number": "{validity_seconds}"}` a number; anything else is the JSON it is. */
function readJsonTemplate(path: string, value: unknown, reading: Reading): JsonTemplate {
  const env = envOf(value)
  if (env !== null) return { kind: 'fixed', value: reading.secret(path, env) }
  if (typeof value === 'string') return { kind: 'text', template: reading.template(path, value, null) }
  if (Array.isArray(value)) {
    return { kind: 'list', items: value.map((item, index) => readJsonTemplate(`${path}.${index}`, item, reading)) }
  }
  if (typeof value !== 'object' || value === null) return { kind: 'fixed', value }
  const fields = Object.entries(value)
  const [only, second] = fields
  if (only?.[0] === 'as_number' && second === undefined && typeof only[1] === 'string') {
    return { kind: 'number', template: reading.template(path, only[1], ['validity_seconds', 'contact_digits']) }
  }
  return {
    kind: 'object',
    fields: fields.map(([name, held]: [string, unknown]) => [name, readJsonTemplate(`${path}.${name}`, held, reading)]),
  }
}

function envOf(value: unknown): { readonly env: string } | null {
  if (typeof value !== 'object' || value === null) return null
  const [only, second] = Object.entries(value)
  const name: unknown = only?.[1]
  const isEnv = only?.[0] === 'env' && second === undefined && typeof name === 'string'
  return isEnv && /^[A-Za-z_]\w{0,99}$/.test(name) ? { env: name } : null
}
