import type { CallOptions, Schema } from './call.ts'
import { errorOfItem, toApiError, TidingsUnreachable } from './errors.ts'
import { bodyOf, jsonLines } from './lines.ts'
import { createPending, type Pending } from './pending.ts'
import { parsed, waitBefore } from './retry.ts'
import type { World } from './transport.ts'

/** One SMS of a stream. What it leaves out is taken from `common`. */
export type BatchItem = Schema<'SmsBatchItem'>

/** What became of one item; `index` is its place in the stream, from 0. */
export type BatchAnswer = Exclude<Schema<'SmsBatchAnswerItem'>, { dry_run: true }>

export interface BatchOptions extends CallOptions {
  /** Holds for every item that does not have it itself. */
  readonly common?: Partial<Omit<BatchItem, 'contact' | 'key'>>
  /**
   * Makes the keys of items that have none, with their places; at most 200 characters. Unless given it is drawn, so that what the client
   * sends again by itself is not stored twice. Give one of your own where your program may send the whole stream again.
   */
  readonly idempotencyKey?: string
}

/**
 * Sends items while they come, and answers each, in order, after its commit. A connection that broke is opened again, and what was not
 * answered is sent again with the same keys: nothing is stored twice. An item that is refused is answered with its error; what refuses the
 * whole is thrown. Read the answers: at most 1,000 items are under way. Where `fetch` can’t send streams, as in browsers, use `sendMany`.
 */
export type BatchStream = (
  items: Iterable<BatchItem> | AsyncIterable<BatchItem>,
  options?: BatchOptions,
) => AsyncGenerator<BatchAnswer, void, undefined>

export interface BatchParts extends World {
  /** Of `/smss/batch`. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly newKey: () => string
  /** In a row, without an answer to any item in between. */
  readonly retries: number
}

export function createBatch(parts: BatchParts): BatchStream {
  return async function* batch(items, options = {}) {
    const key = options.idempotencyKey ?? parts.newKey()
    const pending = createPending(items, (item, index) => toLine({ ...item, key: item.key ?? `${key}:${index}` }))
    const never = new AbortController()
    const signal = options.signal ?? never.signal
    try {
      for (let failures = 0; ;) {
        const before = pending.answered()
        const broken = yield* connection(parts, pending, JSON.stringify(options.common ?? {}), signal)
        if (broken === null) return
        failures = pending.answered() > before ? 1 : failures + 1
        if (failures > parts.retries || broken.final) throw broken.error
        await parts.sleep(waitBefore(broken.retryAfter, failures - 1, parts.chance), signal)
      }
    } finally {
      await pending.close()
    }
  }
}

function toLine(item: BatchItem): string {
  return `${JSON.stringify(item)}\n`
}

/** Why a connection ended before the stream did. */
interface Broken {
  readonly error: Error
  /** The same would happen again. */
  readonly final: boolean
  /** In seconds. */
  readonly retryAfter: number
}

/** Nothing of the group was stored, or nobody knows: the service ends the stream, and the keys tell when it is sent again. */
const AGAIN: readonly string[] = [
  'database_unavailable',
  'outcome_unknown',
  'storage_full',
  'queue_full',
  'overloaded',
  'shutting_down',
  'request_timeout',
  'malformed_http',
  'rate_limited',
]

/** Yields the answers of one connection. Returns null when the stream is at its end. */
async function* connection(
  parts: BatchParts,
  pending: Pending,
  common: string,
  signal: AbortSignal,
): AsyncGenerator<BatchAnswer, Broken | null, undefined> {
  const controller = new AbortController()
  const either = AbortSignal.any([signal, controller.signal])
  const sent = pending.connect(either)
  try {
    const body = bodyOf(withFirst(`${common}\n`, sent.lines()))
    const response = await parts.fetch(streaming(parts, body, either))
    if (!response.ok || response.body === null) return await refusedWhole(response)
    for await (const line of jsonLines(response.body)) {
      if (isEnd(line)) return line.done ? null : toBroken(line.error)
      const index = sent.next()
      if (index === null || !isAnswer(line)) throw new Error('an answer that belongs to no item')
      if (!line.success && AGAIN.includes(line.error.code)) continue
      sent.settle(index)
      yield { ...line, index }
    }
    throw new Error('the answer ended without its last line')
  } catch (cause) {
    signal.throwIfAborted()
    const failure = pending.failure()
    if (failure !== null) throw failure.error
    const error = new TidingsUnreachable(`${new URL(parts.url).origin} broke off a batch`, 1, cause)
    return { error, final: false, retryAfter: 0 }
  } finally {
    controller.abort(new Error('the connection has ended'))
  }
}

async function* withFirst(
  first: string,
  others: AsyncGenerator<string, void, undefined>,
): AsyncGenerator<string, void, undefined> {
  yield first
  yield* others
}

function streaming({ url, headers }: BatchParts, body: ReadableStream<Uint8Array>, signal: AbortSignal): Request {
  // `half`: the only way there is; Node hands the answer on while the body is still sent.
  return new Request(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-ndjson' },
    body,
    signal,
    duplex: 'half',
  })
}

async function refusedWhole(response: Response): Promise<Broken> {
  const text = await response.text()
  const error = toApiError(response, parsed(text) ?? text)
  return { error, final: !AGAIN.includes(error.code), retryAfter: error.retryAfter ?? 0 }
}

function toBroken(error: Schema<'ItemError'> | undefined): Broken {
  const known = errorOfItem(error ?? { code: '', message: 'The stream was ended', docs: '' })
  return { error: known, final: !AGAIN.includes(known.code), retryAfter: known.retryAfter ?? 0 }
}

interface End {
  readonly done: boolean
  readonly error?: Schema<'ItemError'>
}

function isEnd(line: unknown): line is End {
  return typeof line === 'object' && line !== null && 'done' in line
}

function isAnswer(line: unknown): line is BatchAnswer {
  return typeof line === 'object' && line !== null && 'success' in line && 'index' in line
}
