import { createGatherer } from '../../delivery/gather.ts'
import type { Caps } from '../../domain/caps.ts'
import { codeWaitSeconds } from '../../domain/sms/code-delay.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import {
  countRecipients,
  findRecipients,
  uncountRecipients,
  type Counted,
  type RecipientCount,
} from '../../store/rules/recipient-counts.ts'

/** Whether one more message may go to its recipient; `too-soon`: a code, which may in so many seconds. */
export type CountVerdict =
  { readonly kind: 'goes' } | { readonly kind: 'capped' } | { readonly kind: 'too-soon'; readonly seconds: number }

/** What recipients have been sent, over all nodes. */
export interface RecipientCounts {
  /** Counts one message where it goes. */
  count(message: Counted): Promise<CountVerdict>
  /**
   * Counts one message for each of these recipients, 5,000 at most and all different, in one statement; returns those to whom it
   * does not go, for whom nothing is counted.
   */
  countEach(contacts: readonly string[]): Promise<readonly string[]>
  /** They were not stored after all. */
  uncount(messages: readonly Counted[]): void
  /** What `count` would say of each now, and counts nothing. Throws a TidingsError where the database can't be asked. */
  foresee(messages: readonly Counted[]): Promise<readonly CountVerdict[]>
  /** Resolves when nothing waits to be counted. */
  idle(): Promise<void>
}

export interface RecipientCountsParts {
  /** For what a call waits for. */
  readonly db: Db
  /** For all else. */
  readonly workDb: Db
  readonly caps: Caps
  /** Before a third code; 0: none waits. */
  readonly codeDelaySeconds: number
}

export function createRecipientCounts({ db, workDb, caps, codeDelaySeconds }: RecipientCountsParts): RecipientCounts {
  const counting = createGatherer<Counted, CountVerdict>({
    most: MOST_COUNTED,
    queue: MOST_WAITING,
    commit: async (messages) => {
      const counts = await countRecipients(db, messages, caps, codeDelaySeconds)
      return inTurn(messages, counts, codeDelaySeconds)
    },
  })

  return {
    count: (message) => counting.add(message),
    async countEach(contacts) {
      const [only] = contacts
      // One alone shares a statement with what else is counted at the moment.
      if (only !== undefined && contacts.length === 1) {
        return (await counting.add({ contact: only, isCode: false })).kind === 'goes' ? [] : contacts
      }
      const messages = contacts.map((contact) => ({ contact, isCode: false }))
      const passed = await refusing(() => countRecipients(db, messages, caps, codeDelaySeconds))
      return contacts.filter((contact) => (passed.get(contact)?.others ?? 0) < 1)
    },
    uncount(messages) {
      if (messages.length === 0) return
      // Should it fail, a recipient has one message less for a while.
      void uncountRecipients(workDb, messages).catch(() => undefined)
    },
    async foresee(messages) {
      if (messages.length === 0) return []
      const contacts = messages.map(({ contact }) => contact)
      const counts = await refusing(() => findRecipients(db, contacts, caps))
      return messages.map((message) => {
        const count = counts.get(message.contact)
        return count === undefined ? GOES : verdictBeyond(message, count, codeDelaySeconds)
      })
    },
    idle: () => counting.idle(),
  }
}

/** Messages in one statement, and those that may wait for the next. */
const MOST_COUNTED = 1_000
const MOST_WAITING = 10_000

const GOES: CountVerdict = { kind: 'goes' }
const CAPPED: CountVerdict = { kind: 'capped' }

/** For each message in its turn: whether it is among those that may go to its recipient. */
function inTurn(
  messages: readonly Counted[],
  counts: ReadonlyMap<string, RecipientCount>,
  codeDelaySeconds: number,
): readonly CountVerdict[] {
  const left = new Map([...counts].map(([contact, { codes, others }]) => [contact, { codes, others }]))
  return messages.map((message) => {
    const places = left.get(message.contact)
    const count = counts.get(message.contact)
    if (places === undefined || count === undefined) return CAPPED
    const kind = message.isCode ? 'codes' : 'others'
    places[kind] -= 1
    return places[kind] >= 0 ? GOES : verdictBeyond(message, count, codeDelaySeconds)
  })
}

/** Of one more message, as the counts stand. */
function verdictBeyond({ isCode }: Counted, { isFull, codeAges }: RecipientCount, delaySeconds: number): CountVerdict {
  if (isFull) return CAPPED
  const seconds = isCode ? codeWaitSeconds(codeAges, delaySeconds) : 0
  return seconds === 0 ? GOES : { kind: 'too-soon', seconds }
}
