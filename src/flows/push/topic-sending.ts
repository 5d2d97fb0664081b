import { startLoop, type Loop, type LoopParts } from '../../delivery/loop.ts'
import type { Retirement } from '../../delivery/retirement.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Outcome } from '../../domain/provider.ts'
import type { TopicProvider } from '../../domain/push/topic-provider.ts'
import type { TopicWish } from '../../domain/push/topics.ts'
import type { Db } from '../../store/db.ts'
import { retireTokens } from '../../store/push/tokens.ts'
import {
  claimWishes,
  dropEmptyTopics,
  foldCounts,
  forgetEnded,
  forgetErased,
  settleWishes,
  type ClaimedWish,
  type SettledWish,
} from '../../store/push/topic-work.ts'
import { inTransaction } from '../../store/transaction.ts'

/** Tells push services what was wished for about topics. Any node does it; what one left undone another takes up. */
export interface TopicSending {
  /** There is something new. */
  hint(): void
  /** What is under way is broken off, and taken up again later: to be told twice does no harm. */
  close(): Promise<void>
}

export interface TopicSendingParts extends LoopParts {
  readonly db: Db
  /** Each with what keeps its devices: what is dead is retired as after a push. */
  readonly providers: readonly (TopicProvider & { readonly retirement: Retirement })[]
  /** 0..1 */
  readonly chance: () => number
}

/** For what other nodes left, and for what comes due. */
const LOOK_MS = 2_000
/** Counts are added up; what is kept for a day or longer is forgotten. */
const FOLD_MS = 10_000
const FORGET_MS = 600_000

/** Devices of one step, and steps at once: each is one call, where all of it is about one topic. */
const AT_ONCE = 1_000
const STEPS = 4

/** A step that takes longer is broken off; its wishes are nobody else's until well after that. */
const STEP_MS = 60_000
const LEASE_SECONDS = 120

export function createTopicSending(parts: TopicSendingParts): TopicSending {
  const { db, providers } = parts
  const ending = new AbortController()
  let isBusy = false
  const byName = new Map(providers.map((provider) => [provider.name, provider]))
  const loops: Loop[] = [
    startLoop('topic counts', FOLD_MS, async () => (await foldCounts(db)) > 0, parts),
    startLoop('old topics', FORGET_MS, () => forget(db), parts),
  ]
  const sending = providers.length === 0 ? null : startLoop('topics', LOOK_MS, look, parts)
  if (sending !== null) loops.push(sending)

  /** One step alone finds out whether there is anything to do. */
  async function look(): Promise<boolean> {
    const first = isBusy || (await step())
    if (first) isBusy = (await Promise.all(Array.from({ length: STEPS }, step))).some(Boolean)
    return first
  }

  /** True: there was something to do. */
  async function step(): Promise<boolean> {
    const ways = providers.filter((provider) => provider.pausedMs() === 0).map(({ name }) => name)
    if (ways.length === 0 || ending.signal.aborted) return false
    const claimed = await claimWishes(db, ways, AT_ONCE, LEASE_SECONDS)
    if (claimed.length === 0) return false
    const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(STEP_MS)])
    const done = (await Promise.all(groupsOf(claimed).map((group) => carryOut(group, signal)))).flat()
    await settleWishes(
      db,
      done.map(({ settled }) => settled),
    )
    await retire(done)
    return true
  }

  async function carryOut(group: readonly ClaimedWish[], signal: AbortSignal): Promise<readonly Done[]> {
    const [first] = group
    const provider = byName.get(first?.way ?? '')
    if (first === undefined || provider === undefined) return []
    const done: Done[] = []
    const addresses = group.map(({ kind, address }) => ({ kind, value: address }))
    const told = (index: number, outcome: Outcome): void => {
      const wish = group[index]
      if (wish !== undefined) done.push({ wish, outcome, settled: settledOf(wish, outcome, parts.chance) })
    }
    await provider.change(wishOf(first), first.topic, addresses, told, signal)
    return done
  }

  async function retire(done: readonly Done[]): Promise<void> {
    for (const { name, retirement } of providers) {
      const own = done.filter(({ wish }) => wish.way === name && !wish.isErased)
      const dead = own.filter(({ outcome }) => outcome.kind === 'refused' && outcome.failure.address === 'retire')
      const allowed = dead.filter(({ wish }) => retirement.allows(wish.tokenId))
      retirement.count(own.length, dead.length)
      const reasons = new Map(allowed.map(({ wish, outcome }) => [wish.tokenId, reasonOf(outcome)]))
      if (reasons.size > 0) await retireTokens(db, [...reasons.keys()], [...reasons.values()])
    }
  }

  return {
    hint: () => sending?.hurry(),
    async close() {
      ending.abort()
      await Promise.all(loops.map((loop) => loop.stop()))
      await Promise.all(providers.map((provider) => provider.close()))
    },
  }
}

interface Done {
  readonly wish: ClaimedWish
  readonly outcome: Outcome
  readonly settled: SettledWish
}

/** Those that one call can be about. */
function groupsOf(claimed: readonly ClaimedWish[]): readonly (readonly ClaimedWish[])[] {
  const groups = new Map<string, ClaimedWish[]>()
  for (const wish of claimed) {
    const name = `${wish.way} ${wish.state} ${wish.topicId}`
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [wish])
    else group.push(wish)
  }
  return [...groups.values()]
}

function wishOf({ state }: ClaimedWish): TopicWish {
  return state === 'subscribing' ? 'subscribe' : 'unsubscribe'
}

function reasonOf(outcome: Outcome): string {
  return outcome.kind === 'refused' ? outcome.failure.reason : ''
}

/** Pure but for `chance`: what an outcome makes of a wish. */
export function settledOf(claimed: ClaimedWish, outcome: Outcome, chance: () => number): SettledWish {
  const { topicId, tokenId, wish, claims } = claimed
  const own = { topicId, tokenId, wish, claims, waitSeconds: 0, counted: false }
  if (outcome.kind === 'accepted') return { ...own, end: 'done', reason: null }
  const { failure } = outcome
  switch (failure.class) {
    case 'recipient-gone':
      // Whoever is gone follows nothing any more. It was wished: taking a retirement back must not undo it.
      if (wishOf(claimed) === 'unsubscribe') return { ...own, end: 'done', reason: null }
      return { ...own, end: 'failed', reason: failure.reason }
    case 'permanent':
      return { ...own, end: 'failed', reason: failure.reason }
    case 'transient':
    case 'uncertain':
    case 'throttled':
    case 'blocked': {
      if (claimed.isLast) return { ...own, end: 'failed', reason: failure.reason }
      const waitSeconds = waitMs(failure, claimed.tries, chance) / 1_000
      return { ...own, end: 'again', reason: failure.reason, waitSeconds, counted: failure.counted }
    }
  }
}

const FIRST_MS = 10_000
const MOST_MS = 3_600_000

/** What was told, or 10 s, 20 s, 40 s … an hour, each up to a fifth longer. What was not begun comes again at once. */
function waitMs({ waitMs: told, counted, reason }: Failure, tries: number, chance: () => number): number {
  if (told !== null) return told
  if (!counted && reason === 'not_sent') return 0
  return Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(tries, 10)) * (1 + chance() / 5)
}

/** Returns whether there is more of it. */
async function forget(db: Db): Promise<boolean> {
  const forgotten = await forgetEnded(db)
  await forgetErased(db)
  await inTransaction(db, dropEmptyTopics)
  return forgotten > 0
}
