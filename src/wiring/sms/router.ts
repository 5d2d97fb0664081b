import {
  createSmsRoutes,
  priceFor,
  type Candidate,
  type Choice,
  type ChoiceKind,
  type RoutedCandidate,
  type RouteFacts,
  type SmsRouter,
  type SmsRoutes,
} from '../../domain/routing.ts'
import type { Health, Way } from '../../providers/health.ts'
import type { Senders } from './senders.ts'
import type { RoutesFile } from '../../settings/routes-file.ts'

export interface RouterParts {
  readonly health: Pick<Health, 'welcomes' | 'take'>
  readonly senderAt: Senders['senderAt']
  /** 0 ≤ x < 1 */
  readonly chance: () => number
  /** A message was accepted for this provider. */
  readonly onChoice: (provider: string, kind: ChoiceKind) => void
}

export interface Router {
  readonly router: SmsRouter
  readonly candidates: SmsRoutes
}

/** By the rules of the file, and by how providers do. */
export function createRouter({ rules, currency }: Pick<RoutesFile, 'rules' | 'currency'>, parts: RouterParts): Router {
  const { health, chance, senderAt } = parts
  const candidates = createSmsRoutes(rules)

  function wayOf({ provider, sender }: Candidate, { contact, country }: RouteFacts): Way {
    return { provider, country, sender: senderAt(provider, { sender, contact }, country) }
  }

  function choose(facts: RouteFacts): Choice | null {
    const all = candidates.candidates(facts, chance())
    const place = all.findIndex((one) => health.welcomes(wayOf(one, facts)))
    const candidate = all[Math.max(place, 0)]
    if (candidate === undefined) return null
    const kind = place === -1 ? 'none-well' : place === 0 ? 'first' : 'detour'
    return toChoice(candidate, facts, kind, reasonFor(candidate, all, place))
  }

  function toChoice(
    { provider, sender, pricePerSegment }: Candidate,
    { segments, country }: RouteFacts,
    kind: ChoiceKind,
    reason: string,
  ): Choice {
    const price =
      pricePerSegment === null || currency === null ? null : { amount: priceFor(pricePerSegment, segments), currency }
    return { provider, sender, country, kind, pricePerSegment, reason, price }
  }

  return {
    candidates,
    router: {
      choose,
      take({ provider, country, sender, kind }) {
        const giveBack = kind === 'none-well' ? null : health.take({ provider, country, sender })
        return (goes) => (goes ? parts.onChoice(provider, kind) : giveBack?.())
      },
      next(facts, tried) {
        const left = candidates.candidates(facts, chance()).filter(({ provider }) => !tried.includes(provider))
        const found = left.find((one) => health.welcomes(wayOf(one, facts))) ?? null
        if (found !== null) health.take(wayOf(found, facts))
        return found
      },
    },
  }
}

function reasonFor({ place }: RoutedCandidate, all: readonly RoutedCandidate[], chosen: number): string {
  const route = `routes[${place}] of the routes file takes this message`
  if (chosen === -1) return `${route}; none of its providers is well, and it waits for this one.`
  if (chosen === 0) return `${route}, and this provider comes first.`
  const before = all.slice(0, chosen).map(({ provider }) => provider)
  return `${route}; ${before.join(' and ')} would come first, but ${before.length === 1 ? 'is' : 'are'} not well now.`
}
