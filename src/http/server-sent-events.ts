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
  /** False: there is no room for more now. A reader that is sent more all the same is dropped: it comes back and asks for what it missed. */
  send(event: ServerSentEvent): boolean
  /** Resolves when there is room for more, or the reader is gone: one that takes nothing for 10 s is dropped. */
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

/** With this much it is full for those who ask: what else may come at once, a heartbeat and one event, is less than the rest. */
const ENOUGH_WAITING = MOST_WAITING / 2

/** In this time a reader takes some of what waits. */
const TAKES_MS = 10_000

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
    if (waitingIn(body) <= MOST_WAITING) body.write(text)
    else drop(body)
  }

  function drop(body: PassThrough): void {
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
        send({ event, id, data }) {
          write(body, `event: ${event}\nid: ${id}\ndata: ${data}\n\n`)
          return waitingIn(body) < ENOUGH_WAITING
        },
        drained: () => drained(body, () => drop(body)),
        onEnd: (run) => void (body.destroyed ? run() : ends.push(run)),
      }
    },
  }
}

function waitingIn(body: PassThrough): number {
  return body.writableLength + body.readableLength
}

async function drained(body: PassThrough, drop: () => void): Promise<void> {
  if (body.destroyed || (body.writable && !body.writableNeedDrain)) return
  let waiting = waitingIn(body)
  const look = (): void => {
    // A heartbeat adds a few bytes; what is taken is taken in pieces of many kilobytes.
    if (waitingIn(body) >= waiting) {
      if (body.writable) drop()
      else body.destroy()
    }
    waiting = waitingIn(body)
  }
  const looks = setInterval(look, TAKES_MS)
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearInterval(looks)
      body.off('drain', done)
      body.off('close', done)
      resolve()
    }
    body.once('drain', done)
    body.once('close', done)
  })
}
