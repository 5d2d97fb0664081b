import swagger from '@fastify/swagger'
import type { FastifySchema, RouteOptions } from 'fastify'
import type { Scope } from '../domain/caller.ts'
import type { ErrorCode } from '../domain/errors.ts'
import { ERROR_PAGES } from './error-pages.ts'
import { withExamples } from './examples.ts'
import type { Server } from './parts.ts'

/** What the OpenAPI document says about a route; the route's own schema holds only what is checked on each call. */
export interface RouteDocs {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tag:
    'sms' | 'push' | 'history' | 'events' | 'inbox' | 'templates' | 'webhooks' | 'keys' | 'session' | 'service'
  readonly params?: object
  readonly query?: object
  readonly requestHeaders?: object
  readonly body?: object
  readonly ok: {
    readonly description: string
    readonly content: object
    readonly headers?: Readonly<Record<string, object>>
  }
  readonly errors: readonly ErrorCode[]
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Routes without it are not in the document. */
    docs?: RouteDocs
  }
}

/** A body in JSON, by the name its schema is registered under. */
export function json(name: string): object {
  return { 'application/json': { schema: { $ref: `${name}#` } } }
}

/** The same, for one of several. */
export function jsonEither(...names: readonly string[]): object {
  return { 'application/json': { schema: { oneOf: names.map((name) => ({ $ref: `${name}#` })) } } }
}

/** Faults that any route can answer. */
const EVERYWHERE: readonly ErrorCode[] = [
  'malformed_http',
  'cross_site',
  'method_not_allowed',
  'request_timeout',
  'uri_too_long',
  'headers_too_large',
  'internal_error',
]

/** Faults of a body, also where none is needed: what is sent is read. */
export const BODY_ERRORS: readonly ErrorCode[] = [
  'invalid_json',
  'shell_quotes',
  'invalid_request',
  'body_too_large',
  'unsupported_media_type',
]

/** Faults of any route that changes the service itself. */
export const DEED_ERRORS: readonly ErrorCode[] = ['cross_site', 'forbidden', 'database_unavailable', 'outcome_unknown']

/** What one SMS may be refused for, before it is stored. */
export const SMS_ERRORS: readonly ErrorCode[] = [
  'invalid_contact',
  'too_many_segments',
  'country_not_allowed',
  'sender_not_allowed',
  'no_route',
  'too_expensive',
  'premium_number',
  'spend_limit',
  'code_too_soon',
]

/** Faults of any route that takes a JSON body and stores it. */
export const SEND_ERRORS: readonly ErrorCode[] = [
  'invalid_json',
  'shell_quotes',
  'invalid_request',
  'invalid_idempotency_key',
  'idempotency_in_progress',
  'idempotency_conflict',
  'body_too_large',
  'unsupported_media_type',
  'database_unavailable',
  'outcome_unknown',
  'storage_full',
  'queue_full',
  'overloaded',
  'shutting_down',
]

const REQUEST_ID = { 'Request-Id': { type: 'string', description: 'The caller’s, or one of ours.' } }
/** Faults of any route that is not open. */
const GUARDED: readonly ErrorCode[] = [
  'unauthorized',
  'forbidden',
  'too_many_wrong_keys',
  'database_unavailable',
  'overloaded',
]

const CHALLENGE = { 'WWW-Authenticate': { type: 'string', description: 'What is missing (RFC 6750).' } }
const RETRY_AFTER = { 'Retry-After': { type: 'integer', minimum: 0, description: 'Seconds.' } }
const ALLOW = { Allow: { type: 'string', description: 'The methods this path takes.' } }

/** Headers of `POST /smss` while its limit is on. */
export const RATE_HEADERS: Readonly<Record<string, object>> = {
  'RateLimit-Policy': { type: 'string', description: 'Calls (`q`) per window of `w` seconds.' },
  RateLimit: { type: 'string', description: 'Calls left (`r`) and seconds until the window ends (`t`).' },
  'X-RateLimit-Limit': { type: 'integer' },
  'X-RateLimit-Remaining': { type: 'integer' },
  'X-RateLimit-Reset': { type: 'integer', description: 'Seconds.' },
}

/** Headers of the routes that send. */
export const SEND_REQUEST_HEADERS = {
  type: 'object',
  properties: {
    'Idempotency-Key': {
      type: 'string',
      minLength: 1,
      maxLength: 255,
      pattern: '^[!-~]+$',
      description: 'Makes a repeated call answer with the first one’s answer, for 24 hours.',
    },
    Prefer: {
      type: 'string',
      description: '`wait=N`, 1 to 60 seconds: answer when the provider has taken or refused it (RFC 7240).',
    },
  },
}

export const SEND_ANSWER_HEADERS: Readonly<Record<string, object>> = {
  'Idempotent-Replayed': { type: 'string', description: '`true` when this is an earlier call’s answer.' },
  'Preference-Applied': { type: 'string', description: 'The `wait` that was used.' },
}

export interface DocumentFacts {
  readonly version: string
  /** Null: the document's own origin. */
  readonly serverUrl: string | null
  /** False: a key may be sent, and need not. */
  readonly keysRequired: boolean
}

/** Registers the generator; it must stand before the routes. */
export function registerDocumentation(app: Server, { version, serverUrl, keysRequired }: DocumentFacts): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tidings',
        version,
        description: 'Sends SMS and push notifications, and says what became of each.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: serverUrl ?? '/' }],
      tags: [
        { name: 'sms', description: 'Messages to phones' },
        { name: 'push', description: 'Notifications to devices' },
        { name: 'history', description: 'People, devices, and what was sent to them' },
        { name: 'events', description: 'What happens, as it happens' },
        { name: 'inbox', description: 'Messages that were captured instead of sent' },
        { name: 'templates', description: 'Texts that are sent by name' },
        { name: 'webhooks', description: 'Who is told of what happens' },
        { name: 'keys', description: 'Who may call, and what was done to the service' },
        { name: 'session', description: 'Who is signed in in a browser' },
        { name: 'service', description: 'The service itself' },
      ],
      components: { securitySchemes: { key: KEY_SCHEME } },
    },
    refResolver: {
      buildLocalReference: (schema, _base, _fragment, index) =>
        typeof schema['$id'] === 'string' ? schema['$id'] : `Schema${index}`,
    },
    transform: ({ route, url }) => ({
      schema: toSchema(route.config?.docs, route.config?.scope ?? 'open', keysRequired, readsJson(route)),
      url,
    }),
    transformObject: (made) => ('openapiObject' in made ? withExamples(made.openapiObject) : made.swaggerObject),
  })
}

const KEY_SCHEME = {
  type: 'http' as const,
  scheme: 'bearer',
  description:
    'An API key: `Authorization: Bearer tidings_live_…`. An operation names the scope that the key must have.',
}

/** A callback's body may be anything. */
function readsJson({ method, url }: RouteOptions): boolean {
  return ![method].flat().includes('GET') && !url.startsWith('/callbacks/')
}

function toSchema(
  docs: RouteDocs | undefined,
  scope: Scope | 'open',
  keysRequired: boolean,
  withBody: boolean,
): FastifySchema {
  if (docs === undefined) return { hide: true }
  const withKey = { key: [scope] }
  const errors = [...docs.errors, ...(withBody ? BODY_ERRORS : []), ...(scope === 'open' ? [] : GUARDED)]
  return {
    operationId: docs.operationId,
    summary: docs.summary,
    description: docs.description ?? docs.summary,
    tags: [docs.tag],
    security: scope === 'open' ? [] : keysRequired ? [withKey] : [withKey, {}],
    ...(docs.params === undefined ? {} : { params: docs.params }),
    ...(docs.query === undefined ? {} : { querystring: docs.query }),
    ...(docs.requestHeaders === undefined ? {} : { headers: docs.requestHeaders }),
    ...(docs.body === undefined ? {} : { body: docs.body }),
    response: { 200: { ...docs.ok, headers: { ...REQUEST_ID, ...docs.ok.headers } }, ...errorAnswers(errors) },
  }
}

/** One answer a status, naming the codes that have it. */
function errorAnswers(codes: readonly ErrorCode[]): Record<number, object> {
  const all = [...new Set([...codes, ...EVERYWHERE])]
  const statuses = [...new Set(all.map((code) => ERROR_PAGES[code].status))].toSorted((one, other) => one - other)
  return Object.fromEntries(
    statuses.map((status) => {
      const here = all.filter((code) => ERROR_PAGES[code].status === status)
      return [status, { description: describe(here), headers: errorHeaders(status), content: json('Error') }]
    }),
  )
}

function describe(codes: readonly ErrorCode[]): string {
  return codes.map((code) => `\`${code}\`: ${ERROR_PAGES[code].what}`).join(' ')
}

function errorHeaders(status: number): object {
  if (status === 401 || status === 403) return { ...REQUEST_ID, ...CHALLENGE }
  if (status === 405) return { ...REQUEST_ID, ...ALLOW }
  if (status === 429) return { ...REQUEST_ID, ...RETRY_AFTER, ...RATE_HEADERS }
  if (status === 409 || status === 503) return { ...REQUEST_ID, ...RETRY_AFTER }
  return REQUEST_ID
}
