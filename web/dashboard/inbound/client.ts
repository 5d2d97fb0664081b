import type { Inbound } from '../../../src/contract/inbound.ts'
import { createCall, queryOf, type Listed } from '../call.ts'
import type { InboundFilter } from './address.ts'

export type { Inbound }

/** What came in, as the page uses it. Rejects with a `Refused`, or with what `fetch` throws. */
export interface InboundClient {
  /** Newest first. */
  list(filter: InboundFilter, cursor: string | null, signal: AbortSignal | null): Promise<Listed<Inbound>>
}

const TEXTS_A_PAGE = 25
const DAY_MS = 86_400_000

export function createInboundClient(fetch: typeof globalThis.fetch, now: () => Date): InboundClient {
  const call = createCall(fetch)
  return {
    async list({ contact, review, days }, cursor, signal) {
      const since = days === null ? null : new Date(now().getTime() - days * DAY_MS).toISOString()
      const query = queryOf({ contact, review: review ? 'true' : null, since, cursor, limit: TEXTS_A_PAGE })
      const { data, next } = await call('GET', `/inbound?${query}`, { signal })
      return { data: data as readonly Inbound[], next: next ?? null }
    },
  }
}
