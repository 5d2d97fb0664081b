import { ServerResponse, type Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'

/** Finds readers who take an answer so slowly that all they do is hold a connection. */
export interface ReaderWatch {
  /** Once in SECOND_MS. Hangs up on those who took less than LEAST_BYTES in the last LOOKS looks, with more waiting for them. */
  look(): void
}

/** How often it is looked. */
const SECOND_MS = 1_000

/** A kibibyte a second over ten seconds: a tenth of the slowest mobile network (GPRS, 10 kB/s). */
const LOOKS = 10
const LEAST_BYTES = LOOKS * 1_024

/** Looks after all connections of a server until it closes. */
export function dropSlowReaders(server: HttpServer): void {
  const watch = createReaderWatch(server)
  const timer = setInterval(() => watch.look(), SECOND_MS).unref()
  server.once('close', () => clearInterval(timer))
}

export function createReaderWatch(server: HttpServer): ReaderWatch {
  const sockets = new Map<Socket, { taken: number; looks: number } | null>()
  server.on('connection', (socket: Socket) => {
    sockets.set(socket, null)
    socket.once('close', () => sockets.delete(socket))
  })
  return {
    look() {
      for (const [socket, since] of sockets) {
        if (socket.writableLength === 0 || isStream(socket)) {
          if (since !== null) sockets.set(socket, null)
        } else if (since === null) sockets.set(socket, { taken: takenFrom(socket), looks: 0 })
        else if (++since.looks === LOOKS) {
          if (takenFrom(socket) - since.taken < LEAST_BYTES) socket.destroy()
          else sockets.set(socket, null)
        }
      }
    },
  }
}

/** What is written as it comes has its own rules for those who don't take it; only what was whole from the start has a length. */
function isStream(socket: Socket): boolean {
  const answer: unknown = Reflect.get(socket, '_httpMessage')
  // The head as it was written: Node forgets what stood in it where it was given in one go.
  return answer instanceof ServerResponse && !/^content-length:/im.test(String(Reflect.get(answer, '_header')))
}

/** Bytes that the reader's side has taken, or the kernel for it. Node counts what it handed over and what of that is left, privately. */
function takenFrom(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, '_handle')
  if (typeof handle !== 'object' || handle === null) return Infinity
  return Number(Reflect.get(handle, 'bytesWritten')) - Number(Reflect.get(handle, 'writeQueueSize'))
}
