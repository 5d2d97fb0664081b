import type { ConfigFault, Read } from './config-reading.ts'
import type { FlaggedMode } from '../domain/sms/number-flags.ts'
import { parseQuietHours, type QuietHours } from '../domain/quiet-hours.ts'
import { toMicros } from '../domain/spend.ts'
import type { RuleSettings } from '../flows/rules/rules.ts'

/** What limits sending beyond a single call. */
export interface RulesConfig extends RuleSettings {
  readonly plain: boolean
  readonly allowPremium: boolean
  readonly flaggedNumbers: FlaggedMode
  /** Null: none. */
  readonly quietHours: QuietHours | null
}

export function readRules(read: Read): RulesConfig {
  const limit = read('SPEND_LIMIT_PER_DAY')
  return {
    plain: read('SMS_TYPOGRAPHY') === 'plain',
    allowPremium: read('ALLOW_PREMIUM') === 'on',
    flaggedNumbers: oneOf(FLAGGED, read('FLAGGED_NUMBERS')),
    quietHours: parseQuietHours(read('QUIET_HOURS') ?? ''),
    caps: {
      mode: oneOf(CAPS, read('CAPS')),
      perTenMinutes: Number(read('CAP_PER_TEN_MINUTES')),
      perDay: Number(read('CAP_PER_DAY')),
    },
    codeDelaySeconds: Number(read('CODE_DELAY_SECONDS')),
    pumping: {
      mode: oneOf(PUMPING, read('PUMPING')),
      perPrefix: Number(read('PUMPING_PER_PREFIX')),
      perCountry: Number(read('PUMPING_PER_COUNTRY')),
    },
    spendLimit: limit === null ? null : toMicros(Number(limit)),
  }
}

/** A limit that nothing counts for would be believed in. */
export function spendFaults(
  { spendLimit }: RulesConfig,
  routes: { readonly currency: string | null } | null,
): readonly ConfigFault[] {
  if (spendLimit === null || (routes?.currency ?? null) !== null) return []
  const fix = 'Tell prices in the routes file (ROUTES_FILE), or unset it.'
  return [{ variable: 'SPEND_LIMIT_PER_DAY', problem: 'is set, while nothing tells what an SMS costs', fix }]
}

const FLAGGED = ['warn', 'off', 'reject'] as const
const CAPS = ['codes', 'off', 'observe', 'enforce'] as const
const PUMPING = ['observe', 'off', 'enforce'] as const

/** A word that is none of them is a fault of its own; the first one stands for it. */
function oneOf<Word extends string>(words: readonly [Word, ...Word[]], word: string | null): Word {
  return words.find((one) => one === word) ?? words[0]
}
