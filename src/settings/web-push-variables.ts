import { TEXT, variable, type Variable } from './variable.ts'

/** Who we are for the push services of browsers. */
export const WEB_PUSH_VARIABLES = [
  variable('WEBPUSH_VAPID_SUBJECT', 'Web Push', TEXT, null, {
    meaning:
      'Whom the push services of browsers may write to: `mailto:` and an address, or an `https:` one. Set: pushes to browsers go out through [Web Push](web-push.md).',
    example: 'mailto:push@example.com',
  }),
  variable('WEBPUSH_VAPID_PUBLIC_KEY', 'Web Push', TEXT, null, {
    meaning:
      'The public half of a VAPID pair, in base64url: browsers subscribe with it. Unset: with the embedded Postgres a pair is made and kept in `DATA_DIR`.',
    example: 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8',
  }),
  variable('WEBPUSH_VAPID_PRIVATE_KEY', 'Web Push', TEXT, null, {
    meaning: 'The private half. Other keys mean that every browser has to subscribe anew.',
    example: 'yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw',
    secret: true,
  }),
] as const satisfies readonly Variable[]
