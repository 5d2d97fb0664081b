import type { Client } from 'openapi-fetch'
import { TidingsApiError, toApiError } from './errors.ts'
import type { components, paths } from './openapi.ts'

/** The untyped-by-us client of openapi-fetch: every path of the document, with the same key, retries and time limits. */
export type Raw = Client<paths>

/** A schema of the document, by its name. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

/** What can be asked of a list. */
export type Query<Path extends keyof paths> = paths[Path] extends {
  readonly get: { readonly parameters: { readonly query?: infer Asked } }
}
  ? NonNullable<Asked>
  : never

export interface CallOptions {
  /** Ends the call, and the waits between its attempts. */
  readonly signal?: AbortSignal
}

export interface SendOptions extends CallOptions {
  /**
   * 1 to 255 visible ASCII characters; the service answers the same one with the same message for 24 hours. Unless given, one is drawn for
   * each call, so that its repetitions send nothing twice. Give one of your own where your program itself may repeat the call.
   */
  readonly idempotencyKey?: string
  /** 1 to 60: answer when the provider has taken or refused it, or after so many seconds. */
  readonly waitSeconds?: number
}

/** What every group of calls is made of. */
export interface Calls {
  readonly raw: Raw
  /** A new idempotency key. */
  readonly newKey: () => string
}

/** `Omit`, for each member of a union. */
export type Without<Type, Field extends PropertyKey> = Type extends unknown ? Omit<Type, Field> : never

/** The answer of a call. Throws TidingsApiError for a refusal. */
export async function unwrap<Data>(
  call: Promise<{ readonly data?: Data; readonly error?: unknown; readonly response: Response }>,
): Promise<Data> {
  const { data, error, response } = await call.catch((fault: unknown) => {
    if (fault instanceof SyntaxError) throw notOurs(fault)
    throw fault
  })
  if (data === undefined) throw toApiError(response, error)
  return data
}

/** The body of an answer, while it is written. Cut off before its end, it throws where it is read. */
export async function fileOf(
  call: Promise<{
    readonly data?: ReadableStream<Uint8Array> | null
    readonly error?: unknown
    readonly response: Response
  }>,
): Promise<ReadableStream<Uint8Array>> {
  const file = await unwrap(call)
  if (file === null) throw new Error('an answer without a body')
  return file
}

/** A sign-in page of a network, say, with status 200. */
function notOurs(cause: SyntaxError): TidingsApiError {
  const message = 'What answered was not Tidings: it is no JSON'
  const unknown = { details: [], requestId: null, docs: null, retryAfter: null }
  return Object.assign(new TidingsApiError({ message, code: 'unexpected_answer', status: 200, ...unknown }), { cause })
}

export function signalOf({ signal }: CallOptions): { readonly signal: AbortSignal | null } {
  return { signal: signal ?? null }
}

/** The headers of a call that sends. */
export function headersOf(
  { idempotencyKey, waitSeconds }: SendOptions,
  newKey: () => string,
): { readonly 'Idempotency-Key': string; readonly Prefer?: string } {
  const key = { 'Idempotency-Key': idempotencyKey ?? newKey() }
  return waitSeconds === undefined ? key : { ...key, Prefer: `wait=${waitSeconds}` }
}

/** What all pages hold, from where the query says on; each page is asked for when it is needed. */
export async function* itemsOf<Asked extends { readonly cursor?: string }, Item>(
  query: Asked,
  read: (query: Asked) => Promise<{ readonly data: readonly Item[]; readonly next: string | null }>,
): AsyncGenerator<Item, void, undefined> {
  for (let asked = query; ;) {
    const { data, next } = await read(asked)
    yield* data
    if (next === null) return
    asked = { ...asked, cursor: next }
  }
}
