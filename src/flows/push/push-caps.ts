import { isCapped, type Caps, type CapsMode } from '../../domain/caps.ts'
import type { Category } from '../../domain/category.ts'
import type { RuleAction } from '../rules/alarms.ts'
import type { CapWatch } from '../rules/cap-watch.ts'
import type { RecipientCounts } from '../rules/recipient-counts.ts'

/** What caps look at of a push. Whose devices have it: numbers of people, and devices that are nobody's (see `recipientOf`). */
export interface CappedPush {
  readonly category: Category
  /** Different ones: a push counts once for a person, however many devices he has. */
  readonly recipients: readonly string[]
}

/** Caps for pushes: what a person has been sent as SMS and as pushes counts together. What is captured must not come here. */
export interface PushCaps {
  /** Whether those above a cap are not sent to. */
  holds(category: Category): boolean
  /** Whether it matters who so many targets are: else `count` and `watch` say nothing. */
  looksAt(category: Category, targets: number): boolean
  /**
   * Counts a push for each recipient to whom it goes, where caps hold; returns those to whom it does not go. Throws a TidingsError where the
   * database can't be asked: then nothing is counted.
   */
  count(push: CappedPush): Promise<ReadonlySet<string>>
  /** It was counted, and not stored after all. */
  giveBack(push: CappedPush): void
  /** What `count` would return now, and counts nothing. */
  foresee(push: CappedPush): Promise<ReadonlySet<string>>
  /** Where caps don't hold: a warning as a sentence, as far as this node has seen its recipients; null: there is none. */
  watch(push: CappedPush): string | null
}

export interface PushCapsParts {
  readonly caps: { readonly mode: CapsMode } & Caps
  readonly counts: Pick<RecipientCounts, 'countEach' | 'uncount' | 'foresee'>
  readonly seen: CapWatch
  readonly onRule: (rule: string, action: RuleAction) => void
}

/** Of recipients counted in one statement. */
const AT_ONCE = 5_000

/** Of a longer list nothing is observed: it would make a node forget everybody else. */
const MOST_WATCHED = 1_000

const RULE = 'recipient_cap'

const NOBODY: ReadonlySet<string> = new Set()

/** Whom a push to a device counts for: the person, else the device alone. `tokenId`: of its address. */
export function recipientOf(tokenId: number, contact: string | null): string {
  return contact ?? `device:${tokenId}`
}

export function createPushCaps({ caps, counts, seen, onRule }: PushCapsParts): PushCaps {
  const holds = (category: Category): boolean => isCapped(caps.mode, category)
  const counted = (recipients: readonly string[]) => recipients.map((contact) => ({ contact, isCode: false }))

  /** What was counted before a failure is given back. */
  async function count(recipients: readonly string[]): Promise<ReadonlySet<string>> {
    const capped = new Set<string>()
    for (let from = 0; from < recipients.length; from += AT_ONCE) {
      const some = recipients.slice(from, from + AT_ONCE)
      try {
        for (const recipient of await counts.countEach(some)) capped.add(recipient)
      } catch (error) {
        counts.uncount(counted(recipients.slice(0, from).filter((recipient) => !capped.has(recipient))))
        throw error
      }
    }
    for (let told = 0; told < capped.size; told++) onRule(RULE, 'rejected')
    return capped
  }

  return {
    holds,
    looksAt: (category, targets) => holds(category) || (caps.mode !== 'off' && targets <= MOST_WATCHED),
    count: async ({ category, recipients }) => (holds(category) ? count(recipients) : NOBODY),
    giveBack({ category, recipients }) {
      if (!holds(category)) return
      for (let from = 0; from < recipients.length; from += AT_ONCE) {
        counts.uncount(counted(recipients.slice(from, from + AT_ONCE)))
      }
    },
    async foresee({ category, recipients }) {
      if (!holds(category)) return NOBODY
      const capped = new Set<string>()
      for (let from = 0; from < recipients.length; from += AT_ONCE) {
        const some = recipients.slice(from, from + AT_ONCE)
        const verdicts = await counts.foresee(counted(some))
        some.filter((_, index) => verdicts[index]?.kind === 'capped').forEach((one) => capped.add(one))
      }
      return capped
    },
    watch({ category, recipients }) {
      if (caps.mode === 'off' || holds(category) || recipients.length > MOST_WATCHED) return null
      const problems = recipients.flatMap((recipient) => seen.see(recipient) ?? [])
      problems.forEach(() => onRule(RULE, 'observed'))
      const [first] = problems
      if (first === undefined) return null
      if (recipients.length === 1) return `This recipient was sent ${first}.`
      return `${problems.length} of its ${recipients.length} recipients were sent more than the caps allow.`
    },
  }
}
