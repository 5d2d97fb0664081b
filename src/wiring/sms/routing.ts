import type { Config } from '../../settings/config.ts'
import { countryOf } from '../../domain/country.ts'
import type { Failure } from '../../domain/failure.ts'
import { SANDBOX, type OutboundSms, type Outcome, type Receipt, type SmsProvider } from '../../domain/provider.ts'
import type { Choice, SmsRouter } from '../../domain/routing.ts'
import type { SmsLimits } from '../../flows/sms-way.ts'
import type { Log } from '../log.ts'
import { createHealth, type Health, type Standing } from '../../providers/health.ts'
import type { Sign } from '../../providers/circuit.ts'
import { createFailover, type Failover } from './failover.ts'
import { createRouter, type RouterParts } from './router.ts'
import { createSenders } from './senders.ts'
import { submitting } from '../submitting.ts'

/** Where SMS go, and how those they go through do. */
export interface SmsRouting extends Failover {
  readonly router: SmsRouter
  readonly limits: SmsLimits
  /** The provider, with what comes of each submission noticed; the sandbox as it is. */
  through(provider: SmsProvider): SmsProvider
  /** A receipt was stored. */
  received(receipt: Receipt, contact: string): void
  /** The ways that are not as they should be. */
  standing(): readonly Standing[]
}

export interface SmsRoutingParts {
  readonly log: Log
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** 0 ≤ x < 1 */
  readonly chance: () => number
  readonly onChoice: RouterParts['onChoice']
  /** A message goes on from one provider to another. */
  readonly onFailover: (from: string, to: string) => void
}

/** With one provider there is nothing to choose: what it does not take waits. */
export function openSmsRouting(
  config: Pick<Config, 'sms' | 'routes' | 'allowedCountries'>,
  parts: SmsRoutingParts,
): SmsRouting {
  const { routes } = config
  const limits: SmsLimits = {
    countries: config.allowedCountries,
    senders: routes?.allowedSenders ?? null,
    maxPrice: routes?.maxPrice ?? null,
    currency: routes?.currency ?? null,
  }
  if (routes === null) return { ...withoutRoutes(config.sms[0]?.name ?? SANDBOX), limits }
  const health = createHealth({ ...parts, onChange: (...change) => tell(parts.log, ...change) })
  const { router, candidates } = createRouter(routes, { health, chance: parts.chance, onChoice: parts.onChoice })
  const senders = createSenders(routes.rules)
  return {
    router,
    limits,
    ...createFailover({ health, candidates, next: router.next, onFailover: parts.onFailover }),
    through: (provider) => (provider.name === SANDBOX ? provider : watched(provider, health, senders.senderAt)),
    received(receipt, contact) {
      health.reported(receipt.provider, countryOf(contact), signOfReceipt(receipt))
    },
    standing: () => health.standing(),
  }
}

function withoutRoutes(provider: string): Omit<SmsRouting, 'limits'> {
  const only: Choice = {
    provider,
    sender: null,
    pricePerSegment: null,
    price: null,
    reason: 'It is the provider that is set for this channel.',
  }
  return {
    router: { choose: ({ sender }) => ({ ...only, sender }), next: () => null },
    onward: () => null,
    detour: () => null,
    through: (one) => one,
    received: () => undefined,
    standing: () => [],
  }
}

type SenderAt = ReturnType<typeof createSenders>['senderAt']

function watched(provider: SmsProvider, health: Health, senderAt: SenderAt): SmsProvider {
  const { name, reconcile } = provider
  const asSent = (sms: OutboundSms, country: string | null): OutboundSms => ({
    ...sms,
    sender: senderAt(name, sms, country),
  })
  return submitting(provider, {
    async submit(sms, signal) {
      const country = countryOf(sms.contact)
      const end = health.begin(name, country)
      try {
        const outcome = await provider.submit(asSent(sms, country), signal)
        end(signOf(outcome))
        return outcome
      } catch (error) {
        end('fault')
        throw error
      }
    },
    reconcile: reconcile && ((sms, ...rest) => reconcile(asSent(sms, countryOf(sms.contact)), ...rest)),
  })
}

/**
 * A refusal of the message itself says nothing of the way it went, nor does one for its rate: that is a provider at work. What was never
 * tried says nothing either.
 */
export function signOf(outcome: Outcome): Sign {
  if (outcome.kind === 'accepted') return 'well'
  const { failure } = outcome
  if (failure.class === 'blocked') return failure.pause === 'lane' ? 'shut' : 'fault'
  if (failure.class === 'uncertain') return 'fault'
  return failure.class === 'transient' && failure.counted ? 'fault' : 'nothing'
}

/** Reasons of receipts that speak of the route, though another message's would not be tried again. */
const OF_ROUTES: ReadonlySet<string> = new Set([
  'unroutable',
  'queue_overflow',
  'queue_full',
  'submit_failed',
  'carrier_timeout',
])

function signOfReceipt({ status, failure }: Receipt): Sign {
  if (status === 'delivered') return 'well'
  if (failure === null) return 'nothing'
  return isOfRoute(failure) ? 'fault' : 'nothing'
}

function isOfRoute({ class: kind, reason }: Failure): boolean {
  return kind === 'transient' || kind === 'throttled' || kind === 'blocked' || OF_ROUTES.has(reason)
}

/** One line for each change. */
function tell(
  log: Log,
  provider: string,
  country: string | null,
  state: Standing['state'] | 'closed',
  waitMs: number,
): void {
  const facts = { event: 'route.health', provider, country, state }
  const where = country === null ? provider : `${provider} to ${country}`
  switch (state) {
    case 'open':
      return log.warn(
        { ...facts, wait_ms: Math.round(waitMs) },
        `${where} fails: messages take other routes, where there are any`,
      )
    case 'half-open':
      return log.info(facts, `${where} is tried again, one message at a time`)
    case 'ramp':
      return log.info(facts, `${where} takes messages again, more and more of them`)
    case 'closed':
      return log.warn(facts, `${where} is well again`)
  }
}
