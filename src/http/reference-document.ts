/** As much of the OpenAPI document as its pages without scripts are made from. */
export interface ReferenceDocument {
  readonly info: { readonly version: string; readonly description: string }
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>
  readonly components: { readonly schemas: Readonly<Record<string, DocumentedSchema | undefined>> }
}

interface Documented {
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly {
    readonly in: string
    readonly name: string
    readonly required?: boolean
    readonly description?: string
    readonly example?: string | number
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: object }>>
}

interface Media {
  readonly schema?: { readonly $ref?: string }
  readonly example?: unknown
}

interface DocumentedSchema {
  readonly properties?: Readonly<Record<string, { readonly description?: string } | boolean>>
  readonly required?: readonly string[]
  readonly else?: Pick<DocumentedSchema, 'required' | 'else'>
}

export interface ReferenceOperation {
  /** `POST` */
  readonly method: string
  readonly path: string
  readonly tag: string
  readonly summary: string
  readonly description: string
  /** Null: open to everybody. */
  readonly scope: string | null
  readonly parameters: readonly {
    readonly name: string
    readonly place: string
    readonly required: boolean
    readonly description: string | null
    readonly example: string | null
  }[]
  readonly body: DocumentedBody | null
  /** Media types of the answer 200. */
  readonly answers: readonly string[]
  /** Codes that it is refused with. */
  readonly codes: readonly string[]
}

export interface DocumentedBody {
  readonly types: readonly string[]
  /** The name of the schema in JSON. */
  readonly schema: string | null
  readonly fields: readonly {
    readonly name: string
    readonly required: boolean
    readonly description: string | null
  }[]
  readonly example: unknown
}

/** Every operation, in the order of the document. */
export function operationsOf(document: ReferenceDocument): readonly ReferenceOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      tag: operation.tags[0] ?? '',
      summary: operation.summary,
      description: operation.description,
      scope: operation.security[0]?.['key']?.[0] ?? null,
      parameters: (operation.parameters ?? []).map(({ in: place, name, required, description, example }) => ({
        name,
        place,
        required: required === true,
        description: description ?? null,
        example: example === undefined ? null : String(example),
      })),
      body: operation.requestBody === undefined ? null : toBody(operation.requestBody.content, document),
      answers: Object.keys(operation.responses['200']?.content ?? {}),
      codes: codesOf(operation),
    })),
  )
}

function toBody(content: Readonly<Record<string, Media>>, { components }: ReferenceDocument): DocumentedBody {
  const { schema, example = null } = content['application/json'] ?? {}
  const name = schema?.$ref?.slice(schema.$ref.lastIndexOf('/') + 1) ?? null
  const { properties = {}, required = [], else: otherwise } = components.schemas[name ?? ''] ?? {}
  const needed = new Set([...required, ...(otherwise?.required ?? otherwise?.else?.required ?? [])])
  const fields = Object.entries(properties).map(([field, about]) => ({
    name: field,
    required: needed.has(field),
    description: (typeof about === 'object' ? about.description : null) ?? null,
  }))
  return { types: Object.keys(content), schema: name, fields, example }
}

function codesOf({ responses }: Documented): readonly string[] {
  const refused = Object.entries(responses).filter(([status]) => status >= '400')
  return refused.flatMap(([, { description }]) =>
    [...description.matchAll(/`([a-z_]+)`: /g)].map((match) => match[1] ?? ''),
  )
}
