import type { Check } from '../contract/health.ts'
import { fine, warning } from './check.ts'

/** What a rule has found, and since when. */
export interface RuleAlarm {
  readonly rule: string
  /** A prefix, a country, a key; `*`: all callers. */
  readonly what: string
  readonly at: Date
}

/** Pure. */
export function rulesCheck(alarms: readonly RuleAlarm[]): Check {
  if (alarms.length === 0) return fine('rules', 'No rule has found anything.')
  return warning('rules', {
    what: [...alarms.slice(0, MOST_TOLD).map(alarmSentence), ...more(alarms.length - MOST_TOLD)].join(' '),
    why: 'Codes that a machine asks for are paid by you, and hardly anybody reads them. A limit that is reached refuses what comes after it until the next day.',
    fix: [
      'See who asks for codes, and make that harder: a puzzle, a limit for each address and account.',
      'PUMPING=enforce keeps such codes back; ALLOWED_COUNTRIES leaves out where nobody of yours lives.',
    ],
    more: 'docs/rules.md#alarms',
  })
}

/** Nobody reads a thousand of them. */
const MOST_TOLD = 100

function more(count: number): readonly string[] {
  return count <= 0 ? [] : [`And ${count.toLocaleString('en')} more.`]
}

/** `One-time codes to number after number of one block`: what anybody may know of it. */
export function alarmTitle(rule: string): string {
  return SENTENCES[rule] ?? rule
}

function alarmSentence({ rule, what, at }: RuleAlarm): string {
  return `${alarmTitle(rule)}: ${what}, since ${at.toISOString()}.`
}

const SENTENCES: Readonly<Record<string, string>> = {
  prefix_rate: 'More one-time codes than usual within ten minutes to numbers that begin alike',
  prefix_day: 'More one-time codes than usual within a day to numbers that begin alike',
  country_rate: 'More one-time codes than usual within ten minutes to one country',
  country_day: 'More one-time codes than usual within a day to one country',
  number_sequence: 'One-time codes to number after number of one block',
  conversion: 'One-time codes that hardly anybody types in, to numbers that begin alike',
  fraud_blocked: 'A provider took messages for codes that a machine asks for, to numbers that begin alike',
  filtered: 'More than one in a hundred messages is filtered out by carriers',
  account_refused: 'A provider took messages, and then refused our account',
  sender_refused: 'A provider refuses one of our senders',
  spend_50: 'Half of a day’s spend limit is used',
  spend_80: 'Four fifths of a day’s spend limit are used',
  spend_100: 'A day’s spend limit is reached',
  vapid_refused: 'The push service of a browser does not take our VAPID signature',
  tokens_kept: 'So many tokens came back as dead that none is retired any more',
}
