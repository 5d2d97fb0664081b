import { PassThrough } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { Server } from './parts.ts'

/** One event, as an EventSource gets it. */
export interface ServerSentEvent {
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
  /** Calls `run` once the reader is gone, or the stream has ended. */
  onEnd(run: () => void): void
}

export interface EventStreams {
  /** Null: there are as many as may be. */
  open(reply: FastifyReply): EventStream | null
}

/** Bytes that wait for a reader; an item has one or two thousand. */
const MOST_WAITING = 1_048_576

/** Proxies close what is silent for a minute or less. */
const HEARTBEAT_MS = 15_000

/** When a reader tries again after a break. */
const RETRY_MS = 2_000

/** Answers that don't end by themselves, at most `most` of them; they end when the server closes. Source of the format: WHATWG HTML §9.2. */
export function createEventStreams(app: Server, most: number): EventStreams {
  const streams = new Set<PassThrough>()
  let closing = false
  app.addHook('preClose', (done) => {
    closing = true
    for (const body of streams) body.end()
    done()
  })
  return {
    open(reply) {
      if (closing || streams.size >= most) return null
      const body = new PassThrough()
      streams.add(body)
      const heartbeat = setInterval(() => write(body, ': still here\n\n'), HEARTBEAT_MS)
      const ends: (() => void)[] = [() => clearInterval(heartbeat), () => streams.delete(body)]
      const end = (): void => ends.splice(0).forEach((run) => run())
      body.once('close', end)
      reply.raw.once('close', () => body.destroy())
      reply.headers({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
      write(body, `retry: ${RETRY_MS}\n\n`)
      return {
        body,
        send: ({ event, id, data }) => write(body, `event: ${event}\nid: ${id}\ndata: ${data}\n\n`),
        onEnd: (run) => void (body.destroyed ? run() : ends.push(run)),
      }
    },
  }
}

function write(body: PassThrough, text: string): void {
  if (!body.writable) return
  if (body.writableLength + body.readableLength > MOST_WAITING) body.destroy()
  else body.write(text)
}
