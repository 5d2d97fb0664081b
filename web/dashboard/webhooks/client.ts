import type {
  Webhook,
  WebhookAttempt,
  WebhookDelivery,
  WebhookDeliveryDetails,
  WebhookMade,
} from '../../../src/contract/webhooks.ts'
import { createCall, queryOf, type Answer, type Listed } from '../call.ts'

export type { Webhook, WebhookAttempt, WebhookDelivery, WebhookDeliveryDetails }

/** With the secret, which is told this once. */
export type Made = Pick<WebhookMade, 'secret' | 'data'>

export interface WebhookInput {
  readonly url: string
  readonly description: string
  /** Empty: all of them. */
  readonly types: readonly string[]
  readonly payload: Webhook['payload']
}

/** The webhooks' part of the API, as the page uses it. Each call rejects with a `Refused`, or with what `fetch` throws. */
export interface WebhooksClient {
  list(signal: AbortSignal): Promise<readonly Webhook[]>
  read(id: number, signal: AbortSignal): Promise<Webhook>
  create(input: WebhookInput): Promise<Made>
  change(id: number, input: WebhookInput): Promise<Webhook>
  setEnabled(id: number, enabled: boolean): Promise<Webhook>
  rotate(id: number): Promise<Made>
  remove(id: number): Promise<void>
  /** What came back. */
  test(id: number): Promise<WebhookAttempt>
  /** Newest first; `status` null: all of them. */
  deliveries(
    id: number,
    status: WebhookDelivery['status'] | null,
    cursor: string | null,
    signal?: AbortSignal,
  ): Promise<Listed<WebhookDelivery>>
  delivery(id: number, signal: AbortSignal): Promise<WebhookDeliveryDetails>
  redeliver(id: number): Promise<WebhookDeliveryDetails>
  /** How many are due again. */
  replay(id: number, since: Date, onlyFailed: boolean): Promise<number>
}

const LARGEST_PAGE = 200
const DELIVERIES_A_PAGE = 25

/** A receiver may take 15 s to answer a test; the replay of a long time goes in steps. */
const LONG_MS = 60_000

export function createWebhooksClient(fetch: typeof globalThis.fetch): WebhooksClient {
  const call = createCall(fetch)
  return {
    async list(signal) {
      const all: Webhook[] = []
      for (let cursor: string | null = null; ;) {
        const answer = await call('GET', `/webhooks?${queryOf({ limit: LARGEST_PAGE, cursor })}`, { signal })
        all.push(...(answer.data as readonly Webhook[]))
        cursor = answer.next ?? null
        if (cursor === null) return all
      }
    },
    read: async (id, signal) => (await call('GET', `/webhooks/${id}`, { signal })).data as Webhook,
    async create({ url, description, types, payload }) {
      const body = { url, description, payload, ...(types.length === 0 ? {} : { types }) }
      return (await call('POST', '/webhooks', { body })) as Answer & Made
    },
    async change(id, { types, ...others }) {
      const body = { ...others, types: types.length === 0 ? ['*'] : types }
      return (await call('PATCH', `/webhooks/${id}`, { body })).data as Webhook
    },
    setEnabled: async (id, enabled) => (await call('PATCH', `/webhooks/${id}`, { body: { enabled } })).data as Webhook,
    rotate: async (id) => (await call('POST', `/webhooks/${id}/secret`, { body: {} })) as Answer & Made,
    async remove(id) {
      await call('DELETE', `/webhooks/${id}`)
    },
    test: async (id) =>
      (await call('POST', `/webhooks/${id}/test`, { timeoutMs: LONG_MS }))['attempt'] as WebhookAttempt,
    async deliveries(id, status, cursor, signal) {
      const path = `/webhooks/${id}/deliveries?${queryOf({ status, cursor, limit: DELIVERIES_A_PAGE })}`
      const { data, next } = await call('GET', path, { signal: signal ?? null })
      return { data: data as readonly WebhookDelivery[], next: next ?? null }
    },
    delivery: async (id, signal) =>
      (await call('GET', `/webhooks/deliveries/${id}`, { signal })).data as WebhookDeliveryDetails,
    redeliver: async (id) => (await call('POST', `/webhooks/deliveries/${id}/replay`)).data as WebhookDeliveryDetails,
    async replay(id, since, onlyFailed) {
      const body = { since: since.toISOString(), only_failed: onlyFailed }
      return (await call('POST', `/webhooks/${id}/replay`, { body, timeoutMs: LONG_MS }))['queued'] as number
    },
  }
}
