import { closeSync, openSync, writeSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { type Api, createApi, type Reply, type SeenRequest } from './twilio/api.ts'
import { createCallbacks } from './twilio/callbacks.ts'
import { createMessageBook, type FakeMessage } from './twilio/messages.ts'
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
  const ledger = createLedger(options.ledger)
  const keys = [`${accountSid}:${authToken}`]
  if (options.apiKey !== undefined) keys.push(`${options.apiKey.sid}:${options.apiKey.secret}`)
  const script = options.script ?? (() => null)
  const api = createApi({ accountSid, keys, book, callbacks, onTaken: ledger.write, script })
  const server = createServer((incoming, response) => serve(api, incoming, response, options.onRequest))
  const port = await listen(server, options.port ?? 0)
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

function serve(
  api: Api,
  incoming: IncomingMessage,
  response: ServerResponse,
  onRequest: ((request: SeenRequest) => void) | undefined,
): void {
  const pieces: Buffer[] = []
  incoming.on('data', (piece: Buffer) => pieces.push(piece))
  incoming.on('end', () => {
    const { method = '', url: path = '', headers } = incoming
    const request = { method, path, headers, body: Buffer.concat(pieces).toString() }
    onRequest?.(request)
    void api.reply(request).then((reply) => write(response, reply))
  })
}

function write(response: ServerResponse, reply: Reply): void {
  if (reply === 'hang') return
  if (reply === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  if (reply.retryAfter !== undefined) response.setHeader('retry-after', reply.retryAfter)
  const body = JSON.stringify(reply.json)
  response.writeHead(reply.status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

/** Written at once and appended, so that it survives this process. */
function createLedger(path: string | undefined): { write: (message: FakeMessage) => void; close: () => void } {
  if (path === undefined) return { write: () => undefined, close: () => undefined }
  const file = openSync(path, 'a')
  return {
    write(message) {
      const { sid, to, from, messagingServiceSid, body, statusCallback } = message
      const attempt = /[?&]attempt=([\d.]+)/.exec(statusCallback ?? '')?.[1] ?? null
      writeSync(file, `${JSON.stringify({ provider: 'twilio', sid, to, from, messagingServiceSid, body, attempt })}\n`)
    },
    close: () => closeSync(file),
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

const HELP = `A look-alike of Twilio's Messages API, for tests. It listens on 127.0.0.1 and prints where.

  --port N            0, as when not said, takes any free port
  --ledger FILE       gets one JSON line for each message taken, before it is answered
  --account-sid SID   unless said AC00000000000000000000000000000001
  --auth-token TOKEN  unless said look-alike-auth-token
  --help              this text

Give Tidings TWILIO_BASE_URL and these two. Contacts that play something stand in src/fakes/twilio/script.ts.
`

async function main(argv: readonly string[]): Promise<void> {
  const text = { type: 'string' } as const
  const help = { type: 'boolean', short: 'h' } as const
  const names = { port: text, ledger: text, 'account-sid': text, 'auth-token': text, help } as const
  const { values } = parseArgs({ args: [...argv], options: names })
  if (values.help === true) return void process.stdout.write(HELP)
  const fake = await startFakeTwilio({
    port: Number(values.port ?? 0),
    ...(values.ledger === undefined ? {} : { ledger: values.ledger }),
    ...(values['account-sid'] === undefined ? {} : { accountSid: values['account-sid'] }),
    ...(values['auth-token'] === undefined ? {} : { authToken: values['auth-token'] }),
  })
  process.stdout.write(`listening on ${fake.url}\n`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2))
