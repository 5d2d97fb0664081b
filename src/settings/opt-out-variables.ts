import { TEXT, variable, type Variable } from './variable.ts'

/** What is made of STOP, START and HELP. */
export const OPT_OUT_VARIABLES = [
  variable('OPT_OUT_REPLY', 'Opt-outs', { type: 'choice', of: ['provider', 'gateway', 'none'] }, 'provider', {
    meaning:
      'Who [answers STOP, START and HELP](opt-outs.md#what-is-answered). `provider`: the provider where it does so by itself (Twilio), else Tidings; `gateway`: Tidings, unless the provider says that it has; `none`: nobody here.',
    example: 'gateway',
  }),
  variable('OPT_OUT_COVERS_OTP', 'Opt-outs', { type: 'choice', of: ['off', 'on'] }, 'off', {
    meaning:
      '`on`: who opted out gets no one-time codes either. Usually they go through: whoever gets one has asked for it.',
    example: 'on',
  }),
  variable('OPT_OUT_TEXT', 'Opt-outs', TEXT, null, {
    meaning: 'What a STOP is answered. Unset: a sentence in the language of its word.',
    example: 'Acme: you will get no more messages. Reply START to get them again.',
  }),
  variable('OPT_IN_TEXT', 'Opt-outs', TEXT, null, {
    meaning: 'The same for a START.',
    example: 'Acme: you will get our messages again. Reply STOP to end them.',
  }),
  variable('HELP_TEXT', 'Opt-outs', TEXT, null, {
    meaning: 'The same for a HELP; in some countries it must say who you are, and where help is.',
    example: 'Acme: help at https://acme.example.com/help. Reply STOP to end.',
  }),
] as const satisfies readonly Variable[]
