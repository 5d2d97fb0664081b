import type { Channels } from './channels.ts'
import type { Config } from '../settings/config.ts'
import type { Dbs } from './dbs.ts'
import type { EvidenceSide } from './evidence.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { ConsentGroup } from '../domain/consent.ts'
import type { PushProvider } from '../domain/provider.ts'
import { createSmsBatches } from '../flows/sms/batch.ts'
import { startLoop, type LoopParts } from '../delivery/loop.ts'
import { createDryRuns, type DryRunParts, type DryRuns } from '../flows/sending/dry-run.ts'
import { createFallbacks } from '../flows/push/fallback-call.ts'
import { sendFallbacks, type FallbacksParts } from '../flows/push/fallbacks.ts'
import { createKeyGuard } from '../flows/sending/idempotent.ts'
import type { Outcomes } from '../flows/sms/outcomes.ts'
import { createPushFlow } from '../flows/push/push.ts'
import { createSmsFlow, type SmsFlow } from '../flows/sms/sms.ts'
import { createTemplatesFlow } from '../flows/templates/templates.ts'
import type { HttpParts } from '../http/parts.ts'
import { showingRefusals, type LiveLine } from './live-lines.ts'
import { createEnvelope } from '../providers/fcm/message.ts'
import type { Ruling } from './ruling.ts'
import type { SmsRouting } from './sms/routing.ts'
import { listPauses } from '../store/nodes/read-pauses.ts'

/** Everything that takes messages in. */
export interface Sending {
  readonly http: Pick<HttpParts, 'sms' | 'batches' | 'push' | 'dryRuns' | 'templates'>
  /** Resolves when no SMS is on its way into the database any more that stands in for a push. */
  close(): Promise<void>
}

export interface SendingParts extends LoopParts {
  readonly config: Config
  readonly dbs: Dbs
  readonly channels: Pick<Channels, 'push' | 'ways'>
  readonly routing: Pick<SmsRouting, 'router' | 'limits'>
  readonly ruling: Pick<Ruling, 'sms'>
  readonly consentGroup: ConsentGroup
  readonly evidence: Pick<EvidenceSide, 'reporting'>
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
  const { smsTextFormat: textFormat, defaultCountry, defaultTimeZone } = config
  const { ways } = channels
  const templates = createTemplatesFlow({ readDb: dbs.read, workDb: dbs.work, now: parts.monotonic, textFormat })
  const world = { staging: config.staging, defaultTimeZone, clock }
  const common = { intake, keys: createKeyGuard(dbs.read), outcomes, templates, ...world }
  const { router, limits } = parts.routing
  const rules = parts.ruling.sms
  const { quietHours } = rules
  const sms = createSmsFlow({ ...common, router, limits, rules, defaultCountry, textFormat })
  const dryRuns = openDryRuns(parts, clock)
  const fallbacks = createFallbacks({ sms, dryRuns })
  const { reporting } = parts.evidence
  const looking = startLoop('fallbacks', FALLBACKS_MS, () => sendFallbacks(fallbackParts(parts, sms)), parts)
  parts.delivery.onSeen((seen) => void (seen.fallbacks && looking.hurry()))
  return {
    http: {
      sms: onLine === null ? sms : showingRefusals(sms, onLine),
      batches: createSmsBatches({ db: dbs.read, sms, intake, rules }),
      push: createPushFlow({ ...common, db: dbs.work, ways, reporting, fallbacks, caps: rules.pushes, quietHours }),
      dryRuns,
      templates,
    },
    close: () => looking.stop(),
  }
}

function openDryRuns({ config, dbs, channels, ruling, consentGroup }: SendingParts, clock: () => Date): DryRuns {
  return createDryRuns({
    db: dbs.read,
    pauses: () => listPauses(dbs.read),
    rules: ruling.sms,
    consentGroup,
    flagged: config.rules.flaggedNumbers,
    pushBody: (content, target) => createEnvelope(content, clock()).bodyFor(target),
    validate: validating(channels.push),
    clock,
  })
}

/** Pushes whose deadline has passed, or that may have failed, are looked at as soon as there are any, and this often without having been seen. */
const FALLBACKS_MS = 60_000

function fallbackParts(
  { config, dbs, log, ruling, consentGroup, delivery }: SendingParts,
  sms: SmsFlow,
): FallbacksParts {
  const { flaggedNumbers: flagged } = config.rules
  return {
    db: dbs.work,
    log,
    owner: () => delivery.lease.owner(),
    sms,
    rules: ruling.sms,
    groupOf: consentGroup,
    flagged,
  }
}

/** Milliseconds: a person waits, and FCM's own limit for a call is longer. */
const VALIDATE_MS = 10_000

function validating(providers: readonly PushProvider[]): NonNullable<DryRunParts['validate']> {
  return (name, content, target) => {
    const provider = providers.find((one) => one.name === name)
    return provider?.validate?.(content, target, AbortSignal.timeout(VALIDATE_MS)) ?? null
  }
}
