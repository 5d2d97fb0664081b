import type { Db } from '../../store/db.ts'
import { listPushes, listSms, type InboxFilter, type InboxPlace } from '../../store/inbox/read-inbox-pages.ts'
import {
  listPushThreads,
  listSmsThreads,
  searchSmsThreads,
  type ThreadPlace,
  type ThreadWindow,
} from '../../store/inbox/read-inbox-threads.ts'
import { readInboxPushes, readInboxSms, type InboxRecord } from '../../store/inbox/read-inbox.ts'

export type InboxChannel = 'sms' | 'push'

/** What comes next of each channel: ids below these; 0: nothing. */
export interface InboxCursor {
  readonly sms: number
  readonly push: number
}

/** Above every id. */
export const NEWEST: InboxCursor = { sms: Number.MAX_SAFE_INTEGER, push: Number.MAX_SAFE_INTEGER }

export interface InboxPage {
  readonly records: readonly InboxRecord[]
  /** Null: this was the last page. */
  readonly next: InboxCursor | null
}

export interface ThreadPage {
  readonly threads: readonly { readonly last: InboxRecord; readonly count: number }[]
  readonly next: InboxCursor | null
}

/** Windows walked for one page of threads. A page ends there, however little was found, and the next one goes on. */
const MOST_WINDOWS = 10

/** The newest messages of both channels, in the order they were accepted. A channel whose filter is null has no part in it. */
export async function readInboxPage(
  db: Db,
  filters: { readonly sms: InboxFilter | null; readonly push: InboxFilter | null },
  before: InboxCursor,
  limit: number,
): Promise<InboxPage> {
  const list = async (filter: InboxFilter | null, from: number, read: typeof listSms): Promise<Source<InboxPlace>> => {
    const found = filter === null || from === 0 ? [] : await read(db, filter, from, limit + 1)
    const page = found.slice(0, limit)
    return { found: page, rest: found.length > limit ? (page.at(-1)?.id ?? 0) : 0 }
  }
  const [sms, push] = await Promise.all([
    list(filters.sms, before.sms, listSms),
    list(filters.push, before.push, listPushes),
  ])
  const { places, next } = merge(before, sms, push, limit)
  const records = await loadRecords(db, places)
  return { records: places.flatMap((place) => records.get(keyOf(place)) ?? []), next }
}

/** One entry a recipient, by the latest message. `q`: only recipients that match. */
export async function readThreadPage(
  db: Db,
  q: string | null,
  before: InboxCursor,
  limit: number,
): Promise<ThreadPage> {
  const digits = q === null ? null : digitsOf(q)
  const [sms, push] = await Promise.all([
    walk(before.sms, limit, async (from) => {
      if (q === null) return listSmsThreads(db, from, limit)
      return digits === null ? NOTHING : searchSmsThreads(db, digits, from, limit)
    }),
    walk(before.push, limit, (from) => listPushThreads(db, q, from, limit)),
  ])
  const { places, next } = merge(before, sms, push, limit)
  const records = await loadRecords(db, places)
  const threads = places.flatMap((place) => {
    const last = records.get(keyOf(place))
    return last === undefined ? [] : [{ last, count: place.count }]
  })
  return { threads, next }
}

interface Source<Place extends InboxPlace> {
  readonly found: readonly Place[]
  /** What comes after `found` lies below this id; 0: nothing does. */
  readonly rest: number
}

const NOTHING: ThreadWindow = { found: [], rest: 0 }

async function walk(
  before: number,
  limit: number,
  step: (from: number) => Promise<ThreadWindow>,
): Promise<Source<ThreadPlace>> {
  const found: ThreadPlace[] = []
  let rest = before
  for (let windows = 0; rest > 0 && found.length < limit && windows < MOST_WINDOWS; windows++) {
    const window = await step(rest)
    found.push(...window.found)
    rest = window.rest
  }
  const page = found.slice(0, limit)
  return { found: page, rest: found.length > limit ? (page.at(-1)?.id ?? 0) : rest }
}

type Placed<Place> = Place & { readonly channel: InboxChannel }

/** The newest of both, and where the next page begins in each. */
function merge<Place extends InboxPlace>(
  before: InboxCursor,
  sms: Source<Place>,
  push: Source<Place>,
  limit: number,
): { places: Placed<Place>[]; next: InboxCursor | null } {
  const places: Placed<Place>[] = []
  const taken = { sms: 0, push: 0 }
  while (places.length < limit) {
    const [one, other] = [sms.found[taken.sms], push.found[taken.push]]
    const [channel, place] =
      other === undefined || (one !== undefined && one.time >= other.time)
        ? (['sms', one] as const)
        : (['push', other] as const)
    if (place === undefined) break
    taken[channel] += 1
    places.push({ ...place, channel })
  }
  const next = { sms: goOn(before.sms, sms, taken.sms), push: goOn(before.push, push, taken.push) }
  return { places, next: next.sms === 0 && next.push === 0 ? null : next }
}

function goOn(before: number, { found, rest }: Source<InboxPlace>, taken: number): number {
  if (taken === found.length) return rest
  return found[taken - 1]?.id ?? before
}

async function loadRecords(db: Db, places: readonly Placed<InboxPlace>[]): Promise<Map<string, InboxRecord>> {
  const ids = (channel: InboxChannel): number[] =>
    places.filter((place) => place.channel === channel).map(({ id }) => id)
  const [sms, pushes] = await Promise.all([readInboxSms(db, ids('sms')), readInboxPushes(db, ids('push'))])
  return new Map([...sms, ...pushes].map((record) => [keyOf(record), record]))
}

function keyOf({ channel, id }: { readonly channel: InboxChannel; readonly id: number }): string {
  return `${channel}_${id}`
}

/** The digits of a part of a number, however it is spaced; null: it can be part of none. */
function digitsOf(q: string): string | null {
  if (!/^[+\d][\d\s().-]*$/.test(q.trim())) return null
  const digits = q.replace(/\D/g, '')
  return digits === '' ? null : digits
}
