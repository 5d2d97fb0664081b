import type { Check } from '../contract/health.ts'
import { fine, warning } from './check.ts'

/** A way that messages could go, and that is not well. */
export interface RouteTrouble {
  readonly provider: string
  /** ISO 3166-1 alpha-2; null: wherever it goes. */
  readonly country: string | null
  /** One that is held by itself; null: whatever messages go out with. */
  readonly sender: string | null
  readonly state: 'open' | 'half-open' | 'ramp'
  /** Until something is let through again. */
  readonly waitMs: number
}

/** Pure. `routes`: how many the routes file has; 0: there is none. */
export function routesCheck(routes: number, troubles: readonly RouteTrouble[]): readonly Check[] {
  if (routes === 0) return []
  if (troubles.length === 0)
    return [fine('routes', `Every way of the ${routes === 1 ? 'route' : `${routes} routes`} is well.`)]
  return [
    warning('routes', {
      what: troubles.map(namingSender).join(' '),
      why: 'At least half of the last submissions, or of their receipts, came to nothing for a reason of the provider or the link to it, or it refuses our account or a sender. Messages take the next provider of their route; where there is none they wait.',
      fix: ['Look at what the provider says of itself, and at the attempts of messages that took this way.'],
      more: 'docs/routing.md#when-a-provider-fails',
    }),
  ]
}

/** The same for those who may know which sender it is. */
function namingSender(trouble: RouteTrouble): string {
  const { sender } = trouble
  return troubleSentence(trouble) + (sender === null || sender === '' ? '' : ` The sender is ${sender}.`)
}

/** `carrier-a to EG takes nothing; it is tried again in 24 s.` For anybody: a sender may be a number, and is not named. */
export function troubleSentence({ provider, country, sender, state, waitMs }: RouteTrouble): string {
  const of = sender === null ? provider : `One sender of ${provider}`
  const way = country === null ? of : `${of} to ${country}`
  switch (state) {
    case 'open':
      return `${way} takes nothing; it is tried again in ${Math.ceil(waitMs / 1000)} s.`
    case 'half-open':
      return `${way} is being tried again, one message at a time.`
    case 'ramp':
      return `${way} is coming back, and takes a part of its messages.`
  }
}
