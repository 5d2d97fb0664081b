import type { Logger } from 'pino'
import type { PumpingAlarm } from '../../domain/sms/pumping.ts'
import type { SpendMark } from '../../domain/spend.ts'
import type { Db } from '../../store/db.ts'
import { forgetCounts, raiseAlarms, readAlarms, type AlarmRecord } from '../../store/rules/rules.ts'

/** What became of what a rule met. */
export type RuleAction = 'observed' | 'refused' | 'rejected' | 'alarm'

/** What rules have found, on any node: told once, and over some time after it was last found. */
export interface Alarms {
  /** So much of a day's limit was spent; `seconds` of the day are left. `who`: `*` for all callers together. */
  spent(mark: SpendMark, who: string, seconds: number): void
  /** Something else that somebody has to know, for an hour. */
  tell(rule: string, what: string): void
  /** Codes to this number are held back, where pumping is not only observed. */
  holds(contact: string): boolean
  /** Those that are on, as this node knows them: within some seconds. */
  now(): readonly AlarmRecord[]
  /** Notes what was found, and learns what others have. */
  look(found: readonly PumpingAlarm[]): Promise<void>
}

export interface AlarmsParts {
  readonly db: Db
  readonly log: Logger
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  readonly onRule: (rule: string, action: RuleAction) => void
}

/** What was found is on for so long: whoever pumps goes on for hours, or comes back after a pause. */
const LASTS_SECONDS = 3_600

/** One that goes on is noted again this often. */
const AGAIN_MS = 60_000
const LEARN_MS = 5_000
const FORGET_MS = 3_600_000

interface Found {
  readonly rule: string
  readonly what: string
  readonly seconds: number
}

export function createAlarms({ db, log, now, onRule }: AlarmsParts): Alarms {
  const noted = new Map<string, number>()
  let waiting: Found[] = []
  let on: readonly AlarmRecord[] = []
  let held = prefixesOf([])
  let learnAt = 0
  let forgetAt = now() + FORGET_MS

  /** False: it was a moment ago. */
  function isDue({ rule, what }: Found): boolean {
    const name = `${rule} ${what}`
    if (now() < (noted.get(name) ?? -Infinity) + AGAIN_MS) return false
    if (noted.size >= MOST_NOTED) noted.clear()
    noted.set(name, now())
    return true
  }

  async function raise(found: readonly Found[], seconds: number): Promise<void> {
    const some = found.filter((one) => one.seconds === seconds)
    for (const { rule, what } of await raiseAlarms(db, some, seconds)) {
      onRule(rule, 'alarm')
      log.warn({ event: 'rule.alarm', rule, what }, 'a rule has found something; see the page of the rules')
      learnAt = 0
    }
  }

  async function learn(): Promise<void> {
    if (now() < learnAt) return
    on = await readAlarms(db)
    held = prefixesOf(on.filter(({ rule }) => HOLDING.has(rule)).map(({ what }) => what))
    learnAt = now() + LEARN_MS
  }

  return {
    spent(mark, who, seconds) {
      const found = { rule: `spend_${mark}`, what: who, seconds }
      if (isDue(found)) waiting.push(found)
    },
    tell(rule, what) {
      const found = { rule, what, seconds: LASTS_SECONDS }
      if (isDue(found)) waiting.push(found)
    },
    holds: (contact) => held(contact),
    now: () => on,
    async look(found) {
      const pumping = found.map((one) => ({ ...one, seconds: LASTS_SECONDS })).filter(isDue)
      const all = [...waiting, ...pumping]
      waiting = []
      try {
        for (const seconds of new Set(all.map((one) => one.seconds))) await raise(all, seconds)
      } catch (error) {
        // They are noted, so that none comes twice: told at the next look.
        waiting = [...all, ...waiting].slice(0, MOST_NOTED)
        throw error
      }
      await learn()
      if (now() < forgetAt) return
      forgetAt = now() + FORGET_MS
      await forgetCounts(db)
    },
  }
}

/** Rules whose alarm is about a prefix, not a whole country. */
const HOLDING: ReadonlySet<string> = new Set([
  'prefix_rate',
  'prefix_day',
  'number_sequence',
  'conversion',
  'fraud_blocked',
])

const MOST_NOTED = 10_000

/** Whether a number begins like one of these: there may be thousands. */
function prefixesOf(prefixes: readonly string[]): (contact: string) => boolean {
  const known = new Set(prefixes)
  const lengths = [...new Set(prefixes.map(({ length }) => length))]
  return (contact) => lengths.some((length) => known.has(contact.slice(0, length)))
}
