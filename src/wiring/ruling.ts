import { alarmTitle } from '../checks/rules.ts'
import type { Dbs } from './dbs.ts'
import type { DeliveryParts } from '../delivery/delivery.ts'
import { startLoop, type LoopParts } from '../delivery/loop.ts'
import type { CheckStep } from '../domain/provider.ts'
import type { RuleAction } from '../flows/alarms.ts'
import { createConversions } from '../flows/conversions.ts'
import { createRules, type Rules } from '../flows/rules.ts'
import { createQuietHold, type SmsRules } from '../flows/sms-rules.ts'
import type { HttpParts } from '../http/parts.ts'
import type { RulesConfig } from '../settings/rule-settings.ts'
import type { AlarmRecord } from '../store/rules.ts'

/** What limits sending beyond a single call. */
export interface Ruling {
  readonly http: Pick<HttpParts, 'conversions'>
  readonly sms: SmsRules & Pick<Rules, 'foresee'>
  /** Asked right before a message is submitted. */
  readonly hold: NonNullable<DeliveryParts['hold']>
  alarms(): readonly AlarmRecord[]
  close(): Promise<void>
}

export interface RulingParts extends LoopParts {
  readonly dbs: Pick<Dbs, 'accept' | 'work'>
  /** The database's. */
  readonly clock: () => Date
  /** In milliseconds. */
  readonly monotonic: () => number
  readonly onRule: (rule: string, action: RuleAction) => void
}

const LOOK_MS = 1_000

export function openRuling(settings: RulesConfig, parts: RulingParts): Ruling {
  const { dbs, clock, monotonic, log, onRule } = parts
  const rules = createRules({ db: dbs.accept, workDb: dbs.work, log, settings, clock, now: monotonic, onRule })
  const looking = startLoop('rules', LOOK_MS, () => rules.look(), parts)
  return {
    http: { conversions: createConversions(dbs.work, rules.traffic) },
    sms: { ...settings, ...rules },
    hold: createQuietHold(settings.quietHours, clock),
    alarms: () => rules.alarms.now(),
    async close() {
      await looking.stop()
      await rules.close()
    },
  }
}

/** For `/readyz`: what rules have found is no fault of a node, and yet somebody has to know. It is open: what it is about stands elsewhere. */
export function alarmWarnings(alarms: readonly AlarmRecord[]): CheckStep[] {
  const titles = new Set(alarms.map(({ rule }) => alarmTitle(rule)))
  return [...titles].map((title) => ({
    name: 'rules',
    ok: false,
    detail: `${title}.`,
    fix: 'GET /readyz?verbose, with a key, says which.',
  }))
}
