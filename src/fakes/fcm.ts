import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { parseWishes } from './control.ts'
import { makeCertificate } from './certificate.ts'
import { createJudge } from './fcm/judge.ts'
import { createOauth, type Oauth, type OauthAnswer } from './fcm/oauth.ts'
import { playHttp1, playHttp2, playTopics, reply } from './fcm/play.ts'
import type { FakeSend } from './fcm/request.ts'
import { PLAY, type Script, scriptFor } from './fcm/script.ts'
import { createTaker } from './fcm/taker.ts'
import { createFakeTopics, type FakeTopicCall } from './fcm/topics.ts'
import { listen } from './http2-listener.ts'
import { keepSessions, sessionControls } from './http2-sessions.ts'
import { createRules, type Rules } from './rules.ts'
import { UsageError } from './usage.ts'

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
  /** The rules of a script file (`rules.ts`), which come after `script`. */
  readonly rules?: unknown
  readonly onSend?: (send: SeenSend) => void
  readonly onTopic?: (call: FakeTopicCall) => void
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
  /** Devices that follow a topic. */
  subscribers(topic: string): readonly string[]
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

const HOSTS = ['localhost', '127.0.0.1', '::1', 'fcm.googleapis.com', 'iid.googleapis.com', 'oauth2.googleapis.com']

export async function startFakeFcm(options: FakeFcmOptions = {}): Promise<FakeFcm> {
  const now = options.now ?? (() => new Date())
  const projectId = options.projectId ?? 'look-alike'
  const certificate = makeCertificate(HOSTS, now())
  const oauth = createOauth(projectId, options.tokenLifeSeconds ?? 3_600, now)
  const taker = createTaker(projectId, options.ledger)
  const rules = createRules(PLAY, ['target', 'kind'], options.rules)
  const script = (send: FakeSend, seen: number): Script | null => options.script?.(send, seen) ?? byRules(rules, send)
  const judge = createJudge(`/v1/projects/${projectId}/messages:send`, oauth.isAlive, script)
  const tokens = createTokenDesk(oauth)
  const topics = createFakeTopics({
    ...{ projectId, isAlive: oauth.isAlive, ledger: options.ledger, onCall: options.onTopic },
    script: ({ wish, topic }) => byRules(rules, { target: topic, kind: wish }),
  })

  function onHttp1(seen: SeenSend, method: string, response: ServerResponse): void {
    if (seen.path === '/control') {
      const problem = obey(seen.body, controls, rules)
      const numbers = { accepted: taker.accepted(), issued: oauth.issued(), sessions: sessions.size }
      if (problem !== null) reply(response, 400, JSON.stringify({ error: problem }))
      else reply(response, 200, JSON.stringify({ ...numbers, cpu: process.cpuUsage() }))
      return
    }
    const told = topics.answer({ ...seen, method })
    if (told !== null || seen.path.startsWith('/v1/')) options.onSend?.(seen)
    if (told !== null) playTopics(told, response)
    else if (seen.path.startsWith('/v1/')) playHttp1(judge(seen.path, seen.headers, seen.body), response, taker)
    else tokens.answer(seen, method, response)
  }
  const served = await listen(options.port ?? 0, certificate, toListener(onHttp1))
  const sessions = keepSessions(served.http2, ({ path, headers, body }, stream, session) => {
    const seen = { path, headers, body, httpVersion: '2' } as const
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
    subscribers: topics.subscribers,
    tokensIssued: oauth.issued,
    sessions: () => sessions.size,
    ...controls,
    async close() {
      for (const session of sessions) session.destroy()
      await served.close()
      taker.close()
      topics.close()
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

type Controls = Pick<FakeFcm, 'goaway' | 'setMaxStreams' | 'revokeTokens' | 'failTokens'>

/**
 * `POST /control` with `{"goaway": 11, "maxStreams": 10, "revokeTokens": true, "failTokens": "hang", "script": []}`, each of them
 * optional. Returns what was wrong.
 */
function obey(text: string, controls: Controls, rules: Rules<string>): string | null {
  try {
    const wish = parseWishes(text)
    if ('script' in wish) rules.replace(wish['script'])
    if (typeof wish['goaway'] === 'number') controls.goaway(wish['goaway'])
    if (typeof wish['maxStreams'] === 'number') controls.setMaxStreams(wish['maxStreams'])
    if ('revokeTokens' in wish) controls.revokeTokens()
    if ('failTokens' in wish) controls.failTokens(wish['failTokens'] === 'hang' ? 'hang' : null)
    return null
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
}

/** A rule plays what a token `fake.WORD` asks for. */
function byRules(
  rules: Rules<string>,
  { target, kind }: { readonly target: string; readonly kind: string },
): Script | null {
  const word = rules.playFor({ target, kind })
  return word === null ? null : scriptFor(`fake.${word}`, 0)
}
