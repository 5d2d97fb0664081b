import { nearest } from '../../domain/nearest.ts'

/** One thing that is wrong with a provider's file. */
export interface HttpSmsFault {
  /** `request.body.fields.to`; empty: the file as a whole. */
  readonly path: string
  /** The end of a sentence that begins with the path; holds no secret. */
  readonly problem: string
  readonly fix: string
}

/** As typebox tells it. */
export interface SchemaError {
  readonly keyword: string
  readonly instancePath: string
  readonly schemaPath: string
  readonly message: string
  readonly params: object
}

const SEE = 'See docs/http-sms.md.'

/** Pure: the faults that a schema found, each once, and of what may be one of several things only that it is none. */
export function faultsOf(errors: readonly SchemaError[]): readonly HttpSmsFault[] {
  const own = errors.filter(({ schemaPath }) => !/\/anyOf\/\d/.test(schemaPath))
  const faults = own.flatMap(toFaults)
  return [...new Map(faults.map((fault) => [`${fault.path} ${fault.problem}`, fault])).values()]
}

function toFaults(error: SchemaError): readonly HttpSmsFault[] {
  const path = error.instancePath.split('/').slice(1).map(unescape).join('.')
  const fault = (problem: string, fix = SEE): readonly HttpSmsFault[] => [{ path, problem, fix }]
  switch (error.keyword) {
    case 'additionalProperties':
      return namesOf(error, 'additionalProperties').map((name) => ({
        path: under(path, name),
        problem: 'means nothing here',
        fix: fixFor(name),
      }))
    case 'required':
      return namesOf(error, 'requiredProperties').map((name) => ({
        path: under(path, name),
        problem: 'is missing',
        fix: SEE,
      }))
    // An object says so itself.
    case 'boolean':
      return []
    case 'enum':
      return fault(`is none of ${namesOf(error, 'allowedValues').join(', ')}`)
    case 'anyOf':
      return fault('is neither a text nor one of the objects that may stand here')
    default:
      return fault(error.message)
  }
}

/** Of all that is known anywhere in the file: what is written in the wrong place is spelt right. */
const KNOWN = [
  ...['sender', 'window', 'timeout_seconds', 'request', 'answer', 'callbacks', 'receipts', 'inbound', 'check'],
  ...[
    'method',
    'url',
    'headers',
    'auth',
    'body',
    'format',
    'fields',
    'kind',
    'user',
    'password',
    'token',
    'name',
    'value',
  ],
  ...['id', 'code', 'accepted', 'statuses', 'codes', 'failures', 'class', 'reason', 'waits_seconds', 'list', 'attempt'],
  ...['status', 'contact', 'at', 'from', 'to', 'text', 'part', 'reference', 'total', 'number', 'reply', 'content_type'],
  ...['header', 'query', 'secret', 'encoding', 'prefix', 'addresses', 'after', 'before', 'env', 'as_number'],
]

function fixFor(name: string): string {
  const meant = nearest(name, KNOWN, 2)
  return meant === null || meant === name ? SEE : `Did you mean ${meant}?`
}

function under(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function unescape(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

function namesOf(error: SchemaError, parameter: string): readonly string[] {
  const names: unknown = Reflect.get(error.params, parameter)
  return Array.isArray(names) ? names.map(String) : []
}
