import type { Config } from '../../settings/config.ts'
import type { AskPrice } from '../../delivery/charge.ts'
import type { Msisdn } from '../../domain/contact.ts'
import { countryOf } from '../../domain/country.ts'
import type { Failure } from '../../domain/failure.ts'
import { SANDBOX, type OutboundSms, type Outcome, type Receipt, type SmsProvider } from '../../domain/provider.ts'
import type { Choice, SmsRouter } from '../../domain/routing.ts'
import type { SmsLimits } from '../../flows/sms/sms-way.ts'
import type { Log } from '../log.ts'
import { createHealth, type Health, type HealthParts, type Standing, type WaySign } from '../../providers/health.ts'
import { createFailover, type Failover } from './failover.ts'
import { createPrices } from './prices.ts'
import { createRouteWatch, type RouteWatch } from './route-watch.ts'
import { createRouter, type RouterParts } from './router.ts'
import { createSenders, type Senders } from './senders.ts'
import { submitting } from '../submitting.ts'

/** Where SMS go, and how those they go through do. */
export interface SmsRouting extends Failover {
  readonly router: SmsRouter
  readonly limits: SmsLimits
  /** What attempts cost. */
  readonly price: AskPrice
  /** The provider, with what comes of each submission noticed; the sandbox as it is. */
  through(provider: SmsProvider): SmsProvider
  /** A receipt was stored. `contact`: where its message went; `sender`: as it was accepted. */
  received(receipt: Receipt, contact: Msisdn, sender: string | null): void
  /** The ways that are not as they should be. */
  standing(): readonly Standing[]
  /** What happened to them lately. */
  readonly watch: Pick<RouteWatch, 'sinceMs' | 'choices'>
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
  /** It refuses whatever goes out with the sender of a message. */
  readonly onSenderRefused: (provider: string) => void
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
  const { onSenderRefused } = parts
  if (routes === null) return { ...withoutRoutes(config.sms[0]?.name ?? SANDBOX, onSenderRefused), limits }
  const watch = createRouteWatch(parts.now)
  const onChange: HealthParts['onChange'] = (of, state, waitMs) => {
    watch.changed(of, state)
    tell(parts.log, of, state, waitMs)
  }
  const health = createHealth({ ...parts, onChange })
  const { senderAt } = createSenders(routes.rules)
  const { chance } = parts
  const onChoice: RouterParts['onChoice'] = (provider, kind) => {
    watch.chosen(provider, kind)
    parts.onChoice(provider, kind)
  }
  const { router, candidates } = createRouter(routes, { health, senderAt, chance, onChoice })
  return {
    router,
    limits,
    price: createPrices(candidates, routes.currency),
    ...createFailover({ health, senderAt, candidates, next: router.next, onFailover: parts.onFailover }),
    through: (provider) =>
      provider.name === SANDBOX ? provider : noticing(watched(provider, health, senderAt), onSenderRefused),
    received(receipt, contact, sender) {
      const { provider } = receipt
      const country = countryOf(contact)
      const way = { provider, country, sender: senderAt(provider, { sender, contact }, country) }
      health.reported(way, signOfReceipt(receipt))
    },
    standing: () => health.standing(),
    watch,
  }
}

/** With one way there is nothing to see. */
const NOTHING_SEEN: SmsRouting['watch'] = { sinceMs: () => 0, choices: () => [] }

function withoutRoutes(provider: string, onSenderRefused: (provider: string) => void): Omit<SmsRouting, 'limits'> {
  const only: Omit<Choice, 'country'> = {
    provider,
    sender: null,
    pricePerSegment: null,
    price: null,
    kind: 'first',
    reason: 'It is the provider that is set for this channel.',
  }
  return {
    router: {
      choose: ({ sender, country }) => ({ ...only, sender, country }),
      take: () => () => undefined,
      next: () => null,
    },
    price: () => null,
    onward: () => null,
    detour: () => null,
    through: (one) => noticing(one, onSenderRefused),
    received: () => undefined,
    standing: () => [],
    watch: NOTHING_SEEN,
  }
}

function noticing(provider: SmsProvider, onSenderRefused: (provider: string) => void): SmsProvider {
  return submitting(provider, {
    async submit(sms, signal) {
      const outcome = await provider.submit(sms, signal)
      if (signOf(outcome) === 'sender-shut') onSenderRefused(provider.name)
      return outcome
    },
  })
}

function watched(provider: SmsProvider, health: Health, senderAt: Senders['senderAt']): SmsProvider {
  const { name, reconcile } = provider
  const asSent = (sms: OutboundSms, country: string | null): OutboundSms => ({
    ...sms,
    sender: senderAt(name, sms, country),
  })

  return submitting(provider, {
    async submit(sms, signal) {
      const country = countryOf(sms.contact)
      const sent = asSent(sms, country)
      const end = health.begin({ provider: name, country, sender: sent.sender })
      try {
        const outcome = await provider.submit(sent, signal)
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
export function signOf(outcome: Outcome): WaySign {
  if (outcome.kind === 'accepted') return 'well'
  const { failure } = outcome
  if (failure.class === 'blocked') return signOfBlock(failure)
  if (failure.class === 'uncertain') return 'fault'
  return failure.class === 'transient' && failure.counted ? 'fault' : 'nothing'
}

function signOfBlock({ pause }: Failure): WaySign {
  if (pause === 'sender') return 'sender-shut'
  return pause === 'lane' ? 'shut' : 'fault'
}

/** Reasons of receipts that speak of the route, though another message's would not be tried again. */
const OF_ROUTES: ReadonlySet<string> = new Set([
  'unroutable',
  'queue_overflow',
  'queue_full',
  'submit_failed',
  'carrier_timeout',
])

function signOfReceipt({ status, failure }: Receipt): WaySign {
  if (status === 'delivered') return 'well'
  if (failure === null) return 'nothing'
  if (failure.class === 'blocked') return signOfBlock(failure)
  return isOfRoute(failure) ? 'fault' : 'nothing'
}

function isOfRoute({ class: kind, reason }: Failure): boolean {
  return kind === 'transient' || kind === 'throttled' || OF_ROUTES.has(reason)
}

/** One line for each change. */
function tell(log: Log, ...[{ provider, country, sender }, state, waitMs]: Parameters<HealthParts['onChange']>): void {
  const facts = { event: 'route.health', provider, country, state, ...(sender === null ? {} : { of: 'sender' }) }
  // Which one is not told: it may be a number.
  const way = sender === null ? provider : `one sender of ${provider}`
  const where = country === null ? way : `${way} to ${country}`
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
