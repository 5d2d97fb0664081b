import { createServer, type Socket } from 'node:net'
import { createCall } from '../../src/http2/call.ts'
import type { Http2Answer, Http2Fault } from '../../src/http2/client.ts'
import { Connection } from '../../src/http2/connection.ts'
import type { Stream } from '../../src/http2/stream.ts'

/** Written by hand, so that nothing here is read by what wrote it. */
export const KIND = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST: 3,
  SETTINGS: 4,
  PUSH: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW: 8,
  CONT: 9,
}
export const [ENDS, WHOLE, PADDED, PRIORITY, ACK] = [1, 4, 8, 32, 1]

export function frame(kind: number, flags: number, stream: number, payload: Uint8Array | string = ''): Buffer {
  const content = Buffer.from(payload)
  const head = Buffer.alloc(9)
  head.writeUIntBE(content.length, 0, 3)
  head.writeUInt8(kind, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, content])
}

/** Literals that are in no table, without Huffman; texts of less than 127 bytes. */
export function block(fields: Readonly<Record<string, string>>): Buffer {
  const text = (one: string) => Buffer.from([one.length, ...Buffer.from(one, 'latin1')])
  return Buffer.concat(Object.entries(fields).flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]))
}

export const OK = block({ ':status': '200', 'x-by': 'hand' })
export const setting = (id: number, value: number) =>
  Buffer.from([id >> 8, id, value >>> 24, value >> 16, value >> 8, value])
export const number = (value: number) => Buffer.from([value >>> 24, value >> 16, value >> 8, value])
export const hello = (...settings: Buffer[]) => frame(KIND.SETTINGS, 0, 0, Buffer.concat(settings))
export const goaway = (last: number, code: number) =>
  frame(KIND.GOAWAY, 0, 0, Buffer.concat([number(last), number(code)]))
export const answer = (stream: number, body = 'ok') =>
  Buffer.concat([frame(KIND.HEADERS, WHOLE, stream, OK), frame(KIND.DATA, ENDS, stream, body)])

export interface Frame {
  readonly kind: number
  readonly flags: number
  readonly stream: number
  readonly payload: Buffer
}

export function framesIn(bytes: Buffer): Frame[] {
  const frames: Frame[] = []
  for (let at = bytes.indexOf('SM\r\n\r\n') < 0 ? 0 : 24; at < bytes.length;) {
    const end = at + 9 + bytes.readUIntBE(at, 3)
    const [kind, flags, stream] = [bytes.readUInt8(at + 3), bytes.readUInt8(at + 4), bytes.readUInt32BE(at + 5)]
    frames.push({ kind, flags, stream, payload: bytes.subarray(at + 9, end) })
    at = end
  }
  return frames
}

/** A connection without a socket, whose peer has said SETTINGS and taken ours over. */
export interface Line {
  readonly connection: Connection
  /** Writes a request, and hands it to the socket that there would be. */
  begin(body?: string, isHandedOver?: boolean): Begun
  /** What it has written since the last time. */
  written(): Frame[]
  readonly told: string[]
}

export interface Begun {
  readonly stream: Stream
  readonly result: Promise<Http2Answer | Http2Fault>
}

export function createLine(first: Buffer = hello()): Line {
  const told: string[] = []
  const connection = new Connection('https', 'push.example', {
    onSettings: () => void told.push('settings'),
    onGoaway: (code) => void told.push(`goaway ${code}`),
    onPong: () => void told.push('pong'),
    onBroken: () => void told.push('broken'),
  })
  function written(): Frame[] {
    connection.requests.handOver()
    const { bytes, done } = connection.outbox.take()
    const frames = framesIn(Buffer.from(bytes))
    done()
    return frames
  }
  written()
  connection.receive(Buffer.concat([first, frame(KIND.SETTINGS, ACK, 0)]))
  return {
    connection,
    told,
    written,
    begin(body = '{}', isHandedOver = true) {
      const { call, result } = createCall({ path: '/send', headers: {}, body }, () => undefined)
      const stream = connection.requests.write(call, 0)
      if (isHandedOver) connection.requests.handOver()
      return { stream, result }
    },
  }
}

/** A server that gets whole connections as sockets. */
export async function listenRaw(onSocket: (socket: Socket) => void): Promise<{ origin: string; close(): void }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined))
    onSocket(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
