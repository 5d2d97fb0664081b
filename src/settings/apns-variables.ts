import { HTTP, TEXT, variable, type Variable } from './variable.ts'

/** Our account at Apple. */
export const APNS_VARIABLES = [
  variable('APNS_KEY', 'Apple Push Notification service', { type: 'pem-or-path' }, null, {
    meaning:
      'The key `AuthKey_….p8`, or its text: developer.apple.com › Certificates, Identifiers & Profiles › Keys. Set, with the next three: pushes to `apns:` addresses go out through [Apple’s own service](apns.md).',
    example: './AuthKey_ABC123DEFG.p8',
    secret: true,
  }),
  variable('APNS_KEY_ID', 'Apple Push Notification service', TEXT, null, {
    meaning: 'The key’s id: ten capital letters and digits, which its file has in its name.',
    example: 'ABC123DEFG',
  }),
  variable('APNS_TEAM_ID', 'Apple Push Notification service', TEXT, null, {
    meaning: 'The team’s id, likewise: developer.apple.com › Account › Membership details.',
    example: 'DEF123GHIJ',
  }),
  variable('APNS_TOPIC', 'Apple Push Notification service', TEXT, null, {
    meaning: 'The app’s bundle id. `apns.headers` of a call may name another app of the team.',
    example: 'com.example.app',
  }),
  variable(
    'APNS_ENVIRONMENT',
    'Apple Push Notification service',
    { type: 'choice', of: ['production', 'sandbox'] },
    'production',
    {
      meaning:
        'Apps from the App Store and from TestFlight have tokens of `production`; those that Xcode puts on a device, of `sandbox`.',
      example: 'sandbox',
    },
  ),
  variable('APNS_BASE_URL', 'Apple Push Notification service', HTTP, null, {
    meaning:
      'Another place that speaks Apple’s API, such as a look-alike for tests; `http:` on this machine alone. Unset: Apple’s for the environment.',
    example: 'http://127.0.0.1:4015',
  }),
] as const satisfies readonly Variable[]
