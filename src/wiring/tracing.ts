import { AsyncLocalStorage } from 'node:async_hooks'
import type { Channels } from './channels.ts'
import type { Intake } from '../delivery/intake.ts'
import { laneOf } from '../domain/lane.ts'
import type { Outcome, PushProvider, Receipt, SmsProvider } from '../domain/provider.ts'
import type { WebhookTries } from '../flows/webhooks/webhook-try.ts'
import type { CallTraces } from '../http/call-traces.ts'
import type { MessageExtras, NewMessage } from '../store/sms/messages.ts'
import type { ReceiptMove } from '../store/receipts/receipts.ts'
import { submitting } from './submitting.ts'
import type { Contexts, Subject } from '../traces/contexts.ts'
import type { OpenSpan, SpanStart, Tracer } from '../traces/tracer.ts'

/** Makes spans of what happens, at the places where it passes. Nothing of what people wrote, and to whom, is in them. */
export interface Tracing {
  channels(channels: Channels): Channels
  intake(intake: Intake): Intake
  tries(tries: WebhookTries): WebhookTries
  received(receipt: Receipt, move: ReceiptMove): void
  /** The trace of a message, as far as this node knows it by now; for the log. */
  traceOf(messageId: number): string | null
  readonly calls: CallTraces
  close(): Promise<void>
}

export interface TracingParts {
  readonly tracer: Tracer
  readonly contexts: Contexts
  readonly now: () => Date
}

interface Rooms extends TracingParts {
  /** The call that is being answered. */
  readonly here: AsyncLocalStorage<string | null>
  readonly time: () => number
}

export function createTracing(parts: TracingParts): Tracing {
  const rooms: Rooms = { ...parts, here: new AsyncLocalStorage(), time: () => parts.now().getTime() }
  const { tracer, contexts } = parts
  return {
    channels: (channels) => tracedChannels(channels, rooms),
    intake: (intake) => tracedIntake(intake, rooms),
    tries: (tries) => tracedTries(tries, rooms),
    received: (receipt, move) => traceReceipt(rooms, receipt, move),
    traceOf: (messageId) => contexts.known('sms', messageId)?.split('-')[1] ?? null,
    calls: tracedCalls(rooms),
    async close() {
      await contexts.idle()
      await tracer.close()
    },
  }
}

// Names of attributes: OpenTelemetry's semantic conventions 1.3x, “HTTP” and “Messaging”; what they have no word for begins with `tidings.`.

function tracedCalls({ tracer, here, time }: Rooms): CallTraces {
  const spans = new WeakMap<object, OpenSpan>()
  return {
    begin(request, { method, route, traceparent }) {
      const facts = { 'http.request.method': method, ...(route === null ? {} : { 'http.route': route }) }
      const name = route === null ? method : `${method} ${route}`
      spans.set(
        request,
        tracer.begin({ name, kind: 'server', facts, parent: traceparent ?? null, link: null, at: time() }),
      )
    },
    within: (request, run) => here.run(spans.get(request)?.traceparent ?? null, run),
    end(request, status, code) {
      // What a caller did wrong is no error of ours.
      const error = status >= 500 ? (code ?? String(status)) : null
      const facts = { 'http.response.status_code': status, ...(code === null ? {} : { 'tidings.code': code }) }
      spans.get(request)?.end(facts, error, time())
    },
    idOf: (request) => spans.get(request)?.traceId ?? null,
  }
}

const NO_EXTRAS: MessageExtras = { sendAt: null, template: null, resentFrom: null, redirectedTo: null }

function within(message: Omit<NewMessage, 'place'>, { traceparent }: OpenSpan): Omit<NewMessage, 'place'> {
  return traceparent === null ? message : { ...message, extras: { ...(message.extras ?? NO_EXTRAS), traceparent } }
}

function tracedIntake(intake: Intake, rooms: Rooms): Intake {
  const { contexts } = rooms
  return {
    ...intake,
    addSms: (message) =>
      accepting(rooms, laneOf(message.provider, message.category), 'sms', async (span) => {
        const id = await intake.addSms(within(message, span))
        if (id !== null) contexts.remember('sms', id, span.traceparent)
        return id
      }),
    acceptSms: (message) =>
      accepting(rooms, laneOf(message.provider, message.category), 'sms', async (span) => {
        const taken = await intake.acceptSms(within(message, span))
        if (taken !== null) contexts.remember('sms', taken.id, span.traceparent)
        return taken
      }),
    addBatch: (messages, key, judge) =>
      accepting(rooms, null, 'sms', (span) =>
        intake.addBatch(
          messages.map((message) => within(message, span)),
          key,
          judge,
        ),
      ),
    addPush: (push) =>
      accepting(rooms, laneOf(push.provider, push.category), 'push', async (span) => {
        const made = await intake.addPush({ ...push, ...above(span) })
        if (made !== null) contexts.remember('push', made.id, span.traceparent)
        return made
      }),
    addLongPush: (long) =>
      accepting(rooms, laneOf(long.notification.provider, long.notification.category), 'push', async (span) => {
        const id = await intake.addLongPush({ ...long, notification: { ...long.notification, ...above(span) } })
        if (id !== null) contexts.remember('push', id, span.traceparent)
        return id
      }),
  }
}

function above({ traceparent }: OpenSpan): { readonly traceparent?: string } {
  return traceparent === null ? {} : { traceparent }
}

/** A span from the call to the COMMIT; what is sent because of it stands below. */
async function accepting<T>(
  { tracer, here, time }: Rooms,
  lane: string | null,
  subject: Subject,
  accept: (span: OpenSpan) => Promise<T>,
): Promise<T> {
  const facts = {
    'messaging.system': 'tidings',
    'messaging.operation.name': 'accept',
    'messaging.operation.type': 'create',
    ...(lane === null ? {} : { 'messaging.destination.name': lane }),
  }
  const parent = here.getStore() ?? null
  const span = tracer.begin({ name: `accept ${subject}`, kind: 'producer', facts, parent, link: null, at: time() })
  try {
    const made = await accept(span)
    span.end(typeof made === 'number' ? { 'messaging.message.id': String(made) } : {}, null, time())
    return made
  } catch (error) {
    span.end({}, error instanceof Error && 'code' in error ? String(error.code) : 'error', time())
    throw error
  }
}

function tracedChannels(channels: Channels, rooms: Rooms): Channels {
  const sms = channels.sms.map((provider) => tracedSms(provider, rooms))
  const push = channels.push.map((provider) => tracedPush(provider, rooms))
  return { ...channels, sms, push }
}

/** The span is made when all of it is known, so that a submission waits for nothing. */
function tracedSms(provider: SmsProvider, rooms: Rooms): SmsProvider {
  const { contexts, time } = rooms
  return submitting(provider, {
    async submit(sms, signal) {
      const at = time()
      // Known by the time its outcome is, mostly, also where another node accepted it.
      contexts.find('sms', sms.messageId, () => undefined)
      const outcome = await provider.submit(sms, signal)
      const endedAt = time()
      const facts = {
        ...submission(provider.name),
        'messaging.message.id': String(sms.messageId),
        'tidings.attempt': sms.attempt,
        'tidings.outcome': wordOf(outcome),
      }
      const error = outcome.kind === 'refused' ? outcome.failure.reason : null
      const span: Below = { name: `submit ${provider.name}`, kind: 'client', facts, link: null, at }
      contexts.find('sms', sms.messageId, (parent) => record(rooms, { ...span, parent }, error, endedAt))
      return outcome
    },
  })
}

/** One span for all targets that were handed over together. */
function tracedPush(provider: PushProvider, rooms: Rooms): PushProvider {
  const { contexts, time } = rooms
  return {
    ...provider,
    async submitMany(content, targets, onOutcome, signal, gate) {
      const at = time()
      let refused = 0
      const counted = (index: number, outcome: Outcome): void => {
        if (outcome.kind === 'refused') refused += 1
        onOutcome(index, outcome)
      }
      await provider.submitMany(content, targets, counted, signal, gate)
      const endedAt = time()
      const facts = {
        ...submission(provider.name),
        'messaging.message.id': String(content.notificationId),
        'messaging.batch.message_count': targets.length,
        'tidings.refused': refused,
      }
      const span: Below = { name: `submit ${provider.name}`, kind: 'client', facts, link: null, at }
      contexts.find('push', content.notificationId, (parent) => record(rooms, { ...span, parent }, null, endedAt))
    },
  }
}

type Below = Omit<SpanStart, 'parent'>

function record({ tracer }: Rooms, start: SpanStart, error: string | null, endedAt: number): void {
  tracer.begin(start).end({}, error, endedAt)
}

function submission(provider: string): Readonly<Record<string, string>> {
  return {
    'messaging.system': 'tidings',
    'messaging.operation.name': 'submit',
    'messaging.operation.type': 'send',
    'messaging.destination.name': provider,
  }
}

function wordOf(outcome: Outcome): string {
  return outcome.kind === 'refused' ? outcome.failure.class : outcome.status
}

/** It belongs to the message's trace, and names the provider's call that brought it. */
function traceReceipt(rooms: Rooms, receipt: Receipt, { state, messageStatus }: ReceiptMove): void {
  const at = rooms.time()
  const facts = {
    'messaging.system': 'tidings',
    'messaging.operation.name': 'receipt',
    'messaging.operation.type': 'process',
    'messaging.destination.name': receipt.provider,
    'messaging.message.id': String(state.messageId),
    'tidings.attempt': state.number,
    'tidings.receipt': receipt.status,
    ...(messageStatus === null ? {} : { 'tidings.status': messageStatus }),
  }
  const link = rooms.here.getStore() ?? null
  const span: Below = { name: `receipt ${receipt.provider}`, kind: 'consumer', facts, link, at }
  const error = receipt.failure?.reason ?? null
  rooms.contexts.find('sms', state.messageId, (parent) => record(rooms, { ...span, parent }, error, at))
}

/** One span for each call to a webhook; nothing of where it goes, which may be a secret. */
function tracedTries(tries: WebhookTries, rooms: Rooms): WebhookTries {
  const { contexts, time } = rooms
  return {
    ...tries,
    sendAll(deliveries, signal, tell) {
      const at = time()
      return tries.sendAll(deliveries, signal, (delivery, settled) => {
        tell(delivery, settled)
        if (settled === null) return
        const endedAt = time()
        const facts = {
          'messaging.system': 'tidings',
          'messaging.operation.name': 'webhook',
          'messaging.operation.type': 'send',
          'tidings.webhook': String(delivery.webhookId),
          'tidings.attempt': delivery.tries + 1,
          'tidings.outcome': settled.verdict,
          ...(settled.status === null ? {} : { 'http.response.status_code': settled.status }),
        }
        const span: Below = { name: 'webhook', kind: 'client', facts, link: null, at }
        const error = settled.verdict === 'delivered' ? null : (settled.failure ?? String(settled.status))
        contexts.find('webhook', delivery.id, (parent) => record(rooms, { ...span, parent }, error, endedAt))
      })
    },
  }
}
