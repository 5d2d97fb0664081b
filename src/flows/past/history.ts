import { parseContact } from '../../domain/contact.ts'
import type { NumberFlag } from '../../domain/sms/number-flags.ts'
import { TidingsError } from '../../domain/errors.ts'
import { EVERYTHING, parseSearch, type Search, type SearchedList } from '../../domain/search/search.ts'
import type { Db } from '../../store/db.ts'
import { refusing } from '../../store/faults.ts'
import { readFlags } from '../../store/sms/number-flags.ts'
import { readClient, readClients, type ClientRecord } from '../../store/past/read-clients.ts'
import { readMessages, type MessageRecord } from '../../store/sms/read-messages.ts'
import { readNotifications, type NotificationRecord } from '../../store/push/read-notifications.ts'
import { readTokens, type TokenRecord } from '../../store/push/read-tokens.ts'
import {
  searchClients,
  searchMessages,
  searchMessagesOf,
  searchNotifications,
  searchTokens,
} from '../../store/past/search-lists.ts'
import type { WalkEnd, WalkLimits } from '../../store/past/search-walk.ts'

/** A page of a list, newest first. */
export interface HistoryPage<Row> {
  readonly rows: readonly Row[]
  /** The next page holds ids below this one; null: this was the last. */
  readonly next: number | null
  /** How far back was looked; null: to the end. */
  readonly searchedUntil: Date | null
}

/** What is asked of a list: a query in the search grammar (null: everything), ids below `before`, at most `limit` rows. */
export interface HistoryQuery {
  readonly q: string | null
  readonly before: number
  readonly limit: number
}

/** Everything that was sent, and to whom. Throws TidingsError for a query that can't be read. */
export interface History {
  messages(query: HistoryQuery): Promise<HistoryPage<MessageRecord>>
  notifications(query: HistoryQuery): Promise<HistoryPage<NotificationRecord>>
  clients(query: HistoryQuery): Promise<HistoryPage<ClientRecord>>
  tokens(query: HistoryQuery): Promise<HistoryPage<TokenRecord>>
  /** A number in any spelling that is certain. Throws TidingsError where it is none, or nothing was sent to it. */
  client(contact: string): Promise<ClientRecord>
  messagesOf(client: ClientRecord, query: HistoryQuery): Promise<HistoryPage<MessageRecord>>
  /** Why nothing reaches the number, as far as providers say. */
  flagsOf(client: ClientRecord): Promise<readonly NumberFlag[]>
  /** The same lists without an end. */
  readonly every: {
    readonly smss: Every<MessageRecord>
    readonly notifications: Every<NotificationRecord>
    readonly clients: Every<ClientRecord>
    readonly tokens: Every<TokenRecord>
  }
}

/**
 * All rows of a query that are there now, a thousand at a time, newest first; a query that can't be read throws at once. Ends early when
 * `signal` says so.
 */
export type Every<Row> = (q: string | null, signal: AbortSignal) => AsyncIterable<readonly Row[]>

export interface HistoryParts {
  readonly db: Db
  readonly defaultCountry: string | null
  readonly now: () => Date
  /** In milliseconds. */
  readonly monotonic: () => number
}

/** Milliseconds that one page looks for rows; what it takes to read them comes on top. */
const BUDGET_MS = 80

/** Of an export nobody waits for a single page. */
const EXPORT_BUDGET_MS = 1_000
const EXPORTED_AT_ONCE = 1_000

export const NEWEST_ID = Number.MAX_SAFE_INTEGER

export function createHistory(parts: HistoryParts): History {
  const { db } = parts
  const read = (q: string | null, list: SearchedList): Search => readSearch(q, list, parts)
  const limits = (limit: number, budgetMs = BUDGET_MS): WalkLimits => ({ limit, budgetMs, now: parts.monotonic })
  const page = async <Row>(search: Promise<WalkEnd>, load: Load<Row>): Promise<HistoryPage<Row>> => {
    const { ids, next, searchedUntil } = await search
    return { rows: await load(db, ids), next, searchedUntil }
  }
  const every = <Row>(list: SearchedList, find: typeof searchMessages, load: Load<Row>): Every<Row> =>
    function (q, signal) {
      const search = read(q, list)
      const most = limits(EXPORTED_AT_ONCE, EXPORT_BUDGET_MS)
      return stream((before) => page(find(db, search, before, most), load))(signal)
    }
  return {
    messages: async ({ q, before, limit }) =>
      page(searchMessages(db, read(q, 'smss'), before, limits(limit)), readMessages),
    notifications: async ({ q, before, limit }) =>
      page(searchNotifications(db, read(q, 'notifications'), before, limits(limit)), readNotifications),
    clients: async ({ q, before, limit }) =>
      page(searchClients(db, read(q, 'clients'), before, limits(limit)), readClients),
    tokens: async ({ q, before, limit }) =>
      page(searchTokens(db, read(q, 'tokens'), before, limits(limit)), readTokens),
    async client(contact) {
      const written = readContact(contact, parts.defaultCountry)
      const client = await refusing(() => readClient(db, written))
      if (client === null) throw new TidingsError('not_found', 'Not Found')
      return client
    },
    messagesOf: async (client, { q, before, limit }) =>
      page(searchMessagesOf(db, client.id, read(q, 'smss'), before, limits(limit)), readMessages),
    flagsOf: (client) => refusing(() => readFlags(db, client.contact)),
    every: {
      smss: every('smss', searchMessages, readMessages),
      notifications: every('notifications', searchNotifications, readNotifications),
      clients: every('clients', searchClients, readClients),
      tokens: every('tokens', searchTokens, readTokens),
    },
  }
}

type Load<Row> = (db: Db, ids: readonly number[]) => Promise<readonly Row[]>

function stream<Row>(
  page: (before: number) => Promise<HistoryPage<Row>>,
): (signal: AbortSignal) => AsyncIterable<readonly Row[]> {
  return async function* (signal) {
    for (let before: number | null = NEWEST_ID; before !== null && !signal.aborted;) {
      const { rows, next }: HistoryPage<Row> = await page(before)
      if (rows.length > 0) yield rows
      before = next
    }
  }
}

function readSearch(q: string | null, list: SearchedList, { now, defaultCountry }: HistoryParts): Search {
  if (q === null) return EVERYTHING
  const reading = parseSearch(q, { list, now: now(), defaultCountry })
  if (reading.kind === 'search') return reading.search
  throw new TidingsError('invalid_request', reading.faults.map(({ message }) => message).join('; '), {
    details: reading.faults,
  })
}

/** The digits alone will do; a number that could be one of several countries will not. Throws TidingsError. */
export function readContact(text: string, defaultCountry: string | null): string {
  if (/^erased:\d{1,16}$/.test(text)) return text
  const written = parseContact(text, defaultCountry)
  const reading = written.kind === 'contact' || !/^\d+$/.test(text) ? written : parseContact(`+${text}`, null)
  if (reading.kind === 'contact') return reading.contact
  const detail = { path: 'contact', message: reading.message }
  throw new TidingsError('invalid_contact', `contact: ${reading.message}`, {
    details: [reading.suggestion === null ? detail : { ...detail, suggestion: reading.suggestion }],
  })
}
