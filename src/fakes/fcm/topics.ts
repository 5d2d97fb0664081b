import type { IncomingHttpHeaders } from 'node:http'
import { createLedger } from '../ledger.ts'
import { badField, errorFor, type FakeError } from './errors.ts'
import { scriptFor, type Script } from './script.ts'

/** One call about topics. */
export interface FakeTopicCall {
  readonly api: 'iid' | 'v1'
  readonly wish: 'subscribe' | 'unsubscribe'
  readonly topic: string
  readonly devices: readonly string[]
}

export interface FakeTopicRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Who follows which topic, by both of Google's APIs. */
export interface FakeTopics {
  /** Null: it is not about topics. */
  answer(request: FakeTopicRequest): FakeError | Exclude<Script, { kind: 'error' }> | null
  subscribers(topic: string): readonly string[]
  close(): void
}

export interface FakeTopicOptions {
  readonly projectId: string
  readonly isAlive: (accessToken: string) => boolean
  readonly ledger: string | undefined
  /** What becomes of a whole call; null: each device speaks for itself. */
  readonly script: (call: FakeTopicCall) => Script | null
  readonly onCall: ((call: FakeTopicCall) => void) | undefined
}

/** Source: googleapis, fcm/v1 discovery document, `projects.registrations.topicSubscriptions`. */
const V1 = /^\/v1\/projects\/([^/]+)\/registrations\/([^/]+)\/topicSubscriptions(?:\/([^/?]+))?(?:\?(.*))?$/

/** Source: developers.google.com/instance-id/reference/server. */
const IID = /^\/iid\/v1:batch(Add|Remove)$/

const TOPIC = /^[a-zA-Z0-9-_.~%]{1,900}$/

const MOST_TOKENS = 1_000

/** What the Instance ID API says of a token `fake.WORD`. */
const IID_ERRORS: Readonly<Record<string, string>> = {
  unregistered: 'NOT_FOUND',
  'invalid-token': 'INVALID_ARGUMENT',
  'too-many-topics': 'TOO_MANY_TOPICS',
  'sender-mismatch': 'PERMISSION_DENIED',
  'quota-topic': 'RESOURCE_EXHAUSTED',
  internal: 'INTERNAL',
}

export function createFakeTopics(options: FakeTopicOptions): FakeTopics {
  const ledger = createLedger(options.ledger ?? null)
  const topics = new Map<string, Set<string>>()
  const seen = new Map<string, number>()

  const followers = (topic: string): Set<string> => {
    const set = topics.get(topic) ?? new Set()
    topics.set(topic, set)
    return set
  }
  /** How often the device was asked for before. */
  const count = (device: string): number => {
    const before = seen.get(device) ?? 0
    if (device.startsWith('fake.')) seen.set(device, before + 1)
    return before
  }
  function change({ api, wish, topic }: FakeTopicCall, device: string): boolean {
    const set = followers(topic)
    const changed = wish === 'subscribe' ? !set.has(device) : set.has(device)
    if (wish === 'subscribe') set.add(device)
    else set.delete(device)
    ledger.write({ topic, wish, token: device, api })
    return changed
  }
  function play(call: FakeTopicCall): ReturnType<FakeTopics['answer']> {
    options.onCall?.(call)
    const script = options.script(call)
    if (script !== null) return script.kind === 'error' ? script.error : script
    if (call.api === 'v1') return playOne(call)
    const results = call.devices.map((device) => {
      const error = iidError(device, count(device))
      if (error !== null) return { error }
      change(call, device)
      return {}
    })
    return { status: 200, body: { results } }
  }
  function playOne(call: FakeTopicCall): ReturnType<FakeTopics['answer']> {
    const [device = ''] = call.devices
    const script = scriptFor(device, count(device))
    if (script !== null) return script.kind === 'error' ? script.error : script
    if (change(call, device)) {
      const name = `projects/${options.projectId}/registrations/${device}/topicSubscriptions/${call.topic}`
      return { status: 200, body: call.wish === 'subscribe' ? { name } : {} }
    }
    return call.wish === 'subscribe' ? refusal(409, 'ALREADY_EXISTS') : refusal(404, 'NOT_FOUND')
  }
  return {
    answer(request) {
      const isIid = request.path.startsWith('/iid/')
      if (!isIid && !V1.test(request.path)) return null
      if (!options.isAlive((request.headers.authorization ?? '').replace(/^Bearer /, '')))
        return isIid ? { status: 401, body: 'Unauthorized' } : wordOf('unauthenticated')
      const call = isIid ? readIid(request) : readV1(request, options.projectId)
      return 'status' in call ? call : play(call)
    },
    subscribers: (topic) => [...(topics.get(topic) ?? [])],
    close: () => ledger.close(),
  }
}

function readIid({ method, path, headers, body }: FakeTopicRequest): FakeTopicCall | FakeError {
  const [, deed] = IID.exec(path) ?? []
  if (deed === undefined || method !== 'POST') return { status: 404, body: { error: 'NOT_FOUND' } }
  if (headers['access_token_auth'] !== 'true') return { status: 401, body: 'Unauthorized' }
  const { to, registration_tokens: tokens, ...more } = parse(body)
  const topic = typeof to === 'string' && to.startsWith('/topics/') ? to.slice('/topics/'.length) : ''
  const devices = Array.isArray(tokens)
    ? tokens.filter((token): token is string => typeof token === 'string' && token !== '')
    : []
  const isGood = TOPIC.test(topic) && devices.length > 0 && devices.length <= MOST_TOKENS
  if (!isGood || devices.length !== (Array.isArray(tokens) ? tokens.length : 0) || Object.keys(more).length > 0)
    return { status: 400, body: { error: 'INVALID_ARGUMENT' } }
  return { api: 'iid', wish: deed === 'Add' ? 'subscribe' : 'unsubscribe', topic, devices }
}

function readV1({ method, path, body }: FakeTopicRequest, projectId: string): FakeTopicCall | FakeError {
  const [, project = '', device = '', named, query = ''] = V1.exec(path) ?? []
  if (decodeURIComponent(project) !== projectId) return wordOf('not-found')
  const topic = named === undefined ? (new URLSearchParams(query).get('topic_name') ?? '') : decodeURIComponent(named)
  const isGood = named === undefined ? method === 'POST' : method === 'DELETE'
  if (!isGood) return wordOf('not-found')
  if (!TOPIC.test(topic)) return badField('topic_name', 'Not a topic')
  if (body !== '' && Object.keys(parse(body)).length > 0) return badField('topic_subscription', 'Unknown name')
  const wish = method === 'POST' ? 'subscribe' : 'unsubscribe'
  return { api: 'v1', wish, topic, devices: [decodeURIComponent(device)] }
}

/** Null: it is taken. */
function iidError(device: string, before: number): string | null {
  const [, asked = ''] = /^fake\.([a-z-]+)/.exec(device) ?? []
  if (asked.endsWith('-once') && before > 0) return null
  return IID_ERRORS[asked.replace(/-once$/, '')] ?? null
}

function refusal(status: number, word: string): FakeError {
  return { status, body: { error: { code: status, message: word, status: word } } }
}

function wordOf(word: string): FakeError {
  return errorFor(word, null) ?? { status: 500, body: {} }
}

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return { body }
  }
}
