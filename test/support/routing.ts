import type { Msisdn } from '../../src/domain/contact.ts'
import { failure, type Failure } from '../../src/domain/failure.ts'
import type { OutboundSms, Outcome, SmsProvider } from '../../src/domain/provider.ts'
import type { RouteFacts, RouteRule, Via } from '../../src/domain/routing.ts'
import { createLog } from '../../src/wiring/log.ts'
import { openSmsRouting, type SmsRouting } from '../../src/wiring/sms/routing.ts'
import type { SmsWork } from '../../src/store/sms/sms-work.ts'

export const CAIRO = '+201009129288' as Msisdn
export const FACTS = { contact: CAIRO, country: 'EG', sender: null, category: 'transactional', segments: 2 } as const

export const via = (provider: string, more: Partial<Via> = {}): Via => ({
  provider,
  weight: 1,
  sender: null,
  prices: new Map(),
  ...more,
})

export const rule = (more: Partial<RouteRule>): RouteRule => ({
  countries: null,
  prefixes: null,
  senders: null,
  categories: null,
  via: [via('a', { sender: 'Acme', prices: new Map([['*', 0.1]]) }), via('b', { sender: 'AcmeB' })],
  order: 'listed',
  fallbacks: [via('c')],
  failoverOn: new Set(['unroutable']),
  ...more,
})

/** A message is accepted, and stored. */
export function accept(routing: SmsRouting, facts: RouteFacts = FACTS): string | undefined {
  const choice = routing.router.choose(facts)
  if (choice !== null) routing.router.take(choice)(true)
  return choice?.provider
}

export interface Rig {
  readonly routing: SmsRouting
  readonly choices: readonly string[]
  readonly lines: readonly string[]
  pass(ms: number): void
  /** Submits so many through a provider, which answers so. */
  submit(provider: string, count: number, outcome: Outcome, sender?: string): Promise<readonly OutboundSms[]>
}

export function rig(rules: readonly RouteRule[] = [rule({})]): Rig {
  let now = 0
  const choices: string[] = []
  const lines: string[] = []
  const log = createLog('info', { write: (line) => void lines.push(line) })
  const routes = {
    currency: 'EUR',
    rules,
    senderGroups: new Map([['Acme', 'acme']]),
    allowedSenders: null,
    maxPrice: null,
  }
  const routing = openSmsRouting(
    { sms: [], routes, allowedCountries: null },
    {
      log,
      now: () => now,
      chance: () => 0.5,
      onChoice: (provider, how) => choices.push(`${provider} ${how}`),
      onFailover: (from, to) => choices.push(`${from} to ${to}`),
      onSenderRefused: (provider) => choices.push(`${provider} refuses a sender`),
    },
  )
  return {
    routing,
    choices,
    lines,
    pass: (ms) => void (now += ms),
    async submit(name, count, outcome, sender) {
      const taken: OutboundSms[] = []
      const provider = routing.through(providerStandIn(name, outcome, taken))
      for (let index = 0; index < count; index += 1) await provider.submit(sms(sender), new AbortController().signal)
      return taken
    },
  }
}

export function providerStandIn(name: string, outcome: Outcome, taken: OutboundSms[]): SmsProvider {
  return {
    name,
    window: 1,
    submit: async (one) => {
      taken.push(one)
      return outcome
    },
    reconcile: null,
    poll: null,
    readCallback: () => ({ kind: 'ignored' }),
    async *check() {
      // Nothing is looked at.
    },
    close: async () => undefined,
  }
}

export const sms = (sender = 'Acme'): OutboundSms => ({
  messageId: 1,
  attempt: 1,
  contact: CAIRO,
  sender,
  text: 'Hello',
  segments: 1,
  validitySeconds: 60,
})

export const work = (provider: string, more: Partial<SmsWork> = {}): SmsWork => ({
  id: 1,
  contact: CAIRO,
  sender: 'Acme',
  text: 'Hello',
  segments: 1,
  category: 'transactional',
  onUncertain: 'reconcile',
  provider,
  owner: 1,
  attempt: 1,
  due: false,
  tried: [],
  ...more,
})

export const refused = (class_: Failure['class'], reason = 'timeout', more: Partial<Failure> = {}): Outcome => ({
  kind: 'refused',
  failure: failure(class_, reason, more),
})
export const ACCEPTED: Outcome = { kind: 'accepted', providerMessageId: '1', status: 'sent' }
