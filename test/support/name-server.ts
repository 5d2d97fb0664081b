import { createSocket } from 'node:dgram'
import { once } from 'node:events'

export type RecordType = 'A' | 'AAAA'

/** The addresses of a name; null: there is no such name. Asked again for each question. */
export type Zone = (name: string, type: RecordType) => readonly string[] | null

export interface NameServer {
  /** `address:port`. */
  readonly address: string
  /** Every question so far, as `A example.com`. */
  readonly questions: readonly string[]
  close(): Promise<void>
}

const TYPES: Readonly<Record<number, RecordType | undefined>> = { 1: 'A', 28: 'AAAA' }
const HEADER_BYTES = 12

/** Answers over UDP what `zone` says, with a time to live of 0. Source: RFC 1035 §4, RFC 3596 §2. */
export async function startNameServer(zone: Zone): Promise<NameServer> {
  const questions: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (question, { address, port }) => {
    const { name, type, end } = readQuestion(question)
    if (type !== undefined) questions.push(`${type} ${name}`)
    const answers = type === undefined ? [] : zone(name, type)
    socket.send(answer(question.subarray(0, end), type ?? 'A', answers), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions,
    async close() {
      socket.close()
      await once(socket, 'close')
    },
  }
}

function readQuestion(message: Buffer): { name: string; type: RecordType | undefined; end: number } {
  const labels: string[] = []
  let at = HEADER_BYTES
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: TYPES[message.readUInt16BE(at + 1)], end: at + 5 }
}

function answer(question: Buffer, type: RecordType, addresses: readonly string[] | null): Buffer {
  const head = Buffer.from(question)
  head.writeUInt16BE(addresses === null ? 0x8183 : 0x8180, 2)
  head.writeUInt16BE(addresses?.length ?? 0, 6)
  head.writeUInt32BE(0, 8)
  return Buffer.concat([head, ...(addresses ?? []).map((address) => record(type, address))])
}

function record(type: RecordType, address: string): Buffer {
  const bytes = type === 'A' ? Buffer.from(address.split('.').map(Number)) : groups(address)
  const head = Buffer.alloc(HEADER_BYTES)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(type === 'A' ? 1 : 28, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(bytes.length, 10)
  return Buffer.concat([head, bytes])
}

function groups(address: string): Buffer {
  const [left = [], right = []] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''))
  const middle = Array.from({ length: 8 - left.length - right.length }, () => '0')
  const bytes = Buffer.alloc(16)
  for (const [at, group] of [...left, ...middle, ...right].entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16), at * 2)
  return bytes
}
