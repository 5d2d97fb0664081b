/** The items of a stream that are not answered yet, over all its connections. */
export interface Pending {
  /** How many were answered. */
  answered(): number
  /** Starts a connection: what was not answered comes first. An earlier one must have ended. */
  connect(signal: AbortSignal): Connection
  /** What the source threw; null: nothing. */
  failure(): { readonly error: unknown } | null
  /** Tells the source that no more is wanted. */
  close(): Promise<void>
}

export interface Connection {
  /** A line for each item, and an empty one where none comes for a while. */
  lines(): AsyncGenerator<string, void, undefined>
  /** The place of the item that the next answer is for; null: none was sent. It stays until it is settled. */
  next(): number | null
  /** It is answered for good. */
  settle(index: number): void
}

/** Items that are sent and not answered. */
const MOST = 1_000

/** The service ends a stream after ten seconds without a byte. */
const IDLE_MS = 4_000

/** `write`: makes the line of an item, given its place. */
export function createPending<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  write: (item: Item, index: number) => string,
): Pending {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  const waiting = new Map<number, string>()
  let count = 0
  let upcoming: Promise<IteratorResult<Item>> | null = null
  let failure: { error: unknown } | null = null
  let onRoom: () => void = () => undefined

  /** Kept over connections: what a source was asked for is never lost. */
  async function pull(): Promise<IteratorResult<Item>> {
    try {
      return await source.next()
    } catch (error) {
      failure = { error }
      throw error
    }
  }

  async function* fresh(sent: number[], signal: AbortSignal): AsyncGenerator<string, void, undefined> {
    for (;;) {
      if (waiting.size >= MOST) {
        const room = new Promise<'room'>((resolve) => (onRoom = () => resolve('room')))
        if ((await soon(room, signal)) === null) yield '\n'
        continue
      }
      upcoming ??= pull()
      const next = await soon(upcoming, signal)
      if (next === null) {
        yield '\n'
        continue
      }
      if (next.done === true) return
      upcoming = null
      const line = write(next.value, count)
      waiting.set(count, line)
      sent.push(count)
      count += 1
      yield line
    }
  }

  return {
    answered: () => count - waiting.size,
    failure: () => failure,
    connect(signal) {
      const sent: number[] = []
      return {
        async *lines() {
          for (const [index, line] of waiting) {
            sent.push(index)
            yield line
          }
          yield* fresh(sent, signal)
        },
        next: () => sent.shift() ?? null,
        settle(index) {
          waiting.delete(index)
          onRoom()
        },
      }
    },
    async close() {
      await source.return?.()
    },
  }
}

/** Null: it is not there after IDLE_MS. Throws the signal's reason. */
function soon<Value>(value: Promise<Value>, signal: AbortSignal): Promise<Value | null> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    }
    const stop = (): void => {
      end()
      reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'))
    }
    const timer = setTimeout(() => {
      end()
      resolve(null)
    }, IDLE_MS)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    value.finally(end).then(resolve, reject)
  })
}
