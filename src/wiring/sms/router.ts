import {
  createSmsRoutes,
  priceFor,
  type Candidate,
  type Choice,
  type RoutedCandidate,
  type RouteFacts,
  type SmsRouter,
  type SmsRoutes,
} from '../../domain/routing.ts'
import type { Health } from '../../providers/health.ts'
import type { RoutesFile } from '../../settings/routes-file.ts'

export interface RouterParts {
  readonly health: Pick<Health, 'welcomes'>
  /** 0 ≤ x < 1 */
  readonly chance: () => number
  /** `detour`: candidates before it are not well; `none-well`: none is, and it is the first one nevertheless. */
  readonly onChoice: (provider: string, how: 'first' | 'detour' | 'none-well') => void
}

export interface Router {
  readonly router: SmsRouter
  readonly candidates: SmsRoutes
}

/** By the rules of the file, and by how providers do. */
export function createRouter({ rules, currency }: Pick<RoutesFile, 'rules' | 'currency'>, parts: RouterParts): Router {
  const { health, chance } = parts
  const candidates = createSmsRoutes(rules)

  function choose(facts: RouteFacts): Choice | null {
    const all = candidates.candidates(facts, chance())
    const place = all.findIndex(({ provider }) => health.welcomes(provider, facts.country))
    const candidate = all[Math.max(place, 0)]
    if (candidate === undefined) return null
    parts.onChoice(candidate.provider, place === -1 ? 'none-well' : place === 0 ? 'first' : 'detour')
    return toChoice(candidate, facts, reasonFor(candidate, all, place))
  }

  function toChoice(
    { provider, sender, pricePerSegment }: Candidate,
    { segments }: RouteFacts,
    reason: string,
  ): Choice {
    const price =
      pricePerSegment === null || currency === null ? null : { amount: priceFor(pricePerSegment, segments), currency }
    return { provider, sender, pricePerSegment, reason, price }
  }

  return {
    candidates,
    router: {
      choose,
      next(facts, tried) {
        const left = candidates.candidates(facts, chance()).filter(({ provider }) => !tried.includes(provider))
        return left.find(({ provider }) => health.welcomes(provider, facts.country)) ?? null
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
