export interface WorkerPlace {
  readonly script: string
  readonly scope: string
}

/** Names and scope are Firebase's own, so that its SDK finds the same worker elsewhere. */
export const FIREBASE_WORKER: WorkerPlace = {
  script: '/firebase-messaging-sw.js',
  scope: '/firebase-cloud-messaging-push-scope',
}

/** Where there is no Firebase. The scope is its own: a worker of each kind may be there. */
export const WEB_PUSH_WORKER: WorkerPlace = { script: '/web-push-sw.js', scope: '/web-push-scope' }

const START_MS = 20_000

/** Where a policy forbids plain text as a script's address, one has to vouch for it. Source: W3C, “Trusted Types”. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}
declare global {
  interface Window {
    readonly trustedTypes?: TrustedTypes
  }
}

/** Starts our worker. What it gives resolves with one that is active, and rejects with the browser's reason. */
export function createWorkerStart(
  page: Window,
  { script, scope }: WorkerPlace,
): () => Promise<ServiceWorkerRegistration> {
  const rules = { createScriptURL: (url: string) => url }
  // The page's policy allows this name once.
  const policy = page.trustedTypes?.createPolicy('tidings-worker', rules) ?? rules
  return async () => {
    const registration = await page.navigator.serviceWorker.register(policy.createScriptURL(script), { scope })
    // A worker lives on for a day without this, with the code and the keys it had.
    registration.update().catch(() => undefined)
    await active(registration)
    return registration
  }
}

function active(registration: ServiceWorkerRegistration): Promise<void> {
  const worker = registration.installing ?? registration.waiting
  if (registration.active !== null || worker === null) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`not active after ${START_MS / 1000} s`)), START_MS)
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve()
      else if (worker.state === 'redundant') reject(new Error('its code failed while it was installed'))
      else return
      clearTimeout(late)
    })
  })
}
