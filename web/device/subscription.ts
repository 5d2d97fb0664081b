/** A subscription made with an earlier key would be kept, and every push to it refused. */
export async function forgetOtherKey(worker: ServiceWorkerRegistration, vapidKey: string): Promise<void> {
  const subscription = await worker.pushManager.getSubscription()
  const used = subscription?.options?.applicationServerKey
  if (subscription === null || used === null || used === undefined) return
  if (toBase64url(used) !== vapidKey.replace(/(?<!=)=+$/, '')) await subscription.unsubscribe()
}

export function toBase64url(bytes: ArrayBuffer): string {
  const text = String.fromCharCode(...new Uint8Array(bytes))
  return btoa(text)
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/(?<!=)=+$/, '')
}
