import {
  operationsOf,
  type DocumentedBody,
  type ReferenceDocument,
  type ReferenceOperation,
} from './reference-document.ts'

/** The reference as Markdown: every operation with what it takes, what it answers and what it refuses. */
export function referenceMarkdown(document: ReferenceDocument, origin: string): string {
  const operations = operationsOf(document)
  const parts = document.tags.flatMap(({ name, description }) => {
    const own = operations.filter(({ tag }) => tag === name)
    return own.length === 0 ? [] : [`## ${description}`, ...own.flatMap(operationParts)]
  })
  return `${['# API reference', ...beginning(document, origin), ...parts].join('\n\n')}\n`
}

function beginning({ info }: ReferenceDocument, origin: string): readonly string[] {
  return [
    `${info.description} Version ${info.version}, at \`${origin}\`.`,
    'Bodies are JSON unless another type stands beside them. Every field, with its type and its limits, is in [OpenAPI 3.1](/openapi.json). Every error has a code with [a page of its own](/errors).',
  ]
}

function operationParts(operation: ReferenceOperation): readonly string[] {
  const { method, path, summary, description, scope, parameters } = operation
  const known = scope === null ? 'Open to everybody.' : `Scope of the key: \`${scope}\`.`
  return [
    `### ${summary}`,
    `\`${method} ${path}\``,
    [...(description === summary ? [] : [description]), known].join('\n\n'),
    ...(parameters.length === 0 ? [] : [parameters.map(parameterLine).join('\n')]),
    ...(operation.body === null ? [] : bodyParts(operation.body)),
    `Answers 200: ${operation.answers.map(code).join(', ')}. Refused with: ${operation.codes.map(errorLink).join(', ')}.`,
  ]
}

function parameterLine({
  name,
  place,
  required,
  description,
  example,
}: ReferenceOperation['parameters'][number]): string {
  const where = required ? `${place}, required` : place
  const words = description === null ? '' : `: ${description}`
  return `- \`${name}\` (${where})${words}${example === null ? '' : ` Such as \`${example}\`.`}`
}

function bodyParts({ types, schema, fields, example }: DocumentedBody): readonly string[] {
  const named = schema === null ? '' : `, \`${schema}\``
  return [
    `Body: ${types.map(code).join(' or ')}${named}`,
    ...(fields.length === 0 ? [] : [fields.map(fieldLine).join('\n')]),
    ...(example === null ? [] : [`\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``]),
  ]
}

function fieldLine({ name, required, description }: DocumentedBody['fields'][number]): string {
  return `- \`${name}\`${required ? ' (required)' : ''}${description === null ? '' : `: ${description}`}`
}

function code(word: string): string {
  return `\`${word}\``
}

function errorLink(word: string): string {
  return `[${word}](/errors/${word})`
}
