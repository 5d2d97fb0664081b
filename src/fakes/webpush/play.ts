import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Type, type Static } from 'typebox'

/** What a rule can have played. */
export const PLAY = Type.Object(
  {
    /** Instead of 201; from 300 on the push is not taken. */
    status: Type.Optional(Type.Integer({ minimum: 200, maximum: 599 })),
    /** The answer's body. */
    body: Type.Optional(Type.String()),
    retryAfter: Type.Optional(Type.String()),
    /** What comes instead of the answer; the push is taken. */
    link: Type.Optional(Type.Union([Type.Literal('reset'), Type.Literal('hang')])),
    /** With `link`: it is not taken. */
    lose: Type.Optional(Type.Boolean()),
    /** Before the answer. */
    slowMs: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
)

export type Play = Static<typeof PLAY>

/** Whether a push that is played this way is taken. */
export function takes({ status = 201, lose = false }: Play): boolean {
  return status < 300 && !lose
}

/** `location`: of the push, where it was taken. */
export async function answer(
  { status = 201, body = '', retryAfter, link, slowMs = 0 }: Play,
  location: string | null,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  if (slowMs > 0) await sleep(slowMs, undefined, { signal }).catch(() => undefined)
  if (link === 'hang') return
  if (link === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter)
  if (location !== null) response.setHeader('location', location)
  response.writeHead(status, { 'content-type': 'text/plain' }).end(body)
}
