import { Agent, request } from 'node:http'
import type { CheckedAnswer } from './openapi.ts'

export interface WrittenCall {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

/** A few connections that stay open, over which requests go as they are written: nothing is put in order on the way. */
export interface Connections {
  call(call: WrittenCall): Promise<CheckedAnswer>
  close(): void
}

export function openConnections(url: string, most: number): Connections {
  const agent = new Agent({ keepAlive: true, maxSockets: most })
  const { hostname, port } = new URL(url)
  return {
    call: ({ method, target, headers, body }) =>
      new Promise((resolve, reject) => {
        const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }
        const options = { agent, hostname, port, method, path: target, headers: { ...headers, ...length } }
        const sent = request(options, (answer) => {
          const chunks: Buffer[] = []
          const done = (): void =>
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() })
          // A stream of events never ends: its first piece is the answer.
          const isEndless = answer.headers['content-type']?.startsWith('text/event-stream') === true
          answer.on('data', (chunk: Buffer) => {
            chunks.push(chunk)
            if (!isEndless) return
            done()
            sent.destroy()
          })
          answer.on('end', done)
          answer.on('error', reject)
        })
        sent.on('error', reject)
        sent.end(body ?? undefined)
      }),
    close: () => agent.destroy(),
  }
}
