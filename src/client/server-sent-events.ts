/** One event of a stream. */
export interface ServerSentMessage {
  /** `message` where it has no name of its own. */
  readonly event: string
  /** The last one that was given; null: none was yet. */
  readonly id: string | null
  /** Empty: only the id moves on. */
  readonly data: string
}

/**
 * The events of a body, as they come, until it ends or `signal` is aborted; `onBytes` is called whenever something comes. Throws what breaks the body off. Source: WHATWG HTML
 * §9.2.6; lines end with a line feed, as our service writes them.
 */
export async function* serverSentEvents(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  onBytes: () => void,
): AsyncGenerator<ServerSentMessage, void, undefined> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  const stop = (): void => void reader.cancel().catch(() => undefined)
  signal.addEventListener('abort', stop)
  let rest = ''
  let id: string | null = null
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      onBytes()
      const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const fields = fieldsOf(block)
        id = fields.get('id') ?? id
        yield { event: fields.get('event') ?? 'message', id, data: fields.get('data') ?? '' }
      }
    }
  } finally {
    signal.removeEventListener('abort', stop)
    await reader.cancel().catch(() => undefined)
  }
}

/** A line that begins with a colon is a comment; data of several lines is theirs, one below the other. */
function fieldsOf(block: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    if (colon < 1) continue
    const name = line.slice(0, colon)
    const value = line.slice(colon + 1).replace(/^ /, '')
    const before = name === 'data' ? fields.get(name) : undefined
    fields.set(name, before === undefined ? value : `${before}\n${value}`)
  }
  return fields
}
