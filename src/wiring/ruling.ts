import { alarmTitle } from '../checks/rules.ts'
import type { Dbs } from './dbs.ts'
import type { DeliveryParts } from '../delivery/delivery.ts'
import { startLoop, type LoopParts } from '../delivery/loop.ts'
import type { CheckStep } from '../domain/provider.ts'
import type { RuleAction } from '../flows/rules/alarms.ts'
import { createConversions } from '../flows/sms/conversions.ts'
import { createNumberFlags, type NumberFlags } from '../flows/sms/number-flags.ts'
import { createRules, type Rules } from '../flows/rules/rules.ts'
import { createPushHold, createQuietHold, type SmsRules } from '../flows/sms/sms-rules.ts'
import type { HttpParts } from '../http/parts.ts'
import type { Sample } from '../metrics/cells.ts'
import type { Readings } from '../metrics/meters.ts'
import type { RulesConfig } from '../settings/rule-settings.ts'
import type { AlarmRecord } from '../store/rules/rules.ts'

/** What limits sending beyond a single call. */
export interface Ruling {
  readonly http: Pick<HttpParts, 'conversions'>
  readonly sms: SmsRules & Pick<Rules, 'foresee' | 'pushes'>
  /** Asked right before a message is submitted. */
  readonly hold: NonNullable<DeliveryParts['hold']>
  readonly holdPush: NonNullable<DeliveryParts['holdPush']>
  alarms(): readonly AlarmRecord[]
  /** Of numbers. */
  readonly flags: Pick<NumberFlags, 'settled' | 'received'>
  /** See `Alarms.tell`. */
  tell(rule: string, what: string): void
  close(): Promise<void>
}

export interface RulingParts extends LoopParts {
  readonly dbs: Pick<Dbs, 'accept' | 'work'>
  /** The database's. */
  readonly clock: () => Date
  /** In milliseconds. */
  readonly monotonic: () => number
  readonly onRule: (rule: string, action: RuleAction) => void
  readonly readAlso: (readings: () => Promise<Readings>) => void
}

const LOOK_MS = 1_000

const NO_FLAGS: Ruling['flags'] = { settled: () => undefined, received: () => undefined }

export function openRuling(settings: RulesConfig, parts: RulingParts): Ruling {
  const { dbs, clock, monotonic, log, onRule } = parts
  const rules = createRules({ db: dbs.accept, workDb: dbs.work, log, settings, clock, now: monotonic, onRule })
  parts.readAlso(async () => ({ ruleAlarms: alarmSamples(rules.alarms.now()) }))
  const looking = startLoop('rules', LOOK_MS, () => rules.look(), parts)
  const flags = createNumberFlags(dbs.work, monotonic)
  const flagging = settings.flaggedNumbers === 'off' ? null : startLoop('flags', LOOK_MS, () => flags.look(), parts)
  return {
    http: { conversions: createConversions(dbs.work, rules.traffic) },
    sms: { ...settings, ...rules },
    hold: createQuietHold(settings.quietHours, clock),
    holdPush: createPushHold(settings.quietHours, clock),
    flags: flagging === null ? NO_FLAGS : flags,
    alarms: () => rules.alarms.now(),
    tell: (rule, what) => rules.alarms.tell(rule, what),
    async close() {
      await looking.stop()
      await flagging?.stop()
      await rules.close()
    },
  }
}

function alarmSamples(alarms: readonly AlarmRecord[]): readonly Sample[] {
  const counts = new Map<string, number>()
  for (const { rule } of alarms) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  return [...counts].map(([rule, number]) => ({ values: [rule], number }))
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
