import type { Channels } from './channels.ts'
import type { Intake } from '../delivery/intake.ts'
import type { PushedChunk, SettledSms } from '../delivery/ledger.ts'
import type { Category } from '../domain/category.ts'
import { TidingsError } from '../domain/errors.ts'
import type { Outcome, PushProvider, Receipt, SmsProvider } from '../domain/provider.ts'
import type { RuleAction } from '../flows/rules/alarms.ts'
import type { ReceiptsFlow } from '../flows/receipts/receipts.ts'
import type { WebhookTries } from '../flows/webhooks/webhook-try.ts'
import type { CallMeter } from '../http/call-meter.ts'
import type { InboundWatching } from './inbound-side.ts'
import type { Count, Watch } from '../metrics/cells.ts'
import { CONTENT_TYPE, formatFor } from '../metrics/exposition.ts'
import type { Meters } from '../metrics/meters.ts'
import type { SmsRoutingParts } from './sms/routing.ts'
import type { ReceiptMove } from '../store/receipts/receipts.ts'
import type { Reclaimed } from '../store/nodes/reclaim.ts'
import { submitting } from './submitting.ts'

/** Hears of everything that is counted, at the places where it passes. */
export interface Metering extends InboundWatching {
  channels(channels: Channels): Channels
  intake(intake: Intake): Intake
  callbacks(receipts: ReceiptsFlow): ReceiptsFlow
  tries(tries: WebhookTries): WebhookTries
  settled(settled: readonly SettledSms[]): void
  pushed(chunks: readonly PushedChunk[]): void
  received(receipt: Receipt, move: ReceiptMove): void
  /** What was marked as a receipt could not be read. */
  unreadable(provider: string): void
  reclaimed(taken: Reclaimed): void
  fenced(): void
  ruled(rule: string, action: RuleAction): void
  readonly routing: Pick<SmsRoutingParts, 'onChoice' | 'onFailover'>
  readonly calls: CallMeter
}

/** `now` is monotonic, in milliseconds. */
export function createMetering(meters: Meters, now: () => number): Metering {
  const { counters } = meters
  // Whoever watches a figure that first appears as 1 has seen no increase.
  counters.leasesLost.of().add(0)
  for (const outcome of RECLAIMED) counters.reclaimed.of(outcome).add(0)
  return {
    channels: (channels) => meteredChannels(channels, meters, now),
    intake: (intake) => meteredIntake(intake, meters),
    callbacks: (receipts) => meteredCallbacks(receipts, meters),
    tries: (tries) => meteredTries(tries, meters, now),
    settled(settled) {
      for (const { status } of settled) counters.moves.of('sms', status).add()
    },
    pushed(chunks) {
      for (const { tally } of chunks)
        for (const [status, count] of Object.entries(tally)) counters.moves.of('push', status).add(count)
    },
    received(receipt, { messageStatus, state }) {
      counters.receipts.of(receipt.provider, receipt.status).add()
      if (receipt.failure !== null) counters.lost.of(receipt.provider, receipt.failure.reason).add()
      if (messageStatus !== null) counters.moves.of('sms', messageStatus).add()
      if (receipt.status === 'delivered' && state.sinceMs !== null)
        meters.histograms.receiptSeconds.of(receipt.provider).observe(state.sinceMs / 1000)
    },
    unreadable: (provider) => counters.unreadable.of(provider).add(),
    reclaimed(taken) {
      for (const [outcome, count] of Object.entries<number>({ ...taken }))
        if (count > 0) counters.reclaimed.of(outcome).add(count)
    },
    fenced: () => counters.leasesLost.of().add(),
    ruled: (rule, action) => counters.rules.of(rule, action).add(),
    texted: (provider, action) => counters.inbound.of(provider, action ?? 'none').add(),
    called(provider, taken) {
      const result = taken === null ? 'failed' : taken.kind
      if (result !== 'unknown') counters.callbacks.of(provider, result).add()
    },
    routing: {
      onChoice: (provider, how) => counters.choices.of(provider, how).add(),
      onFailover: (from, to) => counters.failovers.of(from, to).add(),
    },
    calls: callMeter(meters),
  }
}

const RECLAIMED: readonly (keyof Reclaimed)[] = ['waiting', 'uncertain', 'poisoned', 'proven']

function callMeter({ counters, histograms, page }: Meters): CallMeter {
  return {
    route(method, url) {
      // There are a hundred routes of a dozen figures each, and most are never called.
      let seconds: Watch | null = null
      const answers = new Map<number, Count>()
      return (status, ms) => {
        const count = answers.get(status) ?? counters.requests.of(method, url, String(status))
        answers.set(status, count)
        count.add()
        seconds ??= histograms.requestSeconds.of(url)
        seconds.observe(ms / 1000)
      }
    },
    refused: (status, code, by) => counters.refusals.of(String(status), code).add(by),
    async page(accept) {
      const format = formatFor(accept)
      return { type: CONTENT_TYPE[format], text: await page(format) }
    },
  }
}

function meteredChannels(channels: Channels, meters: Meters, now: () => number): Channels {
  const sms = channels.sms.map((provider) => meteredSms(provider, meters, now))
  const push = channels.push.map((provider) => meteredPush(provider, meters, now))
  return { ...channels, sms, push }
}

function meteredSms(provider: SmsProvider, { counters, histograms }: Meters, now: () => number): SmsProvider {
  const seconds = histograms.attemptSeconds.of('sms', provider.name)
  for (const outcome of OUTCOMES) counters.attempts.of('sms', provider.name, outcome).add(0)
  return submitting(provider, {
    async submit(sms, signal) {
      const begunAt = now()
      const outcome = await provider.submit(sms, signal)
      if (wasSubmitted(outcome)) {
        counters.attempts.of('sms', provider.name, wordOf(outcome)).add()
        seconds.observe((now() - begunAt) / 1000)
      }
      return outcome
    },
  })
}

function meteredPush(provider: PushProvider, { counters, histograms }: Meters, now: () => number): PushProvider {
  const seconds = histograms.attemptSeconds.of('push', provider.name)
  for (const outcome of OUTCOMES) counters.attempts.of('push', provider.name, outcome).add(0)
  return {
    ...provider,
    submitMany(content, targets, onOutcome, signal, gate) {
      const begunAt = now()
      const told = (index: number, outcome: Outcome): void => {
        if (wasSubmitted(outcome)) {
          counters.attempts.of('push', provider.name, wordOf(outcome)).add()
          seconds.observe((now() - begunAt) / 1000)
        }
        onOutcome(index, outcome)
      }
      return provider.submitMany(content, targets, told, signal, gate)
    },
  }
}

/** What was kept back never reached the provider. */
function wasSubmitted(outcome: Outcome): boolean {
  return outcome.kind === 'accepted' || outcome.failure.reason !== 'not_sent'
}

/** What a submission comes to. */
const OUTCOMES = ['accepted', 'permanent', 'recipient-gone', 'transient', 'throttled', 'blocked', 'uncertain'] as const

function wordOf(outcome: Outcome): (typeof OUTCOMES)[number] | 'captured' {
  if (outcome.kind === 'refused') return outcome.failure.class
  return outcome.status === 'captured' ? 'captured' : 'accepted'
}

function meteredIntake(intake: Intake, { counters }: Meters): Intake {
  async function orFailed<T>(channel: string, categories: readonly Category[], adding: Promise<T>): Promise<T> {
    try {
      return await adding
    } catch (error) {
      // What was the caller's own doing is counted among the refusals.
      if (error instanceof TidingsError && error.retryAfterSeconds === null) throw error
      for (const category of categories) counters.accepts.of(channel, category, 'failed').add()
      throw error
    }
  }
  async function counted<T>(channel: string, category: Category, adding: Promise<T>): Promise<T> {
    const added = await orFailed(channel, [category], adding)
    counters.accepts.of(channel, category, added === null ? 'replayed' : 'accepted').add()
    return added
  }
  return {
    ...intake,
    addSms: (message) => counted('sms', message.category, intake.addSms(message)),
    acceptSms: (message) => counted('sms', message.category, intake.acceptSms(message)),
    addPush: (notification) => counted('push', notification.category, intake.addPush(notification)),
    addLongPush: (long) => counted('push', long.notification.category, intake.addLongPush(long)),
    async addBatch(messages, key, judge) {
      const categories = messages.map(({ category }) => category)
      const stored = await orFailed('sms', categories, intake.addBatch(messages, key, judge))
      categories.forEach((category, index) => {
        const isNew = stored.kind === 'stored' && stored.rows[index]?.kind === 'made'
        counters.accepts.of('sms', category, isNew ? 'accepted' : 'replayed').add()
      })
      return stored
    },
  }
}

function meteredCallbacks(receipts: ReceiptsFlow, { counters }: Meters): ReceiptsFlow {
  return {
    ...receipts,
    async accept(provider, callback) {
      try {
        const result = await receipts.accept(provider, callback)
        // Another name is whatever somebody wrote into the path.
        if (result !== 'unknown') counters.callbacks.of(provider, result).add()
        return result
      } catch (error) {
        counters.callbacks.of(provider, 'failed').add()
        throw error
      }
    },
  }
}

function meteredTries(tries: WebhookTries, { counters, histograms }: Meters, now: () => number): WebhookTries {
  const seconds = histograms.webhookSeconds.of()
  for (const verdict of ['delivered', 'again', 'given_up', 'gone'] as const) counters.webhookTries.of(verdict).add(0)
  return {
    ...tries,
    sendAll(deliveries, signal, tell) {
      const begunAt = now()
      return tries.sendAll(deliveries, signal, (delivery, settled) => {
        if (settled !== null) {
          counters.webhookTries.of(settled.verdict).add()
          seconds.observe((now() - begunAt) / 1000)
        }
        tell(delivery, settled)
      })
    },
  }
}
