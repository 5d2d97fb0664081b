import { TidingsUnreachable } from './errors.ts'
import { whenAgain, type Attempt } from './retry.ts'

/** The world, as the client needs it. */
export interface World {
  readonly fetch: (request: Request) => Promise<Response>
  /** Ends early when the signal is aborted, by throwing its reason. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** From 0 to 1. */
  readonly chance: () => number
}

export interface Patience {
  /** How often a call is repeated at most. */
  readonly retries: number
  /** For one attempt, on top of what the call itself asks to wait. */
  readonly timeoutMs: number
}

/** Makes a call, and repeats it while that is right. Throws TidingsUnreachable, or the reason of the request's signal. */
export type Transport = (request: Request) => Promise<Response>

/** An answer in JSON is read as a whole, so that one that breaks off counts as a fault; others are handed on as they come. */
export function createTransport(world: World, { retries, timeoutMs }: Patience): Transport {
  return async (request) => {
    const body = request.body === null ? null : await request.text()
    for (let attempt = 0; ; attempt += 1) {
      const met = await once(world, timeoutMs, request, body)
      request.signal.throwIfAborted()
      const waitMs = attempt < retries ? whenAgain(met, request, attempt, world.chance) : null
      if (waitMs === null) return answerOf(met, request, attempt + 1)
      if (met.kind === 'answered' && met.text === null) await met.response.body?.cancel()
      await world.sleep(waitMs, request.signal)
    }
  }
}

async function once(world: World, timeoutMs: number, request: Request, body: string | null): Promise<Attempt> {
  const controller = new AbortController()
  const allMs = timeoutMs + askedToWaitMs(request)
  const timer = setTimeout(() => controller.abort(new Error(`no answer within ${allMs / 1_000} s`)), allMs)
  try {
    const signal = AbortSignal.any([request.signal, controller.signal])
    const { method, headers, url } = request
    const response = await world.fetch(new Request(url, { method, headers, body, signal }))
    return { kind: 'answered', response, text: isJson(response) ? await response.text() : null }
  } catch (cause) {
    return { kind: 'fault', cause }
  } finally {
    clearTimeout(timer)
  }
}

/** `Prefer: wait=10` and `?timeout=30` hold an answer back on purpose. */
function askedToWaitMs({ headers, url }: Request): number {
  const preferred = /\bwait=(\d+)/.exec(headers.get('prefer') ?? '')?.[1]
  const timeout = /^\d+$/.exec(new URL(url).searchParams.get('timeout') ?? '')?.[0]
  return (Number(preferred ?? 0) + Number(timeout ?? 0)) * 1_000
}

function isJson({ headers }: Response): boolean {
  return /^application\/json\b/.test(headers.get('content-type') ?? '')
}

function answerOf(met: Attempt, request: Request, attempts: number): Response {
  if (met.kind === 'fault') throw unreachable(request, attempts, met.cause)
  return met.text === null ? met.response : whole(met.response, met.text)
}

/** The same answer, read. */
function whole({ status, statusText, headers, url }: Response, text: string): Response {
  return Object.defineProperty(new Response(text, { status, statusText, headers }), 'url', { value: url })
}

function unreachable({ url, method }: Request, attempts: number, cause: unknown): TidingsUnreachable {
  const { origin, pathname } = new URL(url)
  const times = attempts === 1 ? '' : ` after ${attempts} attempts`
  // The path of a person's page is a number.
  const path = pathname.includes('/clients/') ? '/clients/…' : pathname
  return new TidingsUnreachable(`${origin} did not answer ${method} ${path}${times}: ${reason(cause)}`, attempts, cause)
}

/** Node says `fetch failed` and keeps the reason inside. */
function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  const inner = cause.cause instanceof Error ? cause.cause : cause
  return 'code' in inner && typeof inner.code === 'string' ? inner.code : inner.message
}
