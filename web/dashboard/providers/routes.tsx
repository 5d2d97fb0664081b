import type { JSX } from 'preact'
import { useLoaded } from '../loaded.ts'
import { usePage } from '../page.ts'
import { Badge } from '../parts.tsx'
import { Shown, type Right } from '../shown.tsx'
import { readRoutes, type SmsProviderState, type SmsRoute, type Trouble } from './routes-client.ts'
import {
  choicesOf,
  conditionOf,
  orderOf,
  providerLook,
  receiptsOf,
  timesOf,
  troubleLook,
  wayOf,
} from './route-words.ts'

const TO_SEE: Right = { deed: 'see the routes', scope: 'admin' }

/** Where SMS go, and how each provider does; nothing where they are captured. */
export function Routes(): JSX.Element {
  const { session } = usePage()
  const loading = useLoaded((signal) => readRoutes(session.fetch, signal), [session])
  return (
    <section aria-labelledby="routes-title">
      <h2 id="routes-title">Where SMS go</h2>
      <Shown loading={loading} right={TO_SEE}>
        {({ routes, providers, chosen }) => (
          <>
            {routes.length > 0 && <Rules routes={routes} />}
            <ul>
              {providers.map((state) => (
                <Provider key={state.provider} state={state} chosen={chosen} isOnly={routes.length === 0} />
              ))}
            </ul>
          </>
        )}
      </Shown>
    </section>
  )
}

function Rules({ routes }: { readonly routes: readonly SmsRoute[] }): JSX.Element {
  return (
    <ol class="routes">
      {routes.map((route, place) => (
        <li key={place}>
          {conditionOf(route)}: <span class="quiet">{orderOf(route)}</span>
        </li>
      ))}
    </ol>
  )
}

interface ProviderProps {
  readonly state: SmsProviderState
  readonly chosen: number
  /** It takes everything: nothing is chosen, and nothing watched. */
  readonly isOnly: boolean
}

function Provider({ state, chosen, isOnly }: ProviderProps): JSX.Element {
  const receipts = receiptsOf(state)
  return (
    <li>
      <div class="check-head">
        <h3 class="mono">{state.provider}</h3>
        {!isOnly && <Badge look={providerLook(state)} />}
      </div>
      <p>{isOnly ? 'It takes every SMS; what it does not take waits.' : choicesOf(state, chosen)}</p>
      {receipts !== null && <p>{receipts}</p>}
      {state.troubles.length > 0 && <Troubles troubles={state.troubles} />}
    </li>
  )
}

function Troubles({ troubles }: { readonly troubles: readonly Trouble[] }): JSX.Element {
  const { now } = usePage()
  return (
    <ul class="troubles">
      {troubles.map((trouble) => (
        <li key={`${trouble.country} ${trouble.sender}`}>
          <Badge look={troubleLook(trouble)} />
          <span>
            {wayOf(trouble)}, {timesOf(trouble, now())}
          </span>
        </li>
      ))}
    </ul>
  )
}
