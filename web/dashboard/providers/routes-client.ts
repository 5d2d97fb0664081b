import type { SmsProviderState, SmsRoute, SmsRoutesData } from '../../../src/contract/sms-routes.ts'
import { createCall } from '../call.ts'

export type { SmsProviderState, SmsRoute, SmsRoutesData }

/** A way through a provider that is not well. */
export type Trouble = SmsProviderState['troubles'][number]

/** Where SMS go, as this page uses it. Rejects with a `Refused`, or with what `fetch` throws. */
export async function readRoutes(fetch: typeof globalThis.fetch, signal: AbortSignal): Promise<SmsRoutesData> {
  return (await createCall(fetch)('GET', '/routes', { signal })).data as SmsRoutesData
}
