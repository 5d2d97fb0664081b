import type { Caller } from '../../domain/caller.ts'
import { TidingsError } from '../../domain/errors.ts'
import { isCondition } from '../../domain/push/push-topics.ts'
import { projectsOf, type PushWays } from '../../domain/push/push-ways.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import { countSubscribers, selectSubscribers, type TopicAsked } from '../../store/push/topic-devices.ts'
import type { Finding, FoundPush } from './found-push.ts'
import type { Accepted, Idempotency } from '../sending/idempotent.ts'
import type { PreparedPush, PushAnswer, PushCall } from './push-call.ts'
import { topicName } from './push-words.ts'

/** Pushes to those devices that were subscribed here, one by one, instead of to a topic as FCM knows it. Throws TidingsError: `no_devices`. */
export interface TopicPush {
  /** Stores nothing; for no more devices than a push in JSON may have. */
  prepare(call: PushCall, address: string, caller: Caller): Promise<PreparedTopicPush>
  /** Resolves after COMMIT. */
  accept(
    call: PushCall,
    address: string,
    caller: Caller,
    idempotency: Idempotency | null,
  ): Promise<Accepted<PushAnswer>>
  /** Devices that it would go to; counted up to MOST_COUNTED. */
  count(address: string, caller: Caller): Promise<number>
}

export interface PreparedTopicPush {
  readonly prepared: PreparedPush
  /** Devices that it would go to. */
  readonly subscribers: number
}

export interface TopicPushParts {
  readonly readDb: Db
  readonly ways: PushWays
  readonly found: FoundPush
}

/** Looked at with one statement. */
const PAGE = 5_000
/** The same where nothing of them is read. */
const COUNTED_PAGE = 20_000

/** Counting more of them would keep a caller waiting. */
const MOST_COUNTED = 100_000

export function createTopicPush({ readDb, ways, found }: TopicPushParts): TopicPush {
  function askedOf(text: string, caller: Caller): TopicAsked {
    const captured = caller.mode === 'test' || ways.all.length === 0
    return { address: topicName(text, caller), projects: projectsOf(ways), captured }
  }
  async function* pages(asked: TopicAsked, onPage: (devices: number) => void): ReturnType<Finding['pages']> {
    for (let after: number | null = 0; after !== null;) {
      const from: number = after
      const page = await refusing(() => selectSubscribers(readDb, asked, from, PAGE))
      onPage(page.devices.length)
      if (page.devices.length > 0) yield page.devices
      after = page.next
    }
  }
  const finding = (text: string, caller: Caller, onPage: (devices: number) => void = () => undefined): Finding => {
    const asked = askedOf(text, caller)
    return { pages: () => pages(asked, onPage), nobody: () => nobody(asked.address) }
  }
  return {
    async prepare(call, address, caller) {
      let subscribers = 0
      const whom = finding(address, caller, (devices) => (subscribers += devices))
      const prepared = await found.prepare(call, whom, caller)
      return { prepared, subscribers }
    },
    accept: async (call, address, caller, idempotency) =>
      found.accept(call, finding(address, caller), caller, idempotency),
    async count(text, caller) {
      const asked = askedOf(text, caller)
      let count = 0
      for (let after: number | null = 0; after !== null && count < MOST_COUNTED;) {
        const from: number = after
        const page = await refusing(() => countSubscribers(readDb, asked, from, COUNTED_PAGE))
        count += page.count
        after = page.next
      }
      return Math.min(count, MOST_COUNTED)
    },
  }
}

function nobody(address: string): TidingsError {
  const path = isCondition(address) ? 'condition' : 'topic'
  const message = `No device that \`${path}\` means was subscribed here; without \`fan_out\` it goes to all who follow it at FCM`
  return new TidingsError('no_devices', message, { details: [{ path, message }] })
}
