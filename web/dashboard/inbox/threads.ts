import { laterOf, serialOf, threadOf, type Item, type Thread } from './item.ts'

/** More than a person scrolls through; older ones are found by searching. */
export const MOST_THREADS = 10_000

/** The threads after these arrived, latest first. An item that is known already only brings what is new about it. */
export function withArrived(threads: readonly Thread[], arrived: readonly Item[]): readonly Thread[] {
  if (arrived.length === 0) return threads
  const keys = new Set(arrived.map(threadOf))
  const before = new Map(threads.filter(({ key }) => keys.has(key)).map((thread) => [thread.key, thread]))
  const moved = new Map<string, Thread>()
  const changed = new Map<string, Thread>()
  for (const item of arrived) {
    const key = threadOf(item)
    const thread = moved.get(key) ?? changed.get(key) ?? before.get(key)
    if (thread !== undefined && serialOf(item.id) <= serialOf(thread.last.id)) {
      const same = { ...thread, last: item.id === thread.last.id ? laterOf(thread.last, item) : thread.last }
      ;(moved.has(key) ? moved : changed).set(key, same)
      continue
    }
    // What was put in first comes first out: the latest must be the last.
    moved.delete(key)
    moved.set(key, { key, count: (thread?.count ?? 0) + 1, last: item })
  }
  const stayed = moved.size === 0 ? threads : threads.filter(({ key }) => !moved.has(key))
  const rest = changed.size === 0 ? stayed : stayed.map((thread) => changed.get(thread.key) ?? thread)
  return [...[...moved.values()].toReversed(), ...rest].slice(0, MOST_THREADS)
}

/** Those that are not known: after a break some are told again. */
export function newAmong(threads: readonly Thread[], arrived: readonly Item[]): readonly Item[] {
  const keys = new Set(arrived.map(threadOf))
  const latest = new Map(threads.filter(({ key }) => keys.has(key)).map(({ key, last }) => [key, serialOf(last.id)]))
  return arrived.filter((item) => serialOf(item.id) > (latest.get(threadOf(item)) ?? -1))
}

/** The threads after these items changed: nothing moves. */
export function withUpdated(threads: readonly Thread[], updated: readonly Item[]): readonly Thread[] {
  if (updated.length === 0) return threads
  const byId = new Map(updated.map((item) => [item.id, item]))
  return threads.map((thread) => {
    const last = byId.get(thread.last.id)
    return last === undefined ? thread : { ...thread, last: laterOf(thread.last, last) }
  })
}

/** The threads with a further page of older ones behind them. */
export function withPage(threads: readonly Thread[], page: readonly Thread[]): readonly Thread[] {
  const known = new Set(threads.map(({ key }) => key))
  return [...threads, ...page.filter(({ key }) => !known.has(key))].slice(0, MOST_THREADS)
}

/** The threads after the first page was read again; null: so much has come meanwhile that the two don't meet. */
export function withFirstPage(threads: readonly Thread[], page: readonly Thread[]): readonly Thread[] | null {
  const known = new Set(threads.map(({ key, last }) => `${key} ${last.id}`))
  return page.some(({ key, last }) => known.has(`${key} ${last.id}`)) ? withPage(page, threads) : null
}
