// What the client knows of the interface, made from the OpenAPI document and the error reference.
import openapiTS, { astToString } from 'openapi-typescript'
import { format, resolveConfig } from 'prettier'
import { fileURLToPath } from 'node:url'

const CLIENT = fileURLToPath(new URL('../src/client', import.meta.url))

/** The files and what should be in them. `dist/` must be built. */
export async function clientFiles() {
  const files = { [`${CLIENT}/openapi.ts`]: await types(), [`${CLIENT}/error-codes.ts`]: await errorCodes() }
  const made = Object.entries(files).map(async ([file, text]) => [
    file,
    await format(text, { ...(await resolveConfig(file)), filepath: file }),
  ])
  return Object.fromEntries(await Promise.all(made))
}

async function types() {
  const ast = await openapiTS(withoutRepetition(await document()), { alphabetize: true, defaultNonNullable: false })
  // Nothing of ours is in these, and nothing uses them.
  const text = astToString(ast).replace(/^export type (webhooks|\$defs) = .*\n/gm, '')
  return `// Made from the OpenAPI document by \`npm run docs\`.\n/* oxlint-disable max-lines -- it is as long as the interface */\n${text}`
}

/** What browsers, readers and providers call, and the errors and headers of each route: they would be nine tenths of it. */
const NOT_FOR_CLIENTS = /^\/$|^\/(?:session|callbacks\/.*|openapi\.json|docs(?:[./].*)?|llms\.txt)$/
const FAILED = {
  description: 'It failed.',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
}

function withoutRepetition(whole) {
  const paths = Object.entries(whole.paths).filter(([path]) => !NOT_FOR_CLIENTS.test(path))
  const schemas = mapValues(whole.components.schemas, withoutConditions)
  return {
    ...whole,
    paths: withoutExamples(
      Object.fromEntries(paths.map(([path, methods]) => [path, mapValues(methods, withOneError)])),
    ),
    components: { ...whole.components, schemas },
  }
}

/** Of a call: as comments of types they would be longer than the types. */
function withoutExamples(paths) {
  return JSON.parse(JSON.stringify(paths, (name, value) => (name === 'example' ? undefined : value)))
}

function withOneError(operation) {
  const { 200: answered } = operation.responses
  const { description, ...rest } = operation
  const told = description === operation.summary ? rest : operation
  return { ...told, responses: { 200: { ...answered, headers: undefined }, default: FAILED } }
}

/** Which fields go together is for the service to say: in types it would become `unknown`. */
function withoutConditions({ anyOf = [], allOf = [], ...schema }) {
  const onlyConditions = [...anyOf, ...allOf].every((one) => 'if' in one || Object.keys(one).join() === 'required')
  if (onlyConditions) return schema
  return { ...schema, ...(anyOf.length > 0 ? { anyOf } : {}), ...(allOf.length > 0 ? { allOf } : {}) }
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]))
}

async function errorCodes() {
  const { ERROR_PAGES } = await import('../dist/http/error-pages.js')
  const codes = Object.entries(ERROR_PAGES).map(([code, { status }]) => `${code}: ${status},`)
  return `// Made from the error reference by \`npm run docs\`.

/** Every code that Tidings refuses a call with, and its HTTP status. What each means stands at \`/errors/<code>\`. */
export const ERROR_STATUS = {
${codes.join('\n')}
} as const
`
}

/** Routes are only registered: nothing that they would do their work with is ever called. */
async function document() {
  const { createServer } = await import('../dist/http/server.js')
  const nothing = new Proxy(() => nothing, { get: () => nothing })
  const known = { version: '', publicUrl: null, auth: { required: false }, pages: null, rateLimiter: null }
  const app = createServer(new Proxy(known, { get: (parts, name) => (name in parts ? parts[name] : nothing) }))
  await app.ready()
  const made = app.swagger()
  await app.close()
  return made
}
