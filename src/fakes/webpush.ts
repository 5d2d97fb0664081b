import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { makeCertificate } from './certificate.ts'
import { answerControl } from './control.ts'
import { createLedger } from './ledger.ts'
import { bodyOf, listenOn } from './listen-on.ts'
import { createRules } from './rules.ts'
import { objectionTo } from './webpush/judge.ts'
import { answer, PLAY, takes, type Play } from './webpush/play.ts'
import { createBrowser, type FakeBrowser, type FakeSubscription } from './webpush/subscriptions.ts'

/** One push that was taken, as it stands in the ledger. */
export interface FakePush {
  /** Of the subscription: the last part of its endpoint. */
  readonly id: string
  /** Of the push: the last part of its `Location`. */
  readonly push: string
  readonly ttl: string
  readonly urgency: string | null
  readonly topic: string | null
  /** As the browser reads it. */
  readonly payload: string
}

export interface FakeWebPushOptions {
  /** 0, as when not said, takes any free port. */
  readonly port?: number
  /** The rules of a script file (`rules.ts`). */
  readonly rules?: unknown
  /** A file that gets one JSON line for each push taken, before it is answered. */
  readonly ledger?: string
  /** With TLS, by a certificate that nobody knows. */
  readonly tls?: boolean
  readonly now?: () => Date
}

/** A push service with browsers behind it (RFC 8030): it checks who calls (RFC 8292), and reads what browsers would (RFC 8291). */
export interface FakeWebPush {
  readonly url: string
  /** The authority behind its certificate, in PEM; null without TLS. */
  readonly ca: string | null
  /** Another browser subscribes; `vapidKey`: with this key, else every one is good. */
  subscribe(vapidKey?: string): FakeSubscription
  /** What was taken, in order. */
  pushes(): readonly FakePush[]
  /** Every push that came, taken or not. */
  asked(): number
  script(rules: unknown): void
  close(): Promise<void>
}

export async function startFakeWebPush(options: FakeWebPushOptions = {}): Promise<FakeWebPush> {
  const now = options.now ?? (() => new Date())
  const certificate = options.tls === true ? makeCertificate(['localhost', '127.0.0.1', '::1'], now()) : null
  const scheme = certificate === null ? 'http' : 'https'
  const rules = createRules(PLAY, ['id', 'topic', 'urgency', 'payload'], options.rules)
  const ledger = createLedger(options.ledger ?? null)
  const browsers = new Map<string, FakeBrowser>()
  const closing = new AbortController()
  const pushes: FakePush[] = []
  let [port, asked] = [0, 0]

  function subscribe(vapidKey?: string): FakeSubscription {
    const browser = createBrowser(`${scheme}://127.0.0.1:${port}`, vapidKey ?? null)
    browsers.set(browser.id, browser)
    return browser.subscription
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers } = request
    const body = await bodyOf(request)
    asked += 1
    const browser = browsers.get(/^\/push\/([\w-]+)$/.exec(request.url ?? '')?.[1] ?? '')
    const origins = [`${scheme}://127.0.0.1:${port}`, `${scheme}://localhost:${port}`]
    const objection = objectionTo(browser, { headers, body, origins, now: now() })
    if (objection !== null || browser === undefined)
      return refuse(objection?.status ?? 404, objection?.reason, response)
    const payload = body.length === 0 ? '' : (browser.decrypt(body)?.toString() ?? null)
    if (payload === null) return refuse(400, 'the browser cannot decrypt it', response)
    const push = toPush(browser.id, `${pushes.length + 1}`, headers, payload)
    const { id, topic, urgency } = push
    const play: Play = rules.playFor({ id, payload, topic: topic ?? '', urgency: urgency ?? '' }) ?? {}
    if (takes(play)) {
      pushes.push(push)
      ledger.write({ provider: 'webpush', ...push })
    }
    await answer(play, takes(play) ? `${origins[0]}/message/${push.push}` : null, response, closing.signal)
  }

  const deeds = {
    script: rules.replace,
    subscribe: (key: unknown) => subscribe(typeof key === 'string' ? key : undefined),
  }
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', () => undefined)
    if (request.url === '/control') void answerControl(request, response, deeds, () => ({ accepted: pushes.length }))
    else void take(request, response)
  }
  const server = certificate === null ? createServer(serve) : createTlsServer(certificate, serve)
  port = await listenOn(server, options.port ?? 0)
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    ca: certificate?.cert ?? null,
    subscribe,
    pushes: () => pushes,
    asked: () => asked,
    script: rules.replace,
    async close() {
      closing.abort()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      ledger.close()
    },
  }
}

function toPush(id: string, push: string, headers: IncomingMessage['headers'], payload: string): FakePush {
  const textOf = (value: string | readonly string[] | undefined): string | null =>
    typeof value === 'string' ? value : null
  const { ttl, urgency, topic } = headers
  return { id, push, ttl: textOf(ttl) ?? '', urgency: textOf(urgency), topic: textOf(topic), payload }
}

function refuse(status: number, reason: string | undefined, response: ServerResponse): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(reason ?? '')
}
