import { NOTHING, withoutSlash, type ConfigFault, type Read, type Reading } from './config-reading.ts'
import { readUrl } from '../domain/url.ts'
import type { HttpSmsSettings } from '../providers/http-sms/settings.ts'
import { readSmppUrl, type SmppOptions } from '../providers/smpp/url.ts'
import type { VariableName } from './variables.ts'

/** One provider that SMS leave through, and what reaches it. */
export type SmsProviderSettings = {
  /** Its own: two accounts at one company are two providers. */
  readonly name: string
} & (
  | { readonly type: 'twilio'; readonly settings: TwilioConfig }
  | { readonly type: 'smpp'; readonly settings: SmppOptions }
  | { readonly type: 'vonage'; readonly settings: VonageConfig }
  | { readonly type: 'http'; readonly settings: HttpSmsSettings }
)

export interface TwilioConfig {
  readonly accountSid: string
  /** Signs callbacks, and authenticates calls where there is no API key. */
  readonly authToken: string
  readonly apiKey: { readonly sid: string; readonly secret: string } | null
  readonly sender:
    { readonly kind: 'from'; readonly from: string } | { readonly kind: 'messaging-service'; readonly sid: string }
  /** Without a trailing slash. */
  readonly baseUrl: string
  /** Absent: off. */
  readonly retryUnreachable?: boolean
}

export interface VonageConfig {
  readonly apiKey: string
  readonly apiSecret: string
  /** Null: receipts are known by the address they come to, texts that come in are refused. */
  readonly signatureSecret: string | null
  readonly from: string
  /** Without a trailing slash. */
  readonly baseUrl: string
}

/** The provider that variables alone describe, whatever it is; null: there is none. A name is its type. */
export type ProviderReading = Reading<SmsProviderSettings>

export function readTwilio(read: Read): ProviderReading {
  if (!isNamed(read, TWILIO_PARTS)) return NOTHING
  const [accountSid, authToken] = [read('TWILIO_ACCOUNT_SID'), read('TWILIO_AUTH_TOKEN')]
  const [key, secret] = [read('TWILIO_API_KEY'), read('TWILIO_API_SECRET')]
  const [from, service] = [read('TWILIO_FROM'), read('TWILIO_MESSAGING_SERVICE_SID')]
  const faults = [
    ...missing('TWILIO_', [
      ...(accountSid === null ? ['TWILIO_ACCOUNT_SID'] : []),
      ...(authToken === null ? ['TWILIO_AUTH_TOKEN'] : []),
      ...(key === null && secret !== null ? ['TWILIO_API_KEY'] : []),
      ...(key !== null && secret === null ? ['TWILIO_API_SECRET'] : []),
      ...(from === null && service === null ? ['TWILIO_FROM (or TWILIO_MESSAGING_SERVICE_SID)'] : []),
    ]),
    ...sidFaults(read),
    ...(from === null || service === null ? [] : [TWO_SENDERS]),
  ]
  if (faults.length > 0 || accountSid === null || authToken === null) return { value: null, faults }
  const settings: TwilioConfig = {
    accountSid,
    authToken,
    apiKey: key === null || secret === null ? null : { sid: key, secret },
    sender: service === null ? { kind: 'from', from: from ?? '' } : { kind: 'messaging-service', sid: service },
    baseUrl: withoutSlash(read('TWILIO_BASE_URL')) ?? '',
    ...(read('TWILIO_RETRY_UNREACHABLE') === 'on' ? { retryUnreachable: true } : {}),
  }
  return { value: { name: 'twilio', type: 'twilio', settings }, faults }
}

export function readVonage(read: Read): ProviderReading {
  if (!isNamed(read, VONAGE_PARTS)) return NOTHING
  const [apiKey, apiSecret, from] = [read('VONAGE_API_KEY'), read('VONAGE_API_SECRET'), read('VONAGE_FROM')]
  if (apiKey === null || apiSecret === null || from === null) {
    const needed = (['VONAGE_API_KEY', 'VONAGE_API_SECRET', 'VONAGE_FROM'] as const).filter(
      (name) => read(name) === null,
    )
    return { value: null, faults: missing('VONAGE_', needed) }
  }
  const signatureSecret = read('VONAGE_SIGNATURE_SECRET')
  const baseUrl = withoutSlash(read('VONAGE_BASE_URL')) ?? ''
  const settings: VonageConfig = { apiKey, apiSecret, signatureSecret, from, baseUrl }
  return { value: { name: 'vonage', type: 'vonage', settings }, faults: [] }
}

export function readSmpp(read: Read): ProviderReading {
  const url = read('SMPP_URL')
  if (url === null) return NOTHING
  const reading = readSmppUrl(url)
  if ('problem' in reading) return { value: null, faults: [{ variable: 'SMPP_URL', ...reading }] }
  return { value: { name: 'smpp', type: 'smpp', settings: reading.options }, faults: [] }
}

const TWILIO_PARTS = [
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_API_KEY',
  'TWILIO_API_SECRET',
  'TWILIO_FROM',
  'TWILIO_MESSAGING_SERVICE_SID',
] as const

const VONAGE_PARTS = ['VONAGE_API_KEY', 'VONAGE_API_SECRET', 'VONAGE_SIGNATURE_SECRET', 'VONAGE_FROM'] as const

function isNamed(read: Read, parts: readonly VariableName[]): boolean {
  return parts.some((name) => read(name) !== null)
}

function missing(beginning: string, names: readonly string[]): readonly ConfigFault[] {
  return names.map((variable) => ({
    variable,
    problem: `is missing, while other ${beginning} variables are set`,
    fix: 'Set it, or unset the others to capture SMS on this machine.',
  }))
}

const TWO_SENDERS: ConfigFault = {
  variable: 'TWILIO_MESSAGING_SERVICE_SID',
  problem: 'is set, and so is TWILIO_FROM',
  fix: 'Set one of the two: it decides the sender.',
}

/** Their length is looked at only where Twilio itself is called: a look-alike may have shorter ones. */
function sidFaults(read: Read): readonly ConfigFault[] {
  const baseUrl = read('TWILIO_BASE_URL') ?? ''
  if (readUrl(baseUrl)?.hostname.endsWith('.twilio.com') !== true) return []
  return (['TWILIO_ACCOUNT_SID', 'TWILIO_API_KEY', 'TWILIO_MESSAGING_SERVICE_SID'] as const).flatMap((variable) => {
    const sid = read(variable)
    // Source: Twilio's OpenAPI document, the patterns of its SIDs. Another beginning has been reported.
    if (sid === null || !/^(?:AC|SK|MG)/.test(sid) || /^..[0-9a-fA-F]{32}$/.test(sid)) return []
    const problem = `has ${sid.length} characters where Twilio's have 34: two letters, then 32 of 0 to 9 and a to f`
    return [{ variable, problem, fix: 'Copy it from the Twilio console again.' }]
  })
}
