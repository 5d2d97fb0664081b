import type { Db } from '../store/db.ts'
import { readMissed } from '../store/read-inbox-missed.ts'
import { readInboxPushes, readInboxSms } from '../store/read-inbox.ts'
import { createInboxFeed, type Follower, type InboxEvent, type InboxFeedParts } from './inbox-feed.ts'
import { readInboxPage, readThreadPage, type InboxCursor, type InboxPage, type ThreadPage } from './inbox-pages.ts'
import { readInboxQuery, type InboxQuery } from './inbox-query.ts'

/** What the sandbox took instead of a provider, SMS and push, on any node of this database. */
export interface Inbox {
  /** Newest first. Throws TidingsError where the query can't be read. */
  list(query: InboxQuery, before: InboxCursor, limit: number): Promise<InboxPage>
  /** One entry a recipient, latest first; a page may be shorter than `limit` though more follows. `q`: only recipients that match. */
  threads(q: string | null, before: InboxCursor, limit: number): Promise<ThreadPage>
  /** Tells of everything that happens from now on. */
  follow(take: (event: InboxEvent) => void): Follower
  /** What happened since a follower's last event, perhaps some of it told before; null: more than is worth telling one by one. */
  missed(since: Date): Promise<readonly InboxEvent[] | null>
  /** Something on this node may have changed. */
  hint(): void
  close(): Promise<void>
}

export interface InboxParts extends InboxFeedParts {
  readonly defaultCountry: string | null
}

/** Rows become visible this much after the moment they bear. */
const COMMIT_MS = 10_000

/** Events told one by one to a follower who comes back. */
const MOST_MISSED = 1_000

export function createInbox(parts: InboxParts): Inbox {
  const { db, defaultCountry } = parts
  const feed = createInboxFeed(parts)
  return {
    list: async (query, before, limit) =>
      readInboxPage(db, await readInboxQuery(db, query, defaultCountry), before, limit),
    threads: (q, before, limit) => readThreadPage(db, q, before, limit),
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
