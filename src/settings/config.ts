import { parseEnv } from 'node:util'
import { readStaging, type StagingRules } from '../domain/staging.ts'
import { readCidrs, readCountries, readProxies, readSecretKey, readSecretKeys } from './access-values.ts'
import { readApns, type ApnsConfig } from './apns-settings.ts'
import { readBacklogLimits, type BacklogLimits } from './backlog-limits.ts'
import { given, withoutSlash, type ConfigFault, type Env, type Read } from './config-reading.ts'
import type { WebhookUrlRules } from '../domain/webhooks/webhook-url.ts'
import { readFcmProjects, type FcmProject } from './fcm-projects.ts'
import { optOutFaults, readOptOuts, type OptOutConfig } from './opt-out-values.ts'
import { loadHttpReader, type ReadHttpSms } from './http-settings.ts'
import { urlFromParts } from './postgres-variables.ts'
import type { SmsProviderSettings } from './provider-settings.ts'
import type { RoutesFile } from './routes-file.ts'
import { pushWaysOf } from './push-ways.ts'
import { readRules, spendFaults, type RulesConfig } from './rule-settings.ts'
import { readSmsProviders } from './sms-providers.ts'
import { valueProblem } from './variable-kinds.ts'
import { misspelt, unread } from './variable-names.ts'
import { readWebPush, type WebPushConfig } from './web-push-settings.ts'
import type { Variable } from './variable.ts'
import { readTopics, type TopicConfig } from './topic-settings.ts'
import { VARIABLES } from './variables.ts'

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
  /** Days after which a device that was not seen is marked as stale, and retired; 0: never. */
  readonly devices: { readonly staleDays: number; readonly dropDays: number }
  readonly backlog: BacklogLimits
  /** Where the outside reaches this service, without a trailing slash; null: no status callbacks, poll instead. */
  readonly publicUrl: string | null
  /** ISO 3166-1 alpha-2; lets local spellings of numbers in. */
  readonly defaultCountry: string | null
  /** Of recipients of whom nothing tells where they are; IANA. */
  readonly defaultTimeZone: string
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
  /** The countries that SMS may go to, ISO 3166-1 alpha-2; null: all. */
  readonly allowedCountries: ReadonlySet<string> | null
  /** What SMS leave through; empty: they are captured. */
  readonly sms: readonly SmsProviderSettings[]
  /** Which of them, and by which rules; null: there is one at most. */
  readonly routes: RoutesFile | null
  /** What limits SMS beyond a single call. */
  readonly rules: RulesConfig
  /** What is made of STOP, START and HELP. */
  readonly optOuts: OptOutConfig
  /** Devices are asked to report on every push, unless its caller says otherwise. */
  readonly pushEvidence: boolean
  /** Empty: FCM's addresses have no provider. */
  readonly fcmProjects: readonly FcmProject[]
  readonly topics: TopicConfig
  readonly webPush: WebPushConfig
  /** Null: nothing goes to Apple’s own service. */
  readonly apns: ApnsConfig | null
  /** Not judged here: what is wrong with it keeps nothing from starting, the page that needs it says so. */
  readonly firebase: FirebaseConfig
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

export type ConfigReading =
  { readonly config: Config; readonly hints: readonly string[] } | { readonly faults: readonly ConfigFault[] }

/** `readConfig`, with everything that it needs for what is set. */
export async function readWholeConfig(env: Env): Promise<ConfigReading> {
  return readConfig(env, await loadHttpReader(env))
}

/**
 * Reads everything, and reports all faults at once. An empty value counts as unset. Reads the service account's file, too. `hints` are
 * sentences about what keeps nothing from starting, and is probably not what was meant. `readHttp`: needed where a provider is described by
 * its HTTP interface.
 */
export function readConfig(env: Env, readHttp: ReadHttpSms | null = null): ConfigReading {
  // A wrong value is reported once; what depends on it is judged as if it were right.
  const read: Read = (name) =>
    given(env, name) ?? VARIABLES.find((variable) => variable.name === name)?.fallback ?? null
  const sms = readSmsProviders(read, env, readHttp)
  const [fcm, webPush, apns] = [readFcmProjects(read, env), readWebPush(read, env), readApns(read)]
  const config: Config = {
    port: Number(read('PORT')),
    host: read('HOST') === 'localhost' ? null : read('HOST'),
    databaseUrl: read('DATABASE_URL') ?? urlFromParts((name) => given(env, name)),
    dataDir: read('DATA_DIR') ?? '',
    keepBodiesDays: Number(read('KEEP_BODIES_DAYS')),
    keepMessagesDays: Number(read('KEEP_MESSAGES_DAYS')),
    keepEventsDays: Number(read('KEEP_EVENTS_DAYS')),
    devices: { staleDays: Number(read('DEVICES_STALE_DAYS')), dropDays: Number(read('DEVICES_DROP_DAYS')) },
    backlog: readBacklogLimits(read),
    publicUrl: withoutSlash(read('PUBLIC_URL')),
    defaultCountry: read('DEFAULT_COUNTRY')?.toUpperCase() ?? null,
    defaultTimeZone: read('DEFAULT_TIME_ZONE') ?? 'UTC',
    smsTextFormat: read('SMS_TEXT_FORMAT') ?? '',
    smsRateLimitPerMinute: Number(read('SMS_RATE_LIMIT_PER_MINUTE')),
    auth: read('AUTH') === 'off' ? 'off' : 'auto',
    secretKey: readSecretKey(read('SECRET_KEY')),
    previousSecretKeys: readSecretKeys(read('SECRET_KEY_PREVIOUS')),
    trustProxy: readProxies(read('TRUST_PROXY')),
    staging: readStaging(read('ONLY_TO'), read('REDIRECT_TO')),
    webhooks: readWebhooks(read),
    logLevel: read('LOG_LEVEL') ?? '',
    otlpEndpoint: withoutSlash(read('OTEL_EXPORTER_OTLP_ENDPOINT')),
    allowedCountries: readCountries(read('ALLOWED_COUNTRIES')),
    sms: sms.providers,
    routes: sms.routes,
    rules: readRules(read),
    optOuts: readOptOuts(read),
    pushEvidence: read('PUSH_EVIDENCE') === 'on',
    fcmProjects: fcm.projects,
    webPush: webPush.value,
    apns: apns.value,
    topics: readTopics(read),
    firebase: readFirebase(read),
  }
  const own = withoutNames(env, new Set([...sms.names, ...fcm.names]))
  const ofProviders = [sms, fcm, webPush, apns].flatMap((reading) => reading.faults)
  const faults = [...singleFaults(env, own), ...ofProviders, ...jointFaults(config)]
  return faults.length > 0 ? { faults } : { config, hints: [...hintsOf(own), ...sms.hints] }
}

/** Of names and values by themselves. */
function singleFaults(env: Env, own: Env): readonly ConfigFault[] {
  return [...nameFaults(own), ...VARIABLES.flatMap((variable) => valueFault(variable, env))]
}

/** Of what was read, and of what does not go together. */
function jointFaults(config: Config): readonly ConfigFault[] {
  return [
    ...formatFault(config),
    ...spendFaults(config.rules, config.routes),
    ...optOutFaults(config.optOuts),
    ...secretFault(config),
    ...evidenceFault(config),
  ]
}

function readWebhooks(read: Read): WebhookUrlRules {
  return {
    allowHttp: read('WEBHOOKS_ALLOW_HTTP') === 'on',
    allowedPrivate: readCidrs(read('WEBHOOKS_ALLOW_PRIVATE')),
  }
}

/** Whether callers need a key: what costs money, or reaches people, is offered to nobody without. */
export function asksForKeys(config: Pick<Config, 'auth' | 'sms' | 'fcmProjects' | 'webPush' | 'apns'>): boolean {
  return config.auth === 'auto' && liveProviders(config).length > 0
}

/** Names of the providers that messages leave the machine through: SMS first. A channel without one is captured. */
export function liveProviders(config: Pick<Config, 'sms' | 'fcmProjects' | 'webPush' | 'apns'>): readonly string[] {
  return [...config.sms, ...pushWaysOf(config).all].map(({ name }) => name)
}

/** Pure: `.env` as text, below the environment. */
export function withEnvFile(env: Env, file: string | null): Env {
  return file === null ? env : { ...parseEnv(file), ...env }
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

/** Files name variables that hold secrets; whatever they are called, they are meant. */
function withoutNames(env: Env, names: ReadonlySet<string>): Env {
  return names.size === 0 ? env : Object.fromEntries(Object.entries(env).filter(([name]) => !names.has(name)))
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

/** A device has to reach us, and what it reports to be signed. */
function evidenceFault({ pushEvidence, publicUrl, secretKey, databaseUrl }: Config): readonly ConfigFault[] {
  if (!pushEvidence) return []
  const needs = publicUrl === null ? 'PUBLIC_URL' : secretKey === null && databaseUrl !== null ? 'SECRET_KEY' : null
  if (needs === null) return []
  return [{ variable: 'PUSH_EVIDENCE', problem: `is on, which needs ${needs}`, fix: `Set ${needs}, or leave it off.` }]
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
