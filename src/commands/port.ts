import { createServer } from 'node:net'

/**
 * What stands in the way of serving there, as Node says it (EADDRINUSE, EACCES); null: nothing at this moment. `host` null is both
 * loopback addresses.
 */
export async function portProblem(host: string | null, port: number): Promise<Error | null> {
  if (port === 0) return null
  if (host !== null) return listenOnce(host, port)
  const first = await listenOnce('127.0.0.1', port)
  if (first !== null) return first
  const second = await listenOnce('::1', port)
  return second !== null && 'code' in second && second.code !== 'EADDRINUSE' ? null : second
}

function listenOnce(host: string, port: number): Promise<Error | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', resolve)
    server.listen({ host, port }, () => server.close(() => resolve(null)))
  })
}
