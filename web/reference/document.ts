/** As much of JSON Schema as the document uses. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, Schema | boolean>>
  readonly required?: readonly string[]
  readonly else?: { readonly required?: readonly string[] }
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
}

export interface Parameter {
  readonly in: 'path' | 'query' | 'header'
  readonly name: string
  readonly required?: boolean
  readonly description?: string
  readonly schema: Schema
  readonly example?: unknown
}

interface Media {
  readonly schema?: Schema
  readonly example?: unknown
}

export interface Answer {
  readonly description: string
  readonly content?: Readonly<Record<string, Media>>
  readonly headers?: Readonly<Record<string, { readonly description?: string }>>
}

interface DocumentedOperation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, Answer>>
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
}

/** An OpenAPI 3.1 document, as this service makes it. */
export interface Document {
  readonly info: { readonly version: string; readonly description: string }
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

export interface Operation extends DocumentedOperation {
  /** Its name in addresses: `post-smss`. */
  readonly slug: string
  /** `POST` */
  readonly method: string
  /** `/smss/{id}` */
  readonly path: string
  readonly tag: string
  readonly parameters: readonly Parameter[]
  /** What a key must be allowed to; null: open to everybody. */
  readonly scope: string | null
  /** The answer is read as long as the connection lasts. */
  readonly isStream: boolean
}

export interface Group {
  readonly name: string
  readonly description: string
  readonly operations: readonly Operation[]
}

/** The operations below their tags, in the order of the document. */
export function groupsOf(document: Document): readonly Group[] {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => toOperation(path, method, operation)),
  )
  return document.tags
    .map((tag) => ({ ...tag, operations: operations.filter((one) => one.tag === tag.name) }))
    .filter((group) => group.operations.length > 0)
}

/** What a schema refers to, with what stands beside the reference. */
export function resolve(schema: Schema, { components }: Document): Schema {
  if (schema.$ref === undefined) return schema
  const { $ref, ...beside } = schema
  const name = $ref.slice($ref.lastIndexOf('/') + 1)
  return { ...components.schemas[name], ...beside }
}

/** `SmsRequest`; null: it has no name. */
export function nameOf({ $ref }: Schema): string | null {
  return $ref === undefined ? null : $ref.slice($ref.lastIndexOf('/') + 1)
}

function toOperation(path: string, method: string, operation: DocumentedOperation): Operation {
  const scopes = operation.security?.[0]?.['key']
  return {
    ...operation,
    slug: slugOf(method, path),
    method: method.toUpperCase(),
    path,
    tag: operation.tags[0] ?? '',
    parameters: operation.parameters ?? [],
    scope: scopes?.[0] ?? null,
    isStream: operation.responses['200']?.content?.['text/event-stream'] !== undefined,
  }
}

function slugOf(method: string, path: string): string {
  const words = path.split(/[^a-z0-9]+/i).filter(Boolean)
  return [method, ...(words.length === 0 ? ['root'] : words)].join('-').toLowerCase()
}
