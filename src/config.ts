/** Everything the outside can set. Read once, by `readConfig`, the only reader of the environment. */
export interface Config {
  readonly port: number
  /** Null: both loopback addresses. */
  readonly host: string | null
  /** A Postgres to use; null: the embedded one below `dataDir`. */
  readonly databaseUrl: string | null
  readonly dataDir: string
  /** Where the outside reaches this service, without a trailing slash; null: no status callbacks, poll instead. */
  readonly publicUrl: string | null
  /** ISO 3166-1 alpha-2; lets local spellings of numbers in. */
  readonly defaultCountry: string | null
  /** `{message}` and `{subject}` are replaced. */
  readonly smsTextFormat: string
  /** 0: no limit. */
  readonly smsRateLimitPerMinute: number
  readonly auth: 'auto' | 'off'
  readonly logLevel: string
  /** Null: SMS are captured. */
  readonly twilio: TwilioConfig | null
  /** Null: pushes are captured. */
  readonly fcm: FcmConfig | null
}

export interface TwilioConfig {
  readonly accountSid: string
  /** Signs callbacks, and authenticates calls where there is no API key. */
  readonly authToken: string
  readonly apiKey: { readonly sid: string; readonly secret: string } | null
  readonly sender:
    | { readonly kind: 'from'; readonly from: string }
    | { readonly kind: 'messaging-service'; readonly sid: string }
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
