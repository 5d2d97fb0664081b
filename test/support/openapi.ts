import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

/** As much of JSON Schema as our document uses. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly if?: { readonly required?: readonly string[] }
  readonly then?: Schema
  readonly else?: Schema
  readonly properties?: Readonly<Record<string, Schema | false>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | boolean
  readonly minProperties?: number
  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly pattern?: string
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
}

export interface Parameter {
  readonly in: 'path' | 'query' | 'header'
  readonly name: string
  readonly schema: Schema
}

interface Content {
  readonly [type: string]: { readonly schema: Schema }
}

interface Response {
  readonly description: string
  readonly content?: Content
}

export interface Operation {
  /** `POST` */
  readonly method: string
  /** `/smss/{id}` */
  readonly path: string
  readonly parameters: readonly Parameter[]
  /** By media type; null: it takes no body. */
  readonly bodies: Content | null
  readonly responses: Readonly<Record<string, Response>>
}

export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

interface DocumentedOperation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, Response>>
}

export interface CheckedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export function operationsOf({ paths }: Document): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters, requestBody, responses }]) => ({
      method: method.toUpperCase(),
      path,
      parameters: parameters ?? [],
      bodies: requestBody?.content ?? null,
      responses,
    })),
  )
}

/**
 * Compares answers with what the document promises: the status, the media type, the body's schema, and of an error its one object and a
 * code that is listed for the status. Returns what differs, or null.
 */
export function createAnswerCheck(document: Document): (operation: Operation, answer: CheckedAnswer) => string | null {
  const ajv = new Ajv2020({ strict: false, allErrors: false })
  formats.default(ajv)
  ajv.addSchema({ ...document, $id: 'document' })
  const compiled = new Map<string, ValidateFunction>()
  const validatorOf = (pointer: string): ValidateFunction => {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `document#${pointer}` })
    compiled.set(pointer, validate)
    return validate
  }
  return (operation, answer) => {
    const response = operation.responses[answer.status]
    if (response === undefined) return `the status ${answer.status} is not in the document`
    const type = mediaTypeOf(answer)
    if (type === null) return response.content === undefined ? null : `an answer ${answer.status} without a body`
    if (response.content?.[type] === undefined)
      return `a body of type ${type} at ${answer.status} is not in the document`
    if (type !== 'application/json') return null
    const place = [
      operation.path,
      operation.method.toLowerCase(),
      'responses',
      answer.status,
      'content',
      type,
      'schema',
    ]
    const validate = validatorOf(`/paths/${place.map(escapePart).join('/')}`)
    const body: unknown = JSON.parse(answer.body)
    if (!validate(body)) return `the body at ${answer.status} is another: ${ajv.errorsText(validate.errors)}`
    return answer.status < 400 ? null : errorProblem(body, answer, response.description)
  }
}

/** What is wrong with an error of a route that may not exist: it is the one error object all the same. */
export function errorProblem(body: unknown, answer: CheckedAnswer, documented: string | null): string | null {
  if (typeof body !== 'object' || body === null) return 'an error that is no object'
  const { success, error, code, request_id: id, docs, message } = { ...body } as Readonly<Record<string, unknown>>
  if (success !== false || error !== answer.status) return `an error that says ${String(error)} at ${answer.status}`
  if (typeof code !== 'string' || docs !== `/errors/${code}`) return `an error with the code ${String(code)}`
  if (typeof message !== 'string' || message === '') return 'an error without a sentence'
  if (id !== answer.headers['request-id']) return 'an error with the id of another request'
  if (documented !== null && !documented.includes(`\`${code}\``))
    return `the code ${code} is not listed at ${answer.status}`
  return null
}

/** Null: there is no body. */
export function mediaTypeOf({ headers, body }: CheckedAnswer): string | null {
  const type = headers['content-type']
  return typeof type === 'string' && body !== '' ? (type.split(';', 1)[0] ?? '') : null
}

function escapePart(part: string | number): string {
  return encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1'))
}
