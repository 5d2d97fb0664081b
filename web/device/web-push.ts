import type { TokenAnswer } from '../../src/contract/tokens.ts'
import { createCall } from '../dashboard/call.ts'
import type { Registrar } from './registrar.ts'
import { forgetOtherKey } from './subscription.ts'

/** Milliseconds: a service that is just starting is waited for. */
const REGISTER_MS = 30_000

/** Without Firebase: the browser subscribes at its own push service, and our API gives its subscription a name. */
export function openWebPush(key: string, call: typeof fetch): Registrar {
  return {
    async register(worker) {
      await forgetOtherKey(worker, key)
      const options = { userVisibleOnly: true, applicationServerKey: key }
      const subscription = (await worker.pushManager.getSubscription()) ?? (await worker.pushManager.subscribe(options))
      return { kind: 'token', value: await enter(subscription, key, call) }
    },
  }
}

/** Rejects with a `Refused` where our own API does not take it. */
async function enter(subscription: PushSubscription, key: string, fetch: typeof globalThis.fetch): Promise<string> {
  const body = { subscription, application_server_key: key, app: 'tidings-device-page' }
  const { data } = await createCall(fetch)('POST', '/webpush/subscriptions', { body, timeoutMs: REGISTER_MS })
  return (data as TokenAnswer['data']).token
}
