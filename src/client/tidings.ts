import createClient from 'openapi-fetch'
import type { Raw } from './call.ts'
import { createEvents, type Events } from './events.ts'
import { createInboundCalls, createOptOutCalls, type InboundCalls, type OptOutCalls } from './inbound.ts'
import { createInboxCalls, type InboxCalls } from './inbox.ts'
import { createKeyCalls, type KeyCalls } from './keys.ts'
import { createNotificationCalls, type NotificationCalls } from './notifications.ts'
import type { paths } from './openapi.ts'
import { createClientCalls, type ClientCalls } from './people.ts'
import { createServiceCalls, type ServiceCalls } from './service.ts'
import { createBatch } from './sms-batch.ts'
import { createSmsCalls, type SmsCalls } from './sms.ts'
import { createTemplateCalls, type TemplateCalls } from './templates.ts'
import { createTokenCalls, type TokenCalls } from './tokens.ts'
import { createTopicCalls, type TopicCalls } from './topics.ts'
import { createTransport, type World } from './transport.ts'
import { createWebhookCalls, type WebhookCalls } from './webhooks.ts'

export type { CallOptions, Query, Raw, Schema, SendOptions } from './call.ts'
export { TidingsApiError, TidingsUnreachable, type ErrorCode, type FaultDetail } from './errors.ts'
export type { Events, EventsOptions, EventsQuery, TidingsEvent } from './events.ts'
export type { DevicesPush, NotificationQuery, TokensPush, TopicPush } from './notifications.ts'
export type { BatchAnswer, BatchItem, BatchOptions } from './sms-batch.ts'
export type { SmsMessage, SmsQuery } from './sms.ts'
export type { TopicDevices, TopicOptions } from './topics.ts'

export interface TidingsOptions {
  /** Where the service runs: `http://localhost:5000`. */
  readonly url: string
  /** An API key, `tidings_live_…`; null or left out where none is asked for. */
  readonly key?: string | null
  /** Instead of the global one. It is given a Request. */
  readonly fetch?: (request: Request) => Promise<Response>
  /** How often a call is repeated where that is right; 4 unless given, 0: never. */
  readonly retries?: number
  /** For one attempt, in ms, beside what the call itself asks to wait; 30,000 unless given. */
  readonly timeoutMs?: number
  /** Instead of the waits and the chance of this machine, for tests. */
  readonly world?: Partial<Pick<World, 'sleep' | 'chance'>>
}

/** A Tidings service, as a program calls it. */
export interface Tidings extends Omit<ServiceCalls, 'errors'> {
  readonly sms: SmsCalls
  readonly notifications: NotificationCalls
  readonly clients: ClientCalls
  readonly tokens: TokenCalls
  readonly topics: TopicCalls
  readonly inbound: InboundCalls
  readonly optOuts: OptOutCalls
  readonly inbox: InboxCalls
  readonly events: Events
  readonly templates: TemplateCalls
  readonly keys: KeyCalls
  readonly webhooks: WebhookCalls
  readonly errors: ServiceCalls['errors']
  /** Every path of the OpenAPI document, by openapi-fetch, with the same key, repetitions and time limits. */
  readonly raw: Raw
}

const RETRIES = 4
const TIMEOUT_MS = 30_000

export function createTidings(options: TidingsOptions): Tidings {
  const { key = null, retries = RETRIES, timeoutMs = TIMEOUT_MS } = options
  const url = options.url.replace(/(?<!\/)\/+$/, '')
  const headers = key === null ? {} : { authorization: `Bearer ${key}` }
  const world = { ...WORLD, ...(options.fetch === undefined ? {} : { fetch: options.fetch }), ...options.world }
  const fetch = createTransport(world, { retries, timeoutMs })
  const raw = createClient<paths>({ baseUrl: url, headers, fetch })
  const calls = { raw, newKey }
  const batch = createBatch({ ...world, url: `${url}/smss/batch`, headers, newKey, retries })
  return {
    sms: createSmsCalls(calls, batch),
    notifications: createNotificationCalls(calls),
    clients: createClientCalls(calls),
    tokens: createTokenCalls(calls),
    topics: createTopicCalls(calls),
    inbound: createInboundCalls(calls),
    optOuts: createOptOutCalls(calls),
    inbox: createInboxCalls(calls),
    events: createEvents(calls, world),
    templates: createTemplateCalls(calls),
    keys: createKeyCalls(calls),
    webhooks: createWebhookCalls(calls),
    ...createServiceCalls(calls),
    raw,
  }
}

/** The client runs in programs of others: this is the outermost place it has. */
const WORLD: World = {
  fetch: (request) => globalThis.fetch(request),
  chance: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer)
        reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'))
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop)
        resolve()
      }, ms)
      signal.addEventListener('abort', stop, { once: true })
      if (signal.aborted) stop()
    }),
}

/** 128 bits. `randomUUID` is not there in a browser's page without TLS. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
