import {
  DEFAULT_SMS_TTL_SECONDS,
  defaultOnUncertainSms,
  type Category,
  type OnUncertain,
} from '../../domain/category.ts'
import type { Caller } from '../../domain/caller.ts'
import type { Msisdn } from '../../domain/contact.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { Choice, Price, SmsRouter } from '../../domain/routing.ts'
import { formatText, MAX_SEGMENTS, type SmsMeasure } from '../../domain/sms/sms-text.ts'
import type { StagingRules } from '../../domain/staging.ts'
import type { Status } from '../../domain/status.ts'
import type { Tlvs } from '../../domain/sms/tlvs.ts'
import type { Replaced } from '../../domain/sms/typography.ts'
import type { Intake, TakenSms } from '../../delivery/intake.ts'
import type { MessageExtras, NewMessage } from '../../store/sms/messages.ts'
import type { Accepted, Idempotency, KeyGuard, Ready } from '../sending/idempotent.ts'
import { warned } from './number-flags.ts'
import type { Outcomes } from './outcomes.ts'
import { checkSegments, checkTlvs, readContact } from './sms-reading.ts'
import { billOf, checkPremium, NO_RULES, readTimeZone, timesOf, wording, type SmsRules } from './sms-rules.ts'
import { wayOf, type SmsLimits } from './sms-way.ts'
import type { Bill } from '../rules/spending.ts'
import type { TemplateUse, TemplateWords } from '../templates/template-words.ts'

interface SmsOptions {
  readonly contact: string
  readonly sender?: string
  readonly tag?: string
  readonly category?: Category
  /** Seconds. */
  readonly ttl?: number
  readonly on_uncertain?: OnUncertain
  readonly max_segments?: number
  /** In the currency of the routes. */
  readonly max_price?: number
  readonly plain?: boolean
  /** IANA */
  readonly time_zone?: string
  readonly tlvs?: Tlvs
  /** RFC 3339; without an offset where `local` is true. */
  readonly send_at?: string
  readonly local?: boolean
}

/** What `POST /smss` takes, as it stands on the wire, its types already checked: its words, or the template they come from. */
export interface SmsCall extends SmsOptions {
  readonly subject?: string
  readonly message?: string
  readonly template?: TemplateUse
}

/** A call that has its words. */
export interface SmsInput extends SmsOptions {
  readonly subject: string
  readonly message: string
  /** The template that they came from: `name@version/locale`. */
  readonly origin?: string
  /** The message whose words these are. */
  readonly resentFrom?: number
}

export interface SmsAnswer {
  readonly message_id: number
  readonly status: Status
  /** Only where it has ended already. */
  readonly reason?: string
  readonly segments: number
  readonly encoding: 'gsm7' | 'ucs2'
  /** Only where the routes tell it, and it is not captured. */
  readonly price?: Price
  /** RFC 3339; only where it waits for the end of quiet hours. */
  readonly quiet_hours_until?: string
  /** Only where there are any. */
  readonly replaced?: readonly Replaced[]
  /** Sentences; only there when there is something to say. */
  readonly warnings?: readonly string[]
}

/** Everything that is known of an SMS from its call alone. */
export interface PreparedSms {
  readonly message: Omit<NewMessage, 'place' | 'idempotency'>
  readonly measure: SmsMeasure
  /** What the routes chose, also where it is captured instead; null: nobody asked them, as its caller has a test key. */
  readonly choice: Choice | null
  /** Characters that gave way to plain ones. */
  readonly replaced: readonly Replaced[]
  /** When the quiet hours of its recipient end; null: it need not wait for that. */
  readonly quietUntil: Date | null
  /** Null: it costs nothing that is known. */
  readonly bill: Bill | null
  /** Sentences. */
  readonly warnings: readonly string[]
}

export interface SmsFlow {
  /** Takes the words from the template, if the call names one. Throws TidingsError. */
  words(call: SmsCall): SmsInput | Promise<SmsInput>
  /** Pure. Throws TidingsError for every refusal that the call alone earns. */
  prepare(input: SmsInput, caller: Caller): PreparedSms
  /** It is about to be stored, and uses its share of the way that was chosen. Call what comes back once, with whether it goes that way. */
  take(prepared: PreparedSms): (goes: boolean) => void
  /** Resolves after COMMIT. Throws TidingsError for every refusal. */
  accept(call: SmsCall, caller: Caller, idempotency: Idempotency | null): Promise<Accepted<SmsAnswer>>
  /** The same for a call that `read` looks up. */
  acceptRead(
    read: () => Promise<SmsInput>,
    caller: Caller,
    idempotency: Idempotency | null,
  ): Promise<Accepted<SmsAnswer>>
  /** Resolves when the provider accepted or refused the message, or after `waitMs`, with what is known then. */
  waitFor(messageId: number, waitMs: number): Promise<{ readonly status: Status; readonly reason: string | null }>
}

export interface SmsFlowParts {
  readonly intake: Intake
  readonly keys: KeyGuard
  readonly outcomes: Outcomes
  readonly templates: Pick<TemplateWords, 'sms'>
  /** Decides where SMS go. */
  readonly router: Pick<SmsRouter, 'choose' | 'take'>
  /** Without it nothing is limited. */
  readonly limits?: SmsLimits
  /** Without them no rule is asked. */
  readonly rules?: SmsRules
  readonly defaultCountry: string | null
  /** `{message}` and `{subject}` are replaced. */
  readonly textFormat: string
  /** Null: everybody may be reached. */
  readonly staging: StagingRules | null
  /** Of whom nothing tells where he is (IANA); left out: UTC. */
  readonly defaultTimeZone?: string
  /** The database's. */
  readonly clock: () => Date
}

/** The life of an SMS: accepted here, started and settled by `delivery`, reported on by `flows/receipts`. */
export function createSmsFlow(parts: SmsFlowParts): SmsFlow {
  function prepare(input: SmsInput, caller: Caller): PreparedSms {
    const { rules = NO_RULES, clock } = parts
    const { contact, country, warnings } = readContact(input.contact, parts.defaultCountry, caller)
    if (!rules.allowPremium) checkPremium(contact)
    const { text, measure, replaced } = wording(formatText(parts.textFormat, input), input.plain ?? rules.plain)
    checkSegments(measure, input.max_segments ?? MAX_SEGMENTS)
    if (input.tlvs !== undefined) checkTlvs(input.tlvs)
    const category = input.category ?? 'transactional'
    const timeZone = input.time_zone === undefined ? null : readTimeZone(input.time_zone)
    const facts = { contact, country, sender: input.sender ?? null, category, segments: measure.segments }
    const way = wayOf(parts, caller, facts, input.max_price ?? null)
    if (way.detour !== null) warnings.push(way.detour.warning)
    const redirectedTo = way.detour?.kind === 'redirect' ? way.detour.to : null
    const waits = { provider: way.provider, category, contact: redirectedTo ?? contact, timeZone }
    const { asked, opening } = timesOf(input, waits, parts.defaultTimeZone, rules.quietHours, clock())
    const message = {
      contact,
      subject: input.subject,
      body: input.message,
      text: text === input.message ? null : text,
      sender: way.sender,
      tag: input.tag ?? null,
      category,
      onUncertain: input.on_uncertain ?? defaultOnUncertainSms(category),
      segments: measure.segments,
      encoding: measure.encoding,
      provider: way.provider,
      ttlSeconds: input.ttl ?? DEFAULT_SMS_TTL_SECONDS[category],
      keyId: caller.keyId,
      extras: extrasOf(opening ?? asked, input, redirectedTo, timeZone),
    }
    const bill = billOf(way.provider === way.choice?.provider ? way.choice.price : null, caller)
    return { message, measure, choice: way.choice, replaced, quietUntil: opening, bill, warnings }
  }

  function take({ message, choice }: PreparedSms): (goes: boolean) => void {
    return choice !== null && choice.provider === message.provider ? parts.router.take(choice) : () => undefined
  }

  function words(call: SmsCall): SmsInput | Promise<SmsInput> {
    return hasWords(call) ? call : fill(parts.templates, call)
  }

  async function whenRead(input: Promise<SmsInput>, caller: Caller): Promise<Ready> {
    return ready(prepare(await input, caller))
  }

  function ready(prepared: PreparedSms): Ready {
    const { rules = NO_RULES } = parts
    return {
      kept: toKept(prepared),
      async insert(record) {
        // In the turn in which it was chosen: those that come at once see what it took.
        const share = take(prepared)
        let taken: TakenSms | null = null
        try {
          const verdict = rules.judge([prepared])
          const all = verdict instanceof Promise ? await verdict : verdict
          const judged = all[0] ?? prepared
          if (judged instanceof TidingsError) throw judged
          const kept = toKept(judged)
          const idempotency = record && { ...record, answer: kept }
          taken = await storing(rules, [judged], parts.intake.acceptSms({ ...judged.message, idempotency }))
          return taken && { id: taken.id, kept: warned({ ...kept, ...taken.ended }, taken.flag) }
        } finally {
          share(taken !== null && taken.ended === null)
        }
      },
    }
  }

  return {
    words,
    prepare,
    take,
    accept: (call, caller, idempotency) =>
      parts.keys.once(
        idempotency,
        () => (hasWords(call) ? ready(prepare(call, caller)) : whenRead(fill(parts.templates, call), caller)),
        toAnswer,
      ),
    acceptRead: (read, caller, idempotency) => parts.keys.once(idempotency, () => whenRead(read(), caller), toAnswer),
    waitFor: (messageId, waitMs) => parts.outcomes.ofMessage(messageId, waitMs),
  }
}

function hasWords(call: SmsCall): call is SmsInput {
  return call.template === undefined && call.subject !== undefined && call.message !== undefined
}

async function fill(templates: Pick<TemplateWords, 'sms'>, call: SmsCall): Promise<SmsInput> {
  const { template, ...options } = call
  if (template === undefined) throw new Error('a call without words or template was let through')
  return { ...options, ...(await templates.sms(template)) }
}

/** What rules took for a message that was not stored after all, or is never sent, they give back. */
async function storing<Made extends { readonly ended: unknown }>(
  rules: SmsRules,
  all: readonly PreparedSms[],
  stored: Promise<Made | null>,
): Promise<Made | null> {
  try {
    const made = await stored
    if (made === null || made.ended !== null) rules.giveBack(all)
    return made
  } catch (error) {
    rules.giveBack(all)
    throw error
  }
}

/** Null for nearly all messages: what is rare costs the others nothing. */
function extrasOf(
  sendAt: Date | null,
  input: SmsInput,
  redirectedTo: Msisdn | null,
  timeZone: string | null,
): MessageExtras | null {
  const { origin: template = null, resentFrom = null, tlvs = null, plain = null } = input
  if ((sendAt ?? template ?? resentFrom ?? redirectedTo ?? timeZone ?? tlvs ?? plain) === null) return null
  const rare = {
    ...(timeZone === null ? {} : { timeZone }),
    ...(tlvs === null ? {} : { tlvs }),
    ...(plain === null ? {} : { plain }),
  }
  return { sendAt, template, resentFrom, redirectedTo, ...rare }
}

/** The answer without the id, as it is kept for a repeated call. */
export function toKept({
  message,
  choice,
  replaced,
  quietUntil,
  warnings,
}: PreparedSms): Omit<SmsAnswer, 'message_id'> {
  const ended = message.extras?.ended
  return {
    status: ended?.status ?? (message.extras?.sendAt ? 'scheduled' : 'queued'),
    ...(ended === undefined ? {} : { reason: ended.reason }),
    segments: message.segments,
    encoding: message.encoding,
    ...(choice === null || choice.price === null || message.provider !== choice.provider
      ? {}
      : { price: choice.price }),
    ...(quietUntil === null || ended !== undefined ? {} : { quiet_hours_until: quietUntil.toISOString() }),
    ...(replaced.length === 0 ? {} : { replaced }),
    ...(warnings.length === 0 ? {} : { warnings }),
  }
}

function toAnswer(id: number, kept: unknown): SmsAnswer {
  return { message_id: id, ...(kept as Omit<SmsAnswer, 'message_id'>) }
}
