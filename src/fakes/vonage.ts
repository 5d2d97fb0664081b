import { createLedger } from './ledger.ts'
import type { Posted } from './post.ts'
import { startProviderServer, type SeenRequest } from './provider-server.ts'
import { createRules } from './rules.ts'
import { createApi } from './vonage/api.ts'
import { type InboundText, readInbound } from './vonage/inbound.ts'
import type { FakeMessage } from './vonage/messages.ts'
import { PLAY } from './vonage/play.ts'
import type { Credentials } from './vonage/request.ts'
import type { Script } from './vonage/script.ts'
import type { SignatureMethod } from './vonage/signature.ts'
import { createWebhooks } from './vonage/webhooks.ts'

/** A look-alike of Vonage's SMS API, for tests. */
export interface FakeVonage extends Credentials {
  readonly url: string
  /** What it took, in order. */
  messages(): readonly FakeMessage[]
  /** Resolves once no message has a receipt to come. */
  drained(): Promise<void>
  /** Somebody texts one of the account's numbers. What the webhook was answered, of several the last; null: nothing came. */
  text(text: InboundText): Promise<Posted | null>
  close(): Promise<void>
}

export interface FakeVonageOptions {
  /** 0, as when not said, takes any free port. */
  readonly port?: number
  readonly apiKey?: string
  readonly apiSecret?: string
  readonly signatureSecret?: string
  /** How webhooks are signed; `none` is an account that nobody asked it for. `sha256` unless said. */
  readonly signs?: SignatureMethod | 'none'
  /** How webhooks are written; `json` unless said. */
  readonly format?: 'json' | 'form'
  /** Where receipts go of messages that name no place themselves. */
  readonly statusUrl?: string
  /** Where texts that come in are handed on. */
  readonly inboundUrl?: string
  /** A file that gets one JSON line for each message taken, before it is answered. */
  readonly ledger?: string
  /** Comes before the magic numbers of `vonage/script.ts`; null leaves it to them. `seen` counts the contact's earlier requests. */
  readonly script?: (to: string, text: string, seen: number) => Script | null
  /** The rules of a script file (`rules.ts`), which come after `script`. */
  readonly rules?: unknown
  readonly onRequest?: (request: SeenRequest) => void
  /** Between two tries of a webhook; 200 unless said. */
  readonly callbackRetryMs?: number
  readonly now?: () => Date
}

export async function startFakeVonage(options: FakeVonageOptions = {}): Promise<FakeVonage> {
  const credentials = {
    apiKey: options.apiKey ?? 'abcd1234',
    apiSecret: options.apiSecret ?? 'look-alike-secret',
    signatureSecret: options.signatureSecret ?? 'look-alike-signature-secret',
  }
  const method = options.signs ?? 'sha256'
  const webhooks = createWebhooks({
    apiKey: credentials.apiKey,
    signature: method === 'none' ? null : { secret: credentials.signatureSecret, method },
    format: options.format ?? 'json',
    retryMs: options.callbackRetryMs ?? 200,
    now: options.now ?? (() => new Date()),
  })
  const rules = createRules(PLAY, ['to', 'text'], options.rules)
  const ledger = createLedger(options.ledger ?? null)
  const api = createApi({
    credentials,
    webhooks,
    statusUrl: options.statusUrl ?? null,
    onTaken: (message) => ledger.write(lineOf(message)),
    script: (to, text, seen) => options.script?.(to, text, seen) ?? rules.playFor({ to, text }),
  })
  const server = await startProviderServer({
    port: options.port ?? 0,
    reply: (request) => api.reply(request),
    onRequest: options.onRequest,
    script: rules.replace,
    accepted: () => api.messages().length,
    inboundUrl: options.inboundUrl,
    readInbound,
    sendInbound: (url, text) => webhooks.text(url, text),
  })
  return {
    ...credentials,
    url: server.url,
    messages: () => api.messages(),
    drained: () => api.drained(),
    text: (text) => server.text(text),
    async close() {
      await server.close()
      await webhooks.close()
      ledger.close()
    },
  }
}

/** One line for each message taken. */
function lineOf({ to, from, text, clientRef, parts }: FakeMessage): Readonly<Record<string, unknown>> {
  return { provider: 'vonage', ids: parts.map(({ messageId }) => messageId), to, from, body: text, attempt: clientRef }
}
