import { parseEnv } from 'node:util'
import { readStaging, type StagingRules } from './domain/staging.ts'
import { readCidrs, readProxies, readSecretKey, readSecretKeys } from './access-values.ts'
import { readBacklogLimits, type BacklogLimits } from './backlog-limits.ts'
import type { WebhookUrlRules } from './domain/webhook-url.ts'
import { readAccount } from './google-account.ts'
import { urlFromParts } from './postgres-variables.ts'
import { valueProblem } from './variable-kinds.ts'
import { misspelt, unread } from './variable-names.ts'
import { VARIABLES, type Variable, type VariableName } from './variables.ts'
import { readUrl } from './domain/url.ts'

/** Everything the outside can set. Read once, by `readConfig`, the only reader of the environment. */
export interface Config {
  readonly port: number
  /** Null: both loopback addresses. */
  readonly host: string | null
  /** A Postgres to use; null: the embedded one below `dataDir`. */
  readonly databaseUrl: string | null
  readonly dataDir: string
  /** Days that texts are kept; 0: for ever. */
  readonly keepBodiesDays: number
  /** Days that messages are kept; 0: for ever. */
  readonly keepMessagesDays: number
  /** Days that events are kept; 0: for ever. */
  readonly keepEventsDays: number
  readonly backlog: BacklogLimits
  /** Where the outside reaches this service, without a trailing slash; null: no status callbacks, poll instead. */
  readonly publicUrl: string | null
  /** ISO 3166-1 alpha-2; lets local spellings of numbers in. */
  readonly defaultCountry: string | null
  /** `{message}` and `{subject}` are replaced. */
  readonly smsTextFormat: string
  /** 0: no limit. */
  readonly smsRateLimitPerMinute: number
  readonly auth: 'auto' | 'off'
  /** 32 bytes; null: none is set. */
  readonly secretKey: Buffer | null
  /** Taken beside the secret key while it is being changed; 32 bytes each. */
  readonly previousSecretKeys: readonly Buffer[]
  /** How many proxies may be believed, or which; null: none. */
  readonly trustProxy: number | readonly string[] | null
  /** Null: everybody may be reached. */
  readonly staging: StagingRules | null
  readonly webhooks: WebhookUrlRules
  readonly logLevel: string
  /** Of a collector of traces, without a trailing slash; null: nothing is traced. */
  readonly otlpEndpoint: string | null
  /** Null: SMS are captured. */
  readonly twilio: TwilioConfig | null
  /** Null: pushes are captured. */
  readonly fcm: FcmConfig | null
  /** Not judged here: what is wrong with it keeps nothing from starting, the page that needs it says so. */
  readonly firebase: FirebaseConfig
}

export interface TwilioConfig {
  readonly accountSid: string
  /** Signs callbacks, and authenticates calls where there is no API key. */
  readonly authToken: string
  readonly apiKey: { readonly sid: string; readonly secret: string } | null
  readonly sender:
    { readonly kind: 'from'; readonly from: string } | { readonly kind: 'messaging-service'; readonly sid: string }
  /** Without a trailing slash. */
  readonly baseUrl: string
}

export interface FcmConfig {
  /** The account's JSON, already read and parsed; null: Google's application default credentials. */
  readonly credentials: Readonly<Record<string, unknown>> | null
  readonly baseUrl: string
  readonly messagesPerMinute: number
  readonly rampSeconds: number
}

/** A web app of a Firebase project, for the page that registers a browser. Null: not set. */
export interface FirebaseConfig {
  readonly apiKey: string | null
  readonly projectId: string | null
  readonly appId: string | null
  readonly messagingSenderId: string | null
  /** The public half, base64url. */
  readonly vapidKey: string | null
  readonly registration: 'token' | 'fid'
}

/** One thing that keeps Tidings from starting. */
export interface ConfigFault {
  readonly variable: string
  /** What is wrong, a sentence that holds no secret. */
  readonly problem: string
  readonly fix: string
}

type Env = Readonly<Record<string, string | undefined>>
type Read = (name: VariableName) => string | null

/**
 * Reads everything, and reports all faults at once. An empty value counts as unset. Reads the service account's file, too. `hints` are
 * sentences about what keeps nothing from starting, and is probably not what was meant.
 */
export function readConfig(
  env: Env,
): { config: Config; hints: readonly string[] } | { faults: readonly ConfigFault[] } {
  // A wrong value is reported once; what depends on it is judged as if it were right.
  const read: Read = (name) =>
    given(env, name) ?? VARIABLES.find((variable) => variable.name === name)?.fallback ?? null
  const twilio = readTwilio(read)
  const fcm = readFcm(read, env)
  const config: Config = {
    port: Number(read('PORT')),
    host: read('HOST') === 'localhost' ? null : read('HOST'),
    databaseUrl: read('DATABASE_URL') ?? urlFromParts((name) => given(env, name)),
    dataDir: read('DATA_DIR') ?? '',
    keepBodiesDays: Number(read('KEEP_BODIES_DAYS')),
    keepMessagesDays: Number(read('KEEP_MESSAGES_DAYS')),
    keepEventsDays: Number(read('KEEP_EVENTS_DAYS')),
    backlog: readBacklogLimits(read),
    publicUrl: withoutSlash(read('PUBLIC_URL')),
    defaultCountry: read('DEFAULT_COUNTRY')?.toUpperCase() ?? null,
    smsTextFormat: read('SMS_TEXT_FORMAT') ?? '',
    smsRateLimitPerMinute: Number(read('SMS_RATE_LIMIT_PER_MINUTE')),
    auth: read('AUTH') === 'off' ? 'off' : 'auto',
    secretKey: readSecretKey(read('SECRET_KEY')),
    previousSecretKeys: readSecretKeys(read('SECRET_KEY_PREVIOUS')),
    trustProxy: readProxies(read('TRUST_PROXY')),
    staging: readStaging(read('ONLY_TO'), read('REDIRECT_TO')),
    webhooks: {
      allowHttp: read('WEBHOOKS_ALLOW_HTTP') === 'on',
      allowedPrivate: readCidrs(read('WEBHOOKS_ALLOW_PRIVATE')),
    },
    logLevel: read('LOG_LEVEL') ?? '',
    otlpEndpoint: withoutSlash(read('OTEL_EXPORTER_OTLP_ENDPOINT')),
    twilio: twilio.value,
    fcm: fcm.value,
    firebase: readFirebase(read),
  }
  const single = [...nameFaults(env), ...VARIABLES.flatMap((variable) => valueFault(variable, env))]
  const faults = [...single, ...formatFault(config), ...twilio.faults, ...fcm.faults, ...secretFault(config)]
  return faults.length > 0 ? { faults } : { config, hints: hintsOf(env) }
}

/** Whether callers need a key: what costs money, or reaches people, is offered to nobody without. */
export function asksForKeys({ auth, twilio, fcm }: Config): boolean {
  return auth === 'auto' && (twilio !== null || fcm !== null)
}

/** Pure: `.env` as text, below the environment. */
export function withEnvFile(env: Env, file: string | null): Env {
  return file === null ? env : { ...parseEnv(file), ...env }
}

interface Reading<Value> {
  readonly value: Value | null
  readonly faults: readonly ConfigFault[]
}

const NOTHING = { value: null, faults: [] }

function given(env: Env, name: string): string | null {
  const value = env[name]?.trim()
  return value === undefined || value === '' ? null : value
}

function valueFault(variable: Variable, env: Env): readonly ConfigFault[] {
  const { name, kind, secret, example } = variable
  const value = given(env, name)
  const problem = value === null ? null : valueProblem(kind, value)
  if (problem === null) return []
  return [
    {
      variable: name,
      problem: `${secret ? '(not shown)' : `\`${value}\``} ${problem}`,
      fix: `Write it like \`${example}\`.`,
    },
  ]
}

function nameFaults(env: Env): readonly ConfigFault[] {
  return misspelt(env).map(({ name, meant }) => ({
    variable: name,
    problem: `is not a variable of Tidings; did you mean ${meant}?`,
    fix: 'Rename it, or unset it.',
  }))
}

function hintsOf(env: Env): readonly string[] {
  return unread(env).map(({ name, meant }) => `${name} is set, but nothing reads it; did you mean ${meant}?`)
}

function formatFault({ smsTextFormat }: Config): readonly ConfigFault[] {
  if (smsTextFormat.includes('{message}')) return []
  const problem = `\`${smsTextFormat}\` leaves the message out`
  return [{ variable: 'SMS_TEXT_FORMAT', problem, fix: 'Write {message} where the message goes.' }]
}

/** With the embedded database one is made; nodes that share another database must share it, too. */
function secretFault(config: Config): readonly ConfigFault[] {
  if (config.secretKey !== null || config.databaseUrl === null || !asksForKeys(config)) return []
  const problem = 'is missing, while a provider is live and the database is one of yours'
  const fix = 'Set 32 bytes in base64, the same on every node; `openssl rand -base64 32` makes some.'
  return [{ variable: 'SECRET_KEY', problem, fix }]
}

const TWILIO_PARTS = [
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'TWILIO_API_KEY',
  'TWILIO_API_SECRET',
  'TWILIO_FROM',
  'TWILIO_MESSAGING_SERVICE_SID',
] as const

function readTwilio(read: Read): Reading<TwilioConfig> {
  if (TWILIO_PARTS.every((name) => read(name) === null)) return NOTHING
  const [accountSid, authToken] = [read('TWILIO_ACCOUNT_SID'), read('TWILIO_AUTH_TOKEN')]
  const [key, secret] = [read('TWILIO_API_KEY'), read('TWILIO_API_SECRET')]
  const [from, service] = [read('TWILIO_FROM'), read('TWILIO_MESSAGING_SERVICE_SID')]
  const missing = [
    ...(accountSid === null ? ['TWILIO_ACCOUNT_SID'] : []),
    ...(authToken === null ? ['TWILIO_AUTH_TOKEN'] : []),
    ...(key === null && secret !== null ? ['TWILIO_API_KEY'] : []),
    ...(key !== null && secret === null ? ['TWILIO_API_SECRET'] : []),
    ...(from === null && service === null ? ['TWILIO_FROM (or TWILIO_MESSAGING_SERVICE_SID)'] : []),
  ]
  const faults = [
    ...missing.map((variable) => ({
      variable,
      problem: 'is missing, while other TWILIO_ variables are set',
      fix: 'Set it, or unset the others to capture SMS on this machine.',
    })),
    ...sidFaults(read),
  ]
  if (from !== null && service !== null) {
    const problem = 'is set, and so is TWILIO_FROM'
    faults.push({
      variable: 'TWILIO_MESSAGING_SERVICE_SID',
      problem,
      fix: 'Set one of the two: it decides the sender.',
    })
  }
  const sender =
    service === null
      ? { kind: 'from' as const, from: from ?? '' }
      : { kind: 'messaging-service' as const, sid: service }
  if (faults.length > 0 || accountSid === null || authToken === null) return { value: null, faults }
  const apiKey = key === null || secret === null ? null : { sid: key, secret }
  return {
    value: { accountSid, authToken, apiKey, sender, baseUrl: withoutSlash(read('TWILIO_BASE_URL')) ?? '' },
    faults,
  }
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

function readFcm(read: Read, env: Env): Reading<FcmConfig> {
  const own = read('FCM_SERVICE_ACCOUNT')
  const wanted = read('PUSH_PROVIDER') ?? (own === null ? 'sandbox' : 'fcm')
  if (wanted !== 'fcm') return NOTHING
  const googles = given(env, 'GOOGLE_APPLICATION_CREDENTIALS')
  const variable = own === null ? 'GOOGLE_APPLICATION_CREDENTIALS' : 'FCM_SERVICE_ACCOUNT'
  const account = own ?? googles
  const credentials = account === null ? null : readAccount(account)
  if (credentials !== null && 'problem' in credentials) return { value: null, faults: [{ variable, ...credentials }] }
  const value: FcmConfig = {
    credentials: credentials?.account ?? null,
    baseUrl: withoutSlash(read('FCM_BASE_URL')) ?? '',
    messagesPerMinute: Number(read('FCM_MESSAGES_PER_MINUTE')),
    rampSeconds: Number(read('FCM_RAMP_SECONDS')),
  }
  return { value, faults: [] }
}

function readFirebase(read: Read): FirebaseConfig {
  return {
    apiKey: read('FIREBASE_API_KEY'),
    projectId: read('FIREBASE_PROJECT_ID'),
    appId: read('FIREBASE_APP_ID'),
    messagingSenderId: read('FIREBASE_MESSAGING_SENDER_ID'),
    vapidKey: read('FIREBASE_VAPID_KEY'),
    registration: read('FIREBASE_REGISTRATION') === 'fid' ? 'fid' : 'token',
  }
}

function withoutSlash(url: string | null): string | null {
  return url?.replace(/(?<!\/)\/+$/, '') ?? null
}
