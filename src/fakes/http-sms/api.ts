import { setTimeout as delay } from 'node:timers/promises'
import type { Reply, SeenRequest } from '../provider-server.ts'
import type { FakeMessage } from './message.ts'
import { lifeOf, scriptFor, type Script } from './script.ts'
import type { Webhooks } from './webhooks.ts'

export interface Api {
  reply(request: SeenRequest): Promise<Reply>
  messages(): readonly FakeMessage[]
  /** Resolves once every life that began has come to its end. */
  drained(): Promise<void>
}

export interface ApiParts {
  readonly apiKey: string
  readonly webhooks: Webhooks
  readonly newId: () => string
  /** Called for each message taken, before it is answered. */
  readonly onTaken: (message: FakeMessage) => void
  readonly script: (to: string, text: string, seen: number) => Script | null
}

/** `POST /v1/messages` and `GET /v1/balance`, with the key in `x-api-key`. */
export function createApi(parts: ApiParts): Api {
  const taken: FakeMessage[] = []
  const seen = new Map<string, number>()
  const lives = new Set<Promise<void>>()

  function begin(message: FakeMessage, script: Script): void {
    const life = live(parts.webhooks, message, script).finally(() => lives.delete(life))
    lives.add(life)
  }

  async function send(body: string): Promise<Reply> {
    const message = readMessage(body, parts.newId())
    if (typeof message === 'string') return refusal(message)
    const before = seen.get(message.to) ?? 0
    seen.set(message.to, before + 1)
    const script = parts.script(message.to, message.text, before) ?? scriptFor(message.to, before)
    if (script.refuse !== undefined) return refusal(script.refuse.code, script.refuse.retryAfter)
    if (script.lose === true) return linkReply(script, {})
    taken.push(message)
    parts.onTaken(message)
    if (script.callbacksFirst === true) begin(message, script)
    if (script.slowMs !== undefined) await delay(script.slowMs)
    // After the answer is on its way.
    if (script.callbacksFirst !== true) setImmediate(() => begin(message, script))
    return linkReply(script, { result: { id: message.id, state: 'QUEUED' } })
  }

  async function reply({ method, path, headers, body }: SeenRequest): Promise<Reply> {
    if (headers['x-api-key'] !== parts.apiKey) return refusal('E401')
    if (method === 'POST' && path === '/v1/messages') return send(body)
    if (method === 'GET' && path === '/v1/balance') return { status: 200, json: { balance: '12.50' } }
    return { status: 404, json: {} }
  }

  return {
    reply,
    messages: () => taken,
    async drained() {
      // Those that began meanwhile, too.
      while (lives.size > 0) await Promise.all(lives)
    },
  }
}

async function live(webhooks: Webhooks, message: FakeMessage, script: Script): Promise<void> {
  // Each is told once the one before it was.
  for (const step of lifeOf(script)) await webhooks.tell(message, step, script.callbackCopies ?? 1)
}

/** The code of what is wrong with it. */
function readMessage(body: string, id: string): FakeMessage | string {
  const json = parse(body)
  if (json === null) return 'E100'
  const text = (name: string): string | null => {
    const value = json[name]
    return typeof value === 'string' ? value : null
  }
  const [to, from, words] = [text('to') ?? '', text('from') ?? '', text('text') ?? '']
  if (!/^\d{7,15}$/.test(to)) return 'E101'
  if (from === '') return 'E103'
  if (words === '') return 'E104'
  const validity = typeof json['validity'] === 'number' ? json['validity'] : null
  return { id, to, from, text: words, reference: text('reference'), validity, callback: text('callback') }
}

function parse(body: string): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(body)
    return typeof json === 'object' && json !== null ? { ...json } : null
  } catch {
    return null
  }
}

const STATUSES: Readonly<Record<string, number>> = { E201: 402, E301: 429, E401: 401 }

function refusal(code: string, retryAfter?: string): Reply {
  const json = { error: { code, message: `Refused with ${code}` } }
  return { status: STATUSES[code] ?? 400, json, ...(retryAfter === undefined ? {} : { retryAfter }) }
}

function linkReply(script: Script, json: Readonly<Record<string, unknown>>): Reply {
  if (script.link === 'reset' || script.link === 'hang') return script.link
  return script.link === 'error-500' ? { status: 500, json: {} } : { status: 202, json }
}
