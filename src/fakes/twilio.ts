import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { answerControl } from './control.ts'
import { createLedger } from './ledger.ts'
import { answerJson, bodyOf, listenOn } from './listen-on.ts'
import { createRules } from './rules.ts'
import { type Api, createApi, type Reply, type SeenRequest } from './twilio/api.ts'
import { createCallbacks } from './twilio/callbacks.ts'
import { createMessageBook, type FakeMessage } from './twilio/messages.ts'
import { PLAY } from './twilio/play.ts'
import type { Script } from './twilio/script.ts'

/** A look-alike of Twilio's Messages API, for tests. */
export interface FakeTwilio {
  readonly url: string
  readonly accountSid: string
  readonly authToken: string
  /** What it took, in order. */
  messages(): readonly FakeMessage[]
  /** Resolves once no message has a status or a status callback to come. */
  drained(): Promise<void>
  close(): Promise<void>
}

export interface FakeTwilioOptions {
  /** 0, as when not said, takes any free port. */
  readonly port?: number
  readonly accountSid?: string
  readonly authToken?: string
  readonly apiKey?: { readonly sid: string; readonly secret: string }
  /** A file that gets one JSON line for each message taken, before it is answered. */
  readonly ledger?: string
  /** Comes before the magic numbers of `twilio/script.ts`; null leaves it to them. `seen` counts the contact's earlier requests. */
  readonly script?: (to: string, body: string, seen: number) => Script | null
  /** The rules of a script file (`rules.ts`), which come after `script`. */
  readonly rules?: unknown
  readonly onRequest?: (request: SeenRequest) => void
  /** Between two tries of a status callback; 200 unless said. */
  readonly callbackRetryMs?: number
  readonly now?: () => Date
}

export async function startFakeTwilio(options: FakeTwilioOptions = {}): Promise<FakeTwilio> {
  const accountSid = options.accountSid ?? `AC${'0'.repeat(31)}1`
  const authToken = options.authToken ?? 'look-alike-auth-token'
  const book = createMessageBook(accountSid, options.now ?? (() => new Date()))
  const callbacks = createCallbacks(accountSid, authToken, options.callbackRetryMs ?? 200)
  const rules = createRules(PLAY, ['to', 'body'], options.rules)
  const ledger = createLedger(options.ledger ?? null)
  const keys = [`${accountSid}:${authToken}`]
  if (options.apiKey !== undefined) keys.push(`${options.apiKey.sid}:${options.apiKey.secret}`)
  const script = (to: string, body: string, seen: number): Script | null =>
    options.script?.(to, body, seen) ?? rules.playFor({ to, body })
  const onTaken = (message: FakeMessage): void => ledger.write(lineOf(message))
  const api = createApi({ accountSid, keys, book, callbacks, onTaken, script })
  const facts = (): Readonly<Record<string, unknown>> => ({ accepted: book.all().length })
  const server = createServer((incoming, response) => {
    if (incoming.url === '/control') void answerControl(incoming, response, { script: rules.replace }, facts)
    else void serve(api, incoming, response, options.onRequest)
  })
  const port = await listenOn(server, options.port ?? 0)
  return {
    url: `http://127.0.0.1:${port}`,
    accountSid,
    authToken,
    messages: () => book.all(),
    drained: () => api.drained(),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await callbacks.close()
      ledger.close()
    },
  }
}

async function serve(
  api: Api,
  incoming: IncomingMessage,
  response: ServerResponse,
  onRequest: ((request: SeenRequest) => void) | undefined,
): Promise<void> {
  const body = (await bodyOf(incoming)).toString()
  const { method = '', url: path = '', headers } = incoming
  const request = { method, path, headers, body }
  onRequest?.(request)
  write(response, await api.reply(request))
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

/** One line for each message taken. */
function lineOf(message: FakeMessage): Readonly<Record<string, unknown>> {
  const { sid, to, from, messagingServiceSid, body, statusCallback } = message
  const attempt = /[?&]attempt=([\d.]+)/.exec(statusCallback ?? '')?.[1] ?? null
  return { provider: 'twilio', sid, to, from, messagingServiceSid, body, attempt }
}
