import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { makeCertificate } from './certificate.ts'
import { answerControl } from './control.ts'
import { createLedger } from './ledger.ts'
import { bodyOf, listenOn } from './listen-on.ts'
import { createRules } from './rules.ts'
import { perform, PLAY, type Play, playOf } from './sink/play.ts'
import { createVerify } from './sink/signature.ts'

/** One call that came in, as it stands in the ledger. */
export interface SinkCall {
  /** RFC 3339. */
  readonly at: string
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** As text. */
  readonly body: string
  /** `valid`, or what is wrong; null: nobody asked for signatures. */
  readonly signature: string | null
}

export interface SinkOptions {
  /** 0, as when not said, takes any free port. */
  readonly port?: number
  /** The rules of a script file (`rules.ts`); they come before what a path asks for. */
  readonly rules?: unknown
  /** `whsec_…`: calls without a right signature of Standard Webhooks are answered 401. */
  readonly secret?: string
  /** A file that gets one JSON line for each call, before it is answered. */
  readonly ledger?: string
  /** With TLS, by a certificate that nobody knows. */
  readonly tls?: boolean
  readonly now?: () => Date
}

/** Where webhooks end: takes every call, answers as it was told, and keeps what came. */
export interface Sink {
  readonly url: string
  /** The authority behind its certificate, in PEM; null without TLS. */
  readonly ca: string | null
  /** The latest 1,000. */
  calls(): readonly SinkCall[]
  close(): Promise<void>
}

const MOST_CALLS = 1_000

export async function startSink(options: SinkOptions = {}): Promise<Sink> {
  const now = options.now ?? (() => new Date())
  const verify = options.secret === undefined ? null : createVerify(options.secret, now)
  const rules = createRules(PLAY, ['method', 'path', 'body'], options.rules)
  const plays = createPlays()
  const ledger = createLedger(options.ledger ?? null)
  const closing = new AbortController()
  let taken = 0
  let calls: SinkCall[] = []

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '/', headers } = request
    const content = await bodyOf(request)
    const signature = verify === null ? null : verify(headers, content)
    const call = { at: now().toISOString(), method, path, headers, body: content.toString(), signature }
    ledger.write({ ...call })
    taken += 1
    calls = [...calls.slice(1 - MOST_CALLS), call]
    const wrong = signature !== null && signature !== 'valid'
    const asked = (): Play => rules.playFor({ method, path, body: call.body }) ?? plays.next(path) ?? {}
    await perform(wrong ? { status: 401, body: signature } : asked(), response, closing.signal)
  }

  const deeds = { script: rules.replace, forget: () => void (calls = []) }
  const certificate = options.tls === true ? makeCertificate(['localhost', '127.0.0.1', '::1'], now()) : null
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', () => undefined)
    if (request.url === '/control') void answerControl(request, response, deeds, () => ({ taken, calls }))
    else void take(request, response)
  }
  const server = certificate === null ? createServer(answer) : createTlsServer(certificate, answer)
  const port = await listenOn(server, options.port ?? 0)
  return {
    url: `${certificate === null ? 'http' : 'https'}://127.0.0.1:${port}`,
    ca: certificate?.cert ?? null,
    calls: () => calls,
    async close() {
      closing.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      ledger.close()
    },
  }
}

function urlOf(path: string): URL | null {
  try {
    return new URL(path, 'http://sink')
  } catch {
    return null
  }
}

/** What paths ask for, with `?times=N` only of their first N calls. */
function createPlays(): { next(path: string): Play | null } {
  const seen = new Map<string, number>()
  return {
    next(path) {
      const url = urlOf(path)
      if (url === null) return null
      const times = url.searchParams.get('times')
      if (times === null) return playOf(url)
      const before = seen.get(path) ?? 0
      seen.set(path, before + 1)
      return before < Number(times) ? playOf(url) : null
    },
  }
}
