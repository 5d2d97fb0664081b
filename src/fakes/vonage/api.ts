import { setTimeout as delay } from 'node:timers/promises'
import type { Reply, SeenRequest } from '../provider-server.ts'
import { countParts, newPart, type FakeMessage, type FakePart } from './messages.ts'
import { parametersOf, refusalOf, type Credentials } from './request.ts'
import { lifeOf, scriptFor, type Script } from './script.ts'
import type { Webhooks } from './webhooks.ts'

export interface Api {
  reply(request: SeenRequest): Promise<Reply>
  messages(): readonly FakeMessage[]
  /** Resolves once every life that began has come to its end. */
  drained(): Promise<void>
}

export interface ApiParts {
  readonly credentials: Credentials
  readonly webhooks: Webhooks
  /** Where receipts go of messages that name no place themselves. */
  readonly statusUrl: string | null
  /** Called for each message taken, before it is answered. */
  readonly onTaken: (message: FakeMessage) => void
  readonly script: (to: string, text: string, seen: number) => Script | null
}

type Parameters = Readonly<Record<string, string>>

/** `POST /sms/json` and the account's balance. */
export function createApi(parts: ApiParts): Api {
  const taken: FakeMessage[] = []
  const seen = new Map<string, number>()
  const lives = new Set<Promise<void>>()

  function begin(message: FakeMessage, script: Script): void {
    const life = live(parts.webhooks, message, script).finally(() => lives.delete(life))
    lives.add(life)
  }

  async function send(parameters: Parameters): Promise<Reply> {
    const wrong = faultOf(parameters)
    if (wrong !== null) return refused(wrong.status, wrong.text)
    const [to, text] = [parameters['to'] ?? '', parameters['text'] ?? '']
    const before = seen.get(to) ?? 0
    seen.set(to, before + 1)
    const script = parts.script(to, text, before) ?? scriptFor(to, before)
    if (script.refuse !== undefined) return refused(script.refuse.status, 'Refused', script.refuse.http)
    if (script.lose === true) return linkReply(script, {})
    const total = countParts(text, parameters['type'] ?? 'text')
    const all = Array.from({ length: total }, (_, index) => newPart(index + 1, total))
    const message = toMessage(
      parameters,
      parts.statusUrl,
      all.filter(({ number }) => number !== script.refusePart?.number),
    )
    taken.push(message)
    parts.onTaken(message)
    if (script.callbacksFirst === true) begin(message, script)
    if (script.slowMs !== undefined) await delay(script.slowMs)
    // After the answer is on its way.
    if (script.callbacksFirst !== true) setImmediate(() => begin(message, script))
    return linkReply(script, answerOf(to, all, script))
  }

  async function reply(request: SeenRequest): Promise<Reply> {
    const parameters = parametersOf(request)
    const refusal = refusalOf(request, parameters, parts.credentials)
    const [path] = request.path.split('?')
    if (request.method === 'POST' && path === '/sms/json') {
      return refusal === null ? send(parameters) : refused(refusal.status, refusal.text)
    }
    if (request.method !== 'GET' || path !== '/account/get-balance') return { status: 404, json: {} }
    return refusal === null
      ? { status: 200, json: { value: 10.28, autoReload: false } }
      : { status: 401, json: { 'error-code': '401', 'error-code-label': 'authentication failed' } }
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
  for (const step of lifeOf(script)) {
    // Each status is told once the one before it was.
    for (const part of message.parts) await webhooks.tell(message, part, step, script.callbackCopies ?? 1)
  }
}

/** Sources: the limits of https://developer.vonage.com/en/api/sms. */
function faultOf(parameters: Parameters): { readonly status: string; readonly text: string } | null {
  for (const name of ['to', 'from', 'text']) {
    if ((parameters[name] ?? '') === '') return { status: '2', text: `Missing ${name} param` }
  }
  if (!/^\d{7,15}$/.test(parameters['to'] ?? '')) return { status: '3', text: 'Invalid to param' }
  const ttl = Number(parameters['ttl'] ?? 259_200_000)
  if (!(ttl >= 20_000 && ttl <= 604_800_000)) return { status: '3', text: 'Invalid ttl param' }
  if (!['text', 'unicode'].includes(parameters['type'] ?? 'text')) return { status: '3', text: 'Invalid type param' }
  return (parameters['client-ref'] ?? '').length > 100 ? { status: '3', text: 'Invalid client-ref param' } : null
}

function toMessage(parameters: Parameters, statusUrl: string | null, taken: readonly FakePart[]): FakeMessage {
  return {
    to: parameters['to'] ?? '',
    from: parameters['from'] ?? '',
    text: parameters['text'] ?? '',
    type: parameters['type'] ?? 'text',
    clientRef: parameters['client-ref'] ?? null,
    ttl: parameters['ttl'] ?? null,
    callback: parameters['callback'] ?? statusUrl,
    parts: taken,
  }
}

function answerOf(to: string, parts: readonly FakePart[], { refusePart }: Script): Record<string, unknown> {
  const messages = parts.map((part) =>
    part.number === refusePart?.number
      ? { status: refusePart.status, 'error-text': 'Refused' }
      : {
          to,
          'message-id': part.messageId,
          status: '0',
          'remaining-balance': '10.28000000',
          'message-price': '0.03330000',
          network: '00101',
        },
  )
  return { 'message-count': String(parts.length), messages }
}

function refused(status: string, text: string, http = 200): Reply {
  return { status: http, json: { 'message-count': '1', messages: [{ status, 'error-text': text }] } }
}

function linkReply(script: Script, json: Readonly<Record<string, unknown>>): Reply {
  if (script.link === 'reset' || script.link === 'hang') return script.link
  return script.link === 'error-500' ? { status: 500, json: {} } : { status: 200, json }
}
