export interface TwilioOptions {
  /** As messages, lanes and callbacks name it; `twilio` unless said. */
  readonly name?: string
  readonly accountSid: string
  /** Signs callbacks, and authenticates calls where there is no API key. */
  readonly authToken: string
  /** Further tokens whose signatures count, while the account's token is being changed. */
  readonly otherAuthTokens?: readonly string[]
  readonly apiKey: { readonly sid: string; readonly secret: string } | null
  readonly sender:
    { readonly kind: 'from'; readonly from: string } | { readonly kind: 'messaging-service'; readonly sid: string }
  /** Without a trailing slash. */
  readonly baseUrl: string
  /** Where Twilio reaches us, without a trailing slash; null: it is not asked to call back. */
  readonly publicUrl: string | null
  /** Sends again, 15 minutes and 2 hours later, what ended as 30003 (unreachable), each at the price of a new message; off unless said. */
  readonly retryUnreachable?: boolean
}

/** What is needed to read what Twilio says of a message. */
export type TwilioReading = Pick<TwilioOptions, 'name' | 'retryUnreachable'>

export function nameOf({ name }: TwilioReading): string {
  return name ?? 'twilio'
}
