import { writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Http2Server, ServerHttp2Session } from 'node:http2'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { makeCertificate } from './fcm/certificate.ts'
import { createJudge } from './fcm/judge.ts'
import { listen } from './fcm/listen.ts'
import { createOauth, type Oauth, type OauthAnswer } from './fcm/oauth.ts'
import { isDisowned, playHttp1, playHttp2, reply } from './fcm/play.ts'
import type { FakeSend } from './fcm/request.ts'
import type { Script } from './fcm/script.ts'
import { createTaker } from './fcm/taker.ts'

export interface SeenSend {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly httpVersion: '1.1' | '2'
}

export interface FakeFcmOptions {
  /** Of the listener without TLS; 0, the default, takes any free port. */
  readonly port?: number
  readonly projectId?: string
  /** A file that gets one JSON line for each message taken, before it is answered. */
  readonly ledger?: string
  readonly tokenLifeSeconds?: number
  /** Comes before the words in the target (`fcm/script.ts`); null leaves it to them. `seen` counts the target's earlier requests. */
  readonly script?: (send: FakeSend, seen: number) => Script | null
  readonly onSend?: (send: SeenSend) => void
  readonly now?: () => Date
}

/** A look-alike of FCM HTTP v1 and of the places where Google gives out access tokens, for tests. */
export interface FakeFcm {
  /** HTTP/1.1 and HTTP/2 without TLS. */
  readonly url: string
  /** The same with TLS. */
  readonly tlsUrl: string
  /** The authority behind `tlsUrl`, in PEM. */
  readonly ca: string
  readonly projectId: string
  readonly serviceAccount: Readonly<Record<string, string>>
  /** What its token exchange takes for an identity. */
  readonly subjectToken: string
  accepted(): number
  tokensIssued(): number
  sessions(): number
  /** GOAWAY to every connection, which says that all there was has been processed. */
  goaway(code: number): void
  setMaxStreams(count: number): void
  revokeTokens(): void
  /** What the token endpoints do; null: they work. */
  failTokens(answer: OauthAnswer | 'hang' | null): void
  close(): Promise<void>
}

const HOSTS = ['localhost', '127.0.0.1', '::1', 'fcm.googleapis.com', 'oauth2.googleapis.com']

export async function startFakeFcm(options: FakeFcmOptions = {}): Promise<FakeFcm> {
  const now = options.now ?? (() => new Date())
  const projectId = options.projectId ?? 'look-alike'
  const certificate = makeCertificate(HOSTS, now())
  const oauth = createOauth(projectId, options.tokenLifeSeconds ?? 3_600, now)
  const taker = createTaker(projectId, options.ledger)
  const judge = createJudge(`/v1/projects/${projectId}/messages:send`, oauth.isAlive, options.script)
  const tokens = createTokenDesk(oauth)

  function onHttp1(seen: SeenSend, method: string, response: ServerResponse): void {
    if (seen.path === '/control') {
      obey(seen.body, controls)
      const numbers = { accepted: taker.accepted(), issued: oauth.issued(), sessions: sessions.size }
      reply(response, 200, JSON.stringify({ ...numbers, cpu: process.cpuUsage() }))
    } else if (seen.path.startsWith('/v1/')) {
      options.onSend?.(seen)
      playHttp1(judge(seen.path, seen.headers, seen.body), response, taker)
    } else tokens.answer(seen, method, response)
  }
  const served = await listen(options.port ?? 0, certificate, toListener(onHttp1))
  const sessions = keepSessions(served.http2, (seen, stream, session) => {
    options.onSend?.(seen)
    playHttp2(judge(seen.path, seen.headers, seen.body), stream, session, taker)
  })
  const controls = {
    ...sessionControls(served.http2, sessions),
    revokeTokens: oauth.revokeAll,
    failTokens: tokens.fail,
  }
  const url = `http://127.0.0.1:${served.plainPort}`
  return {
    url,
    tlsUrl: `https://127.0.0.1:${served.tlsPort}`,
    ca: certificate.cert,
    projectId,
    serviceAccount: oauth.serviceAccount(url),
    subjectToken: oauth.subjectToken,
    accepted: taker.accepted,
    tokensIssued: oauth.issued,
    sessions: () => sessions.size,
    ...controls,
    async close() {
      for (const session of sessions) session.destroy()
      await served.close()
      taker.close()
    },
  }
}

function createTokenDesk(oauth: Oauth) {
  let fault: OauthAnswer | 'hang' | null = null
  return {
    fail: (answer: OauthAnswer | 'hang' | null) => void (fault = answer),
    answer(seen: SeenSend, method: string, response: ServerResponse): void {
      if (fault === 'hang') return
      const answer = oauth.answer({ method, path: seen.path, headers: seen.headers, body: seen.body })
      const { status, body } = answer === null ? { status: 404, body: 'Not Found' } : (fault ?? answer)
      reply(response, status, typeof body === 'string' ? body : JSON.stringify(body))
    },
  }
}

function toListener(onRequest: (seen: SeenSend, method: string, response: ServerResponse) => void): RequestListener {
  return (request: IncomingMessage, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const seen = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(pieces).toString() }
      onRequest({ ...seen, httpVersion: '1.1' }, request.method ?? '', response)
    })
  }
}

type OnStream = (seen: SeenSend, ...rest: [Parameters<typeof playHttp2>[1], ServerHttp2Session]) => void

function keepSessions(http2: Http2Server, onStream: OnStream): Set<ServerHttp2Session> {
  const sessions = new Set<ServerHttp2Session>()
  http2.on('session', (session) => {
    sessions.add(session)
    session.on('error', () => undefined)
    session.on('close', () => sessions.delete(session))
    session.on('stream', (stream, headers) => {
      const pieces: Buffer[] = []
      stream.on('error', () => undefined)
      stream.on('data', (piece: Buffer) => pieces.push(piece))
      stream.on('end', () => {
        if (stream.destroyed || isDisowned(stream, session)) return
        const body = (pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)).toString()
        onStream({ path: headers[':path'] ?? '', headers, body, httpVersion: '2' }, stream, session)
      })
    })
  })
  return sessions
}

function sessionControls(http2: Http2Server, sessions: ReadonlySet<ServerHttp2Session>) {
  return {
    goaway(code: number): void {
      for (const session of sessions) session.goaway(code)
    },
    setMaxStreams(count: number): void {
      http2.updateSettings({ maxConcurrentStreams: count })
      for (const session of sessions) session.settings({ maxConcurrentStreams: count })
    },
  }
}

/** `POST /control` with `{"goaway": 11, "maxStreams": 10, "revokeTokens": true, "failTokens": "hang"}`, each of them optional. */
function obey(text: string, controls: Pick<FakeFcm, 'goaway' | 'setMaxStreams' | 'revokeTokens' | 'failTokens'>): void {
  const wish: unknown = text === '' ? {} : JSON.parse(text)
  if (typeof wish !== 'object' || wish === null) return
  if ('goaway' in wish && typeof wish.goaway === 'number') controls.goaway(wish.goaway)
  if ('maxStreams' in wish && typeof wish.maxStreams === 'number') controls.setMaxStreams(wish.maxStreams)
  if ('revokeTokens' in wish) controls.revokeTokens()
  if ('failTokens' in wish) controls.failTokens(wish.failTokens === 'hang' ? 'hang' : null)
}

const HELP = `A look-alike of FCM HTTP v1 and of Google's token endpoints, for tests. It listens on 127.0.0.1 and prints where.

  --port N         of the listener without TLS; 0, as when not said, takes any free port
  --ledger FILE    gets one JSON line for each message taken, before it is answered
  --account FILE   where to write a service account that it knows, for FCM_SERVICE_ACCOUNT
  --ca FILE        where to write the authority behind its certificate
  --help           this text

Give Tidings FCM_BASE_URL and the account. Words in a token that play something stand in src/fakes/fcm/script.ts.
`

async function main(): Promise<void> {
  const text = { type: 'string' } as const
  const help = { type: 'boolean', short: 'h' } as const
  const { values } = parseArgs({ options: { port: text, ledger: text, account: text, ca: text, help } })
  if (values.help === true) return void process.stdout.write(HELP)
  const ledger = values.ledger === undefined ? {} : { ledger: values.ledger }
  const fake = await startFakeFcm({ port: Number(values.port ?? 0), ...ledger })
  if (values.account !== undefined) writeFileSync(values.account, JSON.stringify(fake.serviceAccount))
  if (values.ca !== undefined) writeFileSync(values.ca, fake.ca)
  process.stdout.write(`listening on ${fake.url}\nwith TLS on ${fake.tlsUrl}\n`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main()
