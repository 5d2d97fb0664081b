import type { FastifyRequest } from 'fastify'

/** What a Host header may hold and still be shown, or pasted into a shell. */
const PLAIN_HOST = /^(?:[A-Za-z0-9.-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/

/** The address to show in examples: the configured one, else the one the caller used. Never for anything that must be trusted. */
export function originOf(request: FastifyRequest, publicUrl: string | null): string {
  if (publicUrl !== null) return publicUrl
  const host = request.headers.host ?? ''
  return PLAIN_HOST.test(host) ? `http://${host}` : `http://localhost:${request.raw.socket.localPort ?? 80}`
}
