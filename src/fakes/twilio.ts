import { createLedger } from './ledger.ts'
import type { Posted } from './post.ts'
import { startProviderServer, type SeenRequest } from './provider-server.ts'
import { createRules } from './rules.ts'
import { createApi } from './twilio/api.ts'
import { createCallbacks } from './twilio/callbacks.ts'
import { type InboundText, readInbound } from './twilio/inbound.ts'
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
  /** Somebody texts one of the account's numbers. What the webhook was answered; null: nothing came. */
  text(text: InboundText): Promise<Posted | null>
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
  /** Where texts that come in are handed on. */
  readonly inboundUrl?: string
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
  const server = await startProviderServer({
    port: options.port ?? 0,
    reply: (request) => api.reply(request),
    onRequest: options.onRequest,
    script: rules.replace,
    accepted: () => book.all().length,
    inboundUrl: options.inboundUrl,
    readInbound,
    sendInbound: (url, text) => callbacks.text(url, text),
  })
  return {
    url: server.url,
    accountSid,
    authToken,
    messages: () => book.all(),
    drained: () => api.drained(),
    text: (text) => server.text(text),
    async close() {
      await server.close()
      await callbacks.close()
      ledger.close()
    },
  }
}

/** One line for each message taken. */
function lineOf(message: FakeMessage): Readonly<Record<string, unknown>> {
  const { sid, to, from, messagingServiceSid, body, statusCallback } = message
  const attempt = /[?&]attempt=([\d.]+)/.exec(statusCallback ?? '')?.[1] ?? null
  return { provider: 'twilio', sid, to, from, messagingServiceSid, body, attempt }
}
