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

/** A stream of events never ends: what came by then is its answer. */
const EVENTS_MS = 50

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
          answer.on('data', (chunk: Buffer) => void chunks.push(chunk))
          answer.on('end', done)
          answer.on('error', reject)
          if (answer.headers['content-type']?.startsWith('text/event-stream') !== true) return
          setTimeout(() => (done(), sent.destroy()), EVENTS_MS)
        })
        sent.on('error', reject)
        sent.end(body ?? undefined)
      }),
    close: () => agent.destroy(),
  }
}
