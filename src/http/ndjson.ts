import type { FastifyReply, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import { TidingsError } from '../domain/errors.ts'
import { refuse, refuseSchemaFaults } from './faults.ts'
import { readJson } from './json.ts'
import type { Leavings } from './leavings.ts'
import { createLines, LINE_BYTES, type Line, type Lines } from './lines.ts'
import { allowLongRequest } from './long-requests.ts'
import type { Server } from './parts.ts'

/** One JSON value a line; the last two are what others call it. */
const NDJSON_TYPES = ['application/x-ndjson', 'application/ndjson', 'application/jsonl']

/** As it stands in the document. */
export const NDJSON = { 'application/x-ndjson': { schema: { type: 'string' } } }

/** A sender who keeps silent for this long has ended. */
const IDLE_MS = 10_000

/** How long the rest of a body is still read, and dropped, so that its sender reads why it was refused. */
const DRAIN_MS = 10_000

/** Lets the routes of this scope take bodies of lines, which are read while they come. */
export function addLineParser(app: Server): void {
  app.addContentTypeParser(NDJSON_TYPES, (request, body, done) => {
    const encoding = request.headers['content-encoding']
    if (encoding === undefined || encoding === 'identity') return done(null, body)
    done(new TidingsError('unsupported_media_type', 'Send the body uncompressed'))
  })
}

export function isNdjson({ headers }: FastifyRequest): boolean {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  return type !== undefined && NDJSON_TYPES.includes(type)
}

/** A call without a body has no type either, so that no schema was asked about it. */
export function refuseNoBody({ body }: FastifyRequest): void {
  if (body === undefined) throw new TidingsError('invalid_json', 'The body is empty; it must be a JSON object')
}

export interface OpenBody<Common> {
  /** What stands in the first line. */
  readonly common: Common
  readonly lines: Lines
}

/**
 * Reads the first line of a body, which must be an object as `schema` says; the others are read as they are taken. They may take as long as
 * they come. Throws TidingsError.
 */
export async function openBody<Common>(
  request: FastifyRequest,
  reply: FastifyReply,
  schema: object,
  leavings: Leavings,
): Promise<OpenBody<Common>> {
  const { body } = request
  if (!(body instanceof Readable)) throw new Error('a body of lines was read before')
  allowLongRequest(request.raw.socket)
  const lines = createLines(body, IDLE_MS)
  leavings.onClosing(reply, () => lines.stop(new TidingsError('shutting_down', 'The service is stopping')))
  return dropping(request, reply, async () => {
    const [first] = await lines.take(1)
    if (first === undefined) throw refuse([{ path: '', message: 'the body has no lines; the first one is an object' }])
    const read = readLine(first, (value) => checked(request, schema, value))
    if (read instanceof TidingsError) throw inFirstLine(read)
    // Just checked, by a schema whose type the caller knows.
    return { common: read as Common, lines }
  })
}

/** One line as JSON, or why it is none. */
export function readLine<Value>(line: Line, read: (value: unknown) => Value): Value | TidingsError {
  if (line === null) return new TidingsError('body_too_large', `A line may have ${LINE_BYTES} bytes`)
  try {
    return read(readJson(line))
  } catch (error) {
    if (!(error instanceof TidingsError)) throw error
    const { code, message, details } = error
    return new TidingsError(code, message.replace(/^The body/, 'The line').replace(/see line 1, /, 'see '), { details })
  }
}

/** A sender who is refused may still be sending: he gets to read why before he is hung up on. */
export async function dropping<Result>(
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!request.raw.complete) {
      request.raw.resume()
      const late = setTimeout(() => request.raw.socket.destroy(), DRAIN_MS)
      reply.raw.once('close', () => clearTimeout(late))
    }
    throw error
  }
}

function checked(request: FastifyRequest, schema: object, value: unknown): unknown {
  const validate = request.compileValidationSchema(schema)
  if (validate(value)) return value
  throw refuseSchemaFaults(validate.errors ?? [])
}

/** Most often it is missing, and what came first is meant as one of the others. */
function inFirstLine({ code, message, details }: TidingsError): TidingsError {
  const what = 'the first line holds what all the others have in common, or {}'
  return new TidingsError(code, `${message}; ${what}`, { details })
}
