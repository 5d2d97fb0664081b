import type { SmsProviderState, SmsRoute, SmsRoutesData } from '../contract/sms-routes.ts'
import type { RouteRule, Via } from '../domain/routing.ts'
import type { ReceiptShares } from '../flows/receipts/receipt-shares.ts'
import type { HttpParts } from '../http/parts.ts'
import type { Config } from '../settings/config.ts'
import type { RouteChoice } from './sms/route-watch.ts'
import type { SmsRouting } from './sms/routing.ts'

export interface RouteLookParts {
  readonly routing: Pick<SmsRouting, 'standing' | 'watch'>
  readonly shares: Pick<ReceiptShares, 'list'>
  readonly now: () => Date
}

/** What a person is told of the routes: of the file, and of what this node has seen. */
export function createRouteLook(
  { sms, routes }: Pick<Config, 'sms' | 'routes'>,
  parts: RouteLookParts,
): HttpParts['smsRoutes'] {
  return {
    async look(): Promise<SmsRoutesData> {
      const shares = await parts.shares.list()
      const choices = parts.routing.watch.choices()
      return {
        currency: routes?.currency ?? null,
        routes: (routes?.rules ?? []).map(toRoute),
        chosen: choices.length,
        providers: sms.map(({ name }) => ({
          provider: name,
          troubles: troublesOf(name, parts),
          choices: tallyOf(choices.filter(({ provider }) => provider === name)),
          receipts: shares
            .filter(({ provider }) => provider === name)
            .map(({ country, messages, receipts }) => ({ country, messages, receipts })),
        })),
      }
    },
  }
}

function troublesOf(name: string, { routing, now }: RouteLookParts): SmsProviderState['troubles'] {
  const at = now().getTime()
  return routing
    .standing()
    .filter(({ provider }) => provider === name)
    .map((way) => ({
      country: way.country,
      sender: way.sender,
      state: way.state,
      since: new Date(at - routing.watch.sinceMs(way)).toISOString(),
      tried_again_at: way.state === 'open' ? new Date(at + way.waitMs).toISOString() : null,
    }))
}

function tallyOf(choices: readonly RouteChoice[]): SmsProviderState['choices'] {
  const count = (of: RouteChoice['how']): number => choices.filter(({ how }) => how === of).length
  return { first: count('first'), detour: count('detour'), none_well: count('none-well') }
}

function toRoute(rule: RouteRule): SmsRoute {
  return {
    countries: listOf(rule.countries),
    prefixes: listOf(rule.prefixes),
    senders: listOf(rule.senders),
    categories: listOf(rule.categories),
    order: rule.order,
    via: rule.via.map(toVia),
    // Nobody awaits a route.
    // oxlint-disable-next-line unicorn/no-thenable
    then: rule.fallbacks.map(toVia),
    failover_on: [...rule.failoverOn],
  }
}

function listOf(words: Iterable<string> | null): string[] | null {
  return words === null ? null : [...words]
}

function toVia({ provider, weight, sender, prices }: Via): SmsRoute['via'][number] {
  return { provider, weight, sender, prices: Object.fromEntries(prices) }
}
