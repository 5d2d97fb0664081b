import type { FastifyReply } from 'fastify'
import type { TidingsError } from '../domain/errors.ts'
import { retryAfterOf, statusOf, toErrorObject } from './errors.ts'

declare module 'fastify' {
  interface FastifyReply {
    /** What the call was refused with; null where it was not. For the log. */
    refusal: TidingsError | null
  }
}

/** Answers with the error object. */
export function sendRefusal(reply: FastifyReply, refusal: TidingsError, requestId: string): FastifyReply {
  reply.refusal = refusal
  const retryAfter = retryAfterOf(refusal)
  if (retryAfter !== null) reply.header('Retry-After', String(retryAfter))
  return reply
    .code(statusOf(refusal))
    .header('content-type', 'application/json; charset=utf-8')
    .send(`${JSON.stringify(toErrorObject(refusal, requestId))}\n`)
}
