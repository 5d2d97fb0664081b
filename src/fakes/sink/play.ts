import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { Type, type Static } from 'typebox'

export const PLAY = Type.Object(
  {
    /** 200 unless said. */
    status: Type.Optional(Type.Integer({ minimum: 200, maximum: 599 })),
    /** The header `Retry-After`, as it is written. */
    retryAfter: Type.Optional(Type.String()),
    /** The header `Location`; the status is 302 then, unless said. */
    redirect: Type.Optional(Type.String()),
    body: Type.Optional(Type.String()),
    /** So long a body is sent instead. */
    hugeBytes: Type.Optional(Type.Integer({ minimum: 0 })),
    /** Milliseconds before the answer. */
    slowMs: Type.Optional(Type.Integer({ minimum: 0 })),
    /** Instead of the answer: a reset, nothing at all, or its first half and then a reset. */
    link: Type.Optional(Type.Enum(['reset', 'hang', 'cut'])),
  },
  { additionalProperties: false },
)

export type Play = Static<typeof PLAY>

const HUGE_BYTES = 100_000_000
const SLOW_MS = 60_000
const PIECE = Buffer.alloc(65_536, '.')

/** What the last segment of a path asks for: a status, or a word. Null: nothing; it is taken. */
export function playOf(url: URL): Play | null {
  const word = url.pathname.split('/').at(-1) ?? ''
  const query = url.searchParams
  const retryAfter = query.get('retry-after')
  if (/^[2-5]\d\d$/.test(word)) return { status: Number(word), ...(retryAfter === null ? {} : { retryAfter }) }
  switch (word) {
    case 'slow':
      return { slowMs: numberOf(query.get('ms'), SLOW_MS) }
    case 'huge':
      return { hugeBytes: numberOf(query.get('bytes'), HUGE_BYTES) }
    case 'redirect':
      return { redirect: query.get('to') ?? '/' }
    case 'reset':
    case 'hang':
    case 'cut':
      return { link: word }
    default:
      return null
  }
}

/** Carries it out. `signal` ends what would take long. */
export async function perform(play: Play, response: ServerResponse, signal: AbortSignal): Promise<void> {
  if (play.slowMs !== undefined) await delay(play.slowMs, undefined, { signal }).catch(() => undefined)
  if (play.link === 'hang' || response.destroyed) return
  if (play.link === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  if (play.retryAfter !== undefined) response.setHeader('retry-after', play.retryAfter)
  if (play.redirect !== undefined) response.setHeader('location', play.redirect)
  const status = play.status ?? (play.redirect === undefined ? 200 : 302)
  const size = play.hugeBytes ?? Buffer.byteLength(play.body ?? '')
  response.writeHead(status, { 'content-type': 'text/plain', 'content-length': play.link === 'cut' ? size + 1 : size })
  if (play.link === 'cut') response.write(play.body ?? '', () => response.socket?.resetAndDestroy())
  else if (play.hugeBytes === undefined) response.end(play.body ?? '')
  else await writeMuch(play.hugeBytes, response)
}

/** As fast as it is read, and no faster. */
async function writeMuch(bytes: number, response: ServerResponse): Promise<void> {
  for (let left = bytes; left > 0 && !response.destroyed; left -= PIECE.length) {
    if (response.write(PIECE.subarray(0, Math.min(left, PIECE.length)))) continue
    await new Promise<void>((resolve) => {
      const done = (): void => {
        response.off('drain', done)
        response.off('close', done)
        resolve()
      }
      response.once('drain', done)
      response.once('close', done)
    })
  }
  response.end()
}

function numberOf(text: string | null, otherwise: number): number {
  return text !== null && /^\d{1,12}$/.test(text) ? Number(text) : otherwise
}
