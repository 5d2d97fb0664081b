import type { Logger } from 'pino'
import type { Db } from '../../store/db.ts'
import {
  look,
  MOST_NEW,
  readBase,
  type ChangeSighting,
  type Known,
  type Look,
  type Sighting,
} from '../../store/inbox/read-inbox-look.ts'
import { readInboxPushes, readInboxSms, type InboxRecord } from '../../store/inbox/read-inbox.ts'
import { createWatch, type Watch } from './inbox-watch.ts'

/** Something that happened in the inbox. `at` is the database's clock when it was seen. */
export type InboxEvent =
  | { readonly kind: 'message' | 'updated'; readonly at: Date; readonly record: InboxRecord }
  | { readonly kind: 'deleted'; readonly at: Date; readonly tag: string | null; readonly to: string | null }

/** What happens in the inbox, on any node of this database, while somebody looks on. */
export interface InboxFeed {
  /** `take` gets every event from the moment `ready` resolves; the same may come twice. */
  follow(take: (event: InboxEvent) => void): Follower
  /** Something may have happened: look at once. Free while nobody follows. */
  hint(): void
  /** Nobody is told anything any more. Resolves when the last look is over. */
  close(): Promise<void>
}

export interface Follower {
  /** With the database's clock. Stays pending as long as the database is away. */
  readonly ready: Promise<Date>
  stop(): void
}

export interface InboxFeedParts {
  readonly db: Db
  readonly log: Logger
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  /** Resolves early when `signal` ends it. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

/** Another node's messages are seen this late. */
const LOOK_MS = 250

/** Hints come after every commit; between two looks lies at least this. */
const HINTED_LOOK_MS = 25

export function createInboxFeed(parts: InboxFeedParts): InboxFeed {
  const followers = new Set<(event: InboxEvent) => void>()
  let begun = createSignal()
  let wake = (): void => undefined
  let hinted = false
  let running: Promise<void> | null = null
  let failing = false

  const emit = (event: InboxEvent): void => {
    for (const take of followers) take(event)
  }

  async function run(): Promise<void> {
    let scene: Scene | null = null
    while (followers.size > 0) {
      let again = false
      try {
        scene ??= await openScene(parts)
        again = await scene.look(emit)
        begun.resolve(scene.at())
        failing = false
      } catch (error) {
        if (!failing)
          parts.log.warn({ event: 'inbox.waits', err: error }, 'those who watch the inbox wait for the database')
        failing = true
      }
      if (!again) await pause()
    }
    begun = createSignal()
    running = null
  }

  async function pause(): Promise<void> {
    await parts.sleep(HINTED_LOOK_MS)
    if (hinted && !failing) return void (hinted = false)
    await new Promise<void>((resolve) => {
      wake = resolve
      void parts.sleep(LOOK_MS - HINTED_LOOK_MS).then(resolve)
    })
    hinted = false
  }

  return {
    follow(take) {
      followers.add(take)
      running ??= run()
      return { ready: begun.promise(), stop: () => void followers.delete(take) }
    },
    hint() {
      hinted = true
      if (!failing) wake()
    },
    async close() {
      followers.clear()
      wake()
      await running
    },
  }
}

interface Scene {
  /** Tells what is new; true: there is more to be seen at once. */
  look(emit: (event: InboxEvent) => void): Promise<boolean>
  /** When the last look was, by the database's clock. */
  at(): Date
}

interface Pending {
  readonly kind: 'message' | 'updated'
  readonly channel: 'sms' | 'push'
  readonly id: number
  readonly at: Date
}

async function openScene({ db, now }: InboxFeedParts): Promise<Scene> {
  const base = await readBase(db)
  const sms = createWatch(base.sms, now)
  const push = createWatch(base.push, now)
  const changes = createWatch(base.changes, now)
  for (const id of base.openSms) sms.reopen(id)
  for (const id of base.openPush) push.reopen(id)
  // What was seen but could not be loaded is loaded before the next look.
  let pending: Pending[] = []
  let lookedAt = new Date(0)

  async function tellPending(emit: (event: InboxEvent) => void): Promise<void> {
    if (pending.length === 0) return
    const records = await load(db, pending)
    for (const { kind, at, channel, id } of pending) {
      const record = records.get(`${channel}_${id}`)
      if (record !== undefined) emit({ kind, at, record })
    }
    pending = []
  }

  return {
    at: () => lookedAt,
    async look(emit) {
      await tellPending(emit)
      const known = { sms: sms.known(), push: push.known() }
      const seen = await look(db, known.sms, known.push, changes.known())
      const { at } = seen
      const deeds = deedsOf(changes, seen)
      for (const { id, kind } of sms.see(seen.sms, seen.horizon)) pending.push({ kind, channel: 'sms', id, at })
      for (const { id, kind } of push.see(seen.push, seen.horizon)) pending.push({ kind, channel: 'push', id, at })
      for (const { messageId, tag, recipient } of deeds) {
        if (messageId === null) emit({ kind: 'deleted', at, tag, to: recipient })
        else sms.reopen(messageId)
      }
      await tellPending(emit)
      lookedAt = at
      return deeds.length > 0 || isFull(known.sms, seen.sms) || isFull(known.push, seen.push)
    },
  }
}

/** Rows that were asked after come with every look, so only the others tell whether there are more. */
function isFull({ asked }: Known, rows: readonly Sighting[]): boolean {
  if (rows.length < MOST_NEW) return false
  const again = new Set(asked)
  return rows.filter(({ id }) => !again.has(id)).length >= MOST_NEW
}

function deedsOf(watch: Watch, { changes, horizon }: Look): ChangeSighting[] {
  const rows = changes.map(({ id }) => ({ id, ours: true, waiting: false, settled: true, version: '' }))
  const fresh = new Set(watch.see(rows, horizon).map(({ id }) => id))
  return changes.filter(({ id }) => fresh.has(id))
}

async function load(db: Db, pending: readonly Pending[]): Promise<Map<string, InboxRecord>> {
  const ids = (channel: 'sms' | 'push'): number[] => [
    ...new Set(pending.filter((one) => one.channel === channel).map(({ id }) => id)),
  ]
  const [sms, pushes] = await Promise.all([readInboxSms(db, ids('sms')), readInboxPushes(db, ids('push'))])
  return new Map([...sms, ...pushes].map((record) => [`${record.channel}_${record.id}`, record]))
}

/** The last word given; whoever asks before there is one waits for it. */
function createSignal(): { promise(): Promise<Date>; resolve(at: Date): void } {
  let resolve = (_at: Date): void => undefined
  let promise = new Promise<Date>((fulfil) => (resolve = fulfil))
  return {
    promise: () => promise,
    resolve(at) {
      resolve(at)
      promise = Promise.resolve(at)
    },
  }
}
