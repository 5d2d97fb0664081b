import type { Delivery, Notification } from '../../../src/contract/notifications.ts'
import type { PushDryRunData } from '../../../src/contract/dry-run.ts'
import { createCall, queryOf, type Listed } from '../call.ts'

export type { Delivery }

/** A push, to a topic or to devices. */
export type Push = Notification

/** What is done to a push that has not left as a whole. */
export type Turn = 'pause' | 'resume' | 'cancel'

/** The pushes' part of the API, as the page uses it. Each call rejects with a `Refused`, or with what `fetch` throws. */
export interface PushesClient {
  /** Newest first; `q` in the search grammar, empty: all of them. */
  list(q: string, cursor: string | null, signal: AbortSignal | null): Promise<Listed<Push>>
  read(id: number, signal: AbortSignal): Promise<Push>
  /** In the order its devices were first seen. */
  deliveries(id: number, cursor: string | null, signal: AbortSignal | null): Promise<Listed<Delivery>>
  turn(id: number, turn: Turn): Promise<Push>
  /** What sending it once more would come to; `status`: to the devices that ended so, null: to all. */
  tryResend(id: number, status: string | null, signal: AbortSignal): Promise<PushDryRunData>
  /** The id of the new one. */
  resend(id: number, status: string | null): Promise<number>
}

const PUSHES_A_PAGE = 25
const DELIVERIES_A_PAGE = 50

/** A push to a hundred thousand devices is stored as a whole. */
const LONG_MS = 60_000

export function createPushesClient(fetch: typeof globalThis.fetch): PushesClient {
  const call = createCall(fetch)
  return {
    async list(q, cursor, signal) {
      const path = `/notifications?${queryOf({ q, cursor, limit: PUSHES_A_PAGE })}`
      const { data, next } = await call('GET', path, { signal })
      return { data: data as readonly Push[], next: next ?? null }
    },
    read: async (id, signal) => (await call('GET', `/notifications/${id}`, { signal })).data as Push,
    async deliveries(id, cursor, signal) {
      const path = `/notifications/${id}/deliveries?${queryOf({ cursor, limit: DELIVERIES_A_PAGE })}`
      const { data, next } = await call('GET', path, { signal })
      return { data: data as readonly Delivery[], next: next ?? null }
    },
    turn: async (id, turn) => (await call('POST', `/notifications/${id}/${turn}`)).data as Push,
    async tryResend(id, status, signal) {
      const body = { ...resendBody(status), dry_run: true }
      const options = { body, signal, timeoutMs: LONG_MS }
      return (await call('POST', `/notifications/${id}/resend`, options)).data as PushDryRunData
    },
    async resend(id, status) {
      const options = { body: resendBody(status), timeoutMs: LONG_MS }
      return (await call('POST', `/notifications/${id}/resend`, options))['notification_id'] as number
    },
  }
}

/** What is posted to send a push once more. */
export function resendBody(status: string | null): { readonly only?: readonly string[] } {
  return status === null ? {} : { only: [status] }
}
