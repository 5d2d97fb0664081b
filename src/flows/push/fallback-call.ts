import { ANYONE, type Caller } from '../../domain/caller.ts'
import type { Category } from '../../domain/category.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { Confirmation } from '../../domain/push/fallback.ts'
import { scopeProblem } from '../../domain/permissions.ts'
import type { NewFallback } from '../../store/push/fallbacks.ts'
import type { SmsReport } from '../sms/sms-report.ts'
import type { PreparedSms, SmsFlow, SmsInput } from '../sms/sms.ts'
import type { TemplateUse } from '../templates/template-words.ts'

/** The SMS that is to stand in for a push, as it stands on the wire, its types already checked. */
export interface FallbackCall {
  readonly sms: {
    readonly contact?: string
    readonly subject?: string
    readonly message?: string
    readonly template?: TemplateUse
    readonly sender?: string
    readonly tag?: string
    readonly category?: Category
    /** Seconds. */
    readonly ttl?: number
    readonly max_segments?: number
    readonly max_price?: number
    readonly plain?: boolean
  }
  /** Seconds; 60 unless said. */
  readonly after?: number
  /** `received` unless said. */
  readonly unless?: Confirmation
}

/** What a fallback takes over from its push. */
export interface FallbackOrigin {
  readonly title: string
  readonly tag?: string
  readonly category?: Category
}

export interface PreparedFallback {
  readonly sms: PreparedSms
  /** What would become of the SMS now. */
  readonly report: SmsReport
  /** Sentences. */
  readonly warnings: readonly string[]
  readonly stored: NewFallback
}

export const USUAL_AFTER_SECONDS = 60

export const USUAL_CONFIRMATION: Confirmation = 'received'

/** Reads fallbacks, and refuses what `POST /smss` would refuse: once it is stored nothing stands against it that could be known. */
export interface Fallbacks {
  /** Throws TidingsError for every refusal; a fault's path begins with `fallback.sms.`. */
  prepare(call: FallbackCall, origin: FallbackOrigin, caller: Caller): Promise<PreparedFallback>
}

export interface FallbackCallParts {
  readonly sms: Pick<SmsFlow, 'words' | 'prepare'>
  readonly dryRuns: { sms(prepared: readonly PreparedSms[], caller: Caller): Promise<readonly SmsReport[]> }
}

export function createFallbacks({ sms, dryRuns }: FallbackCallParts): Fallbacks {
  async function read(call: FallbackCall['sms'], origin: FallbackOrigin, caller: Caller) {
    const { contact } = call
    if (contact === undefined) throw noContact()
    const input = await sms.words({ ...inherited(call, origin), ...call, contact })
    const prepared = sms.prepare(input, caller)
    const [report] = await dryRuns.sms([prepared], caller)
    if (report === undefined) throw new Error('a dry run came to nothing')
    return { input: { ...input, contact: prepared.message.contact }, prepared, report }
  }

  return {
    async prepare({ sms: call, after = USUAL_AFTER_SECONDS, unless = USUAL_CONFIRMATION }, origin, caller) {
      const problem = scopeProblem(caller, 'sms:send')
      if (problem !== null) throw below(problem)
      const { input, prepared, report } = await read(call, origin, caller).catch(refuse)
      const { contact } = prepared.message
      const kept = JSON.stringify(toKeep(input, caller))
      return {
        sms: prepared,
        report,
        warnings: report.warnings.map((warning) => `Of its fallback: ${warning}`),
        stored: { contact, sms: kept, unless, afterSeconds: after },
      }
    },
  }
}

function refuse(error: unknown): never {
  throw error instanceof TidingsError ? below(error) : error
}

/** What the SMS has of its push, where it says nothing else; a template brings its own subject. */
function inherited(
  { template }: FallbackCall['sms'],
  { title, tag, category }: FallbackOrigin,
): { subject?: string; tag?: string; category?: Category } {
  return {
    ...(template === undefined ? { subject: title } : {}),
    ...(tag === undefined ? {} : { tag }),
    ...(category === undefined ? {} : { category }),
  }
}

/** As it is kept until it goes out: who asked is what rules look at, and nothing that opens anything. */
interface Kept {
  readonly input: SmsInput
  readonly caller: {
    readonly name: string
    readonly keyId: number | null
    readonly mode: Caller['mode']
    readonly countries: readonly string[] | null
    readonly spendLimit: number | null
  }
}

function toKeep(input: SmsInput, { name, keyId, mode, countries, spendLimit = null }: Caller): Kept {
  return { input, caller: { name, keyId, mode, countries: countries && [...countries], spendLimit } }
}

/** Of our own making. */
export function readKept(kept: unknown): { readonly input: SmsInput; readonly caller: Caller } {
  const { input, caller } = kept as Kept
  return { input, caller: { ...ANYONE, ...caller, countries: caller.countries && new Set(caller.countries) } }
}

function noContact(): TidingsError {
  const message = 'Whom is the SMS for? Name a number here, or one person in `to.client`'
  return new TidingsError('invalid_request', message, { details: [{ path: 'contact', message }] })
}

/** The same refusal, said of where it stands in the call. */
function below({ code, message, details, retryAfterSeconds }: TidingsError): TidingsError {
  return new TidingsError(code, `fallback.sms: ${message}`, {
    details: details.map((detail) => ({
      ...detail,
      path: detail.path === '' ? 'fallback.sms' : `fallback.sms.${detail.path}`,
    })),
    ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
  })
}
