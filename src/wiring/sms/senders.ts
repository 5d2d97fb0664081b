import { SANDBOX, type OutboundSms } from '../../domain/provider.ts'
import type { RouteRule, Via } from '../../domain/routing.ts'

export interface Senders {
  /**
   * What a message goes out with through `provider`. A sender that stands in the routes with other providers alone is theirs: they were to
   * carry the message first, and this one has a sender of its own. Null: the provider's configured one.
   */
  senderAt(provider: string, sms: Pick<OutboundSms, 'sender' | 'contact'>, country: string | null): string | null
}

export function createSenders(rules: readonly RouteRule[]): Senders {
  const all = rules.flatMap((rule) => [...rule.via, ...rule.fallbacks].map((via) => ({ rule, via })))
  const holders = new Map<string, Set<string>>()
  for (const { via } of all) {
    if (via.sender !== null) holders.set(via.sender, (holders.get(via.sender) ?? new Set()).add(via.provider))
  }

  function own(provider: string, contact: string, country: string | null): Via | undefined {
    return all.find(({ rule, via }) => via.provider === provider && reaches(rule, contact, country))?.via
  }

  return {
    senderAt(provider, { sender, contact }, country) {
      const theirs = sender === null || provider === SANDBOX ? undefined : holders.get(sender)
      if (theirs === undefined || theirs.has(provider)) return sender
      return own(provider, contact, country)?.sender ?? null
    },
  }
}

function reaches({ countries, prefixes }: RouteRule, contact: string, country: string | null): boolean {
  if (countries !== null && (country === null || !countries.has(country))) return false
  return prefixes === null || prefixes.some((prefix) => contact.startsWith(prefix))
}
