import { resolve, type Document, type Operation, type Parameter, type Schema } from './document.ts'

/** What a reader filled in: texts, as they stand in the fields. */
export interface Values {
  /** By place and name: `path:id`, `query:limit`, `header:Prefer`. */
  readonly parameters: Readonly<Record<string, string>>
  /** JSON, or lines; empty: none. */
  readonly body: string
}

/** A request, ready to be made or written down. */
export interface Call {
  readonly operationId: string
  /** `POST` */
  readonly method: string
  /** `http://localhost:5000/smss?limit=20` */
  readonly url: string
  /** Names in small letters. */
  readonly headers: readonly (readonly [string, string])[]
  /** Null: none. */
  readonly body: string | null
  /** Whether a key must come along. It is no part of the call: samples read it from `TIDINGS_KEY`. */
  readonly withKey: boolean
  readonly isStream: boolean
  /** Its answer is no JSON. */
  readonly isText: boolean
  /** What the client's calls are made of. */
  readonly path: string
  readonly pathValues: Readonly<Record<string, string | number | boolean>>
  readonly queryValues: Readonly<Record<string, string | number | boolean>>
}

/** The operation's example. What it has none of, and must have, is made from the schema. */
export function exampleOf(operation: Operation, document: Document): Values {
  const parameters = operation.parameters
    .map((parameter) => [keyOf(parameter), exampleValue(parameter)] as const)
    .filter(([, value]) => value !== '')
  return { parameters: Object.fromEntries(parameters), body: exampleBody(operation, document) }
}

/** `path:id` */
export function keyOf({ in: place, name }: Parameter): string {
  return `${place}:${name}`
}

/** What is sent in a body; JSON where that is one of several. Null: the operation takes none. */
export function bodyType({ requestBody }: Operation): string | null {
  const types = Object.keys(requestBody?.content ?? {})
  return types.find((type) => type === 'application/json') ?? types[0] ?? null
}

/** `withKeys`: the service asks for them. */
export function callOf(
  operation: Operation,
  { parameters, body }: Values,
  { origin, withKeys }: { readonly origin: string; readonly withKeys: boolean },
): Call {
  const given = operation.parameters
    .map((parameter) => ({ ...parameter, value: parameters[keyOf(parameter)] ?? '' }))
    .filter(({ value }) => value !== '')
  const [inPath, inQuery, inHeader] = (['path', 'query', 'header'] as const).map((place) =>
    given.filter((one) => one.in === place),
  )
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (part, name: string) =>
    encodeURIComponent(inPath?.find((one) => one.name === name)?.value ?? part),
  )
  const query = new URLSearchParams(
    (inQuery ?? []).map(({ name, value }): [string, string] => [name, value]),
  ).toString()
  const type = body.trim() === '' ? null : bodyType(operation)
  const typeHeader = type === null ? [] : [['content-type', type === '*/*' ? 'text/plain' : type] as const]
  return {
    operationId: operation.operationId,
    method: operation.method,
    url: `${origin}${path}${query === '' ? '' : `?${query}`}`,
    headers: [...typeHeader, ...(inHeader ?? []).map(({ name, value }) => [name.toLowerCase(), value] as const)],
    body: type === null ? null : body,
    withKey: withKeys && operation.scope !== null,
    isStream: operation.isStream,
    isText: operation.responses['200']?.content?.['application/json'] === undefined,
    path: operation.path,
    pathValues: Object.fromEntries((inPath ?? []).map((one) => [one.name, typed(one)])),
    queryValues: Object.fromEntries((inQuery ?? []).map((one) => [one.name, typed(one)])),
  }
}

/** A number or a truth where the schema asks for one. */
function typed({ schema, value }: { readonly schema: Schema; readonly value: string }): string | number | boolean {
  if (schema.type === 'boolean') return value === 'true' || (value !== 'false' && value)
  const isNumber = schema.type === 'integer' || schema.type === 'number'
  return isNumber && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value
}

function exampleValue({ example, required, schema }: Parameter): string {
  const value = example ?? (required === true ? (schema.examples?.[0] ?? madeUp(schema)) : '')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function exampleBody(operation: Operation, document: Document): string {
  const type = bodyType(operation)
  const media = type === null ? undefined : operation.requestBody?.content[type]
  if (type !== 'application/json' || media === undefined) return ''
  const value = media.example ?? (media.schema === undefined ? undefined : made(media.schema, document, 0))
  return value === undefined ? '' : JSON.stringify(value, null, 2)
}

/** Deep enough for every body; a schema may refer to itself. */
const DEEPEST = 4

/** The least that fits a schema. */
function made(unresolved: Schema, document: Document, depth: number): unknown {
  const schema = resolve(unresolved, document)
  if (schema.examples?.[0] !== undefined) return schema.examples[0]
  const [first] = schema.oneOf ?? []
  if (first !== undefined) return made(first, document, depth)
  const { properties } = schema
  if (properties === undefined || depth > DEEPEST) return madeUp(schema)
  const required = [...(schema.required ?? []), ...(schema.else?.required ?? [])]
  const fields = [...new Set(required)].map((name) => {
    const field = properties[name]
    return [name, typeof field === 'object' ? made(field, document, depth + 1) : null] as const
  })
  return Object.fromEntries(fields)
}

function madeUp({ enum: words, type, minimum, default: usual }: Schema): unknown {
  const kind = typeof type === 'string' ? type : type?.[0]
  if (usual !== undefined) return usual
  if (words !== undefined) return words[0]
  if (kind === 'integer' || kind === 'number') return minimum ?? 1
  if (kind === 'boolean') return true
  if (kind === 'array') return []
  return kind === 'object' ? {} : 'text'
}
