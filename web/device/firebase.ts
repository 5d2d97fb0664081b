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
import type { Address, Payload, Registrar } from './registrar.ts'
import { forgetOtherKey } from './subscription.ts'

/** Firebase's SDK with one app. `onPush` gets what arrives while a page of this origin is visible. */
export async function openFirebase(
  { vapidKey, ...options }: DeviceFirebase,
  kind: Address['kind'],
  onPush: (payload: Payload) => void,
): Promise<Registrar> {
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
