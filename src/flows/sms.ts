import { DEFAULT_SMS_TTL_SECONDS, defaultOnUncertainSms, type Category, type OnUncertain } from '../domain/category.ts'
import type { Caller } from '../domain/caller.ts'
import { parseContact, type Msisdn } from '../domain/contact.ts'
import { TidingsError } from '../domain/errors.ts'
import { countryProblem } from '../domain/permissions.ts'
import { SANDBOX } from '../domain/provider.ts'
import { readSendAt } from '../domain/send-at.ts'
import { formatText, MAX_SEGMENTS, measureText, type SmsMeasure } from '../domain/sms-text.ts'
import { detourOf, type StagingRules } from '../domain/staging.ts'
import type { Status } from '../domain/status.ts'
import type { Intake } from '../delivery/intake.ts'
import type { MessageExtras, NewMessage } from '../store/messages.ts'
import type { Accepted, Idempotency, KeyGuard, Ready } from './idempotent.ts'
import type { Outcomes } from './outcomes.ts'
import type { TemplateUse, TemplateWords } from './template-words.ts'

interface SmsOptions {
  readonly contact: string
  readonly sender?: string
  readonly tag?: string
  readonly category?: Category
  /** Seconds. */
  readonly ttl?: number
  readonly on_uncertain?: OnUncertain
  readonly max_segments?: number
  /** RFC 3339. */
  readonly send_at?: string
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
  readonly segments: number
  readonly encoding: 'gsm7' | 'ucs2'
  /** Sentences; only there when there is something to say. */
  readonly warnings?: readonly string[]
}

/** Everything that is known of an SMS from its call alone. */
export interface PreparedSms {
  readonly message: Omit<NewMessage, 'place' | 'idempotency'>
  readonly measure: SmsMeasure
  /** Sentences. */
  readonly warnings: readonly string[]
}

export interface SmsFlow {
  /** Takes the words from the template, if the call names one. Throws TidingsError. */
  words(call: SmsCall): SmsInput | Promise<SmsInput>
  /** Pure. Throws TidingsError for every refusal that the call alone earns. */
  prepare(input: SmsInput, caller: Caller): PreparedSms
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
  /** Where SMS go now. */
  readonly provider: string
  readonly defaultCountry: string | null
  /** `{message}` and `{subject}` are replaced. */
  readonly textFormat: string
  /** Null: everybody may be reached. */
  readonly staging: StagingRules | null
  /** The database's. */
  readonly clock: () => Date
}

/** The life of an SMS: accepted here, started and settled by `delivery`, reported on by `flows/receipts`. */
export function createSmsFlow(parts: SmsFlowParts): SmsFlow {
  function prepare(input: SmsInput, caller: Caller): PreparedSms {
    const { contact, warnings } = readContact(input.contact, parts.defaultCountry, caller)
    const usual = caller.mode === 'test' ? SANDBOX : parts.provider
    const detour = parts.staging === null || usual === SANDBOX ? null : detourOf(parts.staging, contact)
    if (detour !== null) warnings.push(detour.warning)
    const text = formatText(parts.textFormat, input)
    const measure = measureText(text)
    checkSegments(measure, input.max_segments ?? MAX_SEGMENTS)
    const category = input.category ?? 'transactional'
    const sendAt = input.send_at === undefined ? null : readSendAt(input.send_at, parts.clock())
    const message = {
      contact,
      subject: input.subject,
      body: input.message,
      text: text === input.message ? null : text,
      sender: input.sender ?? null,
      tag: input.tag ?? null,
      category,
      onUncertain: input.on_uncertain ?? defaultOnUncertainSms(category),
      segments: measure.segments,
      encoding: measure.encoding,
      provider: detour?.kind === 'capture' ? SANDBOX : usual,
      ttlSeconds: input.ttl ?? DEFAULT_SMS_TTL_SECONDS[category],
      keyId: caller.keyId,
      extras: extrasOf(sendAt, input, detour?.kind === 'redirect' ? detour.to : null),
    }
    return { message, measure, warnings }
  }

  function words(call: SmsCall): SmsInput | Promise<SmsInput> {
    return hasWords(call) ? call : fill(parts.templates, call)
  }

  async function whenRead(input: Promise<SmsInput>, caller: Caller): Promise<Ready> {
    return ready(prepare(await input, caller))
  }

  function ready(prepared: PreparedSms): Ready {
    const insert: Ready['insert'] = (record) => parts.intake.addSms({ ...prepared.message, idempotency: record })
    return { kept: toKept(prepared), insert }
  }

  return {
    words,
    prepare,
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

/** Null for nearly all messages: what is rare costs the others nothing. */
function extrasOf(sendAt: Date | null, input: SmsInput, redirectedTo: Msisdn | null): MessageExtras | null {
  const { origin: template = null, resentFrom = null } = input
  if (sendAt === null && template === null && resentFrom === null && redirectedTo === null) return null
  return { sendAt, template, resentFrom, redirectedTo }
}

/** The answer without the id, as it is kept for a repeated call. */
export function toKept({ message, warnings }: PreparedSms): Omit<SmsAnswer, 'message_id'> {
  return {
    status: message.extras?.sendAt ? 'scheduled' : 'queued',
    segments: message.segments,
    encoding: message.encoding,
    ...(warnings.length === 0 ? {} : { warnings }),
  }
}

function readContact(
  text: string,
  defaultCountry: string | null,
  caller: Caller,
): { contact: Msisdn; warnings: string[] } {
  const reading = parseContact(text, defaultCountry)
  if (reading.kind === 'contact') {
    const problem = countryProblem(caller, reading.country)
    if (problem !== null) throw problem
    return { contact: reading.contact, warnings: reading.warning === null ? [] : [reading.warning] }
  }
  const detail = { path: 'contact', message: reading.message }
  throw new TidingsError('invalid_contact', `contact: ${reading.message}`, {
    details: [reading.suggestion === null ? detail : { ...detail, suggestion: reading.suggestion }],
  })
}

function checkSegments(measure: SmsMeasure, most: number): void {
  if (measure.segments <= most) return
  const { culprit } = measure
  const hint =
    culprit === null
      ? ''
      : `; the character ${JSON.stringify(culprit.character)} at ${culprit.index} makes it ${measure.encoding}`
  throw new TidingsError(
    'too_many_segments',
    `message: ${measure.segments} segments, at most ${most} are allowed${hint}`,
    {
      details: [{ path: 'message', message: `${measure.segments} segments, at most ${most} are allowed${hint}` }],
    },
  )
}

function toAnswer(id: number, kept: unknown): SmsAnswer {
  return { message_id: id, ...(kept as Omit<SmsAnswer, 'message_id'>) }
}
