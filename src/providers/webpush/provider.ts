import { failure, type Failure } from '../../domain/failure.ts'
import type { CheckStep, Gate, Outcome, PushProvider, PushTarget } from '../../domain/provider.ts'
import { perTicket, ticketOf } from '../../domain/push/push-ticket.ts'
import { MAX_WEB_PUSH_BYTES, webPushHeaders, webPushPayload } from '../../domain/push/web-push-message.ts'
import type { WebSubscription } from '../../domain/push/web-subscription.ts'
import { fanOut } from '../fan-out.ts'
import type { HttpCall } from '../http-call.ts'
import { notSent } from '../http2-faults.ts'
import { drawForMessage, encryptFor } from './encryption.ts'
import { createOrigins } from './origins.ts'
import { toReading } from './outcomes.ts'
import { createVapid, type VapidKeys } from './vapid.ts'

/**
 * The subscriptions of these addresses, those of others left out; null: it is stored, and can't be read under the present SECRET_KEY.
 * Rejects where they can't be had now.
 */
export type FindSubscriptions = (tokens: readonly string[]) => Promise<ReadonlyMap<string, WebSubscription | null>>

export interface WebPushParts {
  /** To addresses that strangers chose: it must look where it connects to, and follow no redirect. Closed with the provider. */
  readonly call: HttpCall
  readonly find: FindSubscriptions
  readonly now: () => Date
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number
  /** Each time that a push service begins to refuse our signature; `origin` is its scheme, host and port. */
  readonly onRefusing: (origin: string) => void
}

const WEB_PUSH = 'webpush'

interface Message {
  /** 3,993 octets at most. */
  readonly payload: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** For one chunk, those counted that wait for a place at their origin: one that hangs holds the chunk's others until its first calls are out of time. */
const WINDOW = 200

/** RFC 8030, encrypted as RFC 8291 says, signed as RFC 8292 says: to each browser through its own maker's push service. */
export function createWebPush(keys: VapidKeys, parts: WebPushParts): PushProvider {
  const { monotonic, onRefusing } = parts
  const vapid = createVapid(keys, parts.now)
  const origins = createOrigins({ monotonic, onRefusing })

  function post(subscription: WebSubscription, { payload, headers }: Message, signal: AbortSignal) {
    const { origin, href } = new URL(subscription.endpoint)
    const body = encryptFor(subscription, payload, drawForMessage())
    const own = { 'content-type': 'application/octet-stream', 'content-encoding': 'aes128gcm' }
    const authorization = vapid.authorization(origin)
    const request = { method: 'POST', url: href, headers: { ...headers, ...own, authorization }, body } as const
    return parts.call.send({ ...request, answerBytes: ANSWER_BYTES }, signal)
  }

  async function submitOne(
    subscription: WebSubscription | null,
    message: Message,
    signal: AbortSignal,
    gate: Gate,
  ): Promise<Outcome> {
    if (subscription === null) return refused(UNREADABLE)
    if (subscription.vapidKey !== vapid.publicKey) return refused(OTHER_KEY)
    return origins.run(new URL(subscription.endpoint).origin, {
      signal,
      stopped: () => (signal.aborted ? notSent(null) : gate()),
      work: async () => toReading(await post(subscription, message, signal), parts.now()),
    })
  }

  return {
    name: WEB_PUSH,
    project: keys.publicKey,
    window: WINDOW,
    async submitMany(content, targets, onOutcome, signal, gate) {
      const [headers, payloadFor] = [webPushHeaders(content), perTicket(content, webPushPayload)]
      const known = await parts.find(targets.map(({ value }) => value)).catch(() => NOT_FOUND_NOW)
      const submit = async (target: PushTarget): Promise<Outcome> => {
        if (known === NOT_FOUND_NOW) return refused(notSent(AGAIN_MS))
        const subscription = known.get(target.value)
        if (subscription === undefined) return refused(GONE)
        const payload = Buffer.from(payloadFor(ticketOf(target)))
        if (payload.length > MAX_WEB_PUSH_BYTES) return refused(TOO_LARGE)
        return submitOne(subscription, { payload, headers }, signal, gate)
      }
      await fanOut({ items: targets, window: () => WINDOW, pace: NO_PACE, signal, gate, submit, onOutcome })
    },
    check: () => checkSteps(keys),
    close: () => parts.call.close(),
  }
}

/** The database does not answer. */
const NOT_FOUND_NOW = null
const AGAIN_MS = 10_000
const HOUR_MS = 3_600_000

const GONE = failure('recipient-gone', 'unregistered')
const TOO_LARGE = failure('permanent', 'invalid_payload')
const OTHER_KEY = failure('permanent', 'sender_mismatch', { address: 'mismatch' })
/** Whoever set another SECRET_KEY may set the former one beside it: it is looked at again for a day. */
const UNREADABLE = failure('blocked', 'unreadable_subscription', {
  pause: 'recipient',
  waitMs: HOUR_MS / 12,
  maxAgeMs: 24 * HOUR_MS,
})

function refused(reason: Failure): Outcome {
  return { kind: 'refused', failure: reason }
}

/** Of an error: enough to see what it blames. */
const ANSWER_BYTES = 4_096

/** Each push service has its own limits, and says when they are reached. */
const NO_PACE = { take: () => 0, pausedMs: () => 0 }

async function* checkSteps({ subject }: VapidKeys): AsyncIterable<CheckStep> {
  yield {
    name: 'VAPID keys',
    ok: true,
    detail: `The two belong together; push services may write to ${subject}`,
    fix: null,
  }
}
