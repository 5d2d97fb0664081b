import type { Logger } from 'pino'
import { createGatherer } from '../delivery/gather.ts'
import { isCapped, type Caps, type CapsMode } from '../domain/caps.ts'
import type { Ended } from '../domain/consent.ts'
import { SANDBOX } from '../domain/provider.ts'
import type { PumpingLimits } from '../domain/pumping.ts'
import { secondsOfDayLeft, type Micros } from '../domain/spend.ts'
import type { Db } from '../store/db.ts'
import { refusing } from '../store/faults.ts'
import type { NewMessage } from '../store/messages.ts'
import { countRecipients, findFullRecipients, uncountRecipients } from '../store/rules.ts'
import { createAlarms, type Alarms, type RuleAction } from './alarms.ts'
import { createCapWatch } from './cap-watch.ts'
import { createCodeTraffic, type CodeTraffic } from './code-traffic.ts'
import { createSpending, type Bill } from './spending.ts'

export interface RuleSettings {
  readonly caps: { readonly mode: CapsMode } & Caps
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
   * Messages as they are to be stored: one that a rule keeps back has an end, and a warning says what a rule would have kept back. A promise
   * only where the database has to be asked. Rejects with a TidingsError, `spend_limit`, where all of them together cost too much.
   */
  judge<One extends Judged>(all: readonly One[]): readonly One[] | Promise<readonly One[]>
  /** They were judged, and not stored after all. */
  giveBack(all: readonly Judged[]): void
  /** What `judge` would say now of each, as warnings, without counting it. */
  foresee(all: readonly Judged[]): Promise<readonly (readonly string[])[]>
  readonly traffic: Pick<CodeTraffic, 'converted'>
  readonly alarms: Pick<Alarms, 'now'>
  /** Counts are told to the other nodes, and what they say is looked at: to be called each second. */
  look(): Promise<void>
  close(): Promise<void>
}

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
  const counting = createGatherer<string, boolean>({
    most: MOST_COUNTED,
    queue: MOST_WAITING,
    commit: async (contacts) => inTurn(contacts, await countRecipients(parts.db, contacts, caps)),
  })
  const watch = createCapWatch(caps, parts.now)
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
    if (category === 'otp' && pumping.mode !== 'off') traffic.sent(contact)
    if (caps.mode === 'off' || isHeldToCaps(one)) return one
    const problem = watch.see(contact)
    if (problem === null) return one
    onRule(CAPPED.reason, 'observed')
    return { ...one, warnings: [...one.warnings, `This recipient was sent ${problem}.`] }
  }

  async function capped<One extends Judged>(all: readonly One[]): Promise<readonly One[]> {
    const turns = await Promise.allSettled(
      all.map(async (one) => !isHeldToCaps(one) || (await counting.add(one.message.contact))),
    )
    const failed = turns.find((turn) => turn.status === 'rejected')
    const may = turns.map((turn) => turn.status === 'fulfilled' && turn.value)
    if (failed !== undefined) {
      uncount(all.filter((_, index) => may[index] === true))
      throw failed.reason
    }
    return all.map((one, index) => (may[index] === false ? rejected(one, CAPPED) : one))
  }

  function uncount(all: readonly Judged[]): void {
    const contacts = all.filter(isHeldToCaps).map(({ message }) => message.contact)
    if (contacts.length === 0) return
    // Should it fail, a recipient has one message less for a while.
    void uncountRecipients(parts.workDb, contacts).catch(() => undefined)
  }

  async function asked<One extends Judged>(all: readonly One[]): Promise<readonly One[]> {
    const left = await capped(all)
    try {
      await spending.take(billsOf(left))
    } catch (error) {
      uncount(left)
      throw error
    }
    return left.map(seen)
  }

  return {
    judge(all) {
      const held = all.map((one) => (isPumped(one) ? rejected(one, PUMPED) : one))
      if (held.some(isHeldToCaps)) return asked(held)
      const paid = spending.take(billsOf(held))
      return paid === null ? held.map(seen) : paid.then(() => held.map(seen))
    },
    giveBack(all) {
      spending.giveBack(billsOf(all))
      uncount(all)
    },
    async foresee(all) {
      const contacts = all.filter(isHeldToCaps).map(({ message }) => message.contact)
      const full = contacts.length === 0 ? NOBODY : await refusing(() => findFullRecipients(parts.db, contacts, caps))
      return all.map((one) => [
        ...(isPumped(one) ? [PUMPED_NOW] : []),
        ...(isHeldToCaps(one) && full.has(one.message.contact) ? [CAPPED_NOW] : []),
      ])
    },
    traffic,
    alarms,
    async look() {
      const found = pumping.mode === 'off' ? [] : await traffic.tell()
      await alarms.look(found)
    },
    async close() {
      await counting.idle()
      await spending.close()
    },
  }
}

/** Recipients in one statement, and messages that may wait for the next. */
const MOST_COUNTED = 1_000
const MOST_WAITING = 10_000

/** For each message in its turn: whether it is among those that may go to its recipient. */
function inTurn(contacts: readonly string[], granted: ReadonlyMap<string, number>): readonly boolean[] {
  const left = new Map(granted)
  return contacts.map((contact) => {
    const places = left.get(contact) ?? 0
    left.set(contact, places - 1)
    return places > 0
  })
}

const NOBODY: ReadonlySet<string> = new Set()

const NO_EXTRAS = { sendAt: null, template: null, resentFrom: null, redirectedTo: null }

const CAPPED_NOW = 'It would be rejected: this recipient has been sent as many as the caps allow.'
const PUMPED_NOW =
  'It would be rejected: codes to numbers like this one are held back, since a machine seems to ask for them.'
