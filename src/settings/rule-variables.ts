import { variable, type Variable } from './variable.ts'

/** What limits sending beyond a single call. */
export const RULE_VARIABLES = [
  variable('SMS_TYPOGRAPHY', 'SMS rules', { type: 'choice', of: ['keep', 'plain'] }, 'keep', {
    meaning:
      '`plain`: curly quotes, dashes, dots and blanks give way to plain ones where that [makes the message smaller](rules.md#plain-characters), unless a call says `"plain": false`.',
    example: 'plain',
  }),
  variable('ALLOW_PREMIUM', 'SMS rules', { type: 'choice', of: ['off', 'on'] }, 'off', {
    meaning:
      '`on`: numbers of satellite, premium rate and shared cost ranges [may be texted](rules.md#premium-numbers). Else they are refused with 400 `premium_number`.',
    example: 'on',
  }),
  variable('FLAGGED_NUMBERS', 'SMS rules', { type: 'choice', of: ['off', 'warn', 'reject'] }, 'warn', {
    meaning:
      'What is done about messages to [numbers that nothing reaches](rules.md#flagged-numbers). `warn`: the answer says so; `reject`: they are rejected; `off`: nothing, and no number is flagged.',
    example: 'reject',
  }),
  variable('QUIET_HOURS', 'SMS rules', { type: 'quiet-hours' }, '21:00-08:00', {
    meaning:
      'When [marketing waits](rules.md#quiet-hours), by the recipient’s clock; `off`: never. Codes and transactional messages never wait.',
    example: '20:00-09:00',
  }),
  variable('CAPS', 'SMS rules', { type: 'choice', of: ['off', 'observe', 'codes', 'enforce'] }, 'codes', {
    meaning:
      'How many SMS and pushes [one recipient](rules.md#caps) is sent. `codes`: one-time codes above a cap are rejected, of others a warning tells; `enforce`: all are rejected; `observe`: none is.',
    example: 'enforce',
  }),
  variable('CAP_PER_TEN_MINUTES', 'SMS rules', { type: 'number', min: 1, max: 1_000 }, '5', {
    meaning: 'SMS and pushes to one recipient within ten minutes.',
    example: '3',
  }),
  variable('CAP_PER_DAY', 'SMS rules', { type: 'number', min: 1, max: 1_000 }, '20', {
    meaning: 'SMS and pushes to one recipient within 24 hours.',
    example: '10',
  }),
  variable('CODE_DELAY_SECONDS', 'SMS rules', { type: 'number', min: 0, max: 600 }, '30', {
    meaning:
      'How long a [third one-time code](rules.md#codes-again) within ten minutes waits after the second; each further one twice as long. One that comes sooner is refused with 429 `code_too_soon`; with `CAPS=observe` a warning tells. 0: none waits.',
    example: '60',
  }),
  variable('PUMPING', 'SMS rules', { type: 'choice', of: ['off', 'observe', 'enforce'] }, 'observe', {
    meaning:
      'What is done about one-time codes that [a machine seems to ask for](rules.md#pumping). `observe`: an alarm; `enforce`: codes to these numbers are rejected, too.',
    example: 'enforce',
  }),
  variable('PUMPING_PER_PREFIX', 'SMS rules', { type: 'number', min: 1, max: 1_000_000_000 }, '100', {
    meaning:
      'Codes within ten minutes to numbers with the same seven digits before there is an alarm; ten times as many a day.',
    example: '500',
  }),
  variable('PUMPING_PER_COUNTRY', 'SMS rules', { type: 'number', min: 1, max: 1_000_000_000 }, '1000', {
    meaning: 'Codes within ten minutes to one country before there is an alarm; ten times as many a day.',
    example: '20000',
  }),
  variable('SPEND_LIMIT_PER_DAY', 'SMS rules', { type: 'amount' }, null, {
    meaning:
      'What SMS may [cost a day](rules.md#spending) (UTC), all callers together, in the currency of the routes; beyond it they are refused with 429 `spend_limit`. Unset: any sum.',
    example: '250',
  }),
] as const satisfies readonly Variable[]
