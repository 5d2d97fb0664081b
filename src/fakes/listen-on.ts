import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from 'node:net'
import { UsageError } from './usage.ts'

/** Listens on 127.0.0.1; 0 takes any free port. Returns the port, and throws a `UsageError` where it is not to be had. */
export function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(refusalOf(error, port)))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('not listening on a port'))
      else resolve(address.port)
    })
  })
}

/** The whole body. Never resolves where the caller hangs up before its end. */
export function bodyOf(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = []
    request.on('error', () => undefined)
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => resolve(Buffer.concat(pieces)))
  })
}

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

function refusalOf(error: Error, port: number): Error {
  const code = 'code' in error ? error.code : null
  if (code === 'EADDRINUSE') return new UsageError(`Port ${port} is in use.`)
  return code === 'EACCES' ? new UsageError(`Port ${port} may not be used by this user.`) : error
}
