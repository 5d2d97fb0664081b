import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { answerControl } from './control.ts'
import { answerJson, bodyOf, listenOn } from './listen-on.ts'
import type { Posted } from './post.ts'
import { UsageError } from './usage.ts'

/** A request as it came. */
export interface SeenRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What a request is answered with; `hang`: nothing ever comes. */
export type Reply =
  | { readonly status: number; readonly json: Readonly<Record<string, unknown>>; readonly retryAfter?: string }
  | 'reset'
  | 'hang'

/** What can be played with any message, whatever the provider. */
export interface Treatment {
  /** What comes instead of the answer. */
  readonly link?: 'reset' | 'hang' | 'error-500'
  /** The request was read, but the message is not taken; only with `link`. */
  readonly lose?: boolean
  /** Milliseconds before the answer. */
  readonly slowMs?: number
  /** Each callback goes out this often; 1 unless said, 0 loses it. */
  readonly callbackCopies?: number
  /** Callbacks do not wait for the answer. */
  readonly callbacksFirst?: boolean
}

/** By the two digits of a magic number, which mean the same whatever the provider. */
export const TREATMENTS: Readonly<Record<string, Treatment>> = {
  '10': { link: 'error-500' },
  '11': { link: 'error-500', lose: true },
  '12': { link: 'reset' },
  '13': { link: 'reset', lose: true },
  '14': { link: 'hang' },
  '15': { link: 'hang', lose: true },
  '20': { slowMs: 5_000 },
  '21': { slowMs: 50 },
  '30': { callbacksFirst: true },
  '31': { callbackCopies: 2 },
  '32': { callbackCopies: 0 },
}

export interface ProviderServerParts<Text extends { readonly url?: string }> {
  /** 0 takes any free port. */
  readonly port: number
  readonly reply: (request: SeenRequest) => Promise<Reply>
  readonly onRequest: ((request: SeenRequest) => void) | undefined
  /** Replaces the rules that are played. */
  readonly script: (rules: unknown) => unknown
  /** For `/control`. */
  readonly accepted: () => number
  /** Where texts that come in go that name no address. */
  readonly inboundUrl: string | undefined
  /** Throws a UsageError. */
  readonly readInbound: (wish: unknown) => Text
  readonly sendInbound: (url: string, text: Text) => Promise<Posted | null>
}

export interface ProviderServer<Text> {
  readonly url: string
  /** What the webhook was answered; null: nothing came. */
  text(text: Text): Promise<Posted | null>
  close(): Promise<void>
}

/** The HTTP side of a provider's look-alike: its API, and `/control`. On 127.0.0.1. */
export async function startProviderServer<Text extends { readonly url?: string }>(
  parts: ProviderServerParts<Text>,
): Promise<ProviderServer<Text>> {
  const text = async (wish: Text): Promise<Posted | null> => {
    const url = wish.url ?? parts.inboundUrl
    if (url === undefined) throw new UsageError('Nobody said where texts that come in go: url, or --inbound-url.')
    return parts.sendInbound(url, wish)
  }
  const deeds = { script: parts.script, inbound: (wish: unknown) => text(parts.readInbound(wish)) }
  const facts = (): Readonly<Record<string, unknown>> => ({ accepted: parts.accepted() })
  const server = createServer((incoming, response) => {
    if (incoming.url === '/control') void answerControl(incoming, response, deeds, facts)
    else void serve(parts, incoming, response)
  })
  const port = await listenOn(server, parts.port)
  return {
    url: `http://127.0.0.1:${port}`,
    text,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function serve(
  { reply, onRequest }: Pick<ProviderServerParts<never>, 'reply' | 'onRequest'>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = (await bodyOf(incoming)).toString()
  const { method = '', url: path = '', headers } = incoming
  const request = { method, path, headers, body }
  onRequest?.(request)
  write(response, await reply(request))
}

function write(response: ServerResponse, reply: Reply): void {
  if (reply === 'hang') return
  if (reply === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  if (reply.retryAfter !== undefined) response.setHeader('retry-after', reply.retryAfter)
  answerJson(response, reply.status, reply.json)
}
