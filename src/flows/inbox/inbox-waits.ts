import { findCode } from '../../domain/sms/code.ts'
import { TidingsError } from '../../domain/errors.ts'
import type { Status } from '../../domain/status.ts'
import { readDbFault, unavailable } from '../../store/faults.ts'
import { readClock, type InboxFilter, type InboxRecipient } from '../../store/inbox/read-inbox-pages.ts'
import type { InboxRecord } from '../../store/inbox/read-inbox.ts'
import type { InboxFeed, InboxFeedParts } from './inbox-feed.ts'
import { NEWEST, readInboxPage, type InboxCursor, type InboxPage } from './inbox-pages.ts'
import { readInboxQuery, type InboxFilters, type InboxQuery } from './inbox-query.ts'

/** What a caller waits for. */
export interface InboxWait {
  readonly query: InboxQuery
  readonly timeoutMs: number
  /** Only a message that carries a one-time code will do. */
  readonly withCode: boolean
}

export type InboxWaited =
  | { readonly kind: 'found'; readonly record: InboxRecord; readonly code: string | null }
  /** `missedByMs`: the newest that would have matched was accepted this long before `since`; null: there is none. */
  | { readonly kind: 'timeout'; readonly missedByMs: number | null }
  | { readonly kind: 'aborted' }

/** Callers who wait for a message that matches. */
export interface InboxWaits {
  /** The newest message that matches, at once or as soon as it was taken. Throws TidingsError. */
  wait(wait: InboxWait, signal: AbortSignal): Promise<InboxWaited>
}

export interface InboxWaitsParts extends InboxFeedParts {
  readonly feed: InboxFeed
  readonly defaultCountry: string | null
  /** 0..1, spreads those who are told to come back. */
  readonly chance: () => number
}

/**
 * Without `since` a message counts that came at most this long before the call: a test presses the button first and then waits. Longer would
 * hand out the code of the test before.
 */
export const USUAL_SINCE_MS = 5_000

/** On one node. */
const MOST_WAITING = 500

/** What the database could not be asked is asked again this much later. */
const RETRY_MS = 250

/** For the first search where the time is up before it is over. */
const FIRST_SEARCH_MS = 5_000

/** For the search after one that came too early, when the time is up. */
const MISSED_SEARCH_MS = 1_000

const PAGE = 50
const MOST_PAGES = 10

export function createInboxWaits(parts: InboxWaitsParts): InboxWaits {
  let waiting = 0
  return {
    async wait(wait, signal) {
      if (waiting >= MOST_WAITING) throw tooMany(parts.chance())
      waiting += 1
      const over = new AbortController()
      const giveUp = (): void => over.abort()
      signal.addEventListener('abort', giveUp, { once: true })
      if (signal.aborted) giveUp()
      try {
        return await waitFor(parts, wait, signal, over.signal)
      } finally {
        waiting -= 1
        signal.removeEventListener('abort', giveUp)
        over.abort()
      }
    },
  }
}

/** `over` ends everything that goes on for this caller. */
async function waitFor(
  parts: InboxWaitsParts,
  wait: InboxWait,
  signal: AbortSignal,
  over: AbortSignal,
): Promise<InboxWaited> {
  const search = createSearch(parts, wait, over)
  const failed = search.looked.then(() => new Promise<never>(() => undefined))
  await Promise.race([search.found, failed, parts.sleep(wait.timeoutMs, over)])
  if (!signal.aborted && search.filters() === null) {
    await Promise.race([search.found, search.looked, parts.sleep(FIRST_SEARCH_MS, over)])
  }
  const record = search.record()
  if (record !== null) return { kind: 'found', record, code: codeOf(record) }
  if (signal.aborted) return { kind: 'aborted' }
  const filters = search.filters()
  if (filters === null) throw unavailable(new Error('the database did not answer while a caller waited'))
  const late = parts.sleep(MISSED_SEARCH_MS, over).then(() => null)
  return { kind: 'timeout', missedByMs: await Promise.race([missedBy(parts, wait, filters, over), late]) }
}

interface Search {
  /** Resolves with the first that matches. */
  readonly found: Promise<void>
  /** Resolves when what is there already was searched; rejects when that makes no sense. */
  readonly looked: Promise<void>
  record(): InboxRecord | null
  /** Null: what is there already was not searched yet. */
  filters(): InboxFilters | null
}

function createSearch(parts: InboxWaitsParts, wait: InboxWait, over: AbortSignal): Search {
  const begunAt = parts.now()
  let hit: InboxRecord | null = null
  let searched: InboxFilters | null = null
  let resolve = (): void => undefined
  const found = new Promise<void>((fulfil) => (resolve = fulfil))
  const take = (record: InboxRecord | null): void => {
    hit ??= record
    if (hit !== null) resolve()
  }

  async function look(): Promise<void> {
    const filters = await persist(parts, over, () => readFilters(parts, wait, begunAt))
    const searchAll = oneAtATime(async () => {
      if (hit === null) take(await persist(parts, over, () => findNewest(parts, wait, filters, over)))
    })
    const follower = parts.feed.follow((event) => {
      if (event.kind === 'deleted') return
      const fit = fits(event.record, filters[event.record.channel], wait)
      if (fit === 'yes') take(event.record)
      // Whether a token is among several targets only the database knows.
      if (fit === 'perhaps') searchAll().catch(() => undefined)
    })
    over.addEventListener('abort', () => follower.stop(), { once: true })
    if (over.aborted) follower.stop()
    await follower.ready
    await searchAll()
    searched = filters
  }
  return { found, looked: look(), record: () => hit, filters: () => searched }
}

/** Whoever asks while a run is under way waits for one more, which begins later; all who ask meanwhile share it. */
function oneAtATime(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  let again = false
  async function runAll(): Promise<void> {
    try {
      while (again) {
        again = false
        await run()
      }
    } finally {
      running = null
    }
  }
  return () => {
    again = true
    running ??= runAll()
    return running
  }
}

async function readFilters(
  { db, now, defaultCountry }: InboxWaitsParts,
  wait: InboxWait,
  begunAt: number,
): Promise<InboxFilters> {
  const clock = await readClock(db)
  const usual = new Date(clock.getTime() - (now() - begunAt) - USUAL_SINCE_MS)
  return readInboxQuery(db, wait.query, defaultCountry, usual)
}

/** Repeats what the database could not answer, as long as somebody waits for it. */
async function persist<T>(parts: InboxWaitsParts, over: AbortSignal, ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (over.aborted || error instanceof TidingsError || readDbFault(error).kind === 'refused') throw error
      await parts.sleep(RETRY_MS, over)
    }
  }
}

async function findNewest(
  { db }: InboxWaitsParts,
  wait: InboxWait,
  filters: InboxFilters,
  over: AbortSignal,
): Promise<InboxRecord | null> {
  let before: InboxCursor | null = NEWEST
  for (let pages = 0; before !== null && pages < MOST_PAGES && !over.aborted; pages++) {
    const page: InboxPage = await readInboxPage(db, filters, before, PAGE)
    const hit = page.records.find((record) => isTaken(record) && (!wait.withCode || codeOf(record) !== null))
    if (hit !== undefined) return hit
    before = page.next
  }
  return null
}

/** The newest that would have matched had it come after `since`. */
async function missedBy(
  parts: InboxWaitsParts,
  wait: InboxWait,
  filters: InboxFilters,
  over: AbortSignal,
): Promise<number | null> {
  const since = filters.sms?.since ?? filters.push?.since ?? null
  if (since === null) return null
  const any = (filter: InboxFilter | null): InboxFilter | null => filter && { ...filter, since: null, above: 0 }
  const before = { sms: any(filters.sms), push: any(filters.push) }
  const last = await findNewest(parts, wait, before, over).catch(() => null)
  return last === null ? null : Math.max(0, since.getTime() - last.time.getTime())
}

/** `perhaps`: only the database can tell. */
function fits(record: InboxRecord, filter: InboxFilter | null, wait: InboxWait): 'yes' | 'no' | 'perhaps' {
  if (filter === null || !isTaken(record)) return 'no'
  if (filter.since !== null && record.time < filter.since) return 'no'
  if (record.id <= filter.above || (filter.tag !== null && record.tag !== filter.tag)) return 'no'
  if (wait.withCode && codeOf(record) === null) return 'no'
  return isFor(record, filter.to)
}

function isFor(record: InboxRecord, to: InboxRecipient | null): 'yes' | 'no' | 'perhaps' {
  if (to === null) return 'yes'
  if (record.channel === 'sms') return to.kind === 'contact' && record.contact === to.contact ? 'yes' : 'no'
  const several = record.topic === null && record.targets > 1
  if (to.kind === 'token' && several) return 'perhaps'
  if (to.kind === 'token') return record.token === to.token ? 'yes' : 'no'
  if (to.kind === 'topic') return record.topic === to.topic ? 'yes' : 'no'
  return to.kind === 'several' && several ? 'yes' : 'no'
}

/** The sandbox has it, or what plays the phone: a refused one never arrives. */
const TAKEN: readonly Status[] = ['captured', 'sent', 'delivered', 'received', 'opened']

function isTaken(record: InboxRecord): boolean {
  if (record.channel === 'sms') return TAKEN.includes(record.status)
  return TAKEN.some((status) => (record.counts[status] ?? 0) > 0)
}

/** Of each record it is looked for once, however many wait. */
const CODES = new WeakMap<InboxRecord, { readonly code: string | null }>()

function codeOf(record: InboxRecord): string | null {
  const known = CODES.get(record)
  if (known !== undefined) return known.code
  const text = record.channel === 'sms' ? record.text : record.body
  const code = findCode(text, record.category === 'otp')?.code ?? null
  CODES.set(record, { code })
  return code
}

function tooMany(chance: number): TidingsError {
  return new TidingsError('overloaded', `More than ${MOST_WAITING} calls wait for the inbox on this node`, {
    retryAfterSeconds: 1 + Math.floor(chance * 3),
  })
}
