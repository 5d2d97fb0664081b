import type { PushProvider } from '../domain/provider.ts'
import type { PushWay } from '../domain/push-ways.ts'
import { createHttp2Pool } from '../http2/pool.ts'
import { APNS, createApns, type ApnsParts } from '../providers/apns/provider.ts'
import type { Config } from '../settings/config.ts'

/** Null: nothing goes to Apple itself. What an address turns out to be none of is the app in its environment: it is sent to again under another. */
export function apnsWay({ apns }: Pick<Config, 'apns'>): PushWay | null {
  return apns === null ? null : { name: APNS, channel: 'apns', project: `${apns.topic} ${apns.environment}`, apps: [] }
}

/** Null: likewise. */
export function openApns(
  { apns }: Pick<Config, 'apns'>,
  parts: Omit<ApnsParts, 'http2'> & { readonly chance: () => number },
): PushProvider | null {
  if (apns === null) return null
  return createApns(apns, { ...parts, http2: createHttp2Pool({ origin: apns.baseUrl }, parts) })
}
