export interface VonageOptions {
  /** As messages, lanes and callbacks name it; `vonage` unless said. */
  readonly name?: string
  readonly apiKey: string
  readonly apiSecret: string
  /** Signs webhooks, by whichever method the account has; null: they are not signed, and texts that come in are not believed. */
  readonly signatureSecret: string | null
  /** The sender of messages that name none: a number with or without its plus sign, or a name. */
  readonly from: string
  /** Without a trailing slash. */
  readonly baseUrl: string
  /** Where Vonage reaches us, without a trailing slash; null: it is not asked to call back. */
  readonly publicUrl: string | null
}

export function nameOf({ name }: Pick<VonageOptions, 'name'>): string {
  return name ?? 'vonage'
}
