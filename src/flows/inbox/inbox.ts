import type { Caller } from '../../domain/caller.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { PlayedLife } from '../../domain/life.ts'
import type { Db } from '../../store/db.ts'
import { readMissed } from '../../store/inbox/read-inbox-missed.ts'
import { readInboxPushes, readInboxSms, type InboxRecord } from '../../store/inbox/read-inbox.ts'
import { beginLife, deleteCaptured, readPlayed } from './inbox-deeds.ts'
import { createInboxFeed, type Follower, type InboxEvent } from './inbox-feed.ts'
import {
  readInboxPage,
  readThreadPage,
  type InboxChannel,
  type InboxCursor,
  type InboxPage,
  type ThreadPage,
} from './inbox-pages.ts'
import { readInboxQuery, readTo, type InboxQuery } from './inbox-query.ts'
import { createInboxWaits, type InboxWait, type InboxWaited, type InboxWaitsParts } from './inbox-waits.ts'

/** What the sandbox took instead of a provider, SMS and push, on any node of this database. */
export interface Inbox {
  /** Newest first. Throws TidingsError where the query can't be read. */
  list(query: InboxQuery, before: InboxCursor, limit: number): Promise<InboxPage>
  /** One entry a recipient, latest first; a page may be shorter than `limit` though more follows. `q`: only recipients that match. */
  threads(q: string | null, before: InboxCursor, limit: number): Promise<ThreadPage>
  /** The newest message that matches, at once or as soon as the sandbox took it. Throws TidingsError. */
  wait(wait: InboxWait, signal: AbortSignal): Promise<InboxWaited>
  /** Has a captured SMS play a life; its statuses move as a provider's receipts would move them. Throws TidingsError. */
  play(channel: InboxChannel, id: number, life: PlayedLife): Promise<InboxRecord>
  /** Deletes what has come to its end, in steps, until `signal` ends it. Returns how many went; throws TidingsError. */
  remove(to: string | null, tag: string | null, by: Caller, signal: AbortSignal): Promise<number>
  /** Tells of everything that happens from now on. */
  follow(take: (event: InboxEvent) => void): Follower
  /** What happened since a follower's last event, perhaps some of it told before; null: more than is worth telling one by one. */
  missed(since: Date): Promise<readonly InboxEvent[] | null>
  /** Something on this node may have changed. */
  hint(): void
  close(): Promise<void>
}

export interface InboxParts extends Omit<InboxWaitsParts, 'feed'> {
  /** For what changes something. */
  readonly workDb: Db
  /** Lets the sandbox report on an attempt that plays a life. */
  readonly report: (attempt: { messageId: number; attempt: number }, life: PlayedLife) => void
}

/** Rows become visible this much after the moment they bear. */
const COMMIT_MS = 10_000

/** Events told one by one to a follower who comes back. */
const MOST_MISSED = 1_000

export function createInbox(parts: InboxParts): Inbox {
  const { db, defaultCountry } = parts
  const feed = createInboxFeed(parts)
  const waits = createInboxWaits({ ...parts, feed })
  return {
    list: async (query, before, limit) =>
      readInboxPage(db, await readInboxQuery(db, query, defaultCountry), before, limit),
    threads: (q, before, limit) => readThreadPage(db, q, before, limit),
    wait: (wait, signal) => waits.wait(wait, signal),
    async play(channel, id, life) {
      const attempt = await beginLife(parts.workDb, channel, id, life)
      parts.report({ messageId: id, attempt }, life)
      feed.hint()
      const record = await readPlayed(parts.workDb, id)
      if (record === null) throw new TidingsError('not_found', 'Not Found')
      return record
    },
    async remove(to, tag, by, signal) {
      const deletion = { to: readTo(to, defaultCountry), tag, by }
      const deleted = await deleteCaptured(parts.workDb, deletion, signal)
      feed.hint()
      return deleted
    },
    follow: (take) => feed.follow(take),
    missed: (since) => readMissedEvents(db, since),
    hint: () => feed.hint(),
    close: () => feed.close(),
  }
}

async function readMissedEvents(db: Db, since: Date): Promise<readonly InboxEvent[] | null> {
  const from = new Date(since.getTime() - COMMIT_MS)
  const missed = await readMissed(db, from, MOST_MISSED)
  if (missed === null) return null
  const [sms, pushes] = await Promise.all([readInboxSms(db, missed.sms), readInboxPushes(db, missed.push)])
  const records = [...sms, ...pushes].toSorted((one, other) => one.time.getTime() - other.time.getTime())
  return [
    ...missed.deleted.map(({ tag, recipient }) => ({ kind: 'deleted' as const, at: since, tag, to: recipient })),
    ...records.map((record) => ({
      kind: record.time < from ? ('updated' as const) : ('message' as const),
      at: since,
      record,
    })),
  ]
}
