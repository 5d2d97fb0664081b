import type { PushProvider } from '../domain/provider.ts'
import { createHttp2Pool } from '../http2/pool.ts'
import { createApns, type ApnsParts } from '../providers/apns/provider.ts'
import type { Config } from '../settings/config.ts'

/**
 * Apple wants connections to be kept, and may take many new ones for an attack; routers in between forget silent ones after some minutes.
 * Source: Apple, "Sending notification requests to APNs"; AWS, NAT gateways: 350 s.
 */
const IDLE_MS = 300_000

/** Null: nothing goes to Apple itself. */
export function openApns(
  { apns }: Pick<Config, 'apns'>,
  parts: Omit<ApnsParts, 'http2'> & { readonly chance: () => number },
): PushProvider | null {
  if (apns === null) return null
  return createApns(apns, { ...parts, http2: createHttp2Pool({ origin: apns.baseUrl, idleMs: IDLE_MS }, parts) })
}
