import { pino } from 'pino'
import { TidingsError } from '../../src/domain/errors.ts'
import type { ProviderCallback } from '../../src/domain/provider.ts'
import type { PushCall } from '../../src/flows/push/push-call.ts'
import type { PreparedItem } from '../../src/flows/sms/batch.ts'
import type { Idempotency } from '../../src/flows/sending/idempotent.ts'
import type { SmsAnswer, SmsCall } from '../../src/flows/sms/sms.ts'
import { EVERYTHING } from '../../src/domain/search/search.ts'
import type { HttpParts } from '../../src/http/parts.ts'
import { createAddressOf } from '../../src/http/peer.ts'
import { NO_TEMPLATES } from '../support/templates.ts'
import { EMPTY_HISTORY, NOBODY } from './empty-history.ts'
import { batchStandIn, createDryRunStandIn, preparePush, prepareSms } from './sending-stand-ins.ts'

/** What the flows were asked to accept, in order. Empty after a refusal: nothing would have been stored. */
export interface Recorded {
  readonly sms: { input: SmsCall; idempotency: Idempotency | null }[]
  readonly tokens: {
    input: PushCall
    tokens: readonly string[]
    fids: readonly string[]
    idempotency: Idempotency | null
  }[]
  readonly batches: PreparedItem[]
  readonly topics: { input: PushCall; topic: string; idempotency: Idempotency | null }[]
  readonly callbacks: { provider: string; callback: ProviderCallback }[]
}

export interface StandIns {
  readonly parts: HttpParts
  readonly recorded: Recorded
}

const NO_KEYS = {
  apiKey: null,
  projectId: null,
  appId: null,
  messagingSenderId: null,
  vapidKey: null,
  registration: 'token',
} as const

/** Parts that accept everything and remember it; `more` replaces some. */
export function createStandIns(more: Partial<HttpParts> = {}): StandIns {
  const recorded: Recorded = { sms: [], batches: [], tokens: [], topics: [], callbacks: [] }
  let requests = 0
  const parts: HttpParts = {
    log: pino({ level: 'silent' }),
    version: '0.0.0',
    sms: smsStandIn(recorded),
    batches: batchStandIn(recorded.batches),
    push: pushStandIn(recorded),
    dryRuns: createDryRunStandIn(),
    reads: {
      message: async () => null,
      notification: async () => null,
      deliveries: async () => null,
      deliveriesOf: async () => null,
    },
    templates: NO_TEMPLATES,
    tokens: NO_TOKENS,
    topics: NO_TOPICS,
    webSubscriptions: { publicKey: null, put: notFound },
    devicePush: { prepare: notFound, accept: notFound },
    topicPush: { prepare: notFound, accept: notFound, count: async () => 0 },
    webhooks: NO_WEBHOOKS,
    cancels: { sms: notFound, push: notFound },
    conversions: { mark: notFound },
    resends: { sms: notFound, push: notFound },
    pauses: {
      pause: async () => [],
      resume: async () => ({ ended: 0, pauses: [] }),
      list: async () => [],
      pausePush: notFound,
      resumePush: notFound,
    },
    receipts: {
      accept: async (provider, callback) => {
        recorded.callbacks.push({ provider, callback })
        return 'accepted'
      },
    },
    evidence: { report: async () => undefined },
    inbound: { accept: async () => ({ kind: 'accepted', reply: null }), list: async () => [] },
    optOuts: { list: async () => [], add: notFound, remove: notFound },
    auth: { required: false, keyring: EMPTY_KEYRING, session: () => null },
    keys: NO_API_KEYS,
    sessions: NO_SESSIONS,
    addressOf: createAddressOf(null),
    history: EMPTY_HISTORY,
    erasing: NOBODY,
    inbox: EMPTY_INBOX,
    events: NO_EVENTS,
    health: {
      ready: async () => [{ name: 'database', ok: true, detail: 'answers', fix: null }],
      warnings: () => [],
      look: async () => [],
    },
    smsRoutes: { look: async () => ({ currency: null, routes: [], chosen: 0, providers: [] }) },
    rateLimiter: null,
    publicUrl: null,
    loopbackOnly: false,
    channels: { sms: { provider: 'sandbox', capturing: true }, push: { provider: 'sandbox', capturing: true } },
    device: { keys: NO_KEYS, pushProject: null, callProject: null, webPushKey: null },
    pages: null,
    isStopping: () => false,
    newRequestId: () => `request-${(requests += 1)}`,
    chance: () => 0.5,
    now: () => performance.now(),
    ...more,
  }
  return { parts, recorded }
}

/** There is no key, so that none is right. */
const EMPTY_KEYRING: HttpParts['auth']['keyring'] = {
  known: () => null,
  look: async () => 'unknown',
  wasGood: () => false,
  forget: () => undefined,
  noteUses: async () => undefined,
}

const notFound = async (): Promise<never> => Promise.reject(new TidingsError('not_found', 'Not Found'))

const NO_TOPICS: HttpParts['topics'] = {
  change: notFound,
  changeReached: notFound,
  check: () => undefined,
  faultOf: () => null,
  settled: async (change) => change,
  list: async () => [],
  get: notFound,
  subscriptions: async () => [],
  ofDevice: async () => [],
}

const NO_TOKENS: HttpParts['tokens'] = {
  read: () => {
    throw new TidingsError('not_found', 'Not Found')
  },
  put: notFound,
  putAll: notFound,
  get: notFound,
  remove: async (names) => names.map(() => false),
  restore: notFound,
  restoreSince: async () => 0,
  filter: () => {
    throw new TidingsError('not_found', 'Not Found')
  },
  reached: async function* () {},
}

const NO_SESSIONS: HttpParts['sessions'] = {
  find: async () => null,
  openByKey: async () => ({ kind: 'wrong', why: 'unknown' }),
  openByLink: async () => null,
  close: async () => undefined,
  makeLink: async () => '',
  forget: async () => undefined,
}

const NO_WEBHOOKS: HttpParts['webhooks'] = {
  flow: { create: notFound, change: notFound, rotate: notFound, remove: notFound },
  deeds: { test: notFound, replay: notFound, replaySince: notFound },
  read: async () => null,
  list: async () => [],
  deliveries: async () => [],
  delivery: async () => null,
}

const NO_API_KEYS: HttpParts['keys'] = {
  flow: { create: notFound, change: notFound, rotate: notFound, revoke: notFound },
  read: async () => null,
  list: async () => [],
  audit: async () => [],
}

/** Nothing was captured, and nothing happens. */
const NO_EVENTS: HttpParts['events'] = {
  asked: () => ({ types: null, search: EVERYTHING, since: null }),
  find: async (asked) => ({ asked, start: { xid: '1', id: 0 } }),
  follow(place, outlet) {
    outlet.ready(place.start)
    return { at: () => place.start, stop: () => undefined }
  },
}

const EMPTY_INBOX: HttpParts['inbox'] = {
  list: async () => ({ records: [], next: null }),
  threads: async () => ({ threads: [], next: null }),
  follow: () => ({ ready: Promise.resolve(new Date()), stop: () => undefined }),
  missed: async () => [],
  wait: async () => ({ kind: 'timeout', missedByMs: null }),
  play: async () => Promise.reject(new TidingsError('not_found', 'Not Found')),
  remove: async () => 0,
}

function smsStandIn(recorded: Recorded): HttpParts['sms'] {
  return {
    words: ({ subject = '', message = '', ...call }) => ({ ...call, subject, message }),
    prepare: prepareSms,
    take: () => () => undefined,
    accept: async (input, _caller, idempotency) => {
      if (!/^\+[1-9]\d{6,14}$/.test(input.contact))
        throw new TidingsError('invalid_contact', '`contact` is no phone number')
      recorded.sms.push({ input, idempotency })
      const answer: SmsAnswer = { message_id: recorded.sms.length, status: 'queued', segments: 1, encoding: 'gsm7' }
      return { answer, replayed: idempotency?.key === 'seen' }
    },
    acceptRead: notFound,
    waitFor: async () => ({ status: 'sent', reason: null }),
  }
}

function pushStandIn(recorded: Recorded): HttpParts['push'] {
  return {
    ...preparePush(),
    acceptTokens: async (input, tokens, fids, _caller, idempotency) => {
      recorded.tokens.push({ input, tokens, fids, idempotency })
      const targets = new Set([...tokens, ...fids]).size
      return { answer: { notification_id: recorded.tokens.length, status: 'queued', targets }, replayed: false }
    },
    openLong: async () => Promise.reject(new Error('no list here is that long')),
    acceptTopic: async (input, topic, _caller, idempotency) => {
      recorded.topics.push({ input, topic, idempotency })
      return { answer: { notification_id: recorded.topics.length, status: 'queued', targets: 1 }, replayed: false }
    },
    acceptRead: notFound,
    waitFor: async () => ({ counts: { sent: 1, failed: 1 } }),
  }
}
