import { createCall, queryOf, type Listed } from '../call.ts'
import type { Item, Life, Thread } from './item.ts'

/** The inbox's part of the API, as the page uses it. Each call rejects with a `Refused`, or with what `fetch` throws. */
export interface InboxClient {
  threads(q: string, cursor: string | null, signal: AbortSignal): Promise<Listed<Thread>>
  /** The messages of a thread, newest first. */
  messages(key: string, cursor: string | null, signal: AbortSignal): Promise<Listed<Item>>
  play(id: string, life: Life): Promise<Item>
  /** Deletes a thread; null: everything. */
  remove(key: string | null): Promise<void>
}

const THREADS_A_PAGE = 100
const MESSAGES_A_PAGE = 50

export function createInboxClient(fetch: typeof globalThis.fetch): InboxClient {
  const call = createCall(fetch)
  return {
    async threads(q, cursor, signal) {
      const { data, next } = await call('GET', `/inbox/threads?${queryOf({ q, cursor, limit: THREADS_A_PAGE })}`, {
        signal,
      })
      return { data: (data ?? []) as readonly Thread[], next: next ?? null }
    },
    async messages(key, cursor, signal) {
      const { data, next } = await call('GET', `/inbox?${queryOf({ to: key, cursor, limit: MESSAGES_A_PAGE })}`, {
        signal,
      })
      return { data: (data ?? []) as readonly Item[], next: next ?? null }
    },
    async play(id, life) {
      const { data } = await call('POST', `/inbox/${encodeURIComponent(id)}/play`, { body: { life } })
      return data as Item
    },
    async remove(key) {
      await call('DELETE', `/inbox?${queryOf({ to: key })}`)
    },
  }
}
