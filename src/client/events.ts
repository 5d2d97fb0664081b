import { signalOf, unwrap, type Calls, type CallOptions, type Query } from './call.ts'
import { TidingsApiError, TidingsUnreachable } from './errors.ts'
import { waitBefore } from './retry.ts'
import { serverSentEvents } from './server-sent-events.ts'
import type { World } from './transport.ts'

/** Something that happened. */
export interface TidingsEvent {
  /** Where it stands among all events: `since` goes on after it. */
  readonly id: string
  /** `sms.delivered` */
  readonly type: string
  readonly timestamp: string
  /** Its ids, and what is known of it; with `payload: 'full'` also to whom, and what it said. */
  readonly data: Readonly<Record<string, string | number | boolean | null>>
}

export interface EventsQuery extends Omit<Query<'/events'>, 'types'> {
  /** All unless given. */
  readonly types?: readonly string[]
}

export interface EventsOptions extends CallOptions {
  /** What was missed has been told; from here on it comes as it happens. Also after each break. */
  readonly onReady?: () => void
  /** The connection was lost, and is tried again. */
  readonly onLost?: () => void
}

/**
 * What happens, as it happens, until the loop is left or `signal` is aborted. After a break it goes on where it ended, without a gap and
 * without telling anything twice. Throws what the first call is refused with, and later `events_gone` where it was away for too long.
 */
export type Events = (query?: EventsQuery, options?: EventsOptions) => AsyncGenerator<TidingsEvent, void, undefined>

/** The service says every 15 s that it is there. */
const SILENT_MS = 45_000

export function createEvents({ raw }: Calls, { sleep, chance }: Pick<World, 'sleep' | 'chance'>): Events {
  async function* follow(query: EventsQuery, options: EventsOptions): AsyncGenerator<TidingsEvent, void, undefined> {
    let last: string | null = null
    for (let failures = 0, begun = false; ; failures += 1) {
      const silence = createSilence(options.signal)
      try {
        const body = await open(query, last, silence.signal)
        begun = true
        for await (const { event, id, data } of serverSentEvents(body, silence.signal, () => silence.broken())) {
          // The first block of each connection says only when to try again: no place yet, and no sign that it will last.
          if (id === null) continue
          failures = 0
          last = id
          if (event === 'ready') options.onReady?.()
          if (event === 'message' && data !== '') yield eventOf(id, data)
        }
      } catch (error) {
        options.signal?.throwIfAborted()
        if (!begun || !passes(error)) throw error
      } finally {
        silence.end()
      }
      options.signal?.throwIfAborted()
      options.onLost?.()
      await sleep(waitBefore(0, failures, chance), options.signal ?? new AbortController().signal)
    }
  }

  async function open(
    { types, ...query }: EventsQuery,
    last: string | null,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const asked = { ...query, ...(types === undefined ? {} : { types: types.join(',') }) }
    const header = last === null ? {} : { 'Last-Event-ID': last }
    const params = { query: asked, header }
    const body = await unwrap(raw.GET('/events', { params, parseAs: 'stream', ...signalOf({ signal }) }))
    if (body instanceof ReadableStream) return body
    throw new Error('events came without a body')
  }

  return (query = {}, options = {}) => follow(query, options)
}

function eventOf(id: string, data: string): TidingsEvent {
  return { id, ...(JSON.parse(data) as Omit<TidingsEvent, 'id'>) }
}

/** A signal that is aborted when nothing was heard for too long, or with `signal`: by a listener, for joined signals may be collected. */
function createSilence(signal: AbortSignal | undefined): { signal: AbortSignal; broken(): void; end(): void } {
  const over = new AbortController()
  const end = (): void => over.abort()
  signal?.addEventListener('abort', end)
  if (signal?.aborted === true) end()
  const wait = (): ReturnType<typeof setTimeout> => setTimeout(end, SILENT_MS)
  let timer = wait()
  return {
    signal: over.signal,
    broken() {
      clearTimeout(timer)
      timer = wait()
    },
    end() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
    },
  }
}

/** A refusal for now, or a connection that broke; not a bug, and not what stays as it is. */
function passes(error: unknown): boolean {
  if (error instanceof TidingsApiError) return error.status >= 429
  return error instanceof TidingsUnreachable || error instanceof TypeError || error instanceof DOMException
}
