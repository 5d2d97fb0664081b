import { APNS_VARIABLES } from './apns-variables.ts'
import { OPT_OUT_VARIABLES } from './opt-out-variables.ts'
import { RULE_VARIABLES } from './rule-variables.ts'
import { SMS_PROVIDER_VARIABLES, SMS_VARIABLES } from './sms-variables.ts'
import { HTTP, TEXT, variable, type Variable } from './variable.ts'
import { WEB_PUSH_VARIABLES } from './web-push-variables.ts'

/** Everything that can be set, in the order of the documentation, which is made from this table. */
export const VARIABLES = [
  variable('PORT', 'Service', { type: 'number', min: 0, max: 65_535 }, '5000', {
    meaning: 'The port to serve on; 0 takes any free one.',
    example: '8080',
  }),
  variable('HOST', 'Service', { type: 'host' }, null, {
    meaning: 'The address to serve on. Unset: both loopback addresses, so that only this machine reaches it.',
    example: '0.0.0.0',
  }),
  variable('PUBLIC_URL', 'Service', HTTP, null, {
    meaning: 'Where the outside reaches this service. Unset: providers can’t call back, so they are asked instead.',
    example: 'https://tidings.example.com',
  }),
  variable('AUTH', 'Service', { type: 'choice', of: ['auto', 'off'] }, 'auto', {
    meaning:
      '`auto`: as soon as a provider is live, callers need an [API key](keys.md); the first start makes one. `off`: whoever reaches the port may send and read everything.',
    example: 'off',
  }),
  variable('SECRET_KEY', 'Service', { type: 'secret-key' }, null, {
    meaning:
      'What API keys are hashed with: 32 bytes in base64, the same on every node. Unset: one is made and kept in `DATA_DIR` with the embedded Postgres; with one of yours and a live provider it must be set.',
    example: 'YW4gZXhhbXBsZTogbWFrZSBvbmUgb2YgeW91ciBvd24=',
    secret: true,
  }),
  variable('SECRET_KEY_PREVIOUS', 'Service', { type: 'secret-keys' }, null, {
    meaning:
      'Secret keys that are still taken, with commas between, while [the secret key is changed](keys.md#changing-the-secret-key).',
    example: 'YW5vdGhlciBleGFtcGxlOiB0aGUgb25lIGJlZm9yZSE=',
    secret: true,
  }),
  variable('TRUST_PROXY', 'Service', { type: 'proxies' }, null, {
    meaning:
      'What stands before Tidings and tells in `X-Forwarded-For` where a call comes from: how many proxies, or their addresses and blocks. Unset: that header is not believed.',
    example: '1',
  }),
  variable('ONLY_TO', 'Service', { type: 'only-to' }, null, {
    meaning:
      'Who gets anything at all, for [staging](pausing.md#staging): numbers, beginnings of numbers with `*`, tokens, `topic:name`. What is meant for others is captured. Unset: everybody.',
    example: '+15005550006, +20100*, topic:testers',
    secret: true,
  }),
  variable('REDIRECT_TO', 'Service', { type: 'redirect-to' }, null, {
    meaning:
      'A number, a token, or both: they get what is meant for anybody who is not in `ONLY_TO`, for [staging](pausing.md#staging).',
    example: '+15005550006',
    secret: true,
  }),
  variable('DEFAULT_TIME_ZONE', 'Service', { type: 'time-zone' }, 'UTC', {
    meaning:
      'Where a recipient is (IANA) of whom nothing else tells, for [times by his own clock](schedules.md#by-the-recipients-clock). Quiet hours do without.',
    example: 'Africa/Cairo',
  }),
  variable('PUSH_EVIDENCE', 'Service', { type: 'choice', of: ['off', 'on'] }, 'off', {
    meaning:
      '`on`: every push to devices tells them where to [report that they got it and that it was opened](evidence.md), unless its caller says otherwise. Needs `PUBLIC_URL`.',
    example: 'on',
  }),
  variable(
    'LOG_LEVEL',
    'Service',
    { type: 'choice', of: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] },
    'info',
    {
      meaning: 'The least important lines that are still logged.',
      example: 'warn',
    },
  ),
  variable('OTEL_EXPORTER_OTLP_ENDPOINT', 'Service', HTTP, null, {
    meaning:
      'A collector of traces, by OTLP over HTTP: [traces](traces.md). OpenTelemetry’s other variables (headers, sampler, resource) hold as well, from the environment alone and not from `.env`. Unset: nothing is traced.',
    example: 'http://localhost:4318',
  }),
  variable('DATA_DIR', 'Database', { type: 'path' }, './data', {
    meaning: 'Where the embedded Postgres keeps its files. One process at a time uses it.',
    example: '/srv/tidings',
  }),
  variable('DATABASE_URL', 'Database', { type: 'url', schemes: ['postgres:', 'postgresql:'] }, null, {
    meaning:
      'A Postgres of yours, 14 to 18, instead of the embedded one; any number of nodes may share it. Unset: `PGHOST` and the other `PG*` variables, if that one is set.',
    example: 'postgres://tidings:secret@db.example.com/tidings',
    secret: true,
  }),
  variable('KEEP_BODIES_DAYS', 'Database', { type: 'number', min: 0, max: 36_500 }, '0', {
    meaning: 'Days after which the texts of messages are emptied; 0: never.',
    example: '90',
  }),
  variable('KEEP_MESSAGES_DAYS', 'Database', { type: 'number', min: 0, max: 36_500 }, '0', {
    meaning: 'Days after which messages are deleted, with their attempts; 0: never.',
    example: '730',
  }),
  variable('KEEP_EVENTS_DAYS', 'Database', { type: 'number', min: 0, max: 36_500 }, '30', {
    meaning:
      'Days after which events are deleted; 0: never. Whoever was away for longer cannot go on where he stopped.',
    example: '7',
  }),
  variable('DEVICES_STALE_DAYS', 'Database', { type: 'number', min: 0, max: 36_500 }, '30', {
    meaning: 'Days after which a [device](tokens.md) that was not registered again is marked as stale; 0: never.',
    example: '60',
  }),
  variable('DEVICES_DROP_DAYS', 'Database', { type: 'number', min: 0, max: 36_500 }, '270', {
    meaning:
      'Days after which it is retired, with the reason `stale`; 0: never. FCM forgets an Android device that was not seen for 270 days.',
    example: '180',
  }),
  variable('QUEUE_LIMIT_PER_KEY', 'Database', { type: 'number', min: 0, max: 1_000_000_000 }, '1000000', {
    meaning:
      'SMS and targets of notifications that one API key may have waiting to be sent, and whoever calls without one; more are refused with 429 `queue_full`. 0 takes the bound away.',
    example: '100000',
  }),
  variable('QUEUE_LIMIT', 'Database', { type: 'number', min: 0, max: 1_000_000_000 }, '20000000', {
    meaning:
      'The same for all together, refused with 503: [marketing first, one-time codes last](operations.md#overload). 0 takes the bound away.',
    example: '5000000',
  }),
  variable('DISK_RESERVE_MB', 'Database', { type: 'number', min: 0, max: 1_000_000_000 }, null, {
    meaning:
      'What is kept free on the disk of the embedded Postgres, in MiB: [below it marketing is refused, then the rest](operations.md#overload). Unset: 2,048, or a tenth of a disk below 20 GiB. 0: nothing.',
    example: '8192',
  }),
  ...SMS_VARIABLES,
  ...RULE_VARIABLES,
  ...OPT_OUT_VARIABLES,
  variable('WEBHOOKS_ALLOW_HTTP', 'Webhooks', { type: 'choice', of: ['off', 'on'] }, 'off', {
    meaning: '`on`: webhooks may be sent over plain http, too, where everybody on the way can read them.',
    example: 'on',
  }),
  variable('WEBHOOKS_ALLOW_PRIVATE', 'Webhooks', { type: 'cidrs' }, null, {
    meaning:
      'Addresses and blocks that webhooks may be sent to though they are not public. Unset: none. Whoever may create a webhook can make this node call what is in them.',
    example: '127.0.0.1, 10.20.0.0/16',
  }),
  ...SMS_PROVIDER_VARIABLES,
  variable('FCM_SERVICE_ACCOUNT', 'Firebase Cloud Messaging', { type: 'json-or-path' }, null, {
    meaning: 'A service account’s key file, or the JSON itself. Set: pushes go out through FCM.',
    example: './service-account.json',
    secret: true,
  }),
  variable('PUSH_PROVIDER', 'Firebase Cloud Messaging', { type: 'choice', of: ['fcm', 'sandbox'] }, null, {
    meaning:
      '`fcm` without a service account uses `GOOGLE_APPLICATION_CREDENTIALS` or the metadata server; `sandbox` captures. Unset: `fcm` if there is a service account, or a file of projects.',
    example: 'fcm',
  }),
  variable('FCM_PROJECTS_FILE', 'Firebase Cloud Messaging', { type: 'file' }, null, {
    meaning:
      '[Several Firebase projects](push.md#several-firebase-projects), in JSON: their accounts, and whose apps are whose. `FCM_SERVICE_ACCOUNT` beside it is one more, called `fcm`; the next four hold for each that says nothing else.',
    example: './fcm-projects.json',
  }),
  variable('FCM_BASE_URL', 'Firebase Cloud Messaging', HTTP, 'https://fcm.googleapis.com', {
    meaning: 'Another place that speaks FCM’s API, such as a look-alike for tests.',
    example: 'http://127.0.0.1:9000',
  }),
  variable(
    'FCM_MESSAGES_PER_MINUTE',
    'Firebase Cloud Messaging',
    { type: 'number', min: 1, max: 100_000_000 },
    '600000',
    {
      meaning: 'The project’s quota; the default is Google’s.',
      example: '1200000',
    },
  ),
  variable('FCM_RAMP_SECONDS', 'Firebase Cloud Messaging', { type: 'number', min: 0, max: 3_600 }, '60', {
    meaning: 'How long the rate grows to full after a start or a pause; below 1,000 a second it is full at once.',
    example: '0',
  }),
  variable('FCM_CONNECTIONS', 'Firebase Cloud Messaging', { type: 'number', min: 1, max: 100 }, '4', {
    meaning:
      'Connections that a node opens to the project at most, each for 100 pushes under way. Those a second are these by the seconds that an answer takes: where it takes half a second, 4 carry 800 and 20 carry 4,000. Whatever is under way when a node is killed may go out twice.',
    example: '20',
  }),
  variable('FCM_TOPICS_API', 'Firebase Cloud Messaging', { type: 'choice', of: ['iid', 'v1'] }, 'iid', {
    meaning:
      'By which API FCM is told [who follows a topic](topics.md): `iid` for a thousand tokens at once, `v1` for one at a time. Installation ids go by `v1` either way.',
    example: 'v1',
  }),
  variable('FCM_TOPICS_BASE_URL', 'Firebase Cloud Messaging', HTTP, null, {
    meaning:
      'Another place that speaks the Instance ID API. Unset: Google’s, or for a project that is sent to another place by FCM’s API, that place.',
    example: 'http://127.0.0.1:9000',
  }),
  ...WEB_PUSH_VARIABLES,
  ...APNS_VARIABLES,
  variable('FIREBASE_API_KEY', 'Device page', TEXT, null, {
    meaning:
      'The web app’s `apiKey`: Firebase console › Project settings › General › Your apps. Public by design; with the next four the page at `/` registers a browser.',
    example: 'AIzaSyExample',
  }),
  variable('FIREBASE_PROJECT_ID', 'Device page', TEXT, null, {
    meaning: 'The web app’s `projectId`, from the same place; the project that pushes go out through.',
    example: 'acme-parcels',
  }),
  variable('FIREBASE_APP_ID', 'Device page', TEXT, null, {
    meaning: 'The web app’s `appId`, from the same place.',
    example: '1:123456789012:web:0123456789abcdef012345',
  }),
  variable('FIREBASE_MESSAGING_SENDER_ID', 'Device page', TEXT, null, {
    meaning: 'The web app’s `messagingSenderId`, from the same place.',
    example: '123456789012',
  }),
  variable('FIREBASE_VAPID_KEY', 'Device page', TEXT, null, {
    meaning:
      'The public key of a pair: Firebase console › Project settings › Cloud Messaging › Web Push certificates › Generate key pair.',
    example: 'BNxExample',
  }),
  variable('FIREBASE_REGISTRATION', 'Device page', { type: 'choice', of: ['token', 'fid'] }, 'token', {
    meaning: 'What the page at `/` registers and shows: an FCM registration token, or a Firebase installation id.',
    example: 'fid',
  }),
] as const satisfies readonly Variable[]

export type VariableName = (typeof VARIABLES)[number]['name']
