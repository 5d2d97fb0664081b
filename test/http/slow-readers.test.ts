import { createServer, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createReaderWatch, type ReaderWatch } from '../../src/http/slow-readers.ts'
import { until } from '../support/until.ts'

/** More than the kernel takes for a reader who doesn't read. */
const LARGE = Buffer.alloc(32 * 1_048_576)

let server: Server
let port: number
let watch: ReaderWatch
let sockets: Socket[]

beforeEach(async () => {
  sockets = []
  server = createServer((request, response) => {
    if (request.url === '/whole') response.writeHead(200, { 'content-length': LARGE.length })
    response.write(LARGE.subarray(0, 16 * 1_048_576))
    response.end(LARGE.subarray(16 * 1_048_576))
  })
  watch = createReaderWatch(server)
  server.on('connection', (socket: Socket) => void sockets.push(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** A client that has asked and reads nothing, with the other end once more waits for it than the kernel takes. */
async function ask(path: string): Promise<{ readonly client: Socket; readonly served: Socket }> {
  const client = connect(port, '127.0.0.1', () => client.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`))
  client.pause().on('error', () => undefined)
  const served = await until(() => sockets.find(({ remotePort }) => remotePort === client.localPort))
  await until(() => served.writableLength > 0)
  return { client, served }
}

function look(times: number): void {
  for (let n = 0; n < times; n += 1) watch.look()
}

test('who takes nothing of an answer is hung up on', async () => {
  const { served } = await ask('/whole')
  look(10)
  expect(served.destroyed).toBe(false)
  look(1)
  expect(served.destroyed).toBe(true)
})

test('who takes little of it is hung up on, too', async () => {
  const { client, served } = await ask('/whole')
  look(1)
  client.read(1_000)
  look(10)
  expect(served.destroyed).toBe(true)
})

test('who takes enough of it is not, however long it lasts', async () => {
  const { client, served } = await ask('/whole')
  look(10)
  let read = 0
  client.on('data', (chunk: Buffer) => (read += chunk.length)).resume()
  await until(() => read > LARGE.length / 2)
  client.pause()
  look(1)
  expect(served.destroyed).toBe(false)
  client.resume()
  await until(() => read > LARGE.length)
  look(20)
  expect(served.destroyed).toBe(false)
})

test('an answer that is written as it comes is left to its own rules', async () => {
  const { served } = await ask('/streamed')
  look(20)
  expect(served.destroyed).toBe(false)
})
