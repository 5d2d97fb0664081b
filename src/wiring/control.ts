import { troubleSentence, type RouteTrouble } from '../checks/routes.ts'
import type { Channels } from './channels.ts'
import type { Dbs } from './dbs.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { CheckStep } from '../domain/provider.ts'
import { createCancels } from '../flows/sending/cancel.ts'
import { createPauses } from '../flows/sending/pauses.ts'
import { createResends } from '../flows/sending/resend.ts'
import type { HttpParts } from '../http/parts.ts'
import type { PauseScope } from '../store/nodes/read-pauses.ts'

/** What changes the course of messages that were accepted already. */
export interface Control {
  readonly http: Pick<HttpParts, 'cancels' | 'pauses' | 'resends'>
}

export interface ControlParts {
  readonly dbs: Dbs
  readonly channels: Channels
  readonly delivery: Delivery
}

export function openControl({ dbs, channels, delivery }: ControlParts): Control {
  const providers = new Set([...channels.sms, ...channels.push].map(({ name }) => name))
  return {
    http: {
      cancels: createCancels(dbs.work),
      resends: createResends(dbs.read),
      pauses: createPauses({
        db: dbs.work,
        providers: [...providers],
        onChange: () => delivery.stopsChanged(),
      }),
    },
  }
}

/** For `/readyz`: paused is no fault of a node, and yet somebody has to know. */
export function pauseWarnings(pauses: readonly PauseScope[]): CheckStep[] {
  return pauses.map(({ provider, category }) => {
    const what = [category ?? 'everything', ...(provider === null ? [] : [`through ${provider}`])].join(' ')
    return { name: 'paused', ok: false, detail: `Sending is paused: ${what}.`, fix: 'POST /resume, when it may go on.' }
  })
}

/** The same for ways that messages should not take now. */
export function routeWarnings(troubles: readonly RouteTrouble[]): CheckStep[] {
  return troubles.map((trouble) => ({ name: 'routes', ok: false, detail: troubleSentence(trouble), fix: null }))
}
