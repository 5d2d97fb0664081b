import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Session } from 'node:http2'
import { createJudge } from './apns/judge.ts'
import { play } from './apns/play.ts'
import { createKeys, type FakeKey } from './apns/provider-token.ts'
import type { FakePush } from './apns/request.ts'
import { PLAY, scriptOf, type Script } from './apns/script.ts'
import { makeCertificate } from './certificate.ts'
import { answerControl } from './control.ts'
import { listen } from './http2-listener.ts'
import { keepSessions, sessionControls, type SeenStream, type SessionControls } from './http2-sessions.ts'
import { createLedger } from './ledger.ts'
import { answerJson } from './listen-on.ts'
import { createRules } from './rules.ts'
import { UsageError } from './usage.ts'

export interface FakeApnsOptions {
  /** Of the listener without TLS; 0, the default, takes any free port. */
  readonly port?: number
  /** Of the team's apps; `com.example.app` unless said. */
  readonly topics?: readonly string[]
  /** A file that gets one JSON line for each push taken, before it is answered. */
  readonly ledger?: string
  /** Comes before the rules. `seen` counts the device's earlier pushes. */
  readonly script?: (push: FakePush, seen: number) => Script | null
  /** The rules of a script file (`rules.ts`). */
  readonly rules?: unknown
  /** Every request, whatever becomes of it. */
  readonly onRequest?: (seen: SeenStream) => void
  readonly now?: () => Date
}

/** A look-alike of Apple's push service, over HTTP/2. */
export interface FakeApns extends SessionControls {
  /** Without TLS; `/control` answers there over HTTP/1.1. */
  readonly url: string
  readonly tlsUrl: string
  /** The authority behind `tlsUrl`, in PEM. */
  readonly ca: string
  /** The one that it knows. */
  readonly key: FakeKey
  readonly topic: string
  accepted(): number
  sessions(): number
  close(): Promise<void>
}

const HOSTS = ['localhost', '127.0.0.1', '::1', 'api.push.apple.com', 'api.sandbox.push.apple.com']

export async function startFakeApns(options: FakeApnsOptions = {}): Promise<FakeApns> {
  const now = options.now ?? (() => new Date())
  const topics = options.topics ?? ['com.example.app']
  const certificate = makeCertificate(HOSTS, now())
  const keys = createKeys(now)
  const ledger = createLedger(options.ledger ?? null)
  const rules = createRules(PLAY, ['device', 'topic', 'type'], options.rules)
  let accepted = 0

  function byRules({ device, topic, type }: FakePush): Script | null {
    const word = rules.playFor({ device, topic, type })
    return word === null ? null : scriptOf(word)
  }
  function take({ device, topic, type, payload }: FakePush, id: string): void {
    accepted += 1
    ledger.write({ apns_id: id, device, topic, type, id: payload['tidings_id'] ?? null })
  }
  const script = (push: FakePush, seen: number): Script | null => options.script?.(push, seen) ?? byRules(push)
  const streams = createStreams()
  const judge = createJudge({ keys, topics, script, now, onKnown: streams.open })
  function onHttp1(request: IncomingMessage, response: ServerResponse): void {
    if (request.url !== '/control') return answerJson(response, 404, { reason: 'BadPath' })
    const deeds = { ...deedsOf(controls), script: (wish: unknown) => rules.replace(wish) }
    void answerControl(request, response, deeds, () => ({ accepted, sessions: sessions.size }))
  }
  const served = await listen(options.port ?? 0, certificate, onHttp1, UNKNOWN_STREAMS)
  const sessions = keepSessions(served.http2, (seen, stream, session) => {
    options.onRequest?.(seen)
    play(judge(seen, session), stream, session, take)
  })
  const controls = { ...sessionControls(served.http2, sessions), setMaxStreams: streams.setMost }
  return {
    url: `http://127.0.0.1:${served.plainPort}`,
    tlsUrl: `https://127.0.0.1:${served.tlsPort}`,
    ca: certificate.cert,
    key: keys.key,
    topic: topics[0] ?? '',
    accepted: () => accepted,
    sessions: () => sessions.size,
    ...controls,
    async close() {
      for (const session of sessions) session.destroy()
      await served.close()
      ledger.close()
    },
  }
}

/** On a connection whose token was not taken yet. Source: Apple, Local and Remote Notification Programming Guide, "Communicating with APNs". */
const UNKNOWN_STREAMS = 1

/** How many requests the connections may have under way. */
function createStreams(): { open(session: ServerHttp2Session): void; setMost(count: number): void } {
  const known = new Set<ServerHttp2Session>()
  let most = 1_000
  return {
    open(session) {
      known.add(session)
      session.on('close', () => known.delete(session))
      session.settings({ maxConcurrentStreams: most })
    },
    setMost(count) {
      most = count
      for (const session of known) session.settings({ maxConcurrentStreams: count })
    },
  }
}

/** `POST /control` with `{"goaway": 11, "maxStreams": 10}`, each of them optional. */
function deedsOf({ goaway, setMaxStreams }: SessionControls) {
  return {
    goaway: (wish: unknown) => goaway(numberOf(wish)),
    maxStreams: (wish: unknown) => setMaxStreams(numberOf(wish)),
  }
}

function numberOf(wish: unknown): number {
  if (typeof wish === 'number' && Number.isInteger(wish) && wish >= 0) return wish
  throw new UsageError('A whole number is wanted.')
}
