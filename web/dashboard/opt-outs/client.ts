import { useMemo } from 'preact/hooks'
import type { OptOut } from '../../../src/contract/inbound.ts'
import { createCall, queryOf, type Listed } from '../call.ts'
import { usePage } from '../page.ts'

export type { OptOut }

/** The opt-outs' part of the API, as the page uses it. Each call rejects with a `Refused`, or with what `fetch` throws. */
export interface OptOutsClient {
  /** Newest first; `contact` empty: of everybody. */
  list(contact: string, cursor: string | null, signal: AbortSignal | null): Promise<Listed<OptOut>>
  /** `group` empty: the senders that are in no other. */
  add(contact: string, group: string): Promise<OptOut>
  /** Ends the opt-out of one group. */
  remove(contact: string, group: string): Promise<void>
}

const OPT_OUTS_A_PAGE = 25

export function createOptOutsClient(fetch: typeof globalThis.fetch): OptOutsClient {
  const call = createCall(fetch)
  return {
    async list(contact, cursor, signal) {
      const path = `/opt-outs?${queryOf({ contact, cursor, limit: OPT_OUTS_A_PAGE })}`
      const { data, next } = await call('GET', path, { signal })
      return { data: data as readonly OptOut[], next: next ?? null }
    },
    async add(contact, group) {
      const body = { contact, ...(group === '' ? {} : { sender_group: group }) }
      return (await call('POST', '/opt-outs', { body })).data as OptOut
    },
    async remove(contact, group) {
      await call('DELETE', `/opt-outs/${encodeURIComponent(contact)}?${queryOf({ sender_group: group })}`)
    },
  }
}

export function useOptOutsClient(): OptOutsClient {
  const { session } = usePage()
  return useMemo(() => createOptOutsClient(session.fetch), [session])
}
