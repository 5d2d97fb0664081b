import { HTTP, TEXT, variable, type Variable } from './variable.ts'

/** What concerns all SMS. */
export const SMS_VARIABLES = [
  variable('DEFAULT_COUNTRY', 'SMS', { type: 'country' }, null, {
    meaning:
      'Lets numbers in as people of this country write them (ISO 3166-1). Unset: only with `+` and the country code.',
    example: 'EG',
  }),
  variable('SMS_TEXT_FORMAT', 'SMS', TEXT, '{message}', {
    meaning: 'The text on the handset; `{message}` and `{subject}` are replaced.',
    example: '{subject}: {message}',
  }),
  variable('SMS_RATE_LIMIT_PER_MINUTE', 'SMS', { type: 'number', min: 0, max: 1_000_000 }, '60', {
    meaning:
      'Calls of `POST /smss` a minute and caller, over all nodes, and pushes with a `fallback` among them; 0 takes the limit away.',
    example: '600',
  }),
  variable('ALLOWED_COUNTRIES', 'SMS', { type: 'countries' }, null, {
    meaning:
      'The countries that SMS may go to, whoever sends them (ISO 3166-1, with commas between); others are refused with 400 `country_not_allowed`. What a test key sends is captured, wherever it would go. Unset: all.',
    example: 'EG, FR',
  }),
] as const satisfies readonly Variable[]

/** The providers that SMS leave through. */
export const SMS_PROVIDER_VARIABLES = [
  variable('TWILIO_ACCOUNT_SID', 'Twilio', { type: 'prefix', prefix: 'AC' }, null, {
    meaning: 'The account. Set: SMS go out through Twilio.',
    example: 'AC00000000000000000000000000000000',
  }),
  variable('TWILIO_AUTH_TOKEN', 'Twilio', TEXT, null, {
    meaning: 'Verifies Twilio’s callbacks, and authenticates calls where there is no API key.',
    example: '00000000000000000000000000000000',
    secret: true,
  }),
  variable('TWILIO_API_KEY', 'Twilio', { type: 'prefix', prefix: 'SK' }, null, {
    meaning: 'An API key’s SID, to authenticate calls with, together with its secret.',
    example: 'SK00000000000000000000000000000000',
  }),
  variable('TWILIO_API_SECRET', 'Twilio', TEXT, null, {
    meaning: 'The API key’s secret.',
    example: '00000000000000000000000000000000',
    secret: true,
  }),
  variable('TWILIO_FROM', 'Twilio', { type: 'sender' }, null, {
    meaning: 'The sender: a number, a short code or a name. This one or a messaging service is needed.',
    example: '+15005550006',
  }),
  variable('TWILIO_MESSAGING_SERVICE_SID', 'Twilio', { type: 'prefix', prefix: 'MG' }, null, {
    meaning: 'A messaging service that picks the sender.',
    example: 'MG00000000000000000000000000000000',
  }),
  variable('TWILIO_BASE_URL', 'Twilio', HTTP, 'https://api.twilio.com', {
    meaning: 'Another place that speaks Twilio’s API: a region, or a look-alike for tests.',
    example: 'https://api.dublin.ie1.twilio.com',
  }),
  variable('TWILIO_RETRY_UNREACHABLE', 'Twilio', { type: 'choice', of: ['off', 'on'] }, 'off', {
    meaning:
      '`on`: an SMS whose phone was off or out of coverage (30003) is sent again after 15 minutes and after 2 hours, each at the price of a new one.',
    example: 'on',
  }),
  variable('SMPP_URL', 'SMPP', TEXT, null, {
    meaning: 'An SMSC and the account there. Set: SMS go out over [SMPP 3.4](smpp.md), where all its parameters stand.',
    example: 'smpp://system_id:password@smsc.example:2775?binds=2&window=10',
    secret: true,
  }),
  variable('VONAGE_API_KEY', 'Vonage', TEXT, null, {
    meaning: 'The account’s API key. Set: SMS go out through Vonage’s SMS API.',
    example: '0a1b2c3d',
  }),
  variable('VONAGE_API_SECRET', 'Vonage', TEXT, null, {
    meaning: 'The account’s API secret.',
    example: '0000000000000000',
    secret: true,
  }),
  variable('VONAGE_SIGNATURE_SECRET', 'Vonage', TEXT, null, {
    meaning:
      'Verifies Vonage’s calls; its support has to sign them. Unset: receipts are known by the address they come to, texts that come in are refused.',
    example: '0000000000000000',
    secret: true,
  }),
  variable('VONAGE_FROM', 'Vonage', { type: 'sender' }, null, {
    meaning: 'The sender of messages that name none: a number or a name.',
    example: 'Acme',
  }),
  variable('VONAGE_BASE_URL', 'Vonage', HTTP, 'https://rest.nexmo.com', {
    meaning: 'Another place that speaks Vonage’s SMS API, such as a look-alike for tests.',
    example: 'http://127.0.0.1:9000',
  }),
  variable('HTTP_SMS_FILE', 'Another SMS provider', { type: 'file' }, null, {
    meaning: 'A file that describes [the HTTP interface of a provider](http-sms.md). Set: SMS go out through it.',
    example: './regional-sms.json',
  }),
  variable('ROUTES_FILE', 'Several SMS providers', { type: 'file' }, null, {
    meaning:
      'A JSON file that says which SMS go out through which provider, at what price: [routing](routing.md). Without it one provider may be set.',
    example: './routes.json',
  }),
] as const satisfies readonly Variable[]
