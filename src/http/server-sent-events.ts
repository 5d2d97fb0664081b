import { PassThrough } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { Server } from './parts.ts'

/** One event, as an EventSource gets it. */
export interface ServerSentEvent {
  /** `message` is what a reader gets that listens to nothing in particular. */
  readonly event: string
  /** Comes back as Last-Event-ID after a break. */
  readonly id: string
  /** JSON, so without line ends. */
  readonly data: string
}

export interface EventStream {
  /** The body of the answer. */
  readonly body: PassThrough
  /** A reader that doesn't keep up is dropped: it comes back and asks for what it missed. */
  send(event: ServerSentEvent): void
  /** Resolves when there is room for more, or the reader is gone. */
  drained(): Promise<void>
  /** Calls `run` once the reader is gone, or the stream has ended. */
  onEnd(run: () => void): void
}

export interface EventStreams {
  /** Null: there are as many as may be. `beat`: where the reader is by now, sent as an id of its own with each heartbeat. */
  open(reply: FastifyReply, beat?: () => string): EventStream | null
}

/** Why a stream ends although its reader is there. */
export type StreamEnd = 'too_slow' | 'shutting_down'

/** Bytes that wait for a reader; an item has one or two thousand. */
const MOST_WAITING = 1_048_576

/** Proxies close what is silent for a minute or less. */
const HEARTBEAT_MS = 15_000

/** When a reader tries again after a break. */
const RETRY_MS = 2_000

/** For a reader that is too slow to take what waits for it, and why it ends. */
const LAST_MS = 10_000

/**
 * Answers that don't end by themselves, at most `most` of them; they end when the server closes. `last`: what a reader is told then, or when
 * it is too slow. Source of the format: WHATWG HTML §9.2.
 */
export function createEventStreams(
  app: Server,
  most: number,
  last: (end: StreamEnd) => string = () => '',
): EventStreams {
  const streams = new Set<PassThrough>()
  let closing = false
  app.addHook('preClose', (done) => {
    closing = true
    for (const body of streams) if (body.writable) body.end(last('shutting_down'))
    done()
  })

  function write(body: PassThrough, text: string): void {
    if (!body.writable) return
    if (body.writableLength + body.readableLength <= MOST_WAITING) return void body.write(text)
    const words = last('too_slow')
    if (words === '') return void body.destroy()
    body.end(words)
    const timer = setTimeout(() => body.destroy(), LAST_MS)
    body.once('close', () => clearTimeout(timer))
  }

  return {
    open(reply, beat) {
      if (closing || streams.size >= most) return null
      const body = new PassThrough()
      streams.add(body)
      // An id without an event moves the reader on, and calls nothing.
      const still = (): string => (beat === undefined ? '' : `id: ${beat()}\n`)
      const heartbeat = setInterval(() => write(body, `: still here\n${still()}\n`), HEARTBEAT_MS)
      const ends: (() => void)[] = [() => clearInterval(heartbeat), () => streams.delete(body)]
      const end = (): void => ends.splice(0).forEach((run) => run())
      body.once('close', end)
      reply.raw.once('close', () => body.destroy())
      reply.headers({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
      write(body, `retry: ${RETRY_MS}\n\n`)
      return {
        body,
        send: ({ event, id, data }) => write(body, `event: ${event}\nid: ${id}\ndata: ${data}\n\n`),
        drained: () => drained(body),
        onEnd: (run) => void (body.destroyed ? run() : ends.push(run)),
      }
    },
  }
}

async function drained(body: PassThrough): Promise<void> {
  if (!body.writable || !body.writableNeedDrain) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      body.off('drain', done)
      body.off('close', done)
      resolve()
    }
    body.once('drain', done)
    body.once('close', done)
  })
}
