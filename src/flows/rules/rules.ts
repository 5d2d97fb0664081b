import type { Logger } from 'pino'
import { isCapped, type Caps, type CapsMode } from '../../domain/caps.ts'
import type { Ended } from '../../domain/consent.ts'
import { TidingsError } from '../../domain/errors.ts'
import { SANDBOX } from '../../domain/provider.ts'
import type { PumpingLimits } from '../../domain/sms/pumping.ts'
import { secondsOfDayLeft, type Micros } from '../../domain/spend.ts'
import type { Db } from '../../store/db.ts'
import type { NewMessage } from '../../store/sms/messages.ts'
import type { Counted } from '../../store/rules/recipient-counts.ts'
import { createAlarms, type Alarms, type RuleAction } from './alarms.ts'
import { createCapWatch, createCodeWatch } from './cap-watch.ts'
import { createCodeTraffic, type CodeTraffic } from './code-traffic.ts'
import { createPushCaps, type PushCaps } from '../push/push-caps.ts'
import { createRecipientCounts, type CountVerdict } from './recipient-counts.ts'
import { createSpending, type Bill, type Taken } from './spending.ts'

export interface RuleSettings {
  readonly caps: { readonly mode: CapsMode } & Caps
  /** Before a third code to one recipient, where codes are held to the caps; 0: none waits. */
  readonly codeDelaySeconds: number
  readonly pumping: { readonly mode: 'off' | 'observe' | 'enforce' } & PumpingLimits
  /** Of a day and all callers together; null: no limit. */
  readonly spendLimit: Micros | null
}

/** What rules look at. */
export interface Judged {
  readonly message: Omit<NewMessage, 'place' | 'idempotency'>
  /** Null: it costs nothing that is known. */
  readonly bill: Bill | null
  /** Sentences. */
  readonly warnings: readonly string[]
}

/** What limits sending beyond a single call, asked when messages are accepted. What is captured is limited by nothing. */
export interface Rules {
  /**
   * Messages as they are to be stored: one that a rule keeps back has an end, and a warning says what a rule would have kept back; or, in its
   * place, what one is refused with, `code_too_soon`. A promise only where the database has to be asked. Rejects with a TidingsError,
   * `spend_limit`, where all of them together cost too much.
   */
  judge<One extends Judged>(all: readonly One[]): Verdicts<One> | Promise<Verdicts<One>>
  /** They are what `judge` made of them, and were not stored after all. */
  giveBack(all: readonly Judged[]): void
  /** What `judge` would say now of each, as warnings, without counting it. */
  foresee(all: readonly Judged[]): Promise<readonly (readonly string[])[]>
  readonly pushes: PushCaps
  readonly traffic: Pick<CodeTraffic, 'converted'>
  readonly alarms: Pick<Alarms, 'now' | 'tell'>
  /** Counts are told to the other nodes, and what they say is looked at: to be called each second. */
  look(): Promise<void>
  close(): Promise<void>
}

/** Of each message, in order. */
type Verdicts<One> = readonly (One | TidingsError)[]

export interface RulesParts {
  /** For what a call waits for. */
  readonly db: Db
  /** For all else. */
  readonly workDb: Db
  readonly log: Logger
  readonly settings: RuleSettings
  /** The database's. */
  readonly clock: () => Date
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** A rule has met a message, or raised an alarm; for the metrics. */
  readonly onRule: (rule: string, action: RuleAction) => void
}

export const CAPPED: Ended = { status: 'rejected', reason: 'recipient_cap' }
export const PUMPED: Ended = { status: 'rejected', reason: 'pumping' }

export function createRules(parts: RulesParts): Rules {
  const { settings, onRule } = parts
  const { caps, pumping } = settings
  const alarms = createAlarms({ ...parts, db: parts.workDb })
  const traffic = createCodeTraffic(parts.workDb, pumping)
  const counts = createRecipientCounts({ ...parts, ...settings })
  const watch = createCapWatch(caps, parts.now)
  const codeWatch = createCodeWatch(settings.codeDelaySeconds, parts.now)
  const spending = createSpending({
    db: parts.db,
    limit: settings.spendLimit,
    clock: parts.clock,
    onMark: (mark, who) => alarms.spent(mark, who, secondsOfDayLeft(parts.clock())),
  })

  const concerns = ({ message }: Judged): boolean => message.provider !== SANDBOX && !message.extras?.ended
  const isHeldToCaps = (one: Judged): boolean => concerns(one) && isCapped(caps.mode, one.message.category)
  const isPumped = (one: Judged): boolean =>
    pumping.mode === 'enforce' && concerns(one) && one.message.category === 'otp' && alarms.holds(one.message.contact)
  const billsOf = (all: readonly Judged[]): readonly Bill[] =>
    all.flatMap((one) => (one.bill !== null && concerns(one) ? [one.bill] : []))

  function rejected<One extends Judged>(one: One, ended: Ended): One {
    onRule(ended.reason, 'rejected')
    return { ...one, message: { ...one.message, extras: { ...(one.message.extras ?? NO_EXTRAS), ended } } }
  }

  /** Told, and counted for the other nodes. */
  function seen<One extends Judged>(one: One): One {
    if (!concerns(one)) return one
    const { contact, category } = one.message
    const isCode = category === 'otp'
    if (isCode && pumping.mode !== 'off') traffic.sent(contact)
    if (caps.mode === 'off' || isHeldToCaps(one)) return one
    const problems = [
      warned(CAPPED.reason, watch.see(contact)),
      isCode ? warned(CODE_DELAY, codeWatch.see(contact)) : [],
    ].flat()
    return problems.length === 0 ? one : { ...one, warnings: [...one.warnings, ...problems] }
  }

  function warned(rule: string, problem: string | null): readonly string[] {
    if (problem === null) return []
    onRule(rule, 'observed')
    return [`This recipient was sent ${problem}.`]
  }

  async function counted<One extends Judged>(all: readonly One[]): Promise<Verdicts<One>> {
    const turns = await Promise.allSettled(
      all.map(async (one) => (isHeldToCaps(one) ? counts.count(toCounted(one)) : GOES)),
    )
    const failed = turns.find((turn) => turn.status === 'rejected')
    const verdicts = turns.map((turn) => (turn.status === 'fulfilled' ? turn.value : null))
    if (failed !== undefined) {
      uncount(all.filter((_, index) => verdicts[index]?.kind === 'goes'))
      throw failed.reason
    }
    return all.map((one, index) => decided(one, verdicts[index] ?? GOES))
  }

  function decided<One extends Judged>(one: One, verdict: CountVerdict): One | TidingsError {
    switch (verdict.kind) {
      case 'goes':
        return one
      case 'capped':
        return rejected(one, CAPPED)
      case 'too-soon':
        onRule(CODE_DELAY, 'refused')
        return tooSoon(verdict.seconds)
    }
  }

  function uncount(all: readonly Judged[]): void {
    counts.uncount(all.filter(isHeldToCaps).map(toCounted))
  }

  async function asked<One extends Judged>(all: readonly One[]): Promise<Verdicts<One>> {
    const verdicts = await counted(all)
    const left = verdicts.filter(isJudged)
    try {
      const taken = await spending.take(billsOf(left))
      return verdicts.map((one) => (isJudged(one) ? seen(paid(one, taken)) : one))
    } catch (error) {
      uncount(left)
      throw error
    }
  }

  return {
    judge(all) {
      const held = all.map((one) => (isPumped(one) ? rejected(one, PUMPED) : one))
      if (held.some(isHeldToCaps)) return asked(held)
      const taken = spending.take(billsOf(held))
      if (taken instanceof Promise) return taken.then((days) => held.map((one) => seen(paid(one, days))))
      return held.map((one) => seen(paid(one, taken)))
    },
    giveBack(all) {
      spending.giveBack(billsOf(all))
      uncount(all)
    },
    async foresee(all) {
      const held = all.filter(isHeldToCaps)
      const verdicts = await counts.foresee(held.map(toCounted))
      const verdictOf = new Map(held.map((one, index) => [one, verdicts[index] ?? GOES]))
      return all.map((one) => [...(isPumped(one) ? [PUMPED_NOW] : []), ...foreseen(verdictOf.get(one) ?? GOES)])
    },
    pushes: createPushCaps({ caps, counts, seen: watch, onRule }),
    traffic,
    alarms,
    async look() {
      const found = pumping.mode === 'off' ? [] : await traffic.tell()
      await alarms.look(found)
    },
    async close() {
      await counts.idle()
      await spending.close()
    },
  }
}

const GOES: CountVerdict = { kind: 'goes' }

function isJudged<One extends Judged>(one: One | TidingsError): one is One {
  return !(one instanceof TidingsError)
}

/** The rule, as the metrics have it. */
const CODE_DELAY = 'code_delay'

function toCounted({ message: { contact, category } }: Judged): Counted {
  return { contact, isCode: category === 'otp' }
}

function paid<One extends Judged>(one: One, taken: Taken): One {
  return one.bill === null || taken.size === 0 ? one : { ...one, bill: { ...one.bill, taken } }
}

function tooSoon(seconds: number): TidingsError {
  const message = `This recipient was sent a code a moment ago, and may be sent another one in ${seconds} seconds`
  return new TidingsError('code_too_soon', `contact: ${message}`, {
    details: [{ path: 'contact', message }],
    retryAfterSeconds: seconds,
  })
}

function foreseen(verdict: CountVerdict): readonly string[] {
  switch (verdict.kind) {
    case 'goes':
      return []
    case 'capped':
      return [CAPPED_NOW]
    case 'too-soon':
      return [`It would be refused: this recipient may be sent another code in ${verdict.seconds} seconds.`]
  }
}

const NO_EXTRAS = { sendAt: null, template: null, resentFrom: null, redirectedTo: null }

const CAPPED_NOW = 'It would be rejected: this recipient has been sent as many as the caps allow.'
const PUMPED_NOW =
  'It would be rejected: codes to numbers like this one are held back, since a machine seems to ask for them.'
