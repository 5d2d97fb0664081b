import type { Caller } from '../../domain/caller.ts'
import { TidingsError, withoutStop, type FaultDetail } from '../../domain/errors.ts'
import { topicProblem } from '../../domain/permissions.ts'
import { SANDBOX } from '../../domain/provider.ts'
import { checkFids, checkTokens } from '../../domain/push/push-content.ts'
import { parseTopic } from '../../domain/push/push-topics.ts'
import { channelOf, noWaySentence, projectsOf, wayOf, type PushWays } from '../../domain/push/push-ways.ts'
import { mayReach, type StagingRules } from '../../domain/staging.ts'
import type { TopicState, TopicWish } from '../../domain/push/topics.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import {
  readDeviceTopics,
  readSubscriptions,
  readTopic,
  readTopics,
  type DeviceTopic,
  type SubscriptionRecord,
  type TopicRecord,
} from '../../store/push/read-topics.ts'
import { upsertTokens } from '../../store/push/tokens.ts'
import { endTopic, enterTopic, readWishes, wishTopic, type WishedState } from '../../store/push/topics.ts'
import { inTransaction } from '../../store/transaction.ts'
import { noDevices } from './push-faults.ts'
import type { FilterCall } from './device-reading.ts'
import type { LineTarget } from './long-push.ts'
import type { CallWays } from './push-call.ts'
import { NO_PROVIDER, waysOf } from './push-targets.ts'
import type { Tokens } from './tokens.ts'

/** A device that a wish was not done for, by the address that it was named by. */
export interface FailedDevice extends LineTarget {
  readonly reason: string
}

/** What a call has come to. */
export interface TopicChange {
  readonly topic: string
  /** Different devices. */
  readonly devices: number
  /** Of them, those whose wish is still to be carried out. */
  readonly waiting: number
  readonly failed: readonly FailedDevice[]
  /** For `settled`. */
  readonly open: { readonly topicId: number; readonly addresses: ReadonlyMap<number, LineTarget> }
}

/** What is asked for. */
export interface TopicOrder {
  readonly wish: TopicWish
  readonly topic: string
  /** Whose devices those are whose app is no project's own; absent: the usual one's. */
  readonly project?: string
  readonly caller: Caller
}

/** Which devices follow which topics, as far as it was said here: apps subscribe by themselves, too. All throw TidingsError. */
export interface Topics {
  /** Resolves after COMMIT: what is wished for is carried out, and the last wish holds. At most 10,000 devices. May be repeated. */
  change(order: TopicOrder, targets: readonly LineTarget[]): Promise<TopicChange>
  /** The same for all devices that a filter names, some thousand at a time. */
  changeReached(order: TopicOrder, to: FilterCall): Promise<TopicChange>
  /** Throws for what is wrong with all of it, whatever its devices are. */
  check(order: TopicOrder): void
  /** What is wrong with one address; null: nothing. */
  faultOf(order: TopicOrder, target: LineTarget): TidingsError | null
  /** When nothing waits any more, or after `waitMs`. Of more than MOST_AWAITED devices, at once. */
  settled(change: TopicChange, waitMs: number): Promise<TopicChange>
  list(limit: number, after: number): Promise<readonly TopicRecord[]>
  get(topic: string): Promise<TopicRecord>
  subscriptions(
    topicId: number,
    state: TopicState | null,
    limit: number,
    before: number,
  ): Promise<readonly SubscriptionRecord[]>
  ofDevice(tokenId: number): Promise<readonly DeviceTopic[]>
}

export interface TopicsParts {
  readonly db: Db
  readonly readDb: Db
  readonly tokens: Pick<Tokens, 'filter' | 'reached'>
  readonly ways: PushWays
  /** Null: everybody may be reached. */
  readonly staging: StagingRules | null
  /** There is something to carry out. */
  readonly hint: () => void
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number
  readonly sleep: (ms: number) => Promise<void>
}

/** Tokens looked up in one statement. */
const TOKENS_AT_ONCE = 5_000

/** More devices are not waited for. */
const MOST_AWAITED = 10_000

/** Another node may carry it out: asked this often. */
const ASK_MS = 250

export function createTopics(parts: TopicsParts): Topics {
  const { readDb, tokens } = parts

  async function change(order: TopicOrder, targets: readonly LineTarget[]): Promise<TopicChange> {
    const aims = aimsOf(order, parts)
    const faults = targets.flatMap((target, index) => faultsOf(target, index, aims))
    if (faults.length > 0) throw refuse(faults.slice(0, MOST_FAULTS))
    return store(order, targets, aims, parts)
  }

  async function settled(before: TopicChange, waitMs: number): Promise<TopicChange> {
    const { topicId, addresses } = before.open
    if (addresses.size > MOST_AWAITED) return before
    const until = parts.monotonic() + waitMs
    for (;;) {
      const rows = await refusing(() => readWishes(readDb, topicId, [...addresses.keys()]))
      const waiting = rows.filter(({ waits }) => waits).length
      const left = until - parts.monotonic()
      if (waiting === 0 || left <= 0)
        return { ...before, waiting, failed: [...before.failed, ...failedOf(rows, addresses)] }
      await parts.sleep(Math.min(ASK_MS, left))
    }
  }

  return {
    change,
    async changeReached(order, to) {
      const aims = aimsOf(order, parts)
      let whole: TopicChange | null = null
      for await (const page of tokens.reached(tokens.filter(to))) {
        const targets = page.map(({ kind, token }) => ({ kind, value: token }))
        whole = joined(whole, await store(order, targets, aims, parts))
      }
      if (whole === null && order.wish === 'subscribe') throw noDevices()
      const none = { topicId: 0, addresses: new Map<number, LineTarget>() }
      return whole ?? { topic: aims.topic, devices: 0, waiting: 0, failed: [], open: none }
    },
    check: (order) => void aimsOf(order, parts),
    faultOf(order, target) {
      const faults = faultsOf(target, null, aimsOf(order, parts))
      return faults.length === 0 ? null : refuse(faults)
    },
    settled,
    list: (limit, after) => refusing(() => readTopics(readDb, limit, after)),
    async get(topic) {
      const found = await refusing(() => readTopic(readDb, topicNamed(topic)))
      if (found === null) throw new TidingsError('not_found', 'Not Found')
      return found
    },
    subscriptions: (topicId, state, limit, before) =>
      refusing(() => readSubscriptions(readDb, topicId, state, limit, before)),
    ofDevice: (tokenId) => refusing(() => readDeviceTopics(readDb, tokenId)),
  }
}

/** Told at once. */
const MOST_FAULTS = 20

interface Aims {
  readonly topic: string
  readonly ways: CallWays
  /** Null: everybody may be reached. */
  readonly staging: StagingRules | null
}

/** Throws TidingsError: no topic, or none of this caller's; no project of that name. */
function aimsOf({ topic, project, caller }: TopicOrder, { ways, staging }: TopicsParts): Aims {
  return { topic: allowed(topic, caller), ways: waysOf(ways, project, caller), staging }
}

/** `index`: its place in its list; null: it stands alone. */
function faultsOf({ kind, value }: LineTarget, index: number | null, aims: Aims): readonly FaultDetail[] {
  const path = index === null ? kind : `${kind}s[${index}]`
  const [fault] = kind === 'token' ? checkTokens([value]) : checkFids([value])
  if (fault !== undefined) return [{ path, message: withoutStop(fault.message) }]
  if (wayFor(value, null, aims) !== null) return []
  return [{ path, message: withoutStop(noWaySentence(channelOf(value))) }]
}

/** Null: nothing is set for addresses like this one. */
function wayFor(address: string, app: string | null, { ways, staging }: Aims): string | null {
  if (ways.captured || (staging !== null && !mayReach(staging, address))) return SANDBOX
  return wayOf(ways, address, app)?.name ?? null
}

/** Why a device is passed over that is another Firebase project's: it may well be subscribed there. */
const ANOTHERS = 'sender_mismatch'

interface Known {
  readonly devices: Map<number, { readonly target: LineTarget; readonly way: string }>
  readonly failed: FailedDevice[]
  /** Retired, of those that are to be unsubscribed. */
  readonly gone: number[]
}

/** Tokens are entered beforehand: one that nobody uses in the end is harmless. Of a device that is named by several addresses there is one. */
async function known(
  { wish }: TopicOrder,
  targets: readonly LineTarget[],
  aims: Aims,
  parts: TopicsParts,
): Promise<Known> {
  const projects = projectsOf(aims.ways)
  const found: Known = { devices: new Map(), failed: [], gone: [] }
  const different = [...new Map(targets.map((target) => [`${target.kind}:${target.value}`, target])).values()]
  for (let from = 0; from < different.length; from += TOKENS_AT_ONCE) {
    const some = different.slice(from, from + TOKENS_AT_ONCE)
    const [kinds, values] = [some.map(({ kind }) => kind), some.map(({ value }) => value)]
    const tokens = await refusing(() => upsertTokens(parts.db, kinds, values, projects))
    some.forEach((target, index) => {
      const { id, suppressed, app } = tokens[index] ?? { id: 0, suppressed: null, app: null }
      const way = wayFor(target.value, app, aims)
      const reason = suppressed ?? (way === null ? NO_PROVIDER : null)
      if (reason === null && way !== null) found.devices.set(id, { target, way })
      // What is gone follows nothing any more.
      else if (wish === 'unsubscribe' && suppressed !== null && suppressed !== ANOTHERS) found.gone.push(id)
      else found.failed.push({ ...target, reason: reason ?? NO_PROVIDER })
    })
  }
  return found
}

async function store(
  order: TopicOrder,
  targets: readonly LineTarget[],
  aims: Aims,
  parts: TopicsParts,
): Promise<TopicChange> {
  const { topic } = aims
  const { devices, failed, gone } = await known(order, targets, aims, parts)
  const wished = [...devices].map(([tokenId, { way }]) => ({ tokenId, way }))
  const { topicId, states } = await refusing(() =>
    inTransaction(parts.db, async (client) => {
      const id = await enterTopic(client, topic)
      return { topicId: id, states: wished.length === 0 ? [] : await wishTopic(client, id, order.wish, wished) }
    }),
  )
  if (gone.length > 0) await refusing(() => endTopic(parts.db, topicId, gone))
  const waiting = states.filter(({ waits }) => waits)
  if (waiting.length > 0) parts.hint()
  const addresses = new Map(waiting.map(({ tokenId }) => [tokenId, devices.get(tokenId)?.target ?? NOBODY]))
  const count = devices.size + failed.length
  return { topic, devices: count, waiting: waiting.length, failed, open: { topicId, addresses } }
}

const NOBODY: LineTarget = { kind: 'token', value: '' }

function joined(one: TopicChange | null, other: TopicChange): TopicChange {
  if (one === null) return other
  return {
    topic: other.topic,
    devices: one.devices + other.devices,
    waiting: one.waiting + other.waiting,
    failed: [...one.failed, ...other.failed],
    open: {
      topicId: other.open.topicId,
      addresses: new Map([...one.open.addresses, ...other.open.addresses]),
    },
  }
}

function failedOf(rows: readonly WishedState[], addresses: ReadonlyMap<number, LineTarget>): readonly FailedDevice[] {
  return rows
    .filter(({ state, waits }) => state === 'failed' && !waits)
    .map(({ tokenId, reason }) => ({ ...(addresses.get(tokenId) ?? NOBODY), reason: reason ?? 'failed' }))
}

/** A topic's bare name. */
export function topicNamed(text: string): string {
  const name = parseTopic(text)
  if (name !== null) return name
  throw refuse([
    { path: 'topic', message: 'a topic has 1 to 900 letters, digits and - _ . ~ %; in a path % is written as %25' },
  ])
}

/** What a key may not notify it may not fill either. */
function allowed(text: string, caller: Caller): string {
  const name = topicNamed(text)
  const problem = topicProblem(caller, name)
  if (problem !== null) throw problem
  return name
}

function refuse(faults: readonly FaultDetail[]): TidingsError {
  const details = faults.map(({ path, message, ...more }) => ({ path, message: `\`${path}\`: ${message}`, ...more }))
  return new TidingsError('invalid_request', details.map(({ message }) => message).join('; '), { details })
}
