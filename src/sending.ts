import type { Channels } from './channels.ts'
import type { Config } from './config.ts'
import type { Dbs } from './dbs.ts'
import type { Delivery } from './delivery/delivery.ts'
import { createSmsBatches } from './flows/batch.ts'
import { createDryRuns } from './flows/dry-run.ts'
import { createKeyGuard } from './flows/idempotent.ts'
import type { Outcomes } from './flows/outcomes.ts'
import { createPushFlow } from './flows/push.ts'
import { createSmsFlow } from './flows/sms.ts'
import { createTemplatesFlow } from './flows/templates.ts'
import type { HttpParts } from './http/parts.ts'
import { showingRefusals, type LiveLine } from './live-lines.ts'
import { createEnvelope } from './providers/fcm/message.ts'
import { listPauses } from './store/read-pauses.ts'

/** Everything that takes messages in. */
export interface Sending {
  readonly http: Pick<HttpParts, 'sms' | 'batches' | 'push' | 'dryRuns' | 'templates'>
}

export interface SendingParts {
  readonly config: Config
  readonly dbs: Dbs
  readonly channels: Channels
  readonly delivery: Delivery
  readonly outcomes: Outcomes
  /** For a person who looks on; null: nobody does. */
  readonly onLine: ((line: LiveLine) => void) | null
  /** In milliseconds. */
  readonly monotonic: () => number
}

export function openSending(parts: SendingParts): Sending {
  const { config, dbs, channels, delivery, outcomes, onLine } = parts
  const { intake, lease } = delivery
  const clock = (): Date => lease.clock()
  const { smsTextFormat: textFormat, defaultCountry } = config
  const [smsProvider, pushProvider] = [channels.smsNow.name, channels.pushNow.name]
  const templates = createTemplatesFlow({ readDb: dbs.read, workDb: dbs.work, now: parts.monotonic, textFormat })
  const common = { intake, keys: createKeyGuard(dbs.read), outcomes, templates, staging: config.staging, clock }
  const sms = createSmsFlow({ ...common, provider: smsProvider, defaultCountry, textFormat })
  return {
    http: {
      sms: onLine === null ? sms : showingRefusals(sms, onLine),
      batches: createSmsBatches({ db: dbs.read, sms, intake }),
      push: createPushFlow({ ...common, db: dbs.work, provider: pushProvider }),
      dryRuns: createDryRuns({
        db: dbs.read,
        pauses: () => listPauses(dbs.read),
        smsProvider,
        pushProvider,
        pushBody: (content, target) => createEnvelope(content, clock()).bodyFor(target),
        clock,
      }),
      templates,
    },
  }
}
