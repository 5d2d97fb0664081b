import type { FastifyReply, FastifyRequest } from 'fastify'

/** Seconds a caller may wait for the provider's word. */
const SHORTEST_SECONDS = 1
const LONGEST_SECONDS = 60

/** `wait` is one preference among others, its value a token or a quoted string. Source: RFC 7240 §2, §4.3. */
const WAIT = /^\s*wait\s*=\s*(?:"(\d{1,9})"|(\d{1,9}))\s*(?:;.*)?$/i

/** The seconds of `Prefer: wait=N`, 1..60; null without it, and for one that can't be read, which RFC 7240 has us ignore. */
export function readWaitSeconds(header: string | string[] | undefined): number | null {
  if (header === undefined) return null
  const preferences = (typeof header === 'string' ? header : header.join(',')).split(',')
  for (const preference of preferences) {
    const found = WAIT.exec(preference)
    const seconds = found?.[1] ?? found?.[2]
    if (seconds !== undefined) return Math.min(Math.max(Number(seconds), SHORTEST_SECONDS), LONGEST_SECONDS)
  }
  return null
}

/** The milliseconds to wait, and the header that says so; null: don't. */
export function preferWait(request: FastifyRequest, reply: FastifyReply): number | null {
  const seconds = readWaitSeconds(request.headers.prefer)
  if (seconds === null) return null
  reply.header('Preference-Applied', `wait=${seconds}`)
  return seconds * 1_000
}
