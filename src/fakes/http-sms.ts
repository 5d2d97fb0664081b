import { randomBytes } from 'node:crypto'
import { createApi } from './http-sms/api.ts'
import { type InboundText, readInbound } from './http-sms/inbound.ts'
import type { FakeMessage } from './http-sms/message.ts'
import { PLAY } from './http-sms/play.ts'
import type { Script } from './http-sms/script.ts'
import { createWebhooks } from './http-sms/webhooks.ts'
import { createLedger } from './ledger.ts'
import type { Posted } from './post.ts'
import { startProviderServer, type SeenRequest } from './provider-server.ts'
import { createRules } from './rules.ts'

/** "Regional SMS", a provider that there is not, as `docs/http-sms.md` describes one to Tidings. */
export interface FakeHttpSms {
  readonly url: string
  readonly apiKey: string
  /** Signs its webhooks. */
  readonly secret: string
  /** What it took, in order. */
  messages(): readonly FakeMessage[]
  /** Resolves once no message has a receipt to come. */
  drained(): Promise<void>
  /** Somebody texts one of the account's numbers. What the webhook was answered; null: nothing came. */
  text(text: InboundText): Promise<Posted | null>
  close(): Promise<void>
}

export interface FakeHttpSmsOptions {
  /** 0, as when not said, takes any free port. */
  readonly port?: number
  readonly apiKey?: string
  readonly secret?: string
  /** Where texts that come in are handed on. */
  readonly inboundUrl?: string
  /** A file that gets one JSON line for each message taken, before it is answered. */
  readonly ledger?: string
  /** Comes before the magic numbers of `http-sms/script.ts`; null leaves it to them. `seen` counts the recipient's earlier requests. */
  readonly script?: (to: string, text: string, seen: number) => Script | null
  /** The rules of a script file (`rules.ts`), which come after `script`. */
  readonly rules?: unknown
  readonly onRequest?: (request: SeenRequest) => void
  /** Between two tries of a webhook; 200 unless said. */
  readonly callbackRetryMs?: number
  readonly now?: () => Date
}

export async function startFakeHttpSms(options: FakeHttpSmsOptions = {}): Promise<FakeHttpSms> {
  const apiKey = options.apiKey ?? 'look-alike-key'
  const secret = options.secret ?? 'look-alike-secret'
  const newId = (): string => `R-${randomBytes(8).toString('hex')}`
  const webhooks = createWebhooks(secret, options.callbackRetryMs ?? 200, options.now ?? (() => new Date()), newId)
  const rules = createRules(PLAY, ['to', 'text'], options.rules)
  const ledger = createLedger(options.ledger ?? null)
  const api = createApi({
    apiKey,
    webhooks,
    newId,
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
    url: server.url,
    apiKey,
    secret,
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
function lineOf({ id, to, from, text, reference }: FakeMessage): Readonly<Record<string, unknown>> {
  return { provider: 'http-sms', id, to, from, body: text, attempt: reference }
}
