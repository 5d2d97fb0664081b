import type { Intake } from '../../delivery/intake.ts'
import { DEFAULT_PUSH_TTL_SECONDS, defaultOnUncertainPush } from '../../domain/category.ts'
import type { Caller } from '../../domain/caller.ts'
import { TidingsError, type FaultDetail } from '../../domain/errors.ts'
import { checkPushContent } from '../../domain/push/push-content.ts'
import { appleSizeWarning } from '../../domain/push/push-size.ts'
import { withRoom } from '../../domain/push/push-ticket.ts'
import { noWaySentence, type PushWays } from '../../domain/push/push-ways.ts'
import { aimPush, topicWarning, type Devices, type StagingRules } from '../../domain/staging.ts'
import type { Status } from '../../domain/status.ts'
import type { Db } from '../../store/db.ts'
import type { Fallbacks, PreparedFallback } from './fallback-call.ts'
import type { Accepted, Idempotency, KeyGuard, Ready } from '../sending/idempotent.ts'
import {
  toAnswer,
  type CallWays,
  type PreparedPush,
  type PushAnswer,
  type PushCall,
  type PushInput,
  type Targets,
} from './push-call.ts'
import { createLongPush, type LongPush } from './long-push.ts'
import type { Outcomes } from '../sms/outcomes.ts'
import { NO_REPORTING, ticketRoom, type Reporting } from './push-reporting.ts'
import { planPush, readPushTime, type PlanningParts } from './push-planning.ts'
import type { PushCaps } from './push-caps.ts'
import { refusePush } from './push-faults.ts'
import { keptOf, storePush, toReady } from './push-storing.ts'
import { knownTargets, mainProvider, targetFaults, waysOf } from './push-targets.ts'
import { refuseForServices } from './push-services.ts'
import { refuseLoneValidation, topicName, withWords, type PushTemplates } from './push-words.ts'

export interface PushFlow {
  /** Stores nothing. Throws TidingsError for every refusal that the call alone earns. */
  prepareTokens(
    call: PushCall,
    tokens: readonly string[],
    fids: readonly string[],
    caller: Caller,
  ): Promise<PreparedPush>
  /** The same for devices that were looked up: one that nothing is set for is no fault of the call, and is left out. */
  prepareFound(call: PushCall, devices: Devices, caller: Caller): Promise<PreparedPush>
  prepareTopic(call: PushCall, topic: string, caller: Caller): Promise<PreparedPush>
  /** Up to 100,000 tokens and fids together; a token named twice is sent once. Resolves after COMMIT; throws TidingsError. */
  acceptTokens(
    call: PushCall,
    tokens: readonly string[],
    fids: readonly string[],
    caller: Caller,
    idempotency: Idempotency | null,
  ): Promise<Accepted<PushAnswer>>
  /** For more targets than `acceptTokens` takes; `found`: they are looked up. Throws TidingsError for every refusal that the content earns. */
  openLong(call: PushCall, caller: Caller, found?: boolean): Promise<LongPush>
  acceptTopic(
    call: PushCall,
    topic: string,
    caller: Caller,
    idempotency: Idempotency | null,
  ): Promise<Accepted<PushAnswer>>
  /** The same for a call that `read` looks up. */
  acceptRead(
    read: () => Promise<{ readonly input: PushCall; readonly targets: Targets }>,
    caller: Caller,
    idempotency: Idempotency | null,
  ): Promise<Accepted<PushAnswer>>
  /** Resolves when every target has its outcome, or after `waitMs`, with the counts known then. */
  waitFor(
    notificationId: number,
    waitMs: number,
  ): Promise<{ readonly counts: Readonly<Partial<Record<Status, number>>> }>
}

export interface PushFlowParts extends PlanningParts {
  readonly db: Db
  readonly intake: Intake
  readonly keys: KeyGuard
  readonly outcomes: Outcomes
  readonly templates: PushTemplates
  /** Where pushes go. */
  readonly ways: PushWays
  /** Without it no device can be asked to report. */
  readonly reporting?: Reporting
  /** Without them no SMS can stand in for a push. */
  readonly fallbacks?: Pick<Fallbacks, 'prepare'>
  /** Null: everybody may be reached. */
  readonly staging: StagingRules | null
  /** Without them nobody is sent too much. */
  readonly caps?: PushCaps
}

/** The life of a push: accepted here, its targets started and settled by `delivery` in chunks. */
export function createPushFlow(parts: PushFlowParts): PushFlow {
  async function prepare(call: PushCall, targets: Targets, caller: Caller): Promise<PreparedPush> {
    refuseLoneValidation(call)
    const input = await withWords(parts.templates, call, targets.kind)
    const time = readPushTime(input, targets.kind, parts.clock())
    const room = ticketRoom(call, parts.reporting ?? NO_REPORTING)
    const measured = room === null ? input : withRoom(input, room)
    const named = waysOf(parts.ways, call.project, caller)
    await refuseFaults(measured, targets, named)
    if (targets.kind === 'token') refuseForServices(measured, targets.tokens)
    const aimed = aim(named.captured ? null : parts.staging, targets)
    const ways = { ...named, captured: named.captured || aimed.capture }
    const plan = planPush(parts, measured, time, aimed.targets, ways)
    const notification = {
      title: input.title,
      body: input.body,
      topic: targets.kind === 'topic' ? targets.topic : null,
      content: contentOf(input, room !== null),
      tag: input.tag ?? null,
      category: input.category ?? 'transactional',
      onUncertain: defaultOnUncertainPush(targets.kind),
      provider: mainProvider(ways, NONE),
      ttlSeconds: input.ttl ?? null,
      validitySeconds: input.ttl ?? DEFAULT_PUSH_TTL_SECONDS,
      keyId: caller.keyId,
      sendAt: time?.kind === 'moment' ? time.at : null,
      template: input.origin ?? null,
      resentFrom: input.resentFrom ?? null,
    }
    const tooLarge = appleSizeWarning(measured)
    const warnings = [...aimed.warnings, ...(tooLarge === null ? [] : [tooLarge])]
    const fallback = await fallbackOf(parts, input, caller)
    const told = fallback === null ? warnings : [...warnings, ...fallback.warnings]
    const kept = fallback === null ? notification : { ...notification, fallback: fallback.stored }
    return {
      input,
      measured,
      targets: aimed.targets,
      leftOut: aimed.leftOut,
      ways,
      plan,
      fallback,
      warnings: told,
      notification: kept,
    }
  }

  async function ready(prepared: PreparedPush): Promise<Ready> {
    const { targets, leftOut, ways, plan } = prepared
    const made = toReady(prepared, await knownTargets(parts.db, targets, leftOut, ways, plan))
    return {
      kept: keptOf(made),
      insert: (record) => storePush(parts.caps, made, record, (push) => parts.intake.addPush(push)),
    }
  }

  const accept = (
    prepared: () => Promise<PreparedPush>,
    idempotency: Idempotency | null,
  ): Promise<Accepted<PushAnswer>> => parts.keys.once(idempotency, async () => ready(await prepared()), toAnswer)

  const toDevices = (
    call: PushCall,
    { tokens, fids }: Devices,
    caller: Caller,
    found: boolean,
  ): Promise<PreparedPush> =>
    prepare(call, { kind: 'token', tokens: [...new Set(tokens)], fids: [...new Set(fids)], found }, caller)
  const toTokens: PushFlow['prepareTokens'] = (call, tokens, fids, caller) =>
    toDevices(call, { tokens, fids }, caller, false)
  const toTopic: PushFlow['prepareTopic'] = async (call, topic, caller) =>
    prepare(call, { kind: 'topic', topic: topicName(topic, caller) }, caller)

  return {
    prepareTokens: toTokens,
    prepareFound: (call, devices, caller) => toDevices(call, devices, caller, true),
    prepareTopic: toTopic,
    acceptTokens: (call, tokens, fids, caller, idempotency) =>
      accept(() => toTokens(call, tokens, fids, caller), idempotency),
    async openLong(call, caller, found = false) {
      if (parts.staging !== null) throw tooManyForStaging()
      return createLongPush(parts, await toTokens(call, [], [], caller), found)
    },
    acceptTopic: (call, topic, caller, idempotency) => accept(() => toTopic(call, topic, caller), idempotency),
    acceptRead: (read, caller, idempotency) =>
      accept(async () => {
        const { input, targets } = await read()
        if (targets.kind === 'topic') return toTopic(input, targets.topic, caller)
        return toDevices(input, targets, caller, true)
      }, idempotency),
    waitFor: (notificationId, waitMs) => parts.outcomes.ofNotification(notificationId, waitMs),
  }
}

function tooManyForStaging(): TidingsError {
  const message = 'While ONLY_TO or REDIRECT_TO is set, a push takes at most 100,000 targets. Nothing was stored.'
  return new TidingsError('invalid_request', message, { details: [{ path: 'targets', message }] })
}

interface Aimed {
  readonly capture: boolean
  readonly targets: Targets
  readonly leftOut: Devices
  readonly warnings: readonly string[]
}

function aim(staging: StagingRules | null, targets: Targets): Aimed {
  const plain = { capture: false, targets, leftOut: { tokens: [], fids: [] }, warnings: [] }
  if (staging === null) return plain
  if (targets.kind === 'topic') {
    const warning = topicWarning(staging, targets.topic)
    return warning === null ? plain : { ...plain, capture: true, warnings: [warning] }
  }
  const { capture, devices, leftOut, warning } = aimPush(staging, targets)
  return { capture, targets: { kind: 'token', ...devices }, leftOut, warnings: warning === null ? [] : [warning] }
}

const NONE: ReadonlySet<string> = new Set()

async function refuseFaults(input: PushInput, targets: Targets, ways: CallWays): Promise<void> {
  refusePush([
    ...checkPushContent(input, targets.kind),
    ...(targets.kind === 'topic' ? topicFaults(ways) : await targetFaults(targets, ways)),
  ])
}

/** Topics are Firebase’s alone. */
function topicFaults({ captured, usual }: CallWays): readonly FaultDetail[] {
  return captured || usual !== null ? [] : [{ path: 'topic', message: noWaySentence('fcm') }]
}

async function fallbackOf(
  { fallbacks }: Pick<PushFlowParts, 'fallbacks'>,
  { fallback, ...push }: PushInput,
  caller: Caller,
): Promise<PreparedFallback | null> {
  if (fallback === undefined) return null
  if (fallbacks === undefined) throw new Error('a fallback was let through, and nothing is there for it')
  return fallbacks.prepare(fallback, push, caller)
}

/** `evidence`: its devices are asked to report. */
function contentOf(input: PushInput, evidence: boolean): Record<string, unknown> {
  const { data, image, link, android, android_v2, apns, webpush, fcm_options } = input
  const { priority, collapse_key, badge, sound, actions, data_only } = input
  const simple = { priority, collapse_key, badge, sound, actions, data_only }
  const asked = evidence ? { evidence } : {}
  const { project } = input
  return { project, data, image, link, ...simple, android, android_v2, apns, webpush, fcm_options, ...asked }
}
