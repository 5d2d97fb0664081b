import { createServer, request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands before a service, and does to single calls what a network does. */
export interface Proxy {
  readonly url: string
  /** What has come through, `POST /smss`, in order. */
  readonly calls: string[]
  close(): Promise<void>
}

/**
 * `pass`: the answer goes back. `cut`: the service hears all of it, and the caller is hung up on before the answer. `after`: the caller is
 * hung up on after so many lines of the answer.
 */
export type Fate =
  | 'pass'
  | 'cut'
  | { readonly after: number }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string }

/** `fate` is asked for each call, by how many came before it. */
export async function startProxy(target: string, fate: (before: number) => Fate): Promise<Proxy> {
  const calls: string[] = []
  const server = createServer((call, answer) => {
    const what = fate(calls.length)
    calls.push(`${call.method} ${call.url}`)
    if (typeof what === 'object' && 'status' in what) {
      call.resume()
      answer.writeHead(what.status, { 'content-type': 'application/json', ...what.headers }).end(what.body)
      return
    }
    const { method, headers } = call
    const onward = request(new URL(call.url ?? '/', target), { method: method ?? 'GET', headers }, (reply) => {
      if (what === 'cut') {
        afterwards(reply, () => call.socket.destroy())
        return
      }
      answer.writeHead(reply.statusCode ?? 502, reply.headers)
      if (typeof what === 'object') cutAfter(reply, what.after, () => call.socket.destroy())
      reply.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    answer.on('close', () => onward.destroy())
    call.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function afterwards(reply: IncomingMessage, run: () => void): void {
  reply.resume()
  reply.once('end', run)
}

function cutAfter(reply: IncomingMessage, lines: number, run: () => void): void {
  let seen = 0
  reply.on('data', (chunk: Buffer) => {
    seen += chunk.toString('latin1').split('\n').length - 1
    if (seen >= lines) run()
  })
}
