import type { Caller } from '../../domain/caller.ts'
import type { Category } from '../../domain/category.ts'
import type { ConsentGroup } from '../../domain/consent.ts'
import { describeContact } from '../../domain/contact.ts'
import { flagWarning, type FlaggedMode } from '../../domain/sms/number-flags.ts'
import { SANDBOX, type PushContent, type PushTarget, type PushValidation } from '../../domain/provider.ts'
import { toPushContent } from '../../domain/push/push-fields.ts'
import { MAX_PAYLOAD_BYTES, payloadBytes } from '../../domain/push/push-size.ts'
import type { Choice } from '../../domain/routing.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import type { NewMessage } from '../../store/sms/messages.ts'
import { readFlagReasons } from '../../store/sms/number-flags.ts'
import { readOptedOut } from '../../store/inbound/read-opt-outs.ts'
import type { PauseScope } from '../../store/nodes/read-pauses.ts'
import { bodiesOf, firstTarget, type PushBodies } from '../push/push-bodies.ts'
import type { PreparedPush } from '../push/push-call.ts'
import type { PlannedPush } from '../push/push-plan.ts'
import { foreseeCaps, partWaits, reportWordings, usualWords, type WordingReport } from '../push/push-parts-report.ts'
import { lookUpAims, type KnownTokens, type WayCount } from '../push/push-look-up.ts'
import { mainProvider } from '../push/push-targets.ts'
import type { Rules } from '../rules/rules.ts'
import type { PreparedSms } from '../sms/sms.ts'
import type { Journey, SmsReport } from '../sms/sms-report.ts'
import type { Wait } from './wait.ts'

/** What would become of a push. */
export interface PushReport extends Journey, PushBodies {
  readonly notification: PreparedPush['notification']
  readonly targets: KnownTokens
  /** The providers it would go by, and how many of its targets each would get: those that are dead are left out. */
  readonly ways: readonly WayCount[]
  /** Empty: all would have the same words. */
  readonly wordings: readonly WordingReport[]
  readonly bytes: number
  readonly mostBytes: number
  /** What FCM says of it; null: it was not to be asked. */
  readonly validation: PushValidation | NotAsked | null
  /** What would become of the SMS that stands in for it; null: none does. */
  readonly fallback: SmsReport | null
  readonly warnings: readonly string[]
}

/** It would not get as far as FCM. */
interface NotAsked {
  readonly result: 'not_asked'
  readonly reason: null
  readonly code: null
}

/** Answers what would happen, and stores nothing. Both throw TidingsError when the database can't be asked. */
export interface DryRuns {
  sms(prepared: readonly PreparedSms[], caller: Caller): Promise<readonly SmsReport[]>
  push(prepared: PreparedPush, caller: Caller): Promise<PushReport>
}

export interface DryRunParts {
  readonly db: Db
  readonly pauses: () => Promise<readonly PauseScope[]>
  /** Without them nothing is kept back. */
  readonly rules?: Pick<Rules, 'foresee' | 'pushes'>
  /** Whose opt-outs hold for a message; without it nobody's do. */
  readonly consentGroup?: ConsentGroup
  /** What is done about flagged numbers; without it they are not looked at. */
  readonly flagged?: FlaggedMode
  /** What FCM would be sent for one target. */
  readonly pushBody: (content: PushContent, target: PushTarget) => string
  /** Asks a provider of pushes, which delivers nothing; null, or absent: it can't be asked. */
  readonly validate?: (provider: string, content: PushContent, target: PushTarget) => Promise<PushValidation> | null
  /** The database's. */
  readonly clock: () => Date
}

export function createDryRuns(parts: DryRunParts): DryRuns {
  return {
    async sms(prepared, caller) {
      const pauses = await parts.pauses()
      const now = parts.clock()
      const foreseen = (await parts.rules?.foresee(prepared)) ?? []
      const optedOut = await lookUpOptOuts(parts, prepared)
      const flagged = await lookUpFlags(parts, prepared)
      return prepared.map(({ message, measure, choice, replaced, quietUntil, warnings }, index) => ({
        message,
        measure,
        replaced,
        warnings: [
          ...[...warnings, ...(foreseen[index] ?? []), ...(optedOut[index] === true ? [OPTED_OUT] : [])],
          ...(flagged[index] ?? []),
        ],
        price: message.provider === choice?.provider ? choice.price : null,
        ...describeContact(message.contact),
        ...journey(message, smsTimes(message, quietUntil), pauses, caller, choice, now),
      }))
    },
    async push(prepared, caller) {
      const { input, measured, targets, ways, plan, notification, warnings } = prepared
      const pauses = await parts.pauses()
      const aims = await lookUpAims(parts.db, targets, ways, plan)
      const { planned } = aims
      const words = usualWords(input, planned)
      const [content, target] = [toPushContent(0, words), firstTarget(targets)]
      const provider = mainProvider(ways, new Set(aims.ways.map((way) => way.provider)))
      const chosen = { provider: ways.all.length === 0 ? SANDBOX : provider, reason: reasonOf(aims.ways) }
      const asked = input.validate_only === true
      const capped = await foreseeCaps(parts.rules?.pushes, prepared, aims)
      return {
        notification: { ...notification, template: words.origin ?? null },
        warnings: [...warnings, ...(planned?.warnings ?? []), ...capped],
        validation: asked ? await validate(parts, aims.first ?? provider, content, target) : null,
        ...{ targets: aims.targets, ways: aims.ways, wordings: reportWordings(input, planned) },
        fallback: prepared.fallback?.report ?? null,
        bytes: payloadBytes(usualWords(measured, planned)),
        mostBytes: MAX_PAYLOAD_BYTES[targets.kind],
        ...bodiesOf(content, targets, parts.pushBody),
        ...pushJourney({ ...notification, provider }, planned, pauses, caller, chosen, parts.clock()),
      }
    },
  }
}

function pushJourney(
  notification: PreparedPush['notification'],
  planned: PlannedPush | null,
  pauses: readonly PauseScope[],
  caller: Caller,
  chosen: Chosen,
  now: Date,
): Journey {
  const times = { sendAt: planned?.sendAt ?? notification.sendAt, seconds: notification.validitySeconds }
  const all = journey(notification, times, pauses, caller, chosen, now)
  const own = partWaits(planned, now)
  if (own === null || planned === null) return all
  const last = planned.lastSendAt ?? now
  const paused = all.waits.filter(({ reason }) => reason === 'paused')
  return { ...all, expiresAt: new Date(last.getTime() + times.seconds * 1_000), waits: [...own, ...paused] }
}

/** What is captured is nobody's business but ours. */
async function validate(
  parts: DryRunParts,
  provider: string,
  content: PushContent,
  target: PushTarget,
): Promise<PushValidation | NotAsked> {
  const asking = provider === SANDBOX ? null : (parts.validate?.(provider, content, target) ?? null)
  return asking ?? { result: 'not_asked', reason: null, code: null }
}

const OPTED_OUT = 'The recipient has opted out: it would be stored as suppressed, and not sent.'

async function lookUpOptOuts(
  { db, consentGroup }: DryRunParts,
  prepared: readonly PreparedSms[],
): Promise<readonly boolean[]> {
  if (consentGroup === undefined) return []
  const list = prepared.map(({ message }) => {
    const contact = message.extras?.redirectedTo ?? message.contact
    return { contact, group: consentGroup({ ...message, contact }) }
  })
  return refusing(() => readOptedOut(db, list))
}

const FLAGGED_NOW = 'It would be rejected: this number is flagged.'

async function lookUpFlags(
  { db, flagged = 'off' }: DryRunParts,
  prepared: readonly PreparedSms[],
): Promise<readonly (readonly string[])[]> {
  if (flagged === 'off') return []
  const contacts = prepared.map(({ message }) => message.extras?.redirectedTo ?? message.contact)
  const reasons = await refusing(() => readFlagReasons(db, contacts))
  return reasons.map((reason, index) => {
    if (reason === null || prepared[index]?.message.provider === SANDBOX) return []
    return [flagWarning(reason), ...(flagged === 'reject' ? [FLAGGED_NOW] : [])]
  })
}

interface Times {
  readonly sendAt: Date | null
  /** It would be sooner but for quiet hours. */
  readonly isQuiet?: boolean
  /** Its validity. */
  readonly seconds: number
}

function smsTimes({ extras, ttlSeconds }: Pick<NewMessage, 'extras' | 'ttlSeconds'>, quietUntil: Date | null): Times {
  return { sendAt: extras?.sendAt ?? null, isQuiet: quietUntil !== null, seconds: ttlSeconds }
}

function journey(
  { provider, category }: { readonly provider: string; readonly category: Category },
  times: Times,
  pauses: readonly PauseScope[],
  caller: Caller,
  chosen: Chosen | null,
  now: Date,
): Journey {
  const leaves = times.sendAt !== null && times.sendAt > now ? times.sendAt : now
  const paused = pauses.some(
    (one) => (one.provider ?? provider) === provider && (one.category ?? category) === category,
  )
  return {
    route: { provider, reason: reasonFor(provider, caller, chosen) },
    sendAt: leaves,
    expiresAt: new Date(leaves.getTime() + times.seconds * 1_000),
    waits: [...(leaves > now ? [waitUntil(leaves, now, times.isQuiet ?? false)] : []), ...(paused ? [PAUSED] : [])],
  }
}

/** What it would go through, were it not captured. */
type Chosen = Pick<Choice, 'provider' | 'reason'>

const THE_ONE = 'It is the provider that is set for this channel.'

function reasonFor(provider: string, caller: Caller, chosen: Chosen | null): string {
  if (provider !== SANDBOX) return chosen?.reason ?? THE_ONE
  if (caller.mode === 'test') return 'Whatever comes with a test key is captured, and leaves for nowhere.'
  if (chosen?.provider === SANDBOX)
    return 'No provider is set for this channel: everything is captured, and leaves for nowhere.'
  return 'This service may not send to this recipient: what is for him is captured.'
}

/** Waits' words; no message has them for a reason while it waits. */
const [SCHEDULED, QUIET] = ['scheduled', 'quiet_hours'] as const

function waitUntil(leaves: Date, now: Date, isQuiet: boolean): Wait {
  const seconds = Math.ceil((leaves.getTime() - now.getTime()) / 1_000)
  if (isQuiet)
    return { reason: QUIET, message: 'These are the quiet hours of its recipient; marketing waits.', seconds }
  return { reason: SCHEDULED, message: 'It is to leave at its send_at.', seconds }
}

const PAUSED: Wait = { reason: 'paused', message: 'Sending is paused; it leaves when it is resumed.', seconds: null }

function reasonOf(ways: readonly WayCount[]): string {
  if (ways.length < 2) return THE_ONE
  const shares = ways.map(({ provider, targets }) => `${targets.toLocaleString('en')} by ${provider}`)
  return `Each target goes by the provider of its kind, or of its app: ${shares.join(', ')}.`
}
