import { initializeApp } from '@firebase/app'
import {
  getMessaging,
  getToken,
  isSupported,
  onMessage,
  onRegistered,
  register,
  type Messaging,
} from '@firebase/messaging'
import type { DeviceFirebase } from '../../src/contract/device.ts'

/** Where pushes to this browser are sent. */
export interface Address {
  readonly kind: 'token' | 'fid'
  readonly value: string
}

/** What FCM hands to a page or a worker. */
export interface Payload {
  readonly notification?: { readonly title?: string; readonly body?: string; readonly image?: string }
  readonly data?: Readonly<Record<string, string>>
}

export interface Firebase {
  /** Registers anew only what has changed or is a week old. Rejects with the SDK's and the browser's errors. */
  register(worker: ServiceWorkerRegistration): Promise<Address>
}

/** Firebase's SDK with one app. `onPush` gets what arrives while a page of this origin is visible. */
export async function openFirebase(
  { vapidKey, ...options }: DeviceFirebase,
  kind: Address['kind'],
  onPush: (payload: Payload) => void,
): Promise<Firebase> {
  // Without it getMessaging() fails later, where nobody can catch it.
  if (!(await isSupported())) throw new DOMException('IndexedDB or cookies are switched off', 'NotSupportedError')
  const messaging = getMessaging(initializeApp(options))
  onMessage(messaging, onPush)
  return {
    async register(worker) {
      await forgetOtherKey(worker, vapidKey)
      const how = { vapidKey, serviceWorkerRegistration: worker }
      const value = kind === 'token' ? await getToken(messaging, how) : await registerInstallation(messaging, how)
      return { kind, value }
    },
  }
}

/** The installation id comes to a listener, and never when the call rejects. */
function registerInstallation(messaging: Messaging, how: Parameters<typeof register>[1]): Promise<string> {
  return new Promise((resolve, reject) => {
    onRegistered(messaging, resolve)
    register(messaging, how).catch(reject)
  })
}

/** A subscription made with an earlier key would be kept by the SDK, and every push to it refused. */
async function forgetOtherKey(worker: ServiceWorkerRegistration, vapidKey: string): Promise<void> {
  const subscription = await worker.pushManager.getSubscription()
  const used = subscription?.options?.applicationServerKey
  if (subscription === null || used === null || used === undefined) return
  if (toBase64url(used) !== vapidKey.replace(/(?<!=)=+$/, '')) await subscription.unsubscribe()
}

function toBase64url(bytes: ArrayBuffer): string {
  const text = String.fromCharCode(...new Uint8Array(bytes))
  return btoa(text)
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/(?<!=)=+$/, '')
}
