import { setTimeout as delay } from 'node:timers/promises'
import type { Reply, SeenRequest } from '../provider-server.ts'
import type { Callbacks } from './callbacks.ts'
import type { FakeMessage, MessageBook } from './messages.ts'
import { lifeOf, type Script, scriptFor } from './script.ts'

export interface Api {
  reply(request: SeenRequest): Promise<Reply>
  /** Resolves once every life that began has come to its end. */
  drained(): Promise<void>
}

export interface ApiParts {
  readonly accountSid: string
  /** Each `user:password`. */
  readonly keys: readonly string[]
  readonly book: MessageBook
  readonly callbacks: Callbacks
  /** Called for each message taken, before it is answered. */
  readonly onTaken: (message: FakeMessage) => void
  readonly script: (to: string, body: string, seen: number) => Script | null
}

/** The three routes of the Messages resource: create, list, fetch. */
export function createApi(parts: ApiParts): Api {
  const authorizations = new Set(parts.keys.map((key) => `Basic ${Buffer.from(key).toString('base64')}`))
  const path = `/2010-04-01/Accounts/${parts.accountSid}/Messages`
  const seen = new Map<string, number>()
  const lives = new Set<Promise<void>>()

  function begin(message: FakeMessage, script: Script): void {
    const life = live(parts, message, script).finally(() => lives.delete(life))
    lives.add(life)
  }

  async function create(form: URLSearchParams): Promise<Reply> {
    const missing = missingField(form)
    if (missing !== null) return refusal(400, missing)
    const [to, body] = [form.get('To') ?? '', form.get('Body') ?? '']
    const before = seen.get(to) ?? 0
    seen.set(to, before + 1)
    const script = parts.script(to, body, before) ?? scriptFor(to, form.get('From'), before)
    if (script.refuse !== undefined) return refusal(script.refuse.status, script.refuse.code, script.refuse.retryAfter)
    if (script.lose === true) return linkReply(script, {})
    const message = parts.book.add(form)
    parts.onTaken(message)
    const json = parts.book.toJson(message)
    if (script.callbacksFirst === true) begin(message, script)
    if (script.slowMs !== undefined) await delay(script.slowMs)
    // After the answer is on its way.
    if (script.callbacksFirst !== true) setImmediate(() => begin(message, script))
    return linkReply(script, json)
  }

  async function reply(request: SeenRequest): Promise<Reply> {
    if (!authorizations.has(request.headers.authorization ?? '')) return refusal(401, 20003)
    const [resource = '', query] = request.path.split('?')
    if (request.method === 'POST' && resource === `${path}.json`) return create(new URLSearchParams(request.body))
    if (request.method !== 'GET') return refusal(404, 20404)
    if (resource === `${path}.json`) return { status: 200, json: parts.book.page(new URLSearchParams(query)) }
    const message = parts.book.get(resource.slice(path.length + 1, -'.json'.length))
    return message === null ? refusal(404, 20404) : { status: 200, json: parts.book.toJson(message) }
  }

  async function drained(): Promise<void> {
    // Those that began meanwhile, too.
    while (lives.size > 0) await Promise.all(lives)
  }

  return { reply, drained }
}

async function live(parts: ApiParts, message: FakeMessage, script: Script): Promise<void> {
  for (const step of lifeOf(script)) {
    parts.book.move(message, step)
    // Each status is told once the one before it was.
    await parts.callbacks.tell(message, step, script.callbackCopies ?? 1)
  }
}

function missingField(form: URLSearchParams): number | null {
  if (!form.get('To')) return 21604
  if (!form.get('Body')) return 21602
  if (!form.get('From') && !form.get('MessagingServiceSid')) return 21603
  if ((form.get('Body') ?? '').length > 1_600) return 21617
  const validity = Number(form.get('ValidityPeriod') ?? 36_000)
  return validity >= 1 && validity <= 36_000 ? null : 21624
}

function linkReply(script: Script, json: Readonly<Record<string, unknown>>): Reply {
  if (script.link === 'reset' || script.link === 'hang') return script.link
  return script.link === 'error-500' ? refusal(500, 20500) : { status: 201, json }
}

function refusal(status: number, code: number | null, retryAfter?: string): Reply {
  const json = {
    code,
    message: `Refused with ${code}`,
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status,
  }
  return { status, json: code === null ? {} : json, ...(retryAfter === undefined ? {} : { retryAfter }) }
}
