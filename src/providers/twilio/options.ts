export interface TwilioOptions {
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
}
